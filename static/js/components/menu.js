// What can be done with a panel: a quiet button in its header, and the menu that it opens.

import { nextTick, onBeforeUnmount, ref } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { TEXT, menuOf } from "../text.js";
import { html } from "./html.js";

/** @typedef {import("../out/panels.js").Held} Held */
/** @typedef {import("../out/panels.js").Action} Action */

/** ms for which a word that something is done stays to be read. */
const SAID = 1_100;
const EDGE = 8;
let menus = 0;

export const Menu = {
  props: ["panel", "title", "actions"],
  /** @param {{panel: () => Held, title: string, actions?: Action[]}} props `panel` gives it, once it is there */
  setup(props) {
    const { panelActions, state } = useApp();
    const actions = props.actions ?? panelActions;
    const id = `menu${++menus}`;
    const open = ref(false);
    const button = ref(/** @type {HTMLElement | null} */ (null));
    const list = ref(/** @type {HTMLElement | null} */ (null));
    /** The action that has been done, and what it says. */
    const said = ref(/** @type {{id: string, word: string} | null} */ (null));
    /** @type {(() => void) | null} */
    let unlisten = null;

    /** @param {boolean} [focus] whether it goes back to the button */
    function close(focus = false) {
      unlisten?.();
      unlisten = null;
      open.value = false;
      said.value = null;
      if (focus) button.value?.focus({ preventScroll: true });
    }

    /** @param {"first" | "last"} [which] */
    async function show(which = "first") {
      open.value = true;
      await nextTick();
      const element = list.value;
      if (!element || !button.value) return;
      element.showPopover?.();
      place(element, button.value);
      items().at(which === "first" ? 0 : -1)?.focus({ preventScroll: true });
      const away = (/** @type {Event} */ event) => {
        const at = /** @type {Node} */ (event.target);
        if (!element.contains(at) && !button.value?.contains(at)) close();
      };
      const gone = () => close();
      addEventListener("pointerdown", away, true);
      addEventListener("scroll", away, true);
      addEventListener("resize", gone);
      addEventListener("blur", gone);
      unlisten = () => {
        removeEventListener("pointerdown", away, true);
        removeEventListener("scroll", away, true);
        removeEventListener("resize", gone);
        removeEventListener("blur", gone);
      };
    }

    const items = () => [...(list.value?.querySelectorAll("button") ?? [])];

    /** @param {Action} action */
    async function run(action) {
      // A dialog that it opens gives the focus back to what has it now, and entries are gone by then.
      if (list.value?.contains(document.activeElement)) button.value?.focus({ preventScroll: true });
      try {
        const word = await action.run(props.panel());
        if (typeof word !== "string") return close();
        items().find((one) => one.dataset["action"] === action.id)?.focus({ preventScroll: true });
        said.value = { id: action.id, word };
        setTimeout(() => said.value?.id === action.id && close(true), SAID);
      } catch (error) {
        close(true);
        state.notice = { level: "error", text: `${action.text(props.panel())}: ${/** @type {Error} */ (error).message}` };
      }
    }

    /** @param {KeyboardEvent} event */
    function pressed(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const all = items();
      const at = all.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
      const go = {
        ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length, Home: 0, End: all.length - 1,
      }[event.key];
      if (event.key === "Tab") return close(true);
      if (event.key === "Enter" || event.key === " ") return;
      // None of the page's own keys works while it is open.
      event.stopPropagation();
      event.preventDefault();
      if (event.key === "Escape") close(true);
      else if (go !== undefined) all[go]?.focus({ preventScroll: true });
      else if (event.key.length === 1) {
        const letter = event.key.toLowerCase();
        const next = [...all.slice(at + 1), ...all].find((one) => one.innerText.trim().toLowerCase().startsWith(letter));
        next?.focus({ preventScroll: true });
      }
    }

    /** @param {KeyboardEvent} event */
    function opened(event) {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      event.stopPropagation();
      show(event.key === "ArrowDown" ? "first" : "last");
    }

    onBeforeUnmount(() => close());

    const entry = (/** @type {Action} */ action, /** @type {number} */ which) => html`
      <button key=${action.id} role="menuitem" tabindex="-1" class=${{ apart: action.apart && which > 0 }} data-action=${action.id}
              onClick=${() => run(action)}>
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${action.icon && html`<path d=${action.icon} />`}</svg>
        <span>${said.value?.id === action.id ? said.value.word : action.text(props.panel())}</span>
        ${action.key && html`<kbd aria-hidden="true">${action.key}</kbd>`}
      </button>`;

    return () => html`
      <button ref=${button} class="dots" data-apart aria-haspopup="menu" aria-expanded=${open.value} aria-controls=${id}
              aria-label=${menuOf(props.title)} title=${TEXT.panelMenu}
              onClick=${() => (open.value ? close() : show())} onKeydown=${opened}>
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><circle cx="3" cy="8" r="1.3" /><circle cx="8" cy="8" r="1.3" /><circle cx="13" cy="8" r="1.3" /></svg>
      </button>
      ${open.value && html`
        <div ref=${list} id=${id} class="options" data-apart popover="manual" role="menu" aria-label=${menuOf(props.title)} onKeydown=${pressed}>
          ${actions.filter(({ when }) => when?.(props.panel()) ?? true).map(entry)}
        </div>`}`;
  },
};

/** Below the button and within the window; on a phone the style puts it at the foot. @param {HTMLElement} element @param {HTMLElement} button */
function place(element, button) {
  const { right, bottom, top } = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = element;
  const below = bottom + 4 + height <= innerHeight - EDGE ? bottom + 4 : Math.max(EDGE, top - 4 - height);
  element.style.setProperty("--left", `${Math.max(EDGE, Math.min(right - width, innerWidth - width - EDGE))}px`);
  element.style.setProperty("--top", `${below}px`);
}
