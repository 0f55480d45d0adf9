// Which series of a metric a panel shows: for each label, the values that are meant; none chosen means all.

import { computed } from "../../../vendor/vue.runtime.esm-browser.prod.js";
import { natural } from "../../board/variables.js";
import { WORDS } from "../../board/words.js";
import { html } from "../html.js";

/** @typedef {import("../../board/types.js").Only} Only */

/** Values of a label that can be looked through. */
const MOST = 200;

export const SeriesField = {
  props: ["metric", "only", "variables"],
  emits: ["change"],
  /**
   * @param {{metric: import("../../types.js").Metric, only: Only, variables: import("../../board/types.js").Variable[]}} props
   * @param {{emit: (event: "change", only: Only) => void}} context
   */
  setup(props, { emit }) {
    const labels = computed(() => {
      const { series } = props.metric;
      const names = new Set([...series.flatMap((one) => Object.keys(one.labels)), ...Object.keys(props.only)]);
      return [...names].map((label) => {
        // Values that are gone stay among them while they are chosen.
        const values = natural([...series.flatMap((one) => one.labels[label] ?? []), ...(props.only[label] ?? [])].filter((one) => !one.startsWith("$")));
        const own = props.variables.filter(({ name, of }) => of === label || props.only[label]?.includes(`$${name}`)).map(({ name }) => `$${name}`);
        return { label, values: [...own, ...values.slice(0, MOST)] };
      });
    });

    /** @param {string} label @param {string} value */
    const toggle = (label, value) => {
      const now = props.only[label] ?? [];
      const values = now.includes(value) ? now.filter((one) => one !== value) : [...now, value];
      const { [label]: _, ...rest } = props.only;
      emit("change", values.length ? { ...rest, [label]: values } : rest);
    };

    return () => labels.value.length > 0 && html`
      <fieldset class="field"><legend>${WORDS.series}</legend>
        ${labels.value.map(({ label, values }) => html`
          <div key=${label} class="label" role="group" aria-label=${label}>
            <span class="name">${label}</span>
            <span class="values">${values.map((value) => {
              const on = props.only[label]?.includes(value) ?? false;
              return html`<button key=${value} type="button" class=${["value", { on, variable: value.startsWith("$") }]} aria-pressed=${on}
                onClick=${() => toggle(label, value)}>${value}</button>`;
            })}</span>
          </div>`)}
        <small>${WORDS.seriesHint}</small>
      </fieldset>`;
  },
};
