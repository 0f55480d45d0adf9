// What the bar offers for a dashboard: to edit it; of one that makes itself, or is a file, to make another of it.

import { useApp } from "../../app.js";
import { WORDS } from "../../board/words.js";
import { withKey } from "../../text.js";
import { html } from "../html.js";

/** @typedef {import("../../board/boards.js").Boards} Boards */

/** What can be done with a dashboard that was made, in the menu of the page. @param {Boards} boards @returns {import("../../out/panels.js").Action[]} */
export const madeActions = (boards) => [{
  id: "versions",
  icon: "M8 4.5V8l2.5 1.5M2.6 6A5.7 5.7 0 1 1 2.3 9M2.3 3v3.2h3.2",
  text: () => WORDS.versions,
  when: () => boards.entry.value?.origin === "store" && !boards.own.session,
  run: () => void (boards.own.dialog = "versions"),
}];

export const BoardButtons = {
  setup() {
    const { boards } = useApp();
    const { own } = boards;
    return () => {
      const entry = boards.entry.value;
      if (own.session || own.version || !boards.copied.value || (boards.here.value && !boards.board.value)) return null;
      const mine = entry?.editable;
      return html`
        <button class="btn edit" type="button" aria-keyshortcuts="e" title=${withKey(mine ? WORDS.edit : entry ? WORDS.fromFile : WORDS.copyHint, "e")}
                onClick=${() => boards.change()}>
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M3 13l.6-2.8 7-7a1.3 1.3 0 0 1 1.9 0l.3.3a1.3 1.3 0 0 1 0 1.9l-7 7z" /></svg>
          <span>${mine ? WORDS.edit : WORDS.copyHere}</span>
        </button>`;
    };
  },
};
