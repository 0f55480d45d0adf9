// The socket, and the only file that imports socket.io: says hello, tells how it is, and comes back whatever ends it.

import { io } from "../vendor/socket.io.esm.min.js";
import { delayOf } from "./backoff.js";
import { ServerClock } from "./clock.js";
import { later as inTime } from "./later.js";
import { Shared } from "./shared.js";
import { Subscriptions } from "./subscriptions.js";
import { offerOf, showing } from "./ticket.js";
import { onWake } from "./wake.js";
import { Code, Event, NAMESPACE } from "./wire.js";

/** @typedef {"connecting" | "live" | "reconnecting" | "signed_out" | "other_version"} Phase */
/** @typedef {{phase: Phase, since: number, latency: number}} Status `since` and `latency` in ms */

const ANSWER_WITHIN = 10_000;
const PING_EVERY = 10_000;
const FIRST_PINGS = [1_200, 2_500];
/** No metric has this name. */
const PING = { metrics: [{ name: "-", window: 1, points: 4 }] };
/** A hidden tab stops its subscriptions after this time; on return one resync brings what is missing. */
const HIDE_AFTER = 5_000;
/** A line that is in doubt is dead when nothing at all comes for so many ms. */
const SIGN_WITHIN = 4_000;
/** The catalog is asked for again when it did not come. */
const CATALOG_AGAIN = 2_000;

/** What socket.io-client is told. @param {string} base @param {string} [ticket] of a framed panel, which has no cookie */
export function optionsOf(base, ticket = "") {
  return {
    path: `${base}/socket.io`,
    transports: ["websocket"],
    // Done here: socket.io does not come back from every end, and its longest delays are the same for all pages.
    reconnection: false,
    timeout: 10_000,
    autoConnect: false,
    ...(ticket ? { protocols: offerOf(ticket) } : {}),
  };
}

/**
 * @param {string} base
 * @param {string} ticket
 * @returns {any} a socket of socket.io-client
 */
function open(base, ticket) {
  return io(NAMESPACE, optionsOf(base, ticket));
}

export class Connection {
  /**
   * @param {object} options
   * @param {import("./store.js").Store} options.store
   * @param {string} options.base path under which the server lives
   * @param {string} options.version of this page's files
   * @param {string} [options.ticket] what a framed panel shows in place of a cookie
   * @param {(base: string, ticket: string) => any} [options.connect] makes the socket
   * @param {() => number} [options.now] ms since the epoch, by this machine's clock
   * @param {() => void} [options.otherVersion] the server has other files than this page
   * @param {() => Promise<number>} [options.probe] HTTP status that the server gives this browser
   * @param {(ms: number, action: () => void) => () => void} [options.later] runs an action later; gives what ends that
   */
  constructor({ store, base, version, ticket = "", connect = open, now = Date.now, otherVersion = () => {}, probe, later = inTime }) {
    this.store = store;
    this.version = version;
    this.now = now;
    this.otherVersion = otherVersion;
    this.probe = probe ?? (() => showing(ticket)(`${base}/healthz`, { redirect: "manual" }).then((answer) => answer.status));
    this.subscriptions = new Subscriptions(store, {
      ready: () => this.greeted && !this.hidden,
      serverNow: () => this.serverNow(),
      request: (event, payload, answers) => this.request(event, payload, answers),
      later,
      tell: (what, payload) => this.tell(what, payload),
    });
    this.clock = new ServerClock(now);
    /** @type {Status} */
    this.status = { phase: "connecting", since: now(), latency: NaN };
    /** @type {Map<string, Set<(payload: any) => void>>} */
    this.listeners = new Map();
    this.later = later;
    this.unhide = () => {};
    this.unwake = () => {};
    /** @type {(() => void) | null} ends the wait for the next try to connect */
    this.unretry = null;
    /** @type {any} socket.io's engine, while it is not known whether it will connect */
    this.trying = null;
    this.greeted = false;
    this.hidden = false;
    this.stopped = false;
    this.failures = 0;
    /** Counts connections, so that an answer of an earlier one is told apart. */
    this.session = 0;
    /** Counts signs of life. */
    this.heard = 0;
    this.socket = connect(base, ticket);
    this.shared = new Shared();
    this.wire();
  }

  start() {
    this.connect();
    this.keepPinging();
    this.unwake = onWake({ now: this.now, later: this.later, action: () => this.check() });
  }

  stop() {
    this.stopped = true;
    this.unhide();
    this.unwake();
    this.unretry?.();
    this.subscriptions.stop();
    this.hangUp();
  }

  /**
   * Another namespace over the same line. It is joined after each greeting, so that the first chart does not wait for it.
   * @param {string} name
   * @param {(give: (auth: object) => void) => void} auth asked each time
   * @returns {any} its socket
   */
  share(name, auth) {
    const socket = this.shared.add(this.socket, name, auth);
    if (this.greeted) socket.connect();
    return socket;
  }

  hangUp() {
    this.shared.leave();
    this.socket.disconnect();
  }

  /** The server's time, ms since the epoch. */
  serverNow() {
    return this.clock.now();
  }

  /** The tab is out of sight, or back. @param {boolean} hidden */
  setHidden(hidden) {
    this.unhide();
    if (hidden) this.unhide = this.later(HIDE_AFTER, () => this.hide());
    else if (this.hidden) {
      this.hidden = false;
      this.subscriptions.plan();
      this.check();
    }
  }

