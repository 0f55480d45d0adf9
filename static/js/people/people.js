// People in rooms, as the server tells of them: who is there and what they say, also after the line was lost.

import { delayOf } from "../backoff.js";
import { later as inTime } from "../later.js";
import { Code, Event } from "../wire.js";
import { PASSING } from "./line.js";
import { merged, replaced, unreadOf, whispered } from "./messages.js";
import { whisperOf, whisperPlace } from "./state.js";

/** @typedef {import("./messages.js").Person} Person */
/** @typedef {import("./messages.js").Message} Message */
/** @typedef {import("./messages.js").Whisper} Whisper */
/** @typedef {{room: string, joined?: Person, left?: Person, changed?: Person}} Coming */

/** Places of which it is remembered what was seen. */
const MOST_READ = 100;
/** Whispers of one's own that a browser keeps. */
const MOST_SENT = 100;

export class People {
  /**
   * @param {object} parts
   * @param {import("./state.js").PeopleState} parts.state
   * @param {import("./state.js").Saved} parts.saved
   * @param {(event: string, payload: object) => Promise<any>} parts.ask
   * @param {(people: Person[]) => void} [parts.present] who is in the dashboard's room now
   * @param {(payload: {room: string, from: string, view: any}) => void} [parts.viewed]
   * @param {(ms: number, action: () => void) => () => void} [parts.later]
   */
  constructor({ state, saved, ask, present = () => {}, viewed = () => {}, later = inTime }) {
    this.state = state;
    this.saved = saved;
    this.ask = ask;
    this.present = present;
    this.viewed = viewed;
    this.later = later;
    this.secret = saved.get("person");
    this.epoch = "";
    /** @type {Map<string, number>} the largest offset that is known of a room */
    this.since = new Map();
    /** Of the epoch above. */
    this.lastWhisper = 0;
    /** @type {Map<string, {failures: number, end: () => void}>} what waits to be asked for again, by room */
    this.again = new Map();
    /** @type {Map<string, Promise<void>>} when one is in a room, or can't be */
    this.entered = new Map();
    /** @type {Map<string, Coming[]>} who came and went while one waits for the answer, by room */
    this.joining = new Map();
  }

  /** What the server is told on connecting. */
  auth() {
    return { ...(this.secret ? { person: this.secret } : {}), whispers: this.lastWhisper };
  }

  /** The server tells something. @param {string} event @param {any} payload */
  told(event, payload) {
    if (event === Event.WELCOME) this.welcome(payload);
    else if (event === Event.PEOPLE) this.came(payload);
    else if (event === Event.CROWD) this.state.crowd = payload.rooms;
    else if (event === Event.MESSAGE) this.said(payload.message);
    else if (event === Event.WHISPER) this.whispered(payload.message);
    else if (event === Event.INVITED) this.invited(payload);
    else if (event === Event.VIEW) this.viewed(payload);
  }

  /** @param {{you: Person, epoch: string, rooms: import("./state.js").PrivateRoom[], crowd?: Record<string, number>, secret?: string}} payload */
  welcome({ you, epoch, rooms, crowd = {}, secret }) {
    const { state } = this;
    if (secret) {
      this.secret = secret;
      this.saved.set("person", secret);
    }
    if (epoch !== this.epoch) {
      // Another database: numbers begin anew.
      this.since.clear();
      state.messages = {};
      this.lastWhisper = 0;
      if (this.epoch) {
        state.whispers = {};
        for (const place of Object.keys(state.read)) if (whisperOf(place)) delete state.read[place];
      }
      this.epoch = epoch;
    }
    Object.assign(state, { you, rooms, crowd, phase: "here" });
    this.meet(you);
    for (const room of [state.room, ...rooms.map((one) => one.room)]) if (room) this.join(room);
  }

  /** The line is lost: nobody knows who is there. */
  lost() {
    if (this.state.phase === "here") this.state.phase = "away";
    for (const { end } of this.again.values()) end();
    this.again.clear();
  }

  /** Look at a dashboard. @param {string} slug */
  enter(slug) {
    const { state } = this;
    const room = `dashboard:${slug}`;
    const before = state.room;
    if (room === before) return;
    state.room = room;
    if (!state.place || state.place === before) state.place = room;
    if (state.phase !== "here") return;
    if (before) {
      this.ask(Event.LEAVE, { room: before }).catch(() => {});
      delete state.present[before];
    }
    this.join(room);
  }

