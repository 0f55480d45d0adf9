// What opens over the page on behalf of dashboards: making one, bringing one back, and looking through the versions of one.

import { ref } from "../../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../../app.js";
import { panelsOf } from "../../board/copy.js";
import { blank, slugOf } from "../../board/document.js";
import { having } from "../../board/offered.js";
import { WORDS, copiedTitle, copyText } from "../../board/words.js";
import { families, sections, tiles } from "../../layout.js";
import { styled } from "../../script.js";
import { TEXT } from "../../text.js";
import { Dialog } from "../dialogs.js";
import { html } from "../html.js";
import { Deleted } from "./deleted.js";
import { Versions } from "./versions.js";

const MOST_TITLE = 120;

const Make = {
  setup() {
    const { boards, boot, open, shown, state } = useApp();
    const { own } = boards;
    const here = boards.here.value ? boards.board.value?.title ?? "" : pageTitle();
    const title = ref("");
    const copy = ref(own.copying);

    function pageTitle() {
      if (state.slug === "overview") return TEXT.overview;
      const known = families(shown.value, boot.families).find(({ slug }) => slug === state.slug)?.title ?? "";
      return own.only && known ? `${known} · ${own.only.value}` : known;
    }

    /** What is on the page, as panels. */
    function panels() {
      if (boards.here.value) return boards.board.value?.panels ?? [];
      const groups = families(shown.value, boot.families);
      const metrics = own.only ? having(shown.value, own.only) : shown.value;
      const only = own.only ? { [own.only.label]: [own.only.value] } : {};
      return panelsOf(state.slug === "overview" ? tiles(shown.value, groups) : [], sections(metrics, groups, state.slug), only);
    }

    async function make() {
      const taken = new Set([...own.listed.map(({ slug }) => slug), ...boot.families.map(({ slug }) => slug), "overview"]);
      const called = title.value.trim() || (copy.value ? copiedTitle(here) : WORDS.newDashboard);
      const slug = slugOf(called, taken);
      const { description, window, variables } = (boards.here.value && copy.value && boards.board.value) || {};
      const made = { ...blank(slug, called), ...(description ? { description } : {}), ...(window ? { window } : {}), ...(variables ? { variables } : {}) };
      const whole = copy.value ? { ...made, panels: panels() } : made;
      own.dialog = "";
      boards.leaving(() => {
        open(slug);
        boards.edit(whole, 0, null);
      });
    }

    return () => html`
      <form class="ask" onSubmit=${(/** @type {Event} */ event) => {
        event.preventDefault();
        make();
      }}>
        <label class="field"><span>${WORDS.whatCalled}</span>
          <input value=${title.value} maxlength=${MOST_TITLE} placeholder=${copy.value && here ? copiedTitle(here) : WORDS.newDashboard} autofocus
                 onInput=${(/** @type {any} */ { target }) => (title.value = target.value)} /></label>
        <fieldset class="field"><legend>${WORDS.startWith}</legend>
          <label class="check"><input type="radio" name="from" checked=${!copy.value} onChange=${() => (copy.value = false)} />${WORDS.empty}</label>
          ${here && html`<label class="check"><input type="radio" name="from" checked=${copy.value} onChange=${() => (copy.value = true)} />${copyText(here)}</label>`}
        </fieldset>
        <div class="row">
          <button class="btn main-act">${WORDS.make}</button>
          <button class="link" type="button" onClick=${() => (own.dialog = "deleted")}>${WORDS.deleted}</button>
        </div>
      </form>`;
  },
};

/** What each is called, and what is in it. @type {Record<"new" | "versions" | "deleted", [string, object]>} */
const ALL = { new: [WORDS.newDashboard, Make], versions: [WORDS.versions, Versions], deleted: [WORDS.deleted, Deleted] };

export const BoardDialogs = {
  setup() {
    const { boards, base } = useApp();
    styled(`${base}css/edit.css`).catch(() => {});
    const close = () => (boards.own.dialog = "");
    return () => {
      if (!boards.own.dialog) return null;
      const [title, content] = ALL[boards.own.dialog];
      return html`<${Dialog} title=${title} onClose=${close}>${() => html`<${content} />`}<//>`;
    };
  },
};
