// The one scheduler of drawing: what has changed and is in view is drawn in animation frames, a few ms in each.

/**
 * @typedef {object} Drawable
 * @property {() => boolean} visible whether drawing it would be seen
 * @property {() => boolean} [focused] the one that somebody is at: it goes first
 * @property {() => number} [pause] ms between two drawings at least
 * @property {() => unknown} draw false when there was nothing to draw yet: it need not wait then
 */

/** @typedef {{dirty: boolean, marked: number, drawn: number, cost: number, waiting: (() => void)[]}} Entry */

const BUDGET = 8;
/** A drawing may take this share of the time at most, however much there is to draw in it. */
const SHARE = 1 / 12;

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
    this.serial = 0;
  }

  /**
   * @param {Drawable} drawable
   * @returns {() => void} takes it out again
   */
  add(drawable) {
    this.entries.set(drawable, { dirty: true, marked: ++this.serial, drawn: -Infinity, cost: 0, waiting: [] });
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
    if (!entry.dirty) Object.assign(entry, { dirty: true, marked: ++this.serial });
    this.request();
  }

  /** As `mark`, and without waiting for its pause: somebody has done something. @param {Drawable} drawable */
  now(drawable) {
    const entry = this.entries.get(drawable);
    if (entry) entry.drawn = -Infinity;
    this.mark(drawable);
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
    if (this.stopped) return;
    const begin = this.clock.now();
    const due = [];
    let next = Infinity;
    for (const [drawable, entry] of this.entries) {
      if (!entry.dirty || !drawable.visible()) continue;
      const ready = entry.drawn + Math.max(drawable.pause?.() ?? 0, entry.cost / SHARE);
      if (ready <= begin + 4) due.push({ drawable, entry, focused: drawable.focused?.() ?? false });
      else next = Math.min(next, ready);
    }
    due.sort((a, b) => Number(b.focused) - Number(a.focused) || a.entry.marked - b.entry.marked);
    let time = begin;
    for (const [place, { drawable, entry }] of due.entries()) {
      if (place > 0 && time - begin >= BUDGET) {
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

  /** @param {number} ms until the next one is due */
  sleep(ms) {
    this.clock.unwait(this.timer);
    this.timer = null;
    if (ms === Infinity) return;
    if (ms <= 16) this.request();
    else this.timer = this.clock.wait(() => this.request(), ms - 8);
  }
}