  /** Be in a room, and get what was said there since one was. @param {string} room */
  join(room) {
    const entered = this.come(room);
    this.entered.set(room, entered);
    return entered;
  }

  /** @param {string} room */
  async come(room) {
    const since = this.since.get(room);
    this.again.get(room)?.end();
    /** @type {Coming[]} */
    const came = [];
    this.joining.set(room, came);
    /** @type {any} */
    let answer;
    try {
      answer = await this.ask(Event.JOIN, { room, ...(since === undefined ? {} : { since, epoch: this.epoch }) });
    } catch (error) {
      const { code } = /** @type {import("./line.js").Refusal} */ (error);
      if (this.joining.get(room) === came) {
        this.joining.delete(room);
        if (PASSING.includes(code)) this.postpone(room);
        else this.again.delete(room);
      }
      if (code === Code.FORBIDDEN) this.state.rooms = this.state.rooms.filter((one) => one.room !== room);
      return;
    }
    this.again.delete(room);
    const { state } = this;
    const held = state.messages[room] ?? [];
    const after = answer.recovered ? merged(held, answer.messages) : replaced(held, answer.messages, answer.offset);
    state.messages[room] = after;
    this.since.set(room, Math.max(answer.offset, ...after.map(({ offset }) => offset)));
    state.present[room] = answer.people;
    for (const one of after) this.meet(one.from, true);
    for (const one of answer.people) this.meet(one);
    const read = state.read[room];
    // Who comes to a dashboard for the first time has missed nothing, and what a lost database had numbered is no measure.
    if ((read === undefined && room === state.room) || (read ?? 0) > (after.at(-1)?.id ?? 0)) {
      delete state.read[room];
      this.seen(room);
    }
    if (this.joining.get(room) === came) this.joining.delete(room);
    for (const one of came) this.came(one);
    if (room === state.room) this.present(state.present[room] ?? []);
  }

  /** The server had no time for a room: it is asked for again, as long as one wants to be there. @param {string} room */
  postpone(room) {
    if (!this.wanted(room)) return;
    const failures = this.again.get(room)?.failures ?? 0;
    const end = this.later(delayOf(failures), () => void (this.wanted(room) ? this.join(room) : this.again.delete(room)));
    this.again.set(room, { failures: failures + 1, end });
  }

  /** @param {string} room */
  wanted(room) {
    const { state } = this;
    return state.phase === "here" && (room === state.room || state.rooms.some((one) => one.room === room));
  }

  /** @param {Coming} payload */
  came(payload) {
    const { room, joined, left, changed } = payload;
    const { state } = this;
    // An answer knows who was there when it was asked for; who came or went since may be told before it is here.
    this.joining.get(room)?.push(payload);
    const there = state.present[room] ?? [];
    const who = /** @type {Person} */ (joined ?? left ?? changed);
    const others = there.filter(({ id }) => id !== who.id);
    if (left) state.present[room] = others;
    else if (joined) state.present[room] = [...others, joined];
    else state.present[room] = there.map((one) => (one.id === who.id ? who : one));
    this.meet(who);
    if (who.id === state.you?.id && !left) state.you = who;
    if (room === state.room) this.present(state.present[room] ?? []);
  }

  /** Somebody is called so. @param {Person} person @param {boolean} [once] long ago, perhaps */
  meet(person, once = false) {
    const { known } = this.state;
    if (!once || !known[person.id]) known[person.id] = person;
  }

  /** @param {Message} message */
  said(message) {
    const { state } = this;
    const { room, offset } = message;
    state.messages[room] = merged(state.messages[room] ?? [], [message]);
    // While one is not in the room yet, others may be missing that were said before it.
    if (!this.joining.has(room) && !this.again.has(room)) this.since.set(room, Math.max(this.since.get(room) ?? 0, offset));
    this.meet(message.from, true);
  }

  /** @param {Whisper} whisper */
  whispered(whisper) {
    const { state } = this;
    const other = whisper.from.id === state.you?.id ? whisper.to : whisper.from.id;
    state.whispers[other] = whispered(state.whispers[other] ?? [], whisper);
    this.meet(whisper.from, true);
    // One's own don't come again; those of others do, after the last of them.
    if (other === whisper.from.id) this.lastWhisper = Math.max(this.lastWhisper, whisper.id);
  }

