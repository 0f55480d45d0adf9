// Which metrics are wanted, and how each is kept complete: frames are held until the answer, gaps asked for again.

import { samplesOf } from "./decode.js";
import { Code, Event } from "./wire.js";

/** @typedef {import("./types.js").Change} Change */

/**
 * @typedef {object} Want one metric that somebody looks at
 * @property {number} count how many do
 * @property {number} every ms
 * @property {"new" | "asked" | "live" | "refused" | "later"} step
 * @property {{event: string, payload: any}[]} held frames that came before the answer
 * @property {boolean} fresh the next subscription asks for a backfill, not for what is missing
 * @property {string} error
 * @property {number} ticket of the last request, so that the answer to an earlier one is told apart
 * @property {number} limited how often in a row the answer had no room for it
 * @property {() => void} unwait ends the wait for the next try
 */

/**
 * @typedef {object} Line what a connection offers here
 * @property {() => boolean} ready whether requests make sense now
 * @property {() => number} serverNow ms since the epoch
 * @property {(event: string, payload: object, done: (answer: any, sent: number) => void, failed?: () => void) => void} request
 * @property {(ms: number, action: () => void) => () => void} later runs an action later; gives what ends that
 * @property {(what: string, payload: unknown) => void} tell
 */

/** Metrics in one request: it has to stay under the server's limit for a message. */
const CHUNK = 60;
const LEAVE_AFTER = 3_000;
const MOST_HELD = 2_000;
/** A ring that nobody has wanted for so long is given up. */
const KEEP_RING = 300_000;
/** Rows of a ring at most; a faster metric is thinned out when it is full. */
const MOST_ROWS = 20_000;
/** ms after which a metric is asked for again, alone, that did not fit into an answer; each time twice that. */
const RETRY_AFTER = 500;
const RETRY_MOST = 15_000;
/** Points of such a backfill: half as many each time, but no chart is coarser than that. */
const LEAST_POINTS = 150;

export class Subscriptions {
  /**
   * @param {import("./store.js").Store} store
   * @param {Line} line
   */
  constructor(store, line) {
    this.store = store;
    this.line = line;
    this.window = 300;
    this.points = 1200;
    /** @type {Map<string, Want>} */
    this.wants = new Map();
    /** @type {Map<string, () => void>} */
    this.leaving = new Map();
    /** @type {Map<string, () => void>} */
    this.forgetting = new Map();
    this.planned = false;
    this.tickets = 0;
  }

  stop() {
    for (const end of [...this.leaving.values(), ...this.forgetting.values()]) end();
    for (const want of this.wants.values()) want.unwait();
    this.leaving.clear();
    this.forgetting.clear();
  }

  /**
   * Keep a metric's ring filled for as long as somebody wants it.
   * @param {string} name
   * @param {number} every seconds between its samples
   * @returns {() => void} ends that, shortly after
   */
  want(name, every) {
    for (const timers of [this.leaving, this.forgetting]) {
      timers.get(name)?.();
      timers.delete(name);
    }
    const known = this.wants.get(name);
    if (known) known.count++;
    else {
      this.wants.set(name, {
        count: 1, every: every * 1000, step: "new", held: [], fresh: false, error: "", ticket: 0, limited: 0, unwait() {},
      });
      this.plan();
    }
    let ended = false;
    return () => {
      const want = this.wants.get(name);
      if (ended || !want) return;
      ended = true;
      // Scrolling past and back must not cost a subscription each time.
      if (--want.count === 0) this.leaving.set(name, this.line.later(LEAVE_AFTER, () => this.leave([name])));
    };
  }

  /**
   * Show another span of time: everything wanted is filled again.
   * @param {number} seconds
   */
  setWindow(seconds) {
    if (seconds === this.window) return;
    this.window = seconds;
    for (const want of this.wants.values()) this.again(want, true);
    this.plan();
  }

  /** What the server said when it refused the metric; "" when it did not. @param {string} name */
  refusal(name) {
    return this.wants.get(name)?.error ?? "";
  }

