// Settings beside the page, so that one sees what they do while one makes them.

import { WORDS } from "../../board/words.js";
import { Dialog } from "../dialogs.js";
import { html } from "../html.js";

export const Drawer = {
  props: ["title"],
  emits: ["close"],
  /**
   * @param {{title: string}} props
   * @param {{emit: (event: "close") => void, slots: {default: () => any}}} context
   */
  setup(props, { emit, slots }) {
    return () => html`
      <${Dialog} title=${props.title} beside=${true} word=${WORDS.done} onClose=${() => emit("close")}>
        ${() => html`<div class="fields">${slots.default()}</div>`}
      <//>`;
  },
};