  hide() {
    if (this.greeted) this.subscriptions.halt();
    this.hidden = true;
  }

  /**
   * @param {"status" | "catalog" | "notice" | "notices" | "dashboards" | "refused"} what
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
    socket.on("connect", () => {
      this.trying = null;
      this.session++;
    });
    socket.on("disconnect", () => this.lost());
    socket.on("connect_error", () => this.failed());
    /** @param {string} event @param {(payload: any) => void} handle */
    const on = (event, handle) => {
      socket.on(event, (/** @type {any} */ payload) => {
        this.heard++;
        handle(payload);
      });
    };
    on(Event.HELLO, (hello) => this.hello(hello));
    on(Event.CATALOG, (change) => {
      subscriptions.changed(change);
      this.tell("catalog", change);
    });
    for (const event of [Event.SAMPLES, Event.SERIES]) on(event, (frame) => subscriptions.following.frame(event, frame));
    on(Event.TOP, (offsets) => subscriptions.following.top(offsets));
    on(Event.LAGGED, ({ metrics }) => subscriptions.following.lagged(metrics));
    on(Event.NOTICE, (notice) => this.tell("notice", notice));
    on(Event.DASHBOARDS, (change) => this.tell("dashboards", change));
  }

  lost() {
    this.greeted = false;
    this.shared.leave();
    this.subscriptions.reset();
    if (this.status.phase !== "other_version") this.setPhase("reconnecting");
    this.retry();
  }

  /** Connect again, after a while that no two pages share. */
  retry() {
    if (this.stopped) return;
    this.unretry?.();
    this.unretry = this.later(delayOf(this.failures), () => {
      this.unretry = null;
      this.connect();
    });
  }

  connect() {
    this.socket.connect();
    const { engine } = this.socket.io ?? {};
    this.trying = engine;
    // To socket.io that is no end while it waits for the server's first words: it would wait until its timeout.
    engine?.once("close", () => {
      if (this.trying !== engine) return;
      this.hangUp();
      this.failed();
    });
  }

  /** The line may be dead: when no sign of life comes, it is left, and connected anew. */
  check() {
    if (this.stopped || this.hidden) return;
    if (!this.greeted) {
      this.failures = 0;
      if (this.unretry) this.retry();
      return;
    }
    const { heard, session } = this;
    this.ping();
    this.later(SIGN_WITHIN, () => {
      if (this.greeted && !this.hidden && session === this.session && heard === this.heard) this.hangUp();
    });
  }

  async failed() {
    this.trying = null;
    this.failures++;
    if (this.status.phase === "connecting") this.setPhase("reconnecting");
    this.retry();
    if (this.failures % 3 !== 0) return;
    // A refused handshake looks like any other failure; plain HTTP tells whether this browser has to sign in again.
    const status = await this.probe().catch(() => 0);
    if (status === 401 || status === 403) this.setPhase("signed_out");
  }

  /** @param {{version: string, epoch: string, now: number, notices?: import("./notices.js").Notice[]}} hello */
  hello({ version, epoch, now, notices = [] }) {
    this.failures = 0;
    this.clock.greet(now);
    this.greeted = true;
    this.store.setEpoch(epoch);
    if (version !== this.version) {
      this.setPhase("other_version");
      this.otherVersion();
    }
    this.tell("notices", notices);
    this.askCatalog(version === this.version);
    this.subscriptions.plan();
    this.shared.join();
  }

  /** @param {boolean} same whether the server's files are this page's */
  askCatalog(same) {
    const { session } = this;
    this.request(Event.CATALOG, {}, {
      done: (answer) => {
        this.tell("catalog", { ...answer, whole: true });
        if (same) this.setPhase("live");
        // A moment later, when the page has drawn and the answer is not kept waiting by that.
        for (const moment of FIRST_PINGS) this.later(moment, () => this.ping());
      },
      failed: () => void this.later(CATALOG_AGAIN, () => this.greeted && session === this.session && this.askCatalog(same)),
    });
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
    if (!this.greeted) return;
    const done = (/** @type {any} */ { metrics, collectors }) => this.tell("catalog", { metrics, collectors, gone: [] });
    this.request(Event.CATALOG, {}, { done });
  }

  /** Measures the way there and back, by a request that changes nothing and whose answer tells the time. */
  ping() {
    if (!this.greeted || this.hidden || this.stopped) return;
    this.request(Event.SUBSCRIBE, PING, {
      done: (_, sent) => {
        this.status = { ...this.status, latency: this.clock.trip(sent) };
        this.tell("status", this.status);
      },
    });
  }

  /**
   * @param {string} event
   * @param {object} payload
   * @param {import("./subscriptions.js").Answers} [answers]
   */
  request(event, payload, { done, failed, within = ANSWER_WITHIN } = {}) {
    const sent = this.now();
    const { session } = this;
    this.socket.timeout(within).emit(event, payload, (/** @type {unknown} */ error, /** @type {any} */ answer) => {
      // An answer of an earlier connection; its requests are made again anyway.
      if (session !== this.session || !this.greeted) return;
      if (!error) this.heard++;
      if (error || !answer?.ok) {
        failed?.(error ? "" : answer?.error?.code ?? Code.BAD_REQUEST);
        return;
      }
      if (answer.now !== undefined) this.clock.read(answer.now, sent);
      done?.(answer, sent);
    });
  }
}
