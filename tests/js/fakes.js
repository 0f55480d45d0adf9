// A server of one's own hand: what the page sends is noted, and answered when the test says so.

import { Connection } from "../../static/js/connection.js";
import { Store } from "../../static/js/store.js";

/** @typedef {{event: string, payload: any, within: number, answer: (answer: unknown) => void, fail: () => void}} Request */

export class FakeSocket {
  /** @type {Map<string, ((payload: any) => void)[]>} */
  handlers = new Map();
  /** @type {Request[]} */
  requests = [];
  connects = 0;
  disconnects = 0;

  /** @param {string} event @param {(payload: any) => void} handler */
  on(event, handler) {
    this.handlers.set(event, [...(this.handlers.get(event) ?? []), handler]);
  }

  connect() {
    this.connects++;
  }

  disconnect() {
    this.disconnects++;
  }

  /** @param {number} within ms */
  timeout(within) {
    return {
      emit: (/** @type {string} */ event, /** @type {any} */ payload, /** @type {(error: unknown, answer?: unknown) => void} */ done) => {
        this.requests.push({
          event, payload, within, answer: (answer) => done(null, answer), fail: () => done(new Error("operation has timed out")),
        });
      },
    };
  }

  /** The server sends. @param {string} event @param {unknown} [payload] */
  say(event, payload) {
    for (const handler of this.handlers.get(event) ?? []) handler(payload);
  }

  /** Take the oldest request of this kind that is not taken yet. @param {string} event @returns {Request} */
  take(event) {
    const place = this.requests.findIndex((request) => request.event === event && !isPing(request));
    if (place < 0) throw new Error(`no ${event} was sent; there are: ${this.requests.map((one) => one.event).join(", ") || "none"}`);
    return /** @type {Request} */ (this.requests.splice(place, 1)[0]);
  }

  /** @param {string} event */
  count(event) {
    return this.requests.filter((request) => request.event === event && !isPing(request)).length;
  }
}

/** Whether it only measures the line. @param {Request} request */
const isPing = ({ payload }) => payload.metrics?.[0]?.name === "-";

/** A page's connection to that server, and its clock. */
export class Desk {
  constructor() {
    this.time = 1_000_000;
    this.socket = new FakeSocket();
    this.store = new Store();
    this.reloads = 0;
    this.status = 0;
    /** The line gives no sign of life. */
    this.dead = false;
    /** ms that the server's clock is ahead. */
    this.ahead = 0;
    /** @type {Map<object, {at: number, action: () => void}>} */
    this.timers = new Map();
    this.connection = new Connection({
      store: this.store,
      base: "",
      version: "v1",
      connect: () => this.socket,
      now: () => this.time,
      otherVersion: () => this.reloads++,
      probe: async () => this.status,
      later: (ms, action) => {
        const timer = {};
        this.timers.set(timer, { at: this.time + ms, action });
        return () => void this.timers.delete(timer);
      },
    });
    this.subscriptions = this.connection.subscriptions;
  }

  /** Let time pass. @param {number} ms */
  async pass(ms) {
    this.time += ms;
    for (const [timer, { at, action }] of [...this.timers]) {
      if (at <= this.time && this.timers.delete(timer)) action();
    }
    await settled();
    if (!this.dead) this.pong();
  }

  /** Pings are answered at once, in 20 ms. */
  pong() {
    for (const ping of this.socket.requests.filter(isPing)) {
      this.socket.requests.splice(this.socket.requests.indexOf(ping), 1);
      this.time += 20;
      ping.answer({ ok: true, now: this.time - 10 + this.ahead, metrics: [] });
      this.time -= 20;
    }
  }

  /** The socket connects and the server greets. @param {{epoch?: string, version?: string}} [hello] */
  async greet({ epoch = "e1", version = "v1" } = {}) {
    this.socket.say("connect");
    this.socket.say("hello", { version, epoch, now: this.time + this.ahead, limits: { rooms: 200, message: 16384 } });
    this.socket.take("catalog").answer({ ok: true, metrics: [], collectors: [] });
    await settled();
  }

  /**
   * Answer the oldest subscription.
   * @param {object} part
   * @param {number[]} part.t
   * @param {(number | null)[][]} part.v
   * @param {number} part.offset
   * @param {boolean} [part.recovered]
   * @param {string} [part.epoch]
   * @param {string[]} [part.names] of the series
   */
  answer({ t, v, offset, recovered = false, epoch = "e1", names = ["a"] }) {
    const request = this.socket.take("subscribe");
    const series = names.map((name) => ({ labels: { name } }));
    const metrics = request.payload.metrics.map((/** @type {{name: string}} */ { name }) => ({ name, offset, recovered, series, t, v }));
    request.answer({ ok: true, epoch, now: this.time + this.ahead, metrics });
    return request.payload;
  }

  /** @param {number} offset @param {number[]} t @param {number[]} v */
  samples(offset, t, v) {
    this.socket.say("samples", { m: "m", o: offset, t, v: [v] });
  }

  /** What the page holds of the metric. */
  held() {
    const ring = this.store.ring("m");
    return ring ? [...ring.times.subarray(ring.start, ring.end)] : [];
  }
}

/** @param {object} [more] @returns {any} a metric as the server describes it */
export const metricOf = (more = {}) => ({
  name: "a.b", title: "A", unit: "", kind: "gauge", help: "", family: "a", chart: "line", every: 1, collector: "a",
  series: [], limits: [null, null], headline: "", order: 0, refused: 0, ...more,
});

/** What was planned for the end of this turn has been done. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

/**
 * The body with which the server answers a query for a span.
 * @param {number[]} times
 * @param {number[][]} columns
 * @param {object} [head] more of it
 */
export function bodyOf(times, columns, head = {}) {
  const series = columns.map((_, place) => ({ labels: { name: "abc"[place] ?? "" } }));
  const text = new TextEncoder().encode(JSON.stringify({ metric: "m", unit: "", tier: "full", every: 0, series, n: times.length, ...head }));
  const begin = Math.ceil((4 + text.length) / 8) * 8;
  const body = new ArrayBuffer(begin + 8 * times.length * (columns.length + 1));
  new DataView(body).setUint32(0, begin - 4, true);
  new Uint8Array(body, 4, begin - 4).fill(0x20).set(text);
  [times, ...columns].forEach((column, place) => new Float64Array(body, begin + 8 * times.length * place, times.length).set(column));
  return body;
}
