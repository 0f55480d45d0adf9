// Everybody in the rooms, on the line of the metrics: who one is, what is whispered, and the places where one is.

import { Voice } from "./asking.js";
import { Listeners } from "./listeners.js";
import { Place } from "./place.js";
import { Event, ROOMS } from "../../static/js/wire.js";

/** @typedef {import("./events.js").Person} Person */
/** @typedef {{get: (key: string) => string | null, set: (key: string, value: string) => void}} Saved */

export class Talk {
  /**
   * @param {import("./line.js").Line} connection
   * @param {Saved} saved who one is, for the next time
   * @param {(ms: number, action: () => void) => () => void} later
   */
  constructor(connection, saved, later) {
    this.saved = saved;
    this.later = later;
    this.here = false;
    /** @type {Person | null} */
    this.you = null;
    this.epoch = "";
    this.whispered = Number(saved.get("whispers")) || 0;
    /** To which that number belongs; another database begins anew. */
    this.whisperEpoch = saved.get("epoch") ?? "";
    this.secret = saved.get("person");
    /** @type {Map<string, Place>} by room */
    this.places = new Map();
    /** @type {Listeners<import("./events.js").Whisper>} */
    this.whispers = new Listeners();
    this.socket = connection.share(ROOMS, (give) => give(this.auth()));
    this.line = new Voice(this.socket, {
      told: (event, payload) => this.told(event, payload),
      ended: () => this.lost(),
    });
  }

  auth() {
    return { ...(this.secret ? { person: this.secret } : {}), whispers: this.whispered };
  }

  /** @param {string} event @param {any} payload */
  told(event, payload) {
    if (event === Event.WELCOME) this.welcome(payload);
    else if (event === Event.PEOPLE) this.came(payload);
    else if (event === Event.MESSAGE) this.places.get(payload.message.room)?.told(payload.message);
    else if (event === Event.WHISPER) this.heard(payload.message);
  }

  /** @param {import("./events.js").Welcome} payload */
  welcome({ you, epoch, secret }) {
    if (secret) {
      this.secret = secret;
      this.saved.set("person", secret);
    }
    if (epoch !== this.whisperEpoch) {
      this.whispered = 0;
      this.whisperEpoch = epoch;
      this.saved.set("whispers", "0");
      this.saved.set("epoch", epoch);
    }
    if (epoch !== this.epoch) for (const place of this.places.values()) place.lose();
    Object.assign(this, { here: true, you, epoch });
    for (const place of this.places.values()) place.join();
  }

  lost() {
    this.here = false;
    for (const place of this.places.values()) place.lost();
  }

  /** @param {import("./events.js").PeopleTold} payload */
  came({ room, joined, left, changed }) {
    const who = /** @type {Person} */ (joined ?? left ?? changed);
    if (who.id === this.you?.id && !left) this.you = who;
    this.places.get(room)?.came(who, Boolean(left));
  }

  /** @param {import("./events.js").Whisper} whisper */
  heard(whisper) {
    if (whisper.to === this.you?.id && whisper.id > this.whispered) {
      this.whispered = whisper.id;
      this.saved.set("whispers", String(whisper.id));
    }
    this.whispers.tell(whisper);
  }

  /** The place of a dashboard; who has entered leaves it again. @param {string} slug @param {string} [name] what one is called */
  enter(slug, name) {
    const room = `dashboard:${slug}`;
    const place = this.places.get(room) ?? new Place(this, room);
    this.places.set(room, place);
    place.enter(name);
    return place;
  }

  /** @param {Place} place */
  leave(place) {
    this.places.delete(place.room);
    if (this.here) this.line.ask(Event.LEAVE, { room: place.room }).catch(() => {});
  }

  /** @param {{name?: string, colour?: number}} wish @returns {Promise<Person>} */
  async rename(wish) {
    const { you } = await this.line.ask(Event.ME, wish);
    this.you = you;
    for (const place of this.places.values()) place.came(you, false);
    return you;
  }

  end() {
    this.whispers.end();
    for (const place of this.places.values()) place.end();
    this.places.clear();
  }
}
