// A server as a program sees it: metrics to follow, what there is, how the connection is.

import { Asking } from "./asking.js";
import { Catalog } from "./catalog.js";
import { Listeners } from "./listeners.js";
import { People } from "./people.js";
import { Spans } from "./spans.js";
import { Standing } from "./standing.js";
import { Subscription } from "./subscription.js";
import { Talk } from "./talk.js";

/** Seconds. */
const WINDOW = 300;

/** @typedef {import("./index.js").Room} Face */

/** @implements {Face} */
export class Room {
  /**
   * @param {import("./line.js").Line} connection not started
   * @param {import("./timers.js").Timers} timers all that it uses
   * @param {import("./talk.js").Saved} saved who one is
   */
  constructor(connection, timers, saved) {
    this.connection = connection;
    this.timers = timers;
    this.saved = saved;
    /** @type {Talk | null} not before somebody needs it: whoever joins is somebody */
    this.talk = null;
    this.asking = new Asking(connection.socket, () => this.talking());
    this.standing = new Standing(connection);
    this.catalogue = new Catalog();
    this.spans = new Spans(connection.subscriptions);
    /** @type {Set<Subscription>} */
    this.subscribed = new Set();
    /** @type {Listeners<import("./index.js").Status>} */
    this.watchers = new Listeners();
    connection.on("catalog", (change) => {
      this.spans.paced(change);
      this.catalogue.take(change);
    });
    connection.on("status", (status) => this.watchers.tell(status));
  }

  /** @type {import("./index.js").Room["subscribe"]} */
  subscribe(name, { window = WINDOW }, onChange) {
    const { connection, catalogue, spans } = this;
    const one = new Subscription({ connection, catalog: catalogue, spans }, name, window, onChange);
    this.subscribed.add(one);
    return () => {
      this.subscribed.delete(one);
      one.end();
    };
  }

  /** @type {import("./index.js").Room["catalog"]} */
  catalog(onChange) {
    return this.catalogue.listen(onChange);
  }

  /** @type {import("./index.js").Room["status"]} */
  status(onChange) {
    return this.watchers.add(onChange, () => this.connection.status);
  }

  /** @type {import("./index.js").Room["notices"]} */
  notices(onChange) {
    return this.standing.listen(onChange);
  }

  /** @type {import("./index.js").Room["people"]} */
  people(slug, { name } = {}) {
    return new People(this.talking(), slug, name);
  }

  /** @type {import("./index.js").Room["on"]} */
  on(event, listener) {
    return this.asking.on(event, listener);
  }

  /** @type {import("./index.js").Room["emit"]} */
  emit(event, payload) {
    return this.asking.emit(event, payload);
  }

  talking() {
    this.talk ??= new Talk(this.connection, this.saved, (ms, action) => this.timers.later(ms, action));
    return this.talk;
  }

  /** @param {boolean} hidden */
  setHidden(hidden) {
    this.connection.setHidden(hidden);
  }

  close() {
    for (const one of this.subscribed) one.end();
    this.subscribed.clear();
    this.catalogue.listeners.end();
    this.watchers.end();
    this.standing.end();
    this.talk?.end();
    this.connection.stop();
    this.timers.end();
  }
}
