// From which values on a panel says that something is well, worth a look, or bad.

import { ascending } from "../../board/levels.js";
import { WORDS } from "../../board/words.js";
import { html } from "../html.js";

/** @typedef {import("../../board/types.js").Threshold} Threshold */

/** @type {import("../../board/types.js").Level[]} */
const LEVELS = ["ok", "warn", "bad"];
const MOST = 20;

export const Thresholds = {
  props: ["thresholds", "unit", "next"],
  emits: ["change"],
  /**
   * @param {{thresholds: Threshold[], unit: string, next: () => number}} props `next` tells where one begins that is added
   * @param {{emit: (event: "change", thresholds: Threshold[]) => void}} context
   */
  setup(props, { emit }) {
    /** Of two at one value the later choice counts. @param {Threshold[]} all */
    const put = (all) => emit("change", ascending([...new Map(all.map((one) => [one.value, one])).values()]));
    /** @param {number} place @param {Partial<Threshold>} changes */
    const change = (place, changes) => put(props.thresholds.map((one, at) => (at === place ? { ...one, ...changes } : one)));
    const add = () => put([...props.thresholds, { value: props.next(), level: props.thresholds.length ? "bad" : "warn" }]);

    return () => html`
      <fieldset class="field"><legend>${WORDS.thresholds}</legend>
        ${props.thresholds.map(({ value, level }, place) => html`
          <div class="threshold" key=${place}>
            <span class=${["dot", level]} />
            <input type="number" step="any" aria-label=${WORDS.valueFrom} value=${value} onChange=${(/** @type {any} */ { target }) => {
              if (target.value.trim() !== "" && Number.isFinite(Number(target.value))) change(place, { value: Number(target.value) });
              else target.value = value;
            }} />
            <small>${props.unit}</small>
            <select aria-label=${WORDS.level} value=${level} onChange=${(/** @type {any} */ { target }) => change(place, { level: target.value })}>
              ${LEVELS.map((one) => html`<option key=${one} value=${one}>${WORDS.levels[one]}</option>`)}
            </select>
            <button class="tool" type="button" aria-label=${WORDS.remove} title=${WORDS.remove} onClick=${() => put(props.thresholds.filter((_, at) => at !== place))}>
              <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path d="M4 4l8 8M12 4l-8 8" /></svg>
            </button>
          </div>`)}
        ${props.thresholds.length < MOST && html`<button class="link" type="button" onClick=${add}>${WORDS.addThreshold}</button>`}
      </fieldset>`;
  },
};
