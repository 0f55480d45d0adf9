// Which elements are in view, or nearly.

const MARGIN = "240px 0px";

export class Sight {
  constructor() {
    /** @type {Map<Element, (seen: boolean) => void>} */
    this.listeners = new Map();
    this.observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) this.listeners.get(target)?.(isIntersecting);
    }, { rootMargin: MARGIN });
  }

  /**
   * @param {Element} element
   * @param {(seen: boolean) => void} listener
   * @returns {() => void} ends it
   */
  watch(element, listener) {
    this.listeners.set(element, listener);
    this.observer.observe(element);
    return () => {
      this.listeners.delete(element);
      this.observer.unobserve(element);
    };
  }
}
