// Which metrics are wanted, and what is asked of the server for that.

import { samplesOf } from "./decode.js";
import { capacityOf, pointsOf, sinceOf, timesOf } from "./extent.js";
import { Following } from "./following.js";
import { Requests } from "./requests.js";
import { Want } from "./want.js";
import { Code, Event } from "./wire.js";

/** @typedef {import("./types.js").Change} Change */

/**
 * @typedef {object} Line what a connection offers here
 * @property {() => boolean} ready whether requests make sense now
 * @property {() => number} serverNow ms since the epoch
 * @property {(event: string, payload: object, answers?: Answers) => void} request
 * @property {(ms: number, action: () => void) => () => void} later runs an action later; gives what ends that
 * @property {(what: string, payload: unknown) => void} tell
 *
 * @typedef {object} Answers
 * @property {(answer: any, sent: number) => void} [done]
 * @property {(code: string) => void} [failed] refused with that code, or "" when there was no answer in time
 * @property {number} [within] ms to wait for the answer
 */

/** Metrics in one request: it has to stay under the server's limit for a message. */
const CHUNK = 60;
const LEAVE_AFTER = 3_000;
/** A ring that nobody has wanted for so long is given up. */
const KEEP_RING = 300_000;
/** ms after which a metric is asked for again, alone, that did not fit into an answer; each time twice that. */
const RETRY_AFTER = 500;
const RETRY_MOST = 15_000;
/** The server reads no request while much waits for this client: no answer may only mean a slow line. */
const ANSWER_WITHIN = 30_000;
const DOUBLED_MOST = 4;

export class Subscriptions {
  /**
   * @param {import("./store.js").Store} store
   * @param {Line} line
   */
  constructor(store, line) {
    this.store = store;
    this.line = line;
    this.window = 300;
    /** @type {Map<string, Want>} */
    this.wants = new Map();
    /** @type {Map<string, () => void>} */
    this.leaving = new Map();
    /** @type {Map<string, () => void>} */
    this.forgetting = new Map();
    /** @type {Set<string>} to be unsubscribed from */
    this.left = new Set();
    this.tickets = 0;
    /** How often in a row there was no answer. */
    this.silent = 0;
    /** How often everything had to be asked for again. */
    this.turns = 0;
    this.requests = new Requests(line.later, () => this.send());
    this.following = new Following({ store, wants: this.wants, span: this, later: line.later, plan: () => this.plan() });
  }

  stop() {
    for (const end of [...this.leaving.values(), ...this.forgetting.values()]) end();
    for (const want of this.wants.values()) want.rest();
    this.requests.stop();
    this.leaving.clear();
    this.forgetting.clear();
  }

