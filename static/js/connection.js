// The socket, and the only file that imports socket.io: says hello, tells how it is, measures clock and latency.

import { io } from "../vendor/socket.io.esm.min.js";
import { Subscriptions } from "./subscriptions.js";
import { Event, NAMESPACE } from "./wire.js";

/** @typedef {"connecting" | "live" | "reconnecting" | "signed_out" | "other_version"} Phase */
/** @typedef {{phase: Phase, since: number, latency: number}} Status `since` and `latency` in ms */

const ANSWER_TIMEOUT = 10_000;
const PING_EVERY = 10_000;
const FIRST_PINGS = [1_200, 2_500];
/** A hidden tab stops its subscriptions after this time; on return one resync brings what is missing. */
const HIDE_AFTER = 5_000;

/**
 * @param {string} base
 * @returns {any} a socket of socket.io-client
 */
function open(base) {
  return io(NAMESPACE, {
    path: `${base}/socket.io`,
    transports: ["websocket"],
    reconnectionDelay: 400,
    reconnectionDelayMax: 5_000,
    randomizationFactor: 0.5,
    autoConnect: false,
  });
}

export class Connection {
  /**
   * @param {object} options
   * @param {import("./store.js").Store} options.store
   * @param {string} options.base path under which the server lives
   * @param {string} options.version of this page's files
   * @param {(base: string) => any} [options.connect] makes the socket
   * @param {() => number} [options.now] ms since the epoch, by this machine's clock
   * @param {() => void} [options.otherVersion] the server has other files than this page
   * @param {() => Promise<number>} [options.probe] HTTP status that the server gives this browser
   * @param {(ms: number, action: () => void) => () => void} [options.later] runs an action later; gives what ends that
   */
  constructor({ store, base, version, connect = open, now = Date.now, otherVersion = () => {}, probe, later = timer }) {
    this.version = version;
    this.now = now;
    this.otherVersion = otherVersion;
    this.probe = probe ?? (() => fetch(`${base}/healthz`, { redirect: "manual" }).then((answer) => answer.status));
    this.subscriptions = new Subscriptions(store, {
      ready: () => this.greeted && !this.hidden,
      serverNow: () => this.serverNow(),
      request: (event, payload, done, failed) => this.request(event, payload, done, failed),
      later,
      tell: (what, payload) => this.tell(what, payload),
    });
    /** Server's clock minus ours, ms. */
    this.skew = 0;
    /** @type {Status} */
    this.status = { phase: "connecting", since: now(), latency: NaN };
    /** @type {Map<string, Set<(payload: any) => void>>} */
    this.listeners = new Map();
    this.later = later;
    this.unhide = () => {};
    this.greeted = false;
    this.hidden = false;
    this.stopped = false;
    this.failures = 0;
    this.bestTrip = Infinity;
    /** @type {number[]} ms there and back, of the last pings */
    this.trips = [];
    /** Counts connections, so that an answer of an earlier one is told apart. */
    this.session = 0;
    this.socket = connect(base);
    this.wire();
  }

  start() {
    this.socket.connect();
    this.keepPinging();
  }

  stop() {
    this.stopped = true;
    this.unhide();
    this.subscriptions.stop();
    this.socket.disconnect();
  }

  /** The server's time, ms since the epoch. */
  serverNow() {
    return this.now() + this.skew;
  }

  /** The tab is out of sight, or back. @param {boolean} hidden */
  setHidden(hidden) {
    this.unhide();
    if (hidden) this.unhide = this.later(HIDE_AFTER, () => this.hide());
    else if (this.hidden) {
      this.hidden = false;
      this.subscriptions.plan();
    }
  }

  hide() {
    const metrics = [...this.subscriptions.wants.keys()];
    if (this.greeted && metrics.length) this.request(Event.UNSUBSCRIBE, { metrics }, () => {});
    this.hidden = true;
    this.subscriptions.reset();
  }

  /**
   * @param {"status" | "catalog" | "notice" | "refused"} what
   * @param {(payload: any) => void} listener
   * @returns {() => void} ends that
   */
  on(what, listener) {
    const all = this.listeners.get(what) ?? new Set();
    this.listeners.set(what, all.add(listener));
    return () => void all.delete(listener);
  }

  /** @param {string} what @param {unknown} payload */
  tell(what, payload) {
    for (const listener of this.listeners.get(what) ?? []) listener(payload);
  }

  /** @param {Phase} phase */
  setPhase(phase) {
    const { phase: before, since, latency } = this.status;
    this.status = { phase, since: phase === before ? since : this.now(), latency };
    this.tell("status", this.status);
  }

