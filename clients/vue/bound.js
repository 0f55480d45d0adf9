// A component's own way to the server, as `this.$plotroom`: all that was begun there ends with the component.

/** @typedef {import("plotroom-client").Room} Room */
/** @typedef {import("./index.js").Bound} Face */

/** @implements {Face} */
export class Bound {
  /** @param {Room} room */
  constructor(room) {
    this.room = room;
    /** @type {(() => void)[]} */
    this.ends = [];
  }

  /** @type {Room["on"]} */
  on(event, listener) {
    return this.ending(this.room.on(event, listener));
  }

  /** @type {Room["emit"]} */
  emit(event, payload) {
    return this.room.emit(event, payload);
  }

  /** @type {Room["subscribe"]} */
  subscribe(name, options, onChange) {
    return this.ending(this.room.subscribe(name, options, onChange));
  }

  /** @type {Room["people"]} */
  people(slug, options) {
    const people = this.room.people(slug, options);
    this.ending(() => people.leave());
    return people;
  }

  end() {
    for (const end of this.ends.splice(0)) end();
  }

  /** @param {() => void} end */
  ending(end) {
    this.ends.push(end);
    return end;
  }
}
