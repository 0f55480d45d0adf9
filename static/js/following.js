// How a metric follows its frames: the newest are drawn at once, and what is missing before them is asked for.

import { samplesOf } from "./decode.js";
import { crowded } from "./extent.js";
import { Event } from "./wire.js";

/** @typedef {import("./want.js").Want} Want */
/** @typedef {import("./ring.js").Ring} Ring */

/** ms after which a hole is asked for, each time twice that, until there was none for a while. */
const MEND_AFTER = 1_000;
const MEND_MOST = 20_000;
const CALM = 15_000;

export class Following {
  /**
   * @param {object} parts
   * @param {import("./store.js").Store} parts.store
   * @param {Map<string, Want>} parts.wants
   * @param {import("./extent.js").Span} parts.span
   * @param {(ms: number, action: () => void) => () => void} parts.later
   * @param {() => void} parts.plan asks for all that is to be asked for
   */
  constructor({ store, wants, span, later, plan }) {
    this.store = store;
    this.wants = wants;
    this.span = span;
    this.later = later;
    this.plan = plan;
  }

  /** @param {string} event @param {{m: string, [key: string]: any}} payload */
  frame(event, payload) {
    const want = this.wants.get(payload.m);
    if (want?.joined) this.apply(payload.m, want, event, payload);
    else if (want?.step === "asked") want.hold(event, payload);
  }

  /** @param {string} name @param {Want} want @param {string} event @param {{[key: string]: any}} payload */
  apply(name, want, event, payload) {
    const ring = this.store.ring(name);
    if (!ring) return;
    if (event === Event.SERIES) {
      want.renamed = true;
      this.store.setSeries(name, payload.series);
      return;
    }
    const samples = samplesOf(payload, payload.b);
    if (samples.columns.length !== ring.series.length) this.rejoin(want);
    else if (payload.o > ring.offset) {
      this.store.append(name, samples, payload.o);
      if (ring.torn) this.mendSoon(want, ring);
      if (want.step === "live" && crowded(want.span ?? this.span, want, ring)) this.ask(want, true);
    // An offset that we have passed with a time that we have not: the server counts anew.
    } else if (/** @type {number} */ (samples.times[0]) > ring.last) this.rejoin(want, ring);
  }

  /** The answer is taken: go on with what came before it. @param {string} name @param {Want} want @param {number} offset of the answer */
  resume(name, want, offset) {
    const { held } = want;
    want.held = [];
    this.calm(want);
    for (const { event, payload } of held) {
      // The answer may already hold what came while we waited for it.
      if (want.joined && (event === Event.SERIES ? !(payload.o < offset) : payload.o > offset)) this.apply(name, want, event, payload);
    }
    const ring = this.store.ring(name);
    if (ring && (ring.torn || want.missed)) this.mendSoon(want, ring);
  }

  /** The newest offsets that there are. @param {Record<string, number>} offsets */
  top(offsets) {
    for (const [name, offset] of Object.entries(offsets)) {
      const ring = this.store.ring(name);
      const want = this.wants.get(name);
      if (want?.step !== "live" || !ring || ring.offset === offset) continue;
      want.top = offset;
      if (offset < ring.offset) this.rejoin(want, ring);
      else this.mendSoon(want, ring);
    }
  }

  /** All that was sent is here, but of these metrics something was left out. @param {string[]} names */
  lagged(names) {
    for (const name of names) {
      const want = this.wants.get(name);
      if (want?.step === "live") this.ask(want);
      else if (want?.step === "asked") want.missed = true;
    }
  }

  /** @param {Want} want @param {boolean} [fresh] */
  ask(want, fresh = false) {
    want.again(fresh);
    this.plan();
  }

  /** The frames can't be read with what is known here. @param {Want} want @param {Ring} [ring] whose count has ended */
  rejoin(want, ring) {
    ring?.lose();
    want.part();
    this.ask(want);
  }

  /** Ask for what is missing a moment later, however much more is lost until then. @param {Want} want @param {Ring} ring */
  mendSoon(want, ring) {
    if (want.step !== "live" || want.mending) return;
    want.wait(this.later(Math.min(MEND_MOST, MEND_AFTER * 2 ** want.mends) * (1 + Math.random()), () => {
      if (ring.torn || want.missed || ring.offset < want.top) {
        want.mends++;
        this.ask(want);
      } else this.calm(want);
    }));
    want.mending = true;
  }

  /** What is mended and stays so for a while may be mended sooner the next time. @param {Want} want */
  calm(want) {
    want.wait(this.later(CALM, () => void (want.mends = 0)));
  }
}