  wire() {
    const { socket, subscriptions } = this;
    socket.on("connect", () => this.session++);
    socket.on("disconnect", (/** @type {string} */ reason) => this.lost(reason));
    socket.on("connect_error", () => this.failed());
    socket.on(Event.HELLO, (/** @type {any} */ hello) => this.hello(hello));
    socket.on(Event.CATALOG, (/** @type {import("./types.js").Change} */ change) => {
      subscriptions.changed(change);
      this.tell("catalog", change);
    });
    for (const event of [Event.SAMPLES, Event.SERIES]) {
      socket.on(event, (/** @type {any} */ frame) => subscriptions.frame(event, frame));
    }
    socket.on(Event.TOP, (/** @type {Record<string, number>} */ offsets) => subscriptions.top(offsets));
    socket.on(Event.LAGGED, (/** @type {{metrics: string[]}} */ { metrics }) => subscriptions.resync(metrics));
    socket.on(Event.NOTICE, (/** @type {any} */ notice) => this.tell("notice", notice));
  }

  /** @param {string} reason */
  lost(reason) {
    this.greeted = false;
    this.subscriptions.reset();
    if (this.status.phase !== "other_version") this.setPhase("reconnecting");
    // A connection that the server has closed itself is not opened again by socket.io.
    if (reason === "io server disconnect") this.later(500 + Math.random() * 1500, () => this.stopped || this.socket.connect());
  }

  async failed() {
    this.failures++;
    if (this.status.phase === "connecting") this.setPhase("reconnecting");
    if (this.failures % 3 !== 0) return;
    // A refused handshake looks like any other failure; plain HTTP tells whether this browser has to sign in again.
    const status = await this.probe().catch(() => 0);
    if (status === 401 || status === 403) this.setPhase("signed_out");
  }

  /** @param {{version: string, now: number}} hello */
  hello({ version, now }) {
    this.failures = 0;
    this.bestTrip = Infinity;
    this.skew = now - this.now();
    this.greeted = true;
    const same = version === this.version;
    if (!same) {
      this.setPhase("other_version");
      this.otherVersion();
    }
    this.request(Event.CATALOG, {}, (answer) => {
      this.tell("catalog", { ...answer, whole: true });
      if (same) this.setPhase("live");
      // A moment later, when the page has drawn and the answer is not kept waiting by that.
      for (const moment of FIRST_PINGS) this.later(moment, () => this.ping());
    });
    this.subscriptions.plan();
  }

  keepPinging() {
    this.later(PING_EVERY, () => {
      if (this.stopped) return;
      this.ping();
      this.keepPinging();
    });
  }

  /** Counts alone are no news that the server would tell: ask for them. */
  refresh() {
    if (this.greeted) this.request(Event.CATALOG, {}, ({ metrics, collectors }) => this.tell("catalog", { metrics, collectors, gone: [] }));
  }

  /** Measures the way there and back, by a request that changes nothing. */
  ping() {
    if (!this.greeted || this.hidden || this.stopped) return;
    this.request(Event.UNSUBSCRIBE, { metrics: ["-"] }, (_, sent) => {
      // The best of the last few: the others had to wait for this page, not for the line.
      this.trips = [...this.trips, this.now() - sent].slice(-3);
      this.status = { ...this.status, latency: Math.min(...this.trips) };
      this.tell("status", this.status);
    });
  }

  /**
   * @param {string} event
   * @param {object} payload
   * @param {(answer: any, sent: number) => void} done
   * @param {() => void} [failed] no answer, or a refusal
   */
  request(event, payload, done, failed = () => {}) {
    const sent = this.now();
    const session = this.session;
    this.socket.timeout(ANSWER_TIMEOUT).emit(event, payload, (/** @type {unknown} */ error, /** @type {any} */ answer) => {
      // An answer of an earlier connection; its requests are made again anyway.
      if (session !== this.session || !this.greeted) return;
      if (error || !answer?.ok) {
        failed();
        return;
      }
      if (answer.now !== undefined) this.setClock(answer.now, sent);
      done(answer, sent);
    });
  }

  /** @param {number} now the server's, ms @param {number} sent ours, ms */
  setClock(now, sent) {
    const trip = this.now() - sent;
    // The shortest trip says most about the two clocks.
    if (trip >= this.bestTrip) return;
    this.bestTrip = trip;
    this.skew = now - (sent + trip / 2);
  }
}

/** @param {number} ms @param {() => void} action */
function timer(ms, action) {
  const made = setTimeout(action, ms);
  return () => clearTimeout(made);
}
