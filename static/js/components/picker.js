// Which span of time all charts show, in words; whose clock that is by; and what they are compared with.

import { computed, nextTick, onBeforeUnmount, onMounted, ref } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { meantBy } from "../time/words.js";
import { COMPARED, TEXT, meantText, unmeantText } from "../text.js";
import { onAway } from "./away.js";
import { html } from "./html.js";

export const Picker = {
  emits: ["close"],
  /** @param {object} _ @param {{emit: (event: "close", back?: boolean) => void}} context */
  setup(_, { emit }) {
    const { state, looking, head, setWindow, setClock, setLinked, setCompare, setBrush } = useApp();
    const root = ref(/** @type {HTMLElement | null} */ (null));
    const input = ref(/** @type {HTMLInputElement | null} */ (null));
    const text = ref("");
    /** Whether it was to be taken as it is: what can't be read is told from then on at once. */
    const tried = ref(false);
    const now = () => (head() || Date.now());
    const meant = computed(() => meantBy(text.value, { now: now(), utc: state.utc, length: looking.length }));
    const empty = () => !text.value.trim();

    /** @param {string} said */
    function take(said) {
      text.value = said;
      const found = meant.value;
      tried.value = true;
      if ("error" in found) return void input.value?.focus();
      if ("window" in found) setWindow(found.window);
      else looking.choose("", found);
      emit("close", true);
    }

    let unwatch = () => {};
    /** @param {KeyboardEvent} event */
    const pressed = (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      emit("close", true);
    };
    onMounted(async () => {
      unwatch = onAway(() => root.value?.parentElement, () => emit("close"));
      await nextTick();
      // On a touch screen that would bring up a keyboard over the choices.
      if (!matchMedia("(pointer: coarse)").matches) input.value?.focus();
      else root.value?.focus();
    });
    onBeforeUnmount(() => unwatch());

    /** What is meant, as far as it is written. */
    const told = () => {
      const found = meant.value;
      if (empty()) return { text: TEXT.spanHint, bad: false };
      if (!("error" in found)) return { text: meantText(found, now()), bad: false };
      // Half a word is no mistake yet.
      return tried.value ? { text: unmeantText(found), bad: true } : { text: TEXT.spanHint, bad: false };
    };

    /**
     * @template T
     * @param {string} title @param {[T, string][]} choices @param {T} chosen @param {(choice: T) => void} choose
     */
    const choice = (title, choices, chosen, choose) => html`
      <div class="row" role="group" aria-label=${title}><span>${title}</span>
        <div class="seg">
          ${choices.map(([one, name]) => html`<button key=${one} class=${{ on: one === chosen }} aria-pressed=${one === chosen} onClick=${() => choose(one)}>${name}</button>`)}
        </div>
      </div>`;

    return () => {
      const { text: word, bad } = told();
      return html`
        <div ref=${root} class="picker" role="dialog" aria-label=${TEXT.spanTitle} tabindex="-1" onKeydown=${pressed}>
          <form onSubmit=${(/** @type {Event} */ event) => {
            event.preventDefault();
            take(text.value);
          }}>
            <label for="span">${TEXT.spanTitle}</label>
            <input ref=${input} id="span" autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="go" placeholder=${TEXT.spanExample}
                   value=${text.value} aria-invalid=${bad} aria-describedby="span-told"
                   onInput=${(/** @type {any} */ event) => (text.value = event.target.value)} />
            <p id="span-told" class=${{ bad }} aria-live="polite">${word}</p>
          </form>
          <div class="words">
            ${TEXT.suggested.map((said) => html`<button key=${said} class="btn" onClick=${() => take(said)}>${said}</button>`)}
          </div>
          ${choice(TEXT.compareWith, COMPARED, state.compare, (/** @type {number} */ seconds) => setCompare(seconds))}
          ${choice(TEXT.clock, [[false, TEXT.localClock], [true, TEXT.utcClock]], state.utc, (/** @type {boolean} */ utc) => setClock(utc))}
          ${choice(TEXT.moved, [[true, TEXT.movedAll], [false, TEXT.movedOne]], state.linked, (/** @type {boolean} */ linked) => setLinked(linked))}
          ${choice(TEXT.longer, [[true, TEXT.longerShown], [false, TEXT.longerHidden]], state.brush, (/** @type {boolean} */ brush) => setBrush(brush))}
        </div>`;
    };
  },
};
