// Which elements are in view, and which nearly: those get their samples, so that they are there when one scrolls on.

import { later } from "./later.js";

const MARGIN = "240px 0px";
/** ms to wait for what can't be drawn. */
const PATIENCE = 5_000;

/** @typedef {(near: boolean, seen: boolean) => void} Watcher */
/** @typedef {() => Promise<unknown>} Drawn it is drawn with the newest samples, which it gets as if it were seen */
/** @typedef {{watcher: Watcher, drawn: Drawn, near: boolean, seen: boolean}} Watched */

export class Sight {
  constructor() {
    /** @type {Map<Element, Watched>} */
    this.watched = new Map();
    this.observers = [this.observer("near", MARGIN), this.observer("seen", "0px")];
  }

  /** @param {"near" | "seen"} what @param {string} rootMargin */
  observer(what, rootMargin) {
    return new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const watched = this.watched.get(target);
        if (!watched || watched[what] === isIntersecting) continue;
        watched[what] = isIntersecting;
        watched.watcher(watched.near || watched.seen, watched.seen);
      }
    }, { rootMargin });
  }

  /** Let an element that is out of sight do as if it were seen. @param {Element} element @returns {() => void} ends that */
  wake(element) {
    const { watcher, seen } = this.watched.get(element) ?? {};
    if (!watcher || seen) return () => {};
    watcher(true, true);
    return () => {
      const { near = false, seen: now = false } = this.watched.get(element) ?? {};
      watcher(near || now, now);
    };
  }

  /**
   * All of some elements show what is now, though they may be out of sight.
   * @param {Iterable<Element>} elements those that nobody watches show it always
   * @param {(ms: number, action: () => void) => () => void} [wait]
   * @returns {Promise<() => void>} lets them rest again
   */
  async settle(elements, wait = later) {
    const all = [...elements].flatMap((element) => this.watched.get(element)?.drawn ?? []);
    const rests = [...elements].map((element) => this.wake(element));
    let unwait = () => {};
    const patience = new Promise((done) => (unwait = wait(PATIENCE, () => done(null))));
    await Promise.race([Promise.allSettled(all.map((drawn) => drawn())), patience]);
    unwait();
    return () => {
      for (const rest of rests) rest();
    };
  }

  /** What is watched in a part of the page. @param {Element} part */
  within(part) {
    return [...this.watched.keys()].filter((element) => part.contains(element));
  }

  /**
   * @param {Element} element
   * @param {Watcher} watcher
   * @param {Drawn} drawn
   * @returns {() => void} ends it
   */
  watch(element, watcher, drawn) {
    this.watched.set(element, { watcher, drawn, near: false, seen: false });
    for (const observer of this.observers) observer.observe(element);
    return () => {
      this.watched.delete(element);
      for (const observer of this.observers) observer.unobserve(element);
    };
  }
}
