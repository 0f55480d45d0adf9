// What the address holds of time: the window or a span, whose clock is shown, what is compared, whether charts are
// linked, and whether a longer past is below them.

import { shownSpan } from "../people/moments.js";
import { lengthIn, lengthText, momentIn, timeIn } from "./spelled.js";

/** @typedef {import("../address.js").Family} Family */

/**
 * @param {object} parts
 * @param {import("../state.js").State} parts.state
 * @param {import("../address.js").Address} parts.address
 * @param {(seconds: number, keep: boolean) => void} parts.setWindow Infinity for everything
 * @param {(utc: boolean, keep: boolean) => void} parts.setClock
 */
export function holdTime({ state, address, setWindow, setClock }) {
  address.register("window", {
    read: () => (state.all ? "all" : lengthText(state.window)),
    write: (said) => {
      const length = lengthIn(said ?? "");
      // What is longer than clocks have counted would never be drawn.
      const seconds = said === "all" || length * 1_000 >= Date.now() ? Infinity : length;
      if (seconds >= 1 && (seconds !== state.window || state.all)) setWindow(seconds, false);
      return said === null || seconds >= 1;
    },
  });

  const seen = () => state.zoomed ?? state.look;
  /** The three of them are one thing, whichever of them is told first. */
  const write = () => {
    const [from = NaN, to = NaN] = ["from", "to"].map((key) => timeIn(`${address.said(key) ?? ""}`));
    const span = shownSpan([from, to]);
    const metric = address.said("chart");
    const now = seen();
    if (!span) Object.assign(state, { look: null, zoomed: null });
    else if (now?.from !== span[0] || now.to !== span[1]) {
      Object.assign(state, { look: { from: span[0], to: span[1], hand: true, ...(metric ? { metric } : {}) }, zoomed: null });
    }
  };
  const part = (/** @type {() => string | null} */ read) => ({ read, write });
  /** @param {() => string | null} read */
  const end = (read) => ({
    read,
    /** @param {string | null} said */
    write(said) {
      write();
      return said === null || !Number.isNaN(timeIn(said));
    },
  });
  address.register("from", end(() => (seen() ? momentIn(seen()?.from ?? 0) : null)));
  address.register("to", end(() => (seen() ? momentIn(seen()?.to ?? 0) : null)));
  address.register("chart", part(() => seen()?.metric ?? null));

  address.register("tz", { read: () => (state.utc ? "utc" : null), write: (said) => setClock(said === "utc", false) });
  address.register("stats", { read: () => (state.counted ? "yes" : null), write: (said) => void (state.counted = said === "yes") });
  address.register("linked", { read: () => (state.linked ? null : "no"), write: (said) => void (state.linked = said !== "no") });
  address.register("brush", { read: () => (state.brush ? "yes" : null), write: (said) => void (state.brush = said === "yes") });
  address.register("compare", {
    read: () => (state.compare ? lengthText(state.compare) : null),
    write: (said) => {
      const seconds = lengthIn(said ?? "");
      state.compare = Math.max(0, seconds || 0);
      return said === null || seconds >= 0;
    },
  });
  address.register("compare.", {
    read: () => Object.fromEntries(Object.entries(state.compared).map(([id, seconds]) => [id, [lengthText(seconds)]])),
    write: (/** @type {Family | null} */ said) => {
      const all = Object.entries(said ?? {}).map(([id, [length = ""]]) => /** @type {[string, number]} */ ([id, lengthIn(length)]));
      state.compared = Object.fromEntries(all.filter(([, seconds]) => seconds >= 0));
    },
    local: true,
  });
}
