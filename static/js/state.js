// What the page shows and what somebody has chosen; small values only, samples are in the store.

import { reactive, shallowRef } from "../vendor/vue.runtime.esm-browser.prod.js";
import { titled } from "./text.js";

/** @typedef {import("./types.js").Metric} Metric */
/** @typedef {import("./types.js").Theme} Theme */

/**
 * @typedef {object} State
 * @property {string} slug the dashboard
 * @property {number} window seconds
 * @property {boolean} all whether that is everything there is
 * @property {boolean} utc whether clocks and days are those of UTC
 * @property {boolean} linked whether all charts move together
 * @property {boolean} counted whether legends tell the least, the mean and the largest value, too
 * @property {number} compare seconds: what was so long before is drawn, too; 0 for nothing
 * @property {Theme} theme
 * @property {number} pausedAt ms, 0 when it is not
 * @property {import("./connection.js").Status} status
 * @property {number} now ms, moves once a second
 * @property {string} search
 * @property {boolean} menu whether the rail is open on a narrow screen
 * @property {"" | "help" | "collectors"} dialog
 * @property {{level: string, text: string} | null} notice
 * @property {import("./notices.js").Standing[]} standing
 * @property {import("./people/together.js").Look | null} look where charts were asked to look
 * @property {Record<string, number>} compared the same for a panel alone, which goes before that
 * @property {boolean} picker whether the picker of a span is open
 * @property {boolean} brush whether the strip of a longer past is below the charts
 * @property {boolean} pointing whether one shows where one's mouse is
 * @property {{metric: string, panel: string, from: number, to: number} | null} zoomed the chart that was moved last by hand, alone
 * @property {string} full id of the panel that lies over the whole page, "" for none
 */

/** Choices survive a reload. Storage may be refused; then they don't. */
export const saved = {
  /** @param {string} key */
  get(key) {
    try {
      return localStorage.getItem(`plotroom.${key}`);
    } catch {
      return null;
    }
  },
  /** @param {string} key @param {string} value */
  set(key, value) {
    try {
      localStorage.setItem(`plotroom.${key}`, value);
    } catch {
      // Nothing to be done, and nothing is broken by it.
    }
  },
};

/** Seconds of a window at most. */
export const MOST = 3_155_760_000;

/**
 * @param {import("./types.js").Boot} boot
 * @param {import("./connection.js").Status} status
 */
export function makeState(boot, status) {
  const window = Number(saved.get("window"));
  /** @type {State} */
  const initial = {
    slug: boot.slug,
    window: window >= 1 && window <= MOST ? window : 300,
    all: false,
    utc: saved.get("tz") === "utc",
    linked: saved.get("linked") !== "no",
    counted: saved.get("counted") === "yes",
    compare: 0,
    compared: {},
    theme: document.documentElement.dataset["theme"] === "light" ? "light" : "dark",
    pausedAt: 0,
    status,
    now: Date.now(),
    search: "",
    menu: false,
    dialog: "",
    notice: null,
    standing: [],
    look: null,
    picker: false,
    // On a phone it takes room from the charts: only who asks for it there, by the address or the picker, gets it.
    brush: saved.get("brush") === "yes" && !globalThis.matchMedia?.("(max-width: 720px)").matches,
    pointing: false,
    zoomed: null,
    full: "",
  };
  return {
    state: reactive(initial),
    /** @type {{value: Map<string, Metric>}} */
    metrics: shallowRef(new Map(boot.metrics.map((metric) => [metric.name, titled(metric)]))),
    /** @type {{value: Map<string, import("./types.js").CollectorState>}} */
    collectors: shallowRef(new Map(boot.collectors.map((one) => [one.collector, one]))),
  };
}
