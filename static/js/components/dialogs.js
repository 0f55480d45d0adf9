// What opens over the page: the collectors with their states, and the keyboard shortcuts.

import { computed, onBeforeUnmount, onMounted, ref, watch } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { CALM, TROUBLE, byStanding } from "../standing.js";
import { KEYS, TEXT, TIME, stateText } from "../text.js";
import { duration, number, short } from "../units.js";
import { html } from "./html.js";

/** ms between two looks at the counts of the collectors, while they are open. */
const REFRESH_EVERY = 2_000;

/** A window over the page, or beside it. */
export const Dialog = {
  props: ["title", "beside", "word"],
  emits: ["close"],
  /**
   * @param {{title: string, beside?: boolean, word?: string}} props `word` is what closing it is called
   * @param {{emit: (event: "close") => void, slots: {default: () => any}}} context
   */
  setup(props, { emit, slots }) {
    const root = ref(/** @type {HTMLDialogElement | null} */ (null));
    onMounted(() => root.value?.showModal());
    // What had the focus may be gone with what it has opened: then the page behind would hear the keys.
    watch(() => props.title, () => {
      if (!root.value?.contains(document.activeElement)) root.value?.querySelector("button")?.focus();
    }, { flush: "post" });
    /** By the element itself, which gives the focus back to where it was. */
    const close = () => root.value?.close();
    const outside = (/** @type {MouseEvent} */ event) => event.target === root.value && close();
    return () => html`
      <dialog ref=${root} class=${{ drawer: props.beside }} aria-label=${props.title} onClose=${() => emit("close")} onClick=${outside}>
        <header>
          <h2 class="cut">${props.title}</h2>
          <button class="btn" type="button" onClick=${close}>${props.word ?? TEXT.close}<kbd aria-hidden="true">${TEXT.escapeKey}</kbd></button>
        </header>
        ${slots.default()}
      </dialog>`;
  },
};

const Collectors = {
  setup() {
    const { collectors, connection, state } = useApp();
    connection.refresh();
    const refreshing = setInterval(() => connection.refresh(), REFRESH_EVERY);
    onBeforeUnmount(() => clearInterval(refreshing));
    const rows = computed(() => byStanding(collectors.value.values()));
    const dot = (/** @type {string} */ name) => (TROUBLE.has(name) ? "bad" : CALM.has(name) ? "good" : "idle");
    return () => html`
      <div class="scroll" tabindex="0" role="group" aria-label=${TEXT.collectors}>
        <table>
          <thead><tr>
            ${[TEXT.name, TEXT.state, TEXT.every, TEXT.takes, TEXT.samples, TEXT.errors, TEXT.restarts].map((name) => html`
              <th key=${name} scope="col">${name}</th>`)}
          </tr></thead>
          <tbody>
            ${rows.value.map((one) => html`
              <tr key=${one.collector} class=${{ more: one.reason }}>
                <th scope="row" title=${one.origin}>${one.collector}</th>
                <td class="state"><span class=${["dot", dot(one.state)]} />${stateText(one.state)}${one.since
                  ? html`<small>${duration((state.now - one.since) / 1000)}</small>` : null}</td>
                <td>${short(one.every)}<small>${TIME.s}</small></td>
                <td>${number(one.duration)}<small>${TIME.ms}</small></td>
                <td>${one.samples}</td><td>${one.errors}</td><td>${one.restarts}</td>
              </tr>
              ${one.reason && html`<tr key=${`${one.collector}!`} class="reason"><td colspan="7">${one.reason}</td></tr>`}`)}
          </tbody>
        </table>
      </div>`;
  },
};

const Help = {
  setup() {
    return () => html`
      <div class="scroll" tabindex="0" role="group" aria-label=${TEXT.help}>
        <dl class="keys">
          ${KEYS.map(([key, what]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${what}</dd></div>`)}
        </dl>
      </div>`;
  },
};

export const Dialogs = {
  setup() {
    const { state } = useApp();
    const close = () => (state.dialog = "");
    return () => {
      if (!state.dialog) return null;
      const help = state.dialog === "help";
      return html`
        <${Dialog} key=${state.dialog} title=${help ? TEXT.help : TEXT.collectors} onClose=${close}>
          ${() => html`<${help ? Help : Collectors} />`}
        <//>`;
    };
  },
};