  /** Times that charts can tell apart. */
  get points() {
    return timesOf(this.window);
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
      this.wants.set(name, new Want(every));
      this.plan();
    }
    let ended = false;
    return () => {
      const want = this.wants.get(name);
      if (ended || !want) return;
      ended = true;
      // Scrolling past and back must not cost a subscription each time.
      if (--want.count === 0) this.leaving.set(name, this.line.later(LEAVE_AFTER, () => this.leave(name)));
    };
  }

  /**
   * Show another span of time: everything wanted is filled again.
   * @param {number} seconds
   */
  setWindow(seconds) {
    if (seconds === this.window) return;
    this.window = seconds;
    for (const want of this.wants.values()) want.again(true);
    this.plan();
  }

  /** What the server said when it refused the metric; "" when it did not. @param {string} name */
  refusal(name) {
    return this.wants.get(name)?.error ?? "";
  }

  /** Samples of a wanted metric are there up to now, or none will come. @param {string} name @returns {Promise<void>} */
  filled(name) {
    const waiting = () => ["new", "asked", "later"].includes(this.wants.get(name)?.step ?? "");
    return new Promise((done) => {
      if (!waiting()) return void done();
      const end = this.store.listen(name, (past) => {
        if (!past && waiting()) return;
        end();
        done();
      });
    });
  }

  /** Ask for what is not asked for yet. */
  plan() {
    this.requests.plan();
  }

  /** The connection is lost: everything has to be asked for again. */
  reset() {
    for (const want of this.wants.values()) {
      want.part();
      want.again();
    }
    this.left.clear();
    this.turns++;
    this.silent = 0;
    this.requests.stop();
  }

  /** Nobody looks for now: get no frames until `plan`. */
  halt() {
    for (const metrics of chunks([...this.wants.keys()])) this.line.request(Event.UNSUBSCRIBE, { metrics });
    this.reset();
  }

  /** The catalog has changed. @param {Change} change */
  changed(change) {
    for (const name of change.gone) {
      this.wants.get(name)?.refused(Code.UNKNOWN_METRIC);
      this.store.ring(name)?.lose();
    }
    for (const { name } of change.metrics) {
      const want = this.wants.get(name);
      if (want?.step === "refused") want.again();
    }
    this.plan();
  }

  // --- what is asked

  send() {
    if (!this.line.ready()) return;
    if (this.left.size && this.requests.spend()) this.unsubscribe();
    const due = [...this.wants].filter(([, want]) => want.step === "new");
    const names = due.filter(([, want]) => !want.limited).map(([name]) => name);
    // Those that an answer had no room for get one of their own.
    const alone = due.filter(([, want]) => want.limited).map(([name]) => [name]);
    for (const some of [...chunks(names), ...alone]) if (this.requests.spend()) this.subscribe(some);
  }

  /** @param {string[]} names */
  subscribe(names) {
    const ticket = ++this.tickets;
    const metrics = names.map((name) => {
      const want = /** @type {Want} */ (this.wants.get(name));
      const span = want.span ?? this;
      const since = sinceOf(span, want, this.store.ring(name), this.line.serverNow());
      want.asked(ticket, since);
      return { name, window: span.window, points: pointsOf(span, want), ...(since === null ? {} : { since }) };
    });
    const { epoch } = this.store;
    this.line.request(Event.SUBSCRIBE, { metrics, ...(epoch ? { epoch } : {}) }, {
      done: (answer) => this.answered(answer, ticket),
      failed: (code) => this.failed(names, ticket, code),
      within: ANSWER_WITHIN * 2 ** this.silent,
    });
  }

  /** The want that waits for this answer; none when it was asked for again meanwhile. @param {string} name @param {number} ticket */
  asking(name, ticket) {
    const want = this.wants.get(name);
    return want?.step === "asked" && want.ticket === ticket ? want : undefined;
  }

  /** @param {any} answer @param {number} ticket */
  answered(answer, ticket) {
    this.requests.limited = this.silent = 0;
    this.store.setEpoch(answer.epoch);
    for (const part of answer.metrics) {
      const want = this.asking(part.name, ticket);
      if (want) this.accept(part, want, answer.b);
    }
  }

  /** @param {string[]} names @param {number} ticket @param {string} code */
  failed(names, ticket, code) {
    const limited = code === Code.RATE_LIMITED;
    for (const name of names) this.asking(name, ticket)?.again(code !== "" && !limited);
    if (!code) this.silent = Math.min(this.silent + 1, DOUBLED_MOST);
    this.requests.pause(limited);
  }

  /** @param {any} part @param {Want} want @param {ArrayBuffer} [attachment] */
  accept(part, want, attachment) {
    if (part.error?.code === Code.RATE_LIMITED) {
      this.retry(want);
      return;
    }
    if (part.error) {
      want.refused(part.error.code);
      this.line.tell("refused", { name: part.name, ...part.error });
      this.store.tell(part.name);
      return;
    }
    this.store.accept(part.name, part.series, samplesOf(part, attachment, part.series.length), {
      offset: part.offset, since: part.recovered ? want.since : null, capacity: capacityOf(want.span ?? this, want), every: want.every,
      renamed: want.joined && want.renamed,
    });
    Object.assign(want, { step: "live", joined: true, limited: 0 });
    this.following.resume(part.name, want, part.offset);
  }

  /** The answer was full: this one gets an answer of its own a moment later. @param {Want} want */
  retry(want) {
    const wait = Math.min(RETRY_MOST, RETRY_AFTER * 2 ** want.limited);
    Object.assign(want, { step: "later", held: [], limited: want.limited + 1 });
    want.wait(this.line.later(wait * (1 + Math.random() / 2), () => {
      want.again();
      this.plan();
    }));
  }

  /** @param {string} name */
  leave(name) {
    this.wants.get(name)?.rest();
    this.wants.delete(name);
    this.leaving.delete(name);
    this.left.add(name);
    this.forgetting.set(name, this.line.later(KEEP_RING, () => this.store.forget(name)));
    this.plan();
  }

  unsubscribe() {
    const [names = []] = chunks([...this.left]);
    for (const name of names) this.left.delete(name);
    const metrics = names.filter((name) => !this.wants.has(name));
    const failed = () => metrics.forEach((name) => this.left.add(name));
    if (metrics.length) this.line.request(Event.UNSUBSCRIBE, { metrics }, { failed });
  }
}

/** @param {string[]} names */
function chunks(names) {
  const found = [];
  for (let from = 0; from < names.length; from += CHUNK) found.push(names.slice(from, from + CHUNK));
  return found;
}