  /** The connection is lost: everything has to be asked for again. */
  reset() {
    for (const want of this.wants.values()) this.again(want, false);
  }

  // --- what the server says

  /** The catalog has changed. @param {Change} change */
  changed(change) {
    for (const name of change.gone) {
      const want = this.wants.get(name);
      if (want) Object.assign(want, { step: "refused", error: Code.UNKNOWN_METRIC });
      const ring = this.store.ring(name);
      if (ring) ring.offset = 0;
    }
    for (const { name } of change.metrics) {
      const want = this.wants.get(name);
      if (want?.step === "refused") this.again(want, false);
    }
    this.plan();
  }

  /** @param {string} event @param {{m: string, [key: string]: any}} payload */
  frame(event, payload) {
    const want = this.wants.get(payload.m);
    if (!want) return;
    if (want.step === "asked" && want.held.length < MOST_HELD) want.held.push({ event, payload });
    else if (want.step === "live") this.apply(payload.m, want, event, payload);
  }

  /** @param {string} name @param {Want} want @param {string} event @param {{[key: string]: any}} payload */
  apply(name, want, event, payload) {
    if (event === Event.SERIES) {
      this.store.setSeries(name, payload.series);
      return;
    }
    const ring = this.store.ring(name);
    if (!ring) return;
    const samples = samplesOf(payload, payload.b);
    const before = payload.o - samples.times.length;
    if (samples.columns.length !== ring.series.length) this.resync([name], true);
    else if (before === ring.offset) {
      this.store.append(name, samples, payload.o);
      this.refill(name, want, ring);
    } else if (payload.o > ring.offset) this.resync([name]);
    // An offset that we have passed with a time that we have not: the server counts anew.
    else if (/** @type {number} */ (samples.times[0]) > ring.last) this.resync([name], true);
  }

  /** @param {string} name @param {Want} want @param {import("./store.js").Ring} ring */
  refill(name, want, ring) {
    // A fast metric fills its ring before the window is over: a thinned backfill makes room.
    const full = ring.length >= ring.capacity && ring.last - ring.first < 0.9 * this.window * 1000;
    if (full && this.capacity(want) >= MOST_ROWS) this.resync([name], true);
  }

  /** @param {Record<string, number>} offsets */
  top(offsets) {
    for (const [name, offset] of Object.entries(offsets)) {
      const ring = this.store.ring(name);
      if (this.wants.get(name)?.step !== "live" || !ring || ring.offset === offset) continue;
      this.resync([name], offset < ring.offset);
    }
  }

  // --- what we ask

  /** @param {string[]} names @param {boolean} [fresh] */
  resync(names, fresh = false) {
    for (const name of names) {
      const want = this.wants.get(name);
      if (want) this.again(want, fresh);
    }
    this.plan();
  }

  /** @param {Want} want @param {boolean} fresh */
  again(want, fresh) {
    want.unwait();
    Object.assign(want, { step: "new", held: [], error: "", fresh: want.fresh || fresh });
  }

  /** Subscribe to what is not yet, together with whatever else is wanted in this moment. */
  plan() {
    if (this.planned) return;
    this.planned = true;
    queueMicrotask(() => {
      this.planned = false;
      if (!this.line.ready()) return;
      const fresh = [...this.wants].filter(([, want]) => want.step === "new");
      for (const [name, want] of fresh) if (want.limited) this.subscribe([name]);
      const names = fresh.filter(([, want]) => !want.limited).map(([name]) => name);
      for (let from = 0; from < names.length; from += CHUNK) this.subscribe(names.slice(from, from + CHUNK));
    });
  }