  /** @param {{room: import("./state.js").PrivateRoom, from: Person}} payload */
  invited({ room, from }) {
    const { state } = this;
    this.meet(from);
    if (state.rooms.some((one) => one.room === room.room)) return;
    state.invites = [...state.invites.filter((one) => one.room !== room.room), { ...room, from }];
  }

  // --- what one does

  /** @param {string} place @param {{text: string, span?: [number, number] | null, metric?: string | null, pin?: number | null}} draft */
  async say(place, { text, span, metric, pin }) {
    const to = whisperOf(place);
    if (to) {
      const { message } = await this.ask(Event.WHISPER, { to, text });
      this.whispered(message);
      this.keepSent();
      return;
    }
    const about = { ...(span ? { span } : {}), ...(metric ? { metric } : {}), ...(pin ? { pin } : {}) };
    // Just after the line was lost, one may not be in it yet.
    if (this.joining.has(place)) await this.entered.get(place);
    this.said((await this.ask(Event.SAY, { room: place, text, ...about })).message);
  }

  /** Keep what one has whispered. */
  keepSent() {
    const { whispers, you } = this.state;
    const sent = Object.values(whispers).flat().filter(({ from }) => from.id === you?.id);
    this.saved.set("sent", JSON.stringify(sent.sort((a, b) => a.id - b.id).slice(-MOST_SENT)));
  }

  /** Change one's own message, or take it back by an empty text. @param {Message} message @param {string} text */
  async edit({ room, id }, text) {
    this.said((await this.ask(Event.EDIT, { room, id, text })).message);
  }

  /** @param {{name?: string, colour?: number}} wish */
  async rename(wish) {
    const { you } = await this.ask(Event.ME, wish);
    this.state.you = you;
    this.meet(you);
  }

  /** Make a private room with somebody. @param {string} title @param {string[]} people @returns {Promise<string>} its name */
  async open(title, people) {
    const { room } = await this.ask(Event.OPEN, { title, people });
    await this.settle(room);
    return room.room;
  }

  /** Go into a private room. @param {import("./state.js").PrivateRoom} room */
  async settle({ room, title }) {
    const { state } = this;
    state.invites = state.invites.filter((one) => one.room !== room);
    if (!state.rooms.some((one) => one.room === room)) state.rooms = [...state.rooms, { room, title }];
    await this.join(room);
  }

  /** @param {string} room @param {string} person */
  async invite(room, person) {
    await this.ask(Event.INVITE, { room, person });
  }

  /** Leave a private room for good, or don't come. @param {string} room */
  async quit(room) {
    await this.ask(Event.QUIT, { room });
    const { state } = this;
    state.rooms = state.rooms.filter((one) => one.room !== room);
    state.invites = state.invites.filter((one) => one.room !== room);
    delete state.messages[room];
    this.since.delete(room);
    if (state.place === room) state.place = state.room;
  }

  /** How many others look at a dashboard. @param {string} slug */
  others(slug) {
    const { crowd, room, phase } = this.state;
    const name = `dashboard:${slug}`;
    return phase === "here" ? Math.max(0, (crowd[name] ?? 0) - Number(name === room)) : 0;
  }

  // --- what was seen

  /** All of a place was seen. @param {string} place */
  seen(place) {
    const { state } = this;
    const last = this.of(place).at(-1)?.id ?? 0;
    if (last <= (state.read[place] ?? -1)) return;
    delete state.read[place];
    state.read[place] = last;
    const kept = Object.entries(state.read).slice(-MOST_READ);
    this.saved.set("read", JSON.stringify(Object.fromEntries(kept)));
  }

  /** @param {string} place @returns {(Message | Whisper)[]} */
  of(place) {
    const { messages, whispers } = this.state;
    return (whisperOf(place) ? whispers[whisperOf(place)] : messages[place]) ?? [];
  }

  /** How many nobody has seen here. @param {string} place */
  unread(place) {
    const { you, read } = this.state;
    return you ? unreadOf(this.of(place), read[place] ?? 0, you.id) : 0;
  }

  /** Where one can talk: the dashboard's room, private ones, and those whom one has whispered with. */
  places() {
    const { state } = this;
    return [state.room, ...state.rooms.map(({ room }) => room), ...Object.keys(state.whispers).map(whisperPlace)];
  }
}
