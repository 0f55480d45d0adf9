// A dashboard that somebody has made: its variables, and its panels on the grid.

import { computed, defineAsyncComponent, ref } from "../../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../../app.js";
import { WORDS, draftText, versionText } from "../../board/words.js";
import { inOrder } from "../../board/place.js";
import { TEXT, momentText } from "../../text.js";
import { html } from "../html.js";
import { Cell } from "./cell.js";
import { Pickers } from "./pickers.js";

const Editor = defineAsyncComponent(() => import("./editor.js").then((module) => module.Editor));

export const BoardView = {
  setup() {
    const app = useApp();
    const { boards, state } = app;
    const { own, board, panels } = boards;
    const grid = ref(/** @type {HTMLElement | null} */ (null));
    /** While it is edited nothing changes places in the page, so that what has the focus keeps it. */
    const shown = computed(() => (own.session && !own.session.narrow ? panels.value : inOrder(panels.value)));

    /** An older version is on view. */
    const past = () => own.version > 0 && own.older && html`
      <div class="banner" role="status">
        <span>${versionText(own.older.version, own.older.by, momentText(own.older.t, state.now))}</span>
        ${boards.entry.value?.editable && html`<button class="btn" onClick=${() => boards.bringBack(app.together.people.you?.name)}>${WORDS.bringBack}</button>`}
        <button class="btn" onClick=${() => (own.version = 0)}>${WORDS.toNewest}</button>
      </div>`;

    /** Unsaved work was left behind: it is offered, and nothing happens by itself. */
    const draft = () => own.draft && !own.session && !own.version && html`
      <div class="banner" role="status">
        <span>${draftText(momentText(own.draft.t, state.now))}</span>
        <button class="btn" onClick=${() => boards.resume()}>${WORDS.goOnEditing}</button>
        <button class="btn" onClick=${giveUp}>${WORDS.discard}</button>
      </div>`;

    /** Of one that is nowhere else nothing is left to show. */
    function giveUp() {
      boards.forget();
      if (!boards.here.value) app.open("overview");
    }

    const empty = () => {
      if (own.session) return null;
      if (own.trouble !== null && !board.value) {
        return html`<div class="empty"><h2>${WORDS.notLoaded}</h2><p>${own.trouble || WORDS.noAnswer}</p>
          <button class="btn" onClick=${() => boards.load()}>${WORDS.again}</button></div>`;
      }
      return board.value && !panels.value.length && html`<div class="empty"><h2>${WORDS.noPanels}</h2><p>${WORDS.noPanelsHint}</p></div>`;
    };

    return () => html`
      <div class=${["board-page", { editing: own.session }]}>
        ${past()}${draft()}
        ${own.session && html`<${Editor} grid=${grid} />`}
        ${board.value?.description && !own.session && html`<p class="about-board">${board.value.description}</p>`}
        <${Pickers} />
        <h2 class="hidden">${TEXT.charts}</h2>
        <div ref=${grid} class="board">
          ${shown.value.map((panel) => html`<${Cell} key=${`${panel.id} ${panel.kind}`} panel=${panel} session=${own.session} />`)}
        </div>
        ${empty()}
      </div>`;
  },
};
