// The server's clock, as far as answers tell it, and the time that they take.

/** ms that two readings may differ beyond what their ways explain; more, and one of the clocks was set. */
const STEP = 500;
/** The best of so many counts: the others had to wait for this page, not for the line. */
const TRIPS = 3;

export class ServerClock {
  /** @param {() => number} now ms since the epoch, by this machine's clock */
  constructor(now) {
    this.here = now;
    /** Server's clock minus ours, ms. */
    this.skew = 0;
    this.best = Infinity;
    /** @type {number[]} ms there and back */
    this.trips = [];
  }

  /** The server's time, ms since the epoch. */
  now() {
    return this.here() + this.skew;
  }

  /** A new connection: the server says what time it is, nobody knows how long ago. @param {number} now its, ms */
  greet(now) {
    this.best = Infinity;
    this.skew = now - this.here();
  }

  /** An answer tells the time. @param {number} now the server's, ms @param {number} sent ours, when it was asked */
  read(now, sent) {
    const trip = this.here() - sent;
    const skew = now - (sent + trip / 2);
    // The shortest trip says most about the two clocks, as long as both of them only run.
    const same = Math.abs(skew - this.skew) <= STEP + (trip + this.best) / 2;
    if (trip < 0 || (trip >= this.best && same)) return;
    this.best = trip;
    this.skew = skew;
  }

  /** The way there and back, ms, measured once more. @param {number} sent @returns {number} */
  trip(sent) {
    this.trips = [...this.trips, this.here() - sent].slice(-TRIPS);
    return Math.min(...this.trips);
  }
}
