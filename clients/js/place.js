// One dashboard's room: who is there and what was said, also after the line was lost.

import { Listeners } from "./listeners.js";
import { PASSING } from "../../static/js/people/line.js";
import { merged, replaced, standing } from "../../static/js/people/messages.js";
import { Event } from "../../static/js/wire.js";

/** @typedef {import("./events.js").Message} Message */
/** @typedef {import("./events.js").Person} Person */

/** ms after which a server is asked again that had no time for it. */
const AGAIN = 2_000;

export class Place {
  /**
   * @param {import("./talk.js").Talk} talk
   * @param {string} room
   */
  constructor(talk, room) {
    this.talk = talk;
    this.room = room;
    this.count = 0;
    this.joined = false;
    /** @type {string | undefined} what one wants to be called, until the server knows */
    this.name = undefined;
    /** @type {Person[]} */
    this.people = [];
    /** @type {Message[]} */
    this.messages = [];
    /** Offset up to which nothing that was said is missing; null when nothing is known. @type {number | null} */
    this.since = null;
    /** @type {Listeners<import("./index.js").Circle>} */
    this.changes = new Listeners();
    /** @type {Listeners<Message>} */
    this.said = new Listeners();
    this.unwait = () => {};
    /** Who has come or gone while one came in: to be told after the answer, which was made before. @type {{who: Person, left: boolean}[] | null} */
    this.held = null;
  }

  /** @param {string} [name] */
  enter(name) {
    this.count++;
    this.name = name ?? this.name;
    if (this.talk.here && (name || this.count === 1)) this.join();
  }

  leave() {
    if (--this.count > 0) return;
    this.end();
    this.talk.leave(this);
  }

  end() {
    this.unwait();
    this.changes.end();
    this.said.end();
  }

  /** @returns {import("./index.js").Circle} */
  circle() {
    const { talk, joined, people, messages } = this;
    return { here: joined, you: talk.you, people, messages: standing(messages) };
  }

  changed() {
    this.changes.tell(this.circle());
  }

  /** Numbers of another database begin anew. */
  lose() {
    this.messages = [];
    this.since = null;
  }

  lost() {
    this.unwait();
    this.held = null;
    if (!this.joined) return;
    this.joined = false;
    this.changed();
  }

  async join() {
    const { talk, room, name, since } = this;
    this.unwait();
    this.held = [];
    try {
      const about = since === null ? {} : { since, epoch: talk.epoch };
      this.take(await talk.line.ask(Event.JOIN, { room, ...(name ? { name } : {}), ...about }), name);
    } catch (error) {
      const { code } = /** @type {import("../../static/js/people/line.js").Refusal} */ (error);
      this.settle();
      if (talk.here && this.count && PASSING.includes(code)) this.unwait = talk.later(AGAIN, () => talk.here && this.join());
    }
  }

  /** @param {import("./events.js").JoinAnswer} answer @param {string | undefined} name */
  take({ you, people, messages, offset, recovered }, name) {
    const { talk, since } = this;
    if (this.name === name) this.name = undefined;
    talk.you = you;
    this.people = people;
    this.settle();
    this.messages = recovered ? merged(this.messages, messages) : replaced(this.messages, messages, offset);
    // What was said while one came in may be newer than the answer.
    this.since = Math.max(offset, ...this.messages.map((one) => one.offset));
    this.joined = true;
    this.changed();
    if (since !== null) for (const one of messages) if (one.offset > since && one.from.id !== you.id) this.said.tell(one);
  }

  /** @param {Message} message of somebody else, or one's own from another window */
  told(message) {
    this.hold(message);
    this.said.tell(message);
  }

  /** @param {Message} message */
  hold(message) {
    this.messages = merged(this.messages, [message]);
    if (this.since !== null) this.since = Math.max(this.since, message.offset);
    this.changed();
  }

  /** @param {Person} who @param {boolean} left */
  came(who, left) {
    if (this.held) this.held.push({ who, left });
    else {
      this.place(who, left);
      this.changed();
    }
  }

  /** What came before the answer is told after it. */
  settle() {
    for (const { who, left } of this.held ?? []) this.place(who, left);
    this.held = null;
  }

  /** @param {Person} who @param {boolean} left */
  place(who, left) {
    const known = this.people.some(({ id }) => id === who.id);
    if (left) this.people = this.people.filter(({ id }) => id !== who.id);
    else this.people = known ? this.people.map((one) => (one.id === who.id ? who : one)) : [...this.people, who];
  }

  /** Say something, or change what one has said. @param {string} event @param {object} payload @returns {Promise<Message>} */
  async say(event, payload) {
    const { message } = await this.talk.line.ask(event, { room: this.room, ...payload });
    this.hold(message);
    return message;
  }
}
