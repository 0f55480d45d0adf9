// A figure of Plotly and what fills it, as text that is taken when it makes sense.

import { ref } from "../../../vendor/vue.runtime.esm-browser.prod.js";
import { WORDS } from "../../board/words.js";
import { html } from "../html.js";

/** @typedef {import("../../types.js").Figure} Figure */
/** @typedef {Record<string, string>} Bind */

export const FigureFields = {
  props: ["figure", "bind"],
  emits: ["change"],
  /**
   * @param {{figure: Figure | null, bind: Bind | null}} props
   * @param {{emit: (event: "change", changes: {figure?: Figure, bind?: Bind | null}) => void}} context
   */
  setup(props, { emit }) {
    const wrong = ref("");

    /** @param {string} text */
    const take = (text) => {
      try {
        const found = JSON.parse(text);
        if (!Array.isArray(found?.data) || !found.data.length) throw new Error(WORDS.noFigure);
        wrong.value = "";
        emit("change", { figure: { data: found.data, layout: found.layout ?? {} } });
      } catch (error) {
        wrong.value = /** @type {Error} */ (error).message;
      }
    };

    /** @param {string} text */
    const bound = (text) => {
      const pairs = text.split("\n").map((line) => line.split(/=(.*)/s).map((part) => part.trim())).filter(([key, value]) => key && value);
      emit("change", { bind: pairs.length ? Object.fromEntries(pairs) : null });
    };

    return () => html`
      <label class="field"><span>${WORDS.figure}</span>
        <textarea class="code" rows="12" spellcheck="false" aria-invalid=${Boolean(wrong.value)} value=${JSON.stringify(props.figure, null, 2)}
                  onChange=${(/** @type {any} */ { target }) => take(target.value)} />
        ${wrong.value && html`<small class="bad" role="alert">${wrong.value}</small>`}
      </label>
      <label class="field"><span>${WORDS.bind}</span>
        <textarea class="code" rows="4" spellcheck="false" value=${Object.entries(props.bind ?? {}).map(([key, value]) => `${key} = ${value}`).join("\n")}
                  onChange=${(/** @type {any} */ { target }) => bound(target.value)} />
        <small>${WORDS.bindHint}</small>
      </label>`;
  },
};
