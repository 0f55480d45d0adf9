// What the menu of a panel offers of time: to compare it with what was some time before.

import { COMPARED, TEXT, comparedText, labelled } from "../text.js";

/** @typedef {import("../out/panels.js").Action} Action */
/** @typedef {import("../out/panels.js").Held} Held */

/**
 * @param {import("../state.js").State} state
 * @returns {Action[]}
 */
export function timeActions(state) {
  const compared = (/** @type {Held} */ { id }) => state.compared[id] ?? state.compare;
  return COMPARED.map(([seconds], which) => ({
    id: seconds ? `compare-${seconds}` : "compare-no",
    apart: which === 0,
    icon: "M1.5 11c2.5-8 4.5-8 6.5-3s4 3 6.5-4M1.5 13.5h2M6.5 13.5h2M11.5 13.5h2",
    text: () => (seconds ? labelled(TEXT.compareWith, comparedText(seconds)) : TEXT.compareNoMore),
    when: (panel) => Boolean(panel.chart()?.area) && (seconds ? compared(panel) !== seconds : compared(panel) > 0),
    run: ({ id }) => void (state.compared = { ...state.compared, [id]: seconds }),
  }));
}
