// Timers that end together: one that is left would keep Node running.

export class Timers {
  /** @type {Set<ReturnType<typeof setTimeout>>} */
  running = new Set();
  ended = false;

  /** @param {number} ms @param {() => void} action @returns {() => void} ends that */
  later(ms, action) {
    if (this.ended) return () => {};
    const timer = setTimeout(() => {
      this.running.delete(timer);
      action();
    }, ms);
    this.running.add(timer);
    return () => {
      this.running.delete(timer);
      clearTimeout(timer);
    };
  }

  end() {
    this.ended = true;
    for (const timer of this.running) clearTimeout(timer);
    this.running.clear();
  }
}
