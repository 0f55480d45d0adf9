// When requests go: those of one moment together, no more than the server allows, and none while it wants a pause.

/** Requests in any so many ms: half of what the server takes before it refuses, and in the end hangs up. */
const MOST = 20;
const SPAN = 2_000;
/** ms of a pause; each time in a row twice that. */
const PAUSE = 500;
const PAUSE_MOST = 15_000;

export class Requests {
  /**
   * @param {(ms: number, action: () => void) => () => void} later
   * @param {() => void} send sends what is due
   */
  constructor(later, send) {
    this.later = later;
    this.send = send;
    this.planned = false;
    this.spare = MOST;
    /** How often in a row the server had no time for them. */
    this.limited = 0;
    /** @type {(() => void) | null} ends the pause */
    this.unpause = null;
  }

  stop() {
    this.unpause?.();
    this.unpause = null;
  }

  /** Send what is due, together with whatever else is planned in this moment. */
  plan() {
    if (this.planned) return;
    this.planned = true;
    queueMicrotask(() => {
      this.planned = false;
      if (!this.unpause) this.send();
    });
  }

  /** Whether one more may go; otherwise all is planned for when it may. */
  spend() {
    if (!this.spare) return false;
    this.spare--;
    this.later(SPAN, () => {
      this.spare++;
      this.plan();
    });
    return true;
  }

  /** Send none for a while. @param {boolean} limited because the server has asked for that */
  pause(limited) {
    const wait = limited ? Math.min(PAUSE_MOST, PAUSE * 2 ** this.limited++) : 2 * PAUSE;
    this.stop();
    this.unpause = this.later(wait * (1 + Math.random()), () => {
      this.unpause = null;
      this.plan();
    });
  }
}
