// The one scheduler of drawing: what has changed and is in view is drawn in animation frames, a few ms in each.

/**
 * @typedef {object} Drawable
 * @property {() => boolean} visible whether drawing it would be seen
 * @property {() => boolean} [focused] the one that somebody is at: it goes first
 * @property {() => number} [pause] ms between two drawings at least
 * @property {boolean} [patient] it can wait for a frame without others, in which all that is so changes together
 * @property {() => unknown} draw false when there was nothing to draw yet: it need not wait then
 */

/** @typedef {{dirty: boolean, marked: number, since: number, drawn: number, cost: number, waiting: (() => void)[]}} Entry `since` ms when it was marked */

/** @typedef {{drawable: Drawable, entry: Entry, ready: number, focused: boolean}} Due `ready` ms since when it may be drawn */

const BUDGET = 8;
/** A drawing may take this share of the time at most, however much there is to draw in it. */
const SHARE = 1 / 12;
/** ms; what is not drawn more often is drawn at multiples of it, so that it shares frames: each costs more than what is drawn in it. */
const BEAT = 250;
/** ms that what is patient waits for a frame in which nothing else is to be drawn. */
const PATIENCE = 60;
/** So many that are patient share a frame, which lays out anew what all of them have changed; where more are in view, each waits as many times as long. */
const TOGETHER = 16;

/**
 * @typedef {object} Clock clocks and log, to be replaced in tests
 * @property {() => number} now ms
 * @property {(callback: () => void) => void} request
 * @property {(callback: () => void, ms: number) => any} wait
 * @property {(timer: any) => void} unwait
 * @property {(error: unknown) => void} report
 */

/** @type {Clock} */
const BROWSER = {
  now: () => performance.now(),
  request: (callback) => void requestAnimationFrame(callback),
  wait: (callback, ms) => setTimeout(callback, ms),
  unwait: (timer) => clearTimeout(timer),
  report: (error) => console.error(error),
};

export class Frames {
  /** @param {Partial<Clock>} [clock] */
  constructor(clock = {}) {
    this.clock = { ...BROWSER, ...clock };
    /** @type {Map<Drawable, Entry>} */
    this.entries = new Map();
    this.stopped = false;
    this.requested = false;
    /** @type {any} */
    this.timer = null;
    /** ms at which that ends the wait. */
    this.wakesAt = Infinity;
    this.serial = 0;
    /** How many times as long as they ask for the patient ones wait. */
    this.turns = 1;
  }

  /**
   * @param {Drawable} drawable
   * @returns {() => void} takes it out again
   */
  add(drawable) {
    this.entries.set(drawable, { dirty: true, marked: ++this.serial, since: this.clock.now(), drawn: -Infinity, cost: 0, waiting: [] });
    this.request();
    return () => {
      const { waiting = [] } = this.entries.get(drawable) ?? {};
      this.entries.delete(drawable);
      for (const done of waiting) done();
    };
  }

  /** It has to be drawn again; the newest state counts, however often this is said. @param {Drawable} drawable */
  mark(drawable) {
    const entry = this.entries.get(drawable);
    if (!entry) return;
    if (entry.dirty) {
      // A frame or a timer is under way for what waits, since a frame in which nothing is drawn is not free; for what was out of view none is.
      if (this.timer === null) this.request();
      return;
    }
    const since = this.clock.now();
    Object.assign(entry, { dirty: true, marked: ++this.serial, since });
    this.sleep(this.readyAt(drawable, entry) - since);
  }

  /** As `mark`, and without waiting for its pause: somebody has done something. @param {Drawable} drawable */
  now(drawable) {
    const entry = this.entries.get(drawable);
    if (entry) entry.drawn = -Infinity;
    this.mark(drawable);
    this.request();
  }

  /** It is drawn as it is now, or will never be. @param {Drawable} drawable @returns {Promise<void>} */
  next(drawable) {
    return new Promise((done) => {
      const entry = this.entries.get(drawable);
      if (!entry) return void done();
      entry.waiting.push(done);
      this.now(drawable);
    });
  }

  /** Everything has to be drawn again. */
  markAll() {
    for (const drawable of this.entries.keys()) this.now(drawable);
  }

  /** Draw nothing until `resume`: the tab is out of sight. */
  halt() {
    this.stopped = true;
  }

  /** @param {boolean} all whether everything is to be drawn now, or only what gets new samples */
  resume(all) {
    this.stopped = false;
    if (all) this.markAll();
    else this.request();
  }

  request() {
    if (this.requested || this.stopped) return;
    this.requested = true;
    this.clock.request(() => this.frame());
  }

  frame() {
    this.requested = false;
    this.wake();
    if (this.stopped) return;
    const begin = this.clock.now();
    const { quick, patient, ...rest } = this.due(begin);
    let { next } = rest;
    const waits = patient.some(({ entry, ready }) => begin - Math.max(ready, entry.since) >= PATIENCE);
    const due = waits || !quick.length ? patient : quick;
    const most = due === patient ? TOGETHER : Infinity;
    if (quick.length && patient.length) next = 0;
    due.sort((a, b) => Number(b.focused) - Number(a.focused) || a.entry.marked - b.entry.marked);
    let time = begin;
    for (const [place, { drawable, entry }] of due.entries()) {
      if (place === most || (place > 0 && time - begin >= BUDGET)) {
        next = 0;
        break;
      }
      entry.dirty = false;
      entry.drawn = time;
      try {
        if (drawable.draw() === false) entry.drawn = -Infinity;
        else for (const done of entry.waiting.splice(0)) done();
      } catch (error) {
        for (const done of entry.waiting.splice(0)) done();
        // One chart that can't be drawn must not stop the others.
        this.clock.report(error);
      }
      const after = this.clock.now();
      entry.cost = entry.cost ? 0.7 * entry.cost + 0.3 * (after - time) : after - time;
      time = after;
    }
    this.sleep(next - time);
  }

  /** What is to be drawn now, and ms when the next one is. @param {number} now ms */
  due(now) {
    /** @type {Due[]} */
    const quick = [];
    /** @type {Due[]} */
    const patient = [];
    let next = Infinity;
    let crowd = 0;
    for (const [drawable, entry] of this.entries) {
      if (!drawable.visible()) continue;
      if (drawable.patient) crowd++;
      if (!entry.dirty) continue;
      const ready = this.readyAt(drawable, entry);
      if (ready > now + 4) next = Math.min(next, ready);
      else (drawable.patient ? patient : quick).push({ drawable, entry, ready, focused: drawable.focused?.() ?? false });
    }
    this.turns = Math.max(1, Math.ceil(crowd / TOGETHER));
    return { quick, patient, next };
  }

  /** When it may be drawn again, ms. @param {Drawable} drawable @param {Entry} entry */
  readyAt({ pause, patient }, { drawn, cost }) {
    const least = (pause?.() ?? 0) * (patient ? this.turns : 1);
    const ready = drawn + Math.max(least, cost / SHARE);
    return least < BEAT ? ready : Math.round(ready / BEAT) * BEAT;
  }

  /** @param {number} ms until the next one is due; another one may be due before that */
  sleep(ms) {
    if (ms === Infinity || this.stopped) return;
    if (ms <= 16) {
      this.request();
      return;
    }
    const at = this.clock.now() + ms;
    if (at >= this.wakesAt) return;
    this.wake();
    this.wakesAt = at;
    this.timer = this.clock.wait(() => this.request(), ms - 8);
  }

  /** End the wait for what is due later. */
  wake() {
    this.clock.unwait(this.timer);
    this.timer = null;
    this.wakesAt = Infinity;
  }
}
