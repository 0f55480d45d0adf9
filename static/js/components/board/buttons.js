// What the bar offers for a dashboard: to edit it, its versions; of one that makes itself, to make another of it.

import { useApp } from "../../app.js";
import { WORDS } from "../../board/words.js";
import { html } from "../html.js";

export const BoardButtons = {
  setup() {
    const { boards } = useApp();
    const { own } = boards;
    const copy = () => Object.assign(own, { dialog: "new", copying: true });

    return () => {
      const entry = boards.entry.value;
      if (own.session || own.version || (boards.here.value && !boards.board.value)) return null;
      const mine = entry?.editable;
      return html`
        ${entry && html`<button class="btn versions" type="button" aria-haspopup="dialog" onClick=${() => (own.dialog = "versions")}>${WORDS.versions}</button>`}
        <button class="btn edit" type="button" aria-keyshortcuts="e" title=${mine ? null : entry ? WORDS.fromFile : WORDS.copyHint}
                onClick=${() => (mine ? boards.edit() : copy())}>
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M3 13l.6-2.8 7-7a1.3 1.3 0 0 1 1.9 0l.3.3a1.3 1.3 0 0 1 0 1.9l-7 7z" /></svg>
          <span>${mine ? WORDS.edit : WORDS.copyHere}</span>
        </button>`;
    };
  },
};