  /** @param {string[]} names */
  subscribe(names) {
    const ticket = ++this.tickets;
    const asked = names.map((name) => /** @type {Want} */ (this.wants.get(name)));
    const metrics = names.map((name, place) => {
      const want = /** @type {Want} */ (asked[place]);
      const since = this.since(name, want);
      Object.assign(want, { step: "asked", held: [], fresh: false, ticket });
      return { name, window: this.window, points: this.pointsOf(want), ...(since === null ? {} : { since }) };
    });
    const epoch = this.store.epoch;
    this.line.request(Event.SUBSCRIBE, { metrics, ...(epoch ? { epoch } : {}) }, (answer) => {
      if (answer.epoch !== this.store.epoch) this.newEpoch(answer.epoch, epoch !== "");
      for (const part of answer.metrics) {
        const want = this.wants.get(part.name);
        if (want?.step === "asked" && want.ticket === ticket) this.accept(part, want, answer.b);
      }
    }, () => {
      for (const want of asked) if (want.step === "asked" && want.ticket === ticket) this.again(want, true);
      this.line.later(1_000 + Math.random() * 2_000, () => this.plan());
    });
  }

  /** Offset after which samples are missing, or null when a backfill is the shorter way. @param {string} name @param {Want} want */
  since(name, want) {
    const ring = this.store.ring(name);
    if (!ring || want.fresh || !ring.offset || ring.capacity !== this.capacity(want)) return null;
    const missing = (this.line.serverNow() - ring.last) / want.every;
    return missing < Math.min(this.pointsOf(want), ring.capacity) ? ring.offset : null;
  }

  /** Times of a backfill. @param {Want} want */
  pointsOf(want) {
    return Math.max(Math.min(this.points, LEAST_POINTS), Math.floor(this.points / 2 ** want.limited));
  }

  /** Rows of a ring: the whole window at full resolution and some room, up to a bound. @param {Want} want */
  capacity(want) {
    return Math.min(MOST_ROWS, Math.max(this.points + 64, Math.ceil((this.window * 1000 * 1.2) / want.every) + 64));
  }

  /** @param {any} part @param {Want} want @param {ArrayBuffer} [attachment] */
  accept(part, want, attachment) {
    if (part.error?.code === Code.RATE_LIMITED) {
      this.retry(want);
      return;
    }
    if (part.error) {
      Object.assign(want, { step: "refused", error: part.error.code, held: [] });
      this.line.tell("refused", { name: part.name, ...part.error });
      this.store.tell(part.name);
      return;
    }
    const held = want.held;
    Object.assign(want, { step: "live", held: [], limited: 0 });
    this.store.accept(part.name, part.series, samplesOf(part, attachment, part.series.length), {
      offset: part.offset, recovered: part.recovered, capacity: this.capacity(want), every: want.every,
    });
    for (const { event, payload } of held) {
      if (want.step !== "live") break;
      // The answer may already hold what came while we waited for it.
      if (event === Event.SERIES || payload.o > part.offset) this.apply(part.name, want, event, payload);
    }
  }

  /** The answer was full: this one gets an answer of its own a moment later. @param {Want} want */
  retry(want) {
    const wait = Math.min(RETRY_MOST, RETRY_AFTER * 2 ** want.limited);
    Object.assign(want, { step: "later", held: [], limited: want.limited + 1 });
    want.unwait();
    want.unwait = this.line.later(wait * (1 + Math.random() / 2), () => {
      if (want.step === "later") this.again(want, false);
      this.plan();
    });
  }

  /** The server's history is another one: offsets mean nothing any more. @param {string} epoch @param {boolean} lost */
  newEpoch(epoch, lost) {
    this.store.epoch = epoch;
    if (lost) for (const ring of this.store.rings.values()) ring.offset = 0;
  }

  /** @param {string[]} names */
  leave(names) {
    for (const name of names) {
      this.wants.get(name)?.unwait();
      this.wants.delete(name);
      this.leaving.delete(name);
      this.forgetting.set(name, this.line.later(KEEP_RING, () => this.store.forget(name)));
    }
    if (this.line.ready()) this.line.request(Event.UNSUBSCRIBE, { metrics: names }, () => {});
  }
}
