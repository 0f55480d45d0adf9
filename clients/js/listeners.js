// Who wants to know something: told now, when it is known already, and whenever it changes.

/** @template T */
export class Listeners {
  /** @type {Set<(value: T) => void>} */
  all = new Set();

  /**
   * @param {(value: T) => void} listener
   * @param {() => T | undefined} [now] what is known
   * @returns {() => void} ends that
   */
  add(listener, now = () => undefined) {
    const one = (/** @type {T} */ value) => told(listener, value);
    this.all.add(one);
    // Not at once: who subscribes has the undo first.
    queueMicrotask(() => {
      const value = this.all.has(one) ? now() : undefined;
      if (value !== undefined) one(value);
    });
    return () => void this.all.delete(one);
  }

  /** @param {T} value */
  tell(value) {
    for (const one of this.all) one(value);
  }

  end() {
    this.all.clear();
  }
}

/**
 * An error of a listener is reported like any other that nobody catches, and keeps neither the connection nor other
 * listeners from going on.
 * @template T
 * @param {(value: T) => void} listener
 * @param {T} value
 */
export function told(listener, value) {
  try {
    listener(value);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
