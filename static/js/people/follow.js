// Following somebody: their view is ours until one of us does something else, or they leave.

/** @typedef {import("./messages.js").Person} Person */
/** @typedef {"" | "following" | "released" | "gone"} Step */

/**
 * @typedef {object} View what somebody looks at, as the wire has it
 * @property {number} [window] seconds
 * @property {[number, number]} [span] ms
 * @property {string} [metric] the chart that is zoomed; without it all of them
 * @property {number} [crosshair] ms
 * @property {{metric: string, t: number, y: number}} [pointer]
 * @property {string} [slug]
 * @property {number} [paused] ms
 */

/** ms that who has left may take to be back: they load the page again, or change dashboards. */
const GRACE = 6_000;

export class Follow {
  /**
   * @param {object} parts
   * @param {(person: string | null) => Promise<unknown>} parts.ask tells the server whom one follows in this room
   * @param {(view: View) => void} parts.apply
   * @param {(step: Step, who: Person | null) => void} parts.changed
   * @param {(ms: number, action: () => void) => () => void} parts.later
   */
  constructor({ ask, apply, changed, later }) {
    this.ask = ask;
    this.apply = apply;
    this.changed = changed;
    this.later = later;
    /** @type {Step} */
    this.step = "";
    /** @type {Person | null} */
    this.who = null;
    /** Whether the server knows it, in this room and on this connection. */
    this.asked = false;
    /** @type {(() => void) | null} ends the wait for somebody who has left */
    this.unwait = null;
  }

  /** @param {Step} step @param {Person | null} who */
  become(step, who) {
    this.unwait?.();
    this.unwait = null;
    Object.assign(this, { step, who });
    this.changed(step, who);
  }

  /** @param {Person} person */
  start(person) {
    this.become("following", person);
    this.request(person.id);
  }

  /** A page that was loaded anew goes on; it asks when it is in the room. @param {Person} person */
  resume(person) {
    this.asked = false;
    this.become("following", person);
  }

  /** @param {string} id */
  async request(id) {
    this.asked = true;
    try {
      await this.ask(id);
    } catch {
      // They may be on their way; who is there decides.
      if (this.who?.id === id) this.asked = false;
    }
  }

  /** @param {{from: string, view: View}} payload */
  view({ from, view }) {
    if (this.step === "following" && from === this.who?.id) this.apply(view);
  }

  /** One has done something oneself. */
  touched() {
    if (this.step === "following") this.end("released");
  }

  again() {
    if (this.who) this.start(this.who);
  }

  stop() {
    this.end("");
  }

  /** @param {Step} step */
  end(step) {
    const asked = this.step === "following" && this.asked;
    this.asked = false;
    this.become(step, step ? this.who : null);
    if (asked) this.ask(null).catch(() => {});
  }

  /** Another room, or another connection: the server has to be told anew. */
  reset() {
    this.asked = false;
    this.unwait?.();
    this.unwait = null;
  }

  /** Who is in the room now. @param {Person[]} people */
  present(people) {
    const { who } = this;
    if (!who || this.step !== "following") {
      // Who was followed is called otherwise, or is gone and can't be followed again.
      if (who && this.step === "released" && !people.some(({ id }) => id === who.id)) this.become("", null);
      return;
    }
    const now = people.find(({ id }) => id === who.id);
    if (!now) {
      this.asked = false;
      this.unwait ??= this.later(GRACE, () => this.end("gone"));
      return;
    }
    if (this.unwait || now.name !== who.name || now.colour !== who.colour) this.become("following", now);
    if (!this.asked) this.request(now.id);
  }
}
