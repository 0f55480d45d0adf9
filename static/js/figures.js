// The figures of the metrics, as the server builds them: those that came with the page, others when they are needed.

import { answered, noFigure } from "./text.js";

/** @typedef {import("./types.js").Figure} Figure */

export class Figures {
  /**
   * @param {Record<string, Figure>} known
   * @param {string} base path under which the server lives
   * @param {(address: string) => Promise<any>} [load]
   */
  constructor(known, base, load = fetched) {
    /** @type {Map<string, Figure>} */
    this.known = new Map(Object.entries(known));
    /** @type {Map<string, Promise<Figure>>} by name and kind */
    this.kinds = new Map();
    this.address = `${base}/api/v1/figures`;
    this.load = load;
    /** @type {Set<string>} */
    this.wanted = new Set();
    /** @type {Promise<void> | null} */
    this.asking = null;
    /** How often each was forgotten: an answer to an earlier question is not taken. @type {Map<string, number>} */
    this.outdated = new Map();
  }

  /** @param {string} name @param {string} [kind] of chart; by default the one that the metric declares @returns {Promise<Figure>} */
  async get(name, kind = "auto") {
    if (kind !== "auto") return this.of(name, kind);
    let before;
    do {
      before = this.outdated.get(name);
      if (this.known.has(name)) break;
      this.wanted.add(name);
      this.asking ??= Promise.resolve().then(() => this.ask());
      await this.asking;
    } while (before !== this.outdated.get(name));
    const figure = this.known.get(name);
    if (!figure) throw new Error(noFigure(name));
    return figure;
  }

  /** It is declared differently now. @param {string} name */
  forget(name) {
    this.known.delete(name);
    for (const key of this.kinds.keys()) if (key.startsWith(`${name} `)) this.kinds.delete(key);
    this.outdated.set(name, (this.outdated.get(name) ?? 0) + 1);
  }

  /** One of another kind than declared. @param {string} name @param {string} kind @returns {Promise<Figure>} */
  async of(name, kind) {
    const key = `${name} ${kind}`;
    const found = this.kinds.get(key);
    if (found) return found;
    const asking = this.load(`${this.address}?metric=${encodeURIComponent(name)}&kind=${encodeURIComponent(kind)}`);
    this.kinds.set(key, asking);
    try {
      return await asking;
    } catch (error) {
      // Whoever wants it next asks again.
      if (this.kinds.get(key) === asking) this.kinds.delete(key);
      throw error;
    }
  }

  async ask() {
    const names = [...this.wanted];
    const before = new Map(this.outdated);
    this.wanted.clear();
    this.asking = null;
    const query = names.map((name) => `metric=${encodeURIComponent(name)}`).join("&");
    const answer = await this.load(`${this.address}?${query}`);
    for (const [name, figure] of Object.entries(answer)) {
      if (before.get(name) === this.outdated.get(name)) this.known.set(name, figure);
    }
  }
}

/** @param {string} address */
async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(answered(answer.status));
  return answer.json();
}
