// Which series of which panel somebody has put away, or wants to see however small they are. The address holds it.

import { shallowReactive } from "../../vendor/vue.runtime.esm-browser.prod.js";

/** @typedef {"hidden" | "pinned"} Kind */
/** @typedef {Record<Kind, Set<string>>} Picked keys of series */

/** @type {Picked} */
const NOTHING = Object.freeze({ hidden: new Set(), pinned: new Set() });

export class Picks {
  constructor() {
    /** @type {Map<string, Picked>} by panel; none without anything */
    this.panels = shallowReactive(new Map());
  }

  /** @param {string} panel its id */
  of(panel) {
    return this.panels.get(panel) ?? NOTHING;
  }

  /** Put a series away or take it back; pin it or let it go. What is pinned is not put away. @param {string} panel @param {Kind} kind @param {string} key */
  toggle(panel, kind, key) {
    const before = this.of(panel);
    const next = { hidden: new Set(before.hidden), pinned: new Set(before.pinned) };
    if (!next[kind].delete(key)) {
      next[kind].add(key);
      next[kind === "hidden" ? "pinned" : "hidden"].delete(key);
    }
    this.put(panel, next);
  }

  /** @param {string} panel @param {Picked} picked */
  put(panel, picked) {
    if (picked.hidden.size || picked.pinned.size) this.panels.set(panel, picked);
    else this.panels.delete(panel);
  }

  /** As an address has it: `system.cpu{mode=user}{mode=idle};p3{host=a,disk=sda}`; null for nothing. @param {Kind} kind */
  read(kind) {
    const parts = [...this.panels].filter(([, picked]) => picked[kind].size).map(([panel, picked]) => {
      return encodeURIComponent(panel) + [...picked[kind]].map(braced).join("");
    });
    return parts.join(";") || null;
  }

  /** @param {Kind} kind @param {string | null} said by an address */
  write(kind, said) {
    const found = new Map((said ?? "").split(";").flatMap((part) => {
      const [panel = "", ...series] = part.split("{");
      return panel && series.length ? [[plain(panel), new Set(series.map((one) => keyOf(one.replace(/\}$/, ""))))]] : [];
    }));
    for (const panel of new Set([...this.panels.keys(), ...found.keys()])) {
      this.put(panel, { ...this.of(panel), [kind]: found.get(panel) ?? new Set() });
    }
  }
}

/** @param {string} key of a series, as ring.js makes it */
function braced(key) {
  const pairs = /** @type {[string, string][]} */ (JSON.parse(key));
  return `{${pairs.map((pair) => pair.map(encodeURIComponent).join("=")).join(",")}}`;
}

/** @param {string} text what is between the braces */
function keyOf(text) {
  return JSON.stringify(text ? text.split(",").map((pair) => {
    const [name = "", ...value] = pair.split("=");
    return [plain(name), plain(value.join("="))];
  }) : []);
}

/** @param {string} text */
function plain(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
