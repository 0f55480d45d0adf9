// Pickers of a dashboard's variables, above its panels: one value, several, or all.

import { onBeforeUnmount, ref } from "../../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../../app.js";
import { ALL } from "../../board/document.js";
import { defaultOf, natural, toggled, valuesOf } from "../../board/variables.js";
import { WORDS, chosenText } from "../../board/words.js";
import { onAway } from "../away.js";
import { html } from "../html.js";

/** @typedef {import("../../board/types.js").Variable} Variable */

/** From so many values on there is a field to look for one. */
const SEARCH_FROM = 9;

export const Pickers = {
  setup() {
    const { boards } = useApp();
    return () => {
      const { variables = [] } = boards.board.value ?? {};
      return variables.length > 0 && html`
        <div class="pickers" role="group" aria-label=${WORDS.variables}>
          ${variables.map((variable) => html`<${Picker} key=${variable.name} variable=${variable} />`)}
        </div>`;
    };
  },
};

const Picker = {
  props: ["variable"],
  /** @param {{variable: Variable}} props */
  setup(props) {
    const { boards, metrics } = useApp();
    const root = ref(/** @type {HTMLElement | null} */ (null));
    const open = ref(false);
    const search = ref("");

    onBeforeUnmount(onAway(() => root.value, () => (open.value = false)));

    const chosen = () => boards.own.selection[props.variable.name] ?? defaultOf(props.variable);
    /** Values that are gone stay among them while they are chosen. */
    const values = () => natural([...valuesOf(props.variable, metrics.value), ...chosen().filter((one) => one !== ALL)]);

    /** @param {string} value */
    const toggle = (value) => {
      const { name, multi = true } = props.variable;
      const wanted = toggled(chosen(), value, multi);
      const own = defaultOf(props.variable);
      const same = wanted.length === own.length && wanted.every((one) => own.includes(one));
      boards.choose(name, same ? null : wanted);
      if (!multi) open.value = false;
    };

    /** @param {KeyboardEvent} event */
    const keyed = (event) => {
      const list = [.../** @type {HTMLElement} */ (root.value).querySelectorAll("[role=option]")];
      const at = list.indexOf(/** @type {Element} */ (document.activeElement));
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape" && open.value) {
        open.value = false;
        /** @type {HTMLElement | null} */ (root.value?.querySelector("button") ?? null)?.focus();
      } else if (step && open.value) /** @type {HTMLElement} */ (list[Math.max(0, Math.min(list.length - 1, at + step))])?.focus();
      else return;
      event.preventDefault();
      event.stopPropagation();
    };

    /** @param {string} value @param {string} text */
    const option = (value, text) => {
      const on = chosen().includes(value);
      return html`
        <button key=${value} type="button" class=${["option", { on }]} role="option" aria-selected=${on} onClick=${() => toggle(value)}>
          <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">${on && html`<path d="M3 8.5l3.5 3.5L13 4.5" />`}</svg>
          <span class="cut">${text}</span>
        </button>`;
    };

    return () => {
      const { name, label, multi = true } = props.variable;
      const all = values();
      const found = all.filter((one) => one.toLowerCase().includes(search.value.toLowerCase()));
      return html`
        <div ref=${root} class="chooser" onKeydown=${keyed}>
          <button type="button" class="btn" aria-haspopup="listbox" aria-expanded=${open.value} onClick=${() => {
            open.value = !open.value;
            search.value = "";
          }}>
            <span class="name">${label || name}</span><b class="cut">${chosenText(chosen().includes(ALL) ? null : chosen())}</b>
            <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true"><path d="M4 6l4 4 4-4" /></svg>
          </button>
          ${open.value && html`
            <div class="options">
              ${all.length >= SEARCH_FROM && html`
                <input type="search" aria-label=${WORDS.findValue} placeholder=${WORDS.findValue} value=${search.value} autocomplete="off"
                       onInput=${(/** @type {any} */ event) => (search.value = event.target.value)} />`}
              <div role="listbox" aria-label=${label || name} aria-multiselectable=${multi}>
                ${!search.value && option(ALL, WORDS.all)}
                ${found.map((value) => option(value, value))}
              </div>
              ${!found.length && html`<p class="none">${WORDS.noValues}</p>`}
            </div>`}
        </div>`;
    };
  },
};
