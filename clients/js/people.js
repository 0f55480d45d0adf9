// Who looks at a dashboard, as one who is there sees them.

import { Event } from "../../static/js/wire.js";

/** @typedef {import("./index.js").People} Face */

/** @implements {Face} */
export class People {
  /**
   * @param {import("./talk.js").Talk} talk
   * @param {string} slug
   * @param {string} [name] what one is called
   */
  constructor(talk, slug, name) {
    this.slug = slug;
    this.talk = talk;
    this.place = talk.enter(slug, name);
    /** @type {(() => void)[]} */
    this.ends = [];
    this.left = false;
  }

  /** @type {import("./index.js").People["onChange"]} */
  onChange(listener) {
    return this.ending(this.place.changes.add(listener, () => this.place.circle()));
  }

  /** @type {import("./index.js").People["onMessage"]} */
  onMessage(listener) {
    return this.ending(this.place.said.add(listener));
  }

  /** @type {import("./index.js").People["onWhisper"]} */
  onWhisper(listener) {
    return this.ending(this.talk.whispers.add(listener));
  }

  /** @type {import("./index.js").People["say"]} */
  say(text, about = {}) {
    return this.place.say(Event.SAY, { text, ...about });
  }

  /** @type {import("./index.js").People["edit"]} */
  edit(id, text) {
    return this.place.say(Event.EDIT, { id, text });
  }

  /** @type {import("./index.js").People["whisper"]} */
  async whisper(to, text) {
    return (await this.talk.line.ask(Event.WHISPER, { to, text })).message;
  }

  /** @type {import("./index.js").People["rename"]} */
  rename(wish) {
    return this.talk.rename(wish);
  }

  leave() {
    if (this.left) return;
    this.left = true;
    for (const end of this.ends) end();
    this.place.leave();
  }

  /** @param {() => void} end */
  ending(end) {
    this.ends.push(end);
    return end;
  }
}
