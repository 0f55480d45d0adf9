// The figures of the metrics, as the server builds them: those that came with the page, others when they are needed.

/** @typedef {import("./types.js").Figure} Figure */

export class Figures {
  /**
   * @param {Record<string, Figure>} known
   * @param {string} base path under which the server lives
   * @param {(address: string) => Promise<Record<string, Figure>>} [load]
   */
  constructor(known, base, load = fetched) {
    /** @type {Map<string, Figure>} */
    this.known = new Map(Object.entries(known));
    this.address = `${base}/api/v1/figures`;
    this.load = load;
    /** @type {Set<string>} */
    this.wanted = new Set();
    /** @type {Promise<void> | null} */
    this.asking = null;
  }

  /** @param {string} name @returns {Promise<Figure>} */
  async get(name) {
    if (!this.known.has(name)) {
      this.wanted.add(name);
      this.asking ??= Promise.resolve().then(() => this.ask());
      await this.asking;
    }
    const figure = this.known.get(name);
    if (!figure) throw new Error(`the server has no figure for ${name}`);
    return figure;
  }

  /** It is declared differently now. @param {string} name */
  forget(name) {
    this.known.delete(name);
  }

  async ask() {
    const names = [...this.wanted];
    this.wanted.clear();
    this.asking = null;
    const query = names.map((name) => `metric=${encodeURIComponent(name)}`).join("&");
    const answer = await this.load(`${this.address}?${query}`);
    for (const [name, figure] of Object.entries(answer)) this.known.set(name, figure);
  }
}

/** @param {string} address */
async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return answer.json();
}
