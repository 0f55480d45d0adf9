// Settings beside the page, so that one sees what they do while one makes them.

import { onMounted, ref } from "../../../vendor/vue.runtime.esm-browser.prod.js";
import { WORDS } from "../../board/words.js";
import { TEXT } from "../../text.js";
import { html } from "../html.js";

export const Drawer = {
  props: ["title"],
  emits: ["close"],
  /**
   * @param {{title: string}} props
   * @param {{emit: (event: "close") => void, slots: {default: () => any}}} context
   */
  setup(props, { emit, slots }) {
    const root = ref(/** @type {HTMLDialogElement | null} */ (null));
    onMounted(() => root.value?.showModal());
    /** By the element itself, which gives the focus back to where it was. */
    const close = () => root.value?.close();
    const outside = (/** @type {MouseEvent} */ event) => event.target === root.value && close();
    return () => html`
      <dialog ref=${root} class="drawer" aria-label=${props.title} onClose=${() => emit("close")} onClick=${outside}>
        <header>
          <h2 class="cut">${props.title}</h2>
          <button class="btn" type="button" onClick=${close}>${WORDS.done}<kbd aria-hidden="true">${TEXT.escapeKey}</kbd></button>
        </header>
        <div class="fields">${slots.default()}</div>
      </dialog>`;
  },
};
