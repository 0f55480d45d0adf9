// Spans of the past, as the server's HTTP API answers them: a few requests at once, again after a pause, or given up.

import { later as inTime } from "./later.js";
import { answered } from "./text.js";

/** @typedef {import("./types.js").Series} Series */
/** @typedef {import("./types.js").Samples} Samples */

/**
 * @typedef {object} Asked
 * @property {string} metric
 * @property {number} from ms
 * @property {number} to ms
 * @property {number} points times of the answer at most
 *
 * @typedef {Samples & {series: Series[], tier: string, every: number}} Found `every` in ms, 0 for samples as they came
 *
 * @typedef {object} World what is outside, to be replaced in tests
 * @property {(address: string, options: {signal: AbortSignal}) => Promise<Response>} get
 * @property {(ms: number, action: () => void) => () => void} later
 */

/** Requests at once: the server answers two queries at a time, and others look at it, too. */
const AT_ONCE = 2;
/** ms before the first retry, each time twice that; and how many there are. */
const PAUSE = 1_000;
const RETRIES = 4;
/** ms for an answer. */
const WITHIN = 30_000;

/** A refusal that will be the same the next time. */
export class Refused extends Error {}

export class Spans {
  /** @param {string} base path under which the server lives @param {Partial<World>} [world] */
  constructor(base, { get = fetch.bind(globalThis), later = inTime } = {}) {
    this.address = `${base}/api/v1/query`;
    this.get = get;
    this.later = later;
    this.free = AT_ONCE;
    /** @type {Set<() => void>} those that wait for their turn */
    this.waiting = new Set();
  }

  /**
   * @param {Asked} asked
   * @param {AbortSignal} signal
   * @returns {Promise<Found>} fails with the last failure, or because of the signal
   */
  async ask(asked, signal) {
    for (let tries = 0; ; tries++) {
      await this.turn(signal);
      try {
        return await this.fetch(asked, signal);
      } catch (error) {
        if (signal.aborted || error instanceof Refused || tries === RETRIES) throw error;
      } finally {
        this.leave();
      }
      await this.wait(signal, (go) => this.later(PAUSE * 2 ** tries * (1 + Math.random() / 2), go));
    }
  }

  /** @param {Asked} asked @param {AbortSignal} signal */
  async fetch({ metric, from, to, points }, signal) {
    const query = new URLSearchParams({
      metric, start: `${Math.floor(from)}`, end: `${Math.ceil(to)}`, points: `${points}`, format: "binary",
    });
    const patience = new AbortController();
    const abort = () => patience.abort();
    const unwait = this.later(WITHIN, abort);
    signal.addEventListener("abort", abort);
    try {
      const answer = await this.get(`${this.address}?${query}`, { signal: patience.signal });
      if (answer.ok) return spanOf(await answer.arrayBuffer());
      const { error } = await answer.json().catch(() => ({}));
      const text = error?.message ?? answered(answer.status);
      throw answer.status < 500 && answer.status !== 429 ? new Refused(text) : new Error(text);
    } finally {
      unwait();
      signal.removeEventListener("abort", abort);
    }
  }

  /** @param {AbortSignal} signal */
  async turn(signal) {
    signal.throwIfAborted();
    if (this.free) this.free--;
    // Whoever leaves gives its turn on.
    else {
      await this.wait(signal, (go) => {
        this.waiting.add(go);
        return () => void this.waiting.delete(go);
      });
    }
  }

  leave() {
    const [next] = this.waiting;
    if (!next) this.free++;
    else {
      this.waiting.delete(next);
      next();
    }
  }

  /** @param {AbortSignal} signal @param {(go: () => void) => () => void} begin gives what ends the wait early */
  wait(signal, begin) {
    return new Promise((/** @type {(nothing?: unknown) => void} */ resolve, reject) => {
      const abort = () => {
        end();
        reject(signal.reason);
      };
      const end = begin(() => {
        signal.removeEventListener("abort", abort);
        resolve();
      });
      signal.addEventListener("abort", abort, { once: true });
    });
  }
}

/**
 * The body of an answer: the length of a head, the head as JSON, and numbers from a multiple of 8 on; little-endian.
 * @param {ArrayBuffer} body
 * @returns {Found}
 */
export function spanOf(body) {
  const size = new DataView(body).getUint32(0, true);
  const { series, tier, every, n } = JSON.parse(new TextDecoder().decode(new Uint8Array(body, 4, size)));
  const column = (/** @type {number} */ place) => new Float64Array(body, 4 + size + 8 * n * place, n);
  return { times: column(0), columns: series.map((/** @type {Series} */ _, /** @type {number} */ place) => column(place + 1)), series, tier, every };
}
