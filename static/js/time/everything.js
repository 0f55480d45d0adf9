// The window on everything that is stored: the server says since when that is, and it grows with what comes in.

/** seconds at least: a server that has just started has nearly nothing. */
const LEAST = 60;
/** So much longer than what there is, so that it need not grow at every sample. */
const ROOM = 1.08;

export class Everything {
  /**
   * @param {object} parts
   * @param {string} parts.base path under which the server lives
   * @param {() => number} parts.head ms, the newest time that there is
   * @param {(seconds: number) => void} parts.show
   * @param {(text: string) => void} parts.failed
   * @param {(address: string) => Promise<Response>} [parts.get]
   * @param {string[] | null} [parts.metrics] that it is about; null for whatever is stored
   */
  constructor({ base, head, show, failed, get = (address) => fetch(address), metrics = null }) {
    const address = `${base}/api/v1/oldest`;
    this.addresses = metrics?.map((name) => `${address}?metric=${encodeURIComponent(name)}`) ?? [address];
    this.head = head;
    this.tell = show;
    this.failed = failed;
    this.get = get;
    /** ms; since when there is something, as far as it was asked. */
    this.oldest = NaN;
    /** Counts wishes: another window may be chosen while the server is asked. */
    this.wishes = 0;
  }

  async show() {
    const wish = ++this.wishes;
    try {
      const found = await Promise.all(this.addresses.map((address) => oldestAt(this.get, address)));
      if (wish !== this.wishes) return;
      this.oldest = Math.min(this.head(), ...found);
      this.tell(this.seconds);
    } catch (error) {
      if (wish === this.wishes) this.failed(String(/** @type {Error} */ (error).message));
    }
  }

  /** Something else was chosen. */
  leave() {
    this.wishes++;
  }

  get seconds() {
    return Math.max(LEAST, Math.ceil(((this.head() - this.oldest) / 1000) * ROOM));
  }

  /** Time goes on: the window grows when all there is does not fit any more. @param {number} window seconds */
  grow(window) {
    if (this.head() - this.oldest > window * 1000) this.tell(this.seconds);
  }
}

/** Since when there is something, ms; Infinity for nothing. @param {(address: string) => Promise<Response>} get @param {string} address @returns {Promise<number>} */
export async function oldestAt(get, address) {
  const answer = await get(address);
  const { oldest, error } = await answer.json();
  if (!answer.ok) throw new Error(error?.message ?? `${answer.status}`);
  return oldest ?? Infinity;
}
