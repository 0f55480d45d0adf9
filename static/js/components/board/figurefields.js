// A figure of Plotly and what fills it, as text that is taken when it makes sense.

import { ref, watch } from "../../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../../app.js";
import { bindOf } from "../../board/fields.js";
import { wrongTrace } from "../../board/traces.js";
import { WORDS, unreadText } from "../../board/words.js";
import { full } from "../../bundle.js";
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
    const { base } = useApp();
    /** What is wrong with the text of the figure. */
    const wrong = ref("");
    /** Which of its traces can't be drawn. It is kept all the same: the text is a figure, to be mended. */
    const strange = ref("");
    watch(() => props.figure, async (figure) => {
      strange.value = "";
      // Who can't load all of Plotly is told so by the panel.
      const found = figure ? await wrongTrace(figure.data, () => full(base)).catch(() => "") : "";
      if (figure === props.figure) strange.value = found;
    }, { immediate: true });
    /** Texts that make no sense yet: they stay as they were typed. */
    const typed = ref({ figure: "", bind: "" });
    /** A line that says nothing. */
    const unread = ref("");

    /** @param {string} text */
    const take = (text) => {
      try {
        const found = JSON.parse(text);
        if (!Array.isArray(found?.data) || !found.data.length) throw new Error(WORDS.noFigure);
        wrong.value = typed.value.figure = "";
        emit("change", { figure: { data: found.data, layout: found.layout ?? {} } });
      } catch (error) {
        wrong.value = /** @type {Error} */ (error).message;
        typed.value.figure = text;
      }
    };

    /** @param {string} text */
    const bound = (text) => {
      const { bind, wrong: first } = bindOf(text);
      unread.value = first;
      typed.value.bind = first && text;
      if (!first) emit("change", { bind: Object.keys(bind).length ? bind : null });
    };

    return () => html`
      <label class="field"><span>${WORDS.figure}</span>
        <textarea class="code" rows="12" spellcheck="false" aria-invalid=${Boolean(wrong.value || strange.value)} value=${wrong.value ? typed.value.figure : JSON.stringify(props.figure, null, 2)}
                  onChange=${(/** @type {any} */ { target }) => take(target.value)} />
        ${(wrong.value || strange.value) && html`<small class="bad" role="alert">${wrong.value || strange.value}</small>`}
      </label>
      <label class="field"><span>${WORDS.bind}</span>
        <textarea class="code" rows="4" spellcheck="false" aria-invalid=${Boolean(unread.value)} value=${typed.value.bind || Object.entries(props.bind ?? {}).map(([key, value]) => `${key} = ${value}`).join("\n")}
                  onChange=${(/** @type {any} */ { target }) => bound(target.value)} />
        ${unread.value && html`<small class="bad" role="alert">${unreadText(unread.value)}</small>`}
        <small>${WORDS.bindHint}</small>
      </label>`;
  },
};
