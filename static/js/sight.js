// Which elements are in view, and which nearly: those get their samples, so that they are there when one scrolls on.

const MARGIN = "240px 0px";

/** @typedef {(near: boolean, seen: boolean) => void} Watcher */
/** @typedef {{watcher: Watcher, near: boolean, seen: boolean}} Watched */

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
   * @param {Element} element
   * @param {Watcher} watcher
   * @returns {() => void} ends it
   */
  watch(element, watcher) {
    this.watched.set(element, { watcher, near: false, seen: false });
    for (const observer of this.observers) observer.observe(element);
    return () => {
      this.watched.delete(element);
      for (const observer of this.observers) observer.unobserve(element);
    };
  }
}
