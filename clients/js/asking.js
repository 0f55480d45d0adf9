// Events of both namespaces as the server has them, for what the rest of this package has no words for.

import { told } from "./listeners.js";
import { Line } from "../../static/js/people/line.js";
import { Event } from "../../static/js/wire.js";

export { Refusal } from "../../static/js/people/line.js";

/** What is asked and told in /metrics; all else is of people. @type {Set<string>} */
const OF_METRICS = new Set([
  Event.HELLO, Event.SAMPLES, Event.SERIES, Event.TOP, Event.LAGGED, Event.NOTICE, Event.CATALOG, Event.SUBSCRIBE, Event.UNSUBSCRIBE,
]);

/** The line of a namespace, with a word to who asks while there is none. */
export class Voice extends Line {
  /** @param {string} event @param {object} payload @returns {Promise<any>} */
  async ask(event, payload) {
    try {
      return await super.ask(event, payload);
    } catch (error) {
      const refusal = /** @type {Error} */ (error);
      refusal.message ||= "the server does not answer; the room's status tells when it is there again";
      throw refusal;
    }
  }
}

export class Asking {
  /**
   * @param {any} metrics the socket of /metrics
   * @param {() => {socket: any, line: Line}} rooms gives that of /rooms
   */
  constructor(metrics, rooms) {
    this.metrics = { socket: metrics, line: new Voice(metrics, { told: () => {}, ended: () => {} }) };
    this.rooms = rooms;
  }

  /** @param {string} event */
  of(event) {
    return OF_METRICS.has(event) ? this.metrics : this.rooms();
  }

  /** @param {string} event @param {(payload: any) => void} listener @returns {() => void} */
  on(event, listener) {
    const { socket } = this.of(event);
    const one = (/** @type {any} */ payload) => told(listener, payload);
    socket.on(event, one);
    return () => void socket.off(event, one);
  }

  /** @param {string} event @param {object} payload @returns {Promise<any>} */
  emit(event, payload) {
    return this.of(event).line.ask(event, payload);
  }
}
