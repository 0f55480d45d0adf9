// The figures of the metrics, as the server builds them: those that came with the page, others when they are needed.

import { answered, noFigure } from "./text.js";

/** @typedef {import("./types.js").Figure} Figure */

export class Figures {
  /**
   * @param {Record<string, Figure>} known
   * @param {string} base path under which the server lives
   * @param {(address: string) => Promise<Record<string, Figure>>} [load]
   */
  constructor(known, base, load = fetching((address) => fetch(address))) {
    /** @type {Map<string, Figure>} */
    this.known = new Map(Object.entries(known));
    this.address = `${base}/api/v1/figures`;
    this.load = load;
    /** @type {Set<string>} */
    this.wanted = new Set();
    /** @type {Promise<void> | null} */
    this.asking = null;
    /** How often each was forgotten: an answer to an earlier question is not taken. @type {Map<string, number>} */
    this.outdated = new Map();
  }

  /**
   * @param {string} name
   * @param {string} [kind] how it is to be drawn; by default as the metric declares
   * @returns {Promise<Figure>}
   */
  async get(name, kind = "auto") {
    const key = keyOf(name, kind);
    let before;
    do {
      before = this.outdated.get(name);
      if (this.known.has(key)) break;
      this.wanted.add(key);
      this.asking ??= Promise.resolve().then(() => this.ask());
      await this.asking;
    } while (before !== this.outdated.get(name));
    const figure = this.known.get(key);
    if (!figure) throw new Error(noFigure(name));
    return figure;
  }

  /** What is here already. @param {string} name @param {string} [kind] */
  here(name, kind = "auto") {
    return this.known.get(keyOf(name, kind));
  }

  /** It is declared differently now. @param {string} name */
  forget(name) {
    for (const key of [...this.known.keys()]) if (nameIn(key) === name) this.known.delete(key);
    this.outdated.set(name, (this.outdated.get(name) ?? 0) + 1);
  }

  async ask() {
    /** @type {Map<string, string[]>} names by kind */
    const wanted = new Map();
    for (const key of this.wanted) wanted.set(kindIn(key), [...(wanted.get(kindIn(key)) ?? []), nameIn(key)]);
    const before = new Map(this.outdated);
    this.wanted.clear();
    this.asking = null;
    await Promise.all(Array.from(wanted, async ([kind, names]) => {
      const query = names.map((name) => `metric=${encodeURIComponent(name)}`).join("&");
      const answer = await this.load(`${this.address}?${query}${kind === "auto" ? "" : `&kind=${kind}`}`);
      for (const [name, figure] of Object.entries(answer)) {
        if (before.get(name) === this.outdated.get(name)) this.known.set(keyOf(name, kind), figure);
      }
    }));
  }
}

// Names of metrics have no spaces.
/** @param {string} name @param {string} kind */
const keyOf = (name, kind) => (kind === "auto" ? name : `${name} ${kind}`);
/** @param {string} key */
const nameIn = (key) => key.split(" ")[0] ?? "";
/** @param {string} key */
const kindIn = (key) => key.split(" ")[1] ?? "auto";

/** Loads figures with what asks the server. @param {(address: string) => Promise<Response>} get @returns {(address: string) => Promise<Record<string, Figure>>} */
export function fetching(get) {
  return async (address) => {
    const answer = await get(address);
    if (!answer.ok) throw new Error(answered(answer.status));
    return answer.json();
  };
}
