// Metrics by their names: a field, and below it what is found.

import { computed, ref } from "../../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../../app.js";
import { WORDS } from "../../board/words.js";
import { html } from "../html.js";
import { matching } from "../rail.js";

const MOST = 60;

export const Finder = {
  props: ["chosen", "word"],
  emits: ["pick"],
  /**
   * @param {{chosen: Map<string, number>, word: string}} props how often each was chosen, and what a click does
   * @param {{emit: (event: "pick", name: string) => void}} context
   */
  setup(props, { emit }) {
    const { shown } = useApp();
    const search = ref("");
    const found = computed(() => (search.value.trim() ? matching(shown.value, search.value) : shown.value.slice(0, MOST)));
    return () => html`
      <div class="finder">
        <input type="search" aria-label=${WORDS.findMetric} placeholder=${WORDS.findMetric} value=${search.value} autocomplete="off" spellcheck="false" autofocus
               onInput=${(/** @type {any} */ { target }) => (search.value = target.value)}
               onKeydown=${(/** @type {KeyboardEvent} */ event) => {
                 const [first] = found.value;
                 if (event.key !== "Enter" || !first) return;
                 event.preventDefault();
                 emit("pick", first.name);
               }} />
        <ul>
          ${found.value.map(({ name, title, unit }) => html`
            <li key=${name}><button type="button" onClick=${() => emit("pick", name)}>
              <span class="cut">${title}</span><small class="cut">${name}${unit ? `, ${unit}` : ""}</small>
              <em>${props.chosen.get(name) ? WORDS.added : props.word}</em>
            </button></li>`)}
        </ul>
        ${!found.value.length && html`<p class="none">${WORDS.noMetric}</p>`}
      </div>`;
  },
};
