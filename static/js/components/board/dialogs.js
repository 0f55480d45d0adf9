// What opens over the page on behalf of dashboards: making one, and looking through the versions of one.

import { onMounted, ref } from "../../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../../app.js";
import { panelsOf } from "../../board/copy.js";
import { blank, slugOf } from "../../board/document.js";
import { having } from "../../board/offered.js";
import { WORDS, copiedTitle, copyText, versionText } from "../../board/words.js";
import { families, sections, tiles } from "../../layout.js";
import { styled } from "../../script.js";
import { TEXT, momentText } from "../../text.js";
import { Dialog } from "../dialogs.js";
import { html } from "../html.js";

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
        <div class="row"><button class="btn main-act">${WORDS.make}</button></div>
      </form>`;
  },
};

const Versions = {
  setup() {
    const { boards, state } = useApp();
    const { own } = boards;
    const found = ref(/** @type {import("../../board/types.js").Version[] | null} */ (null));
    const wrong = ref("");
    onMounted(async () => {
      try {
        found.value = await boards.asking.versions(state.slug);
      } catch (error) {
        wrong.value = /** @type {Error} */ (error).message || WORDS.noAnswer;
      }
    });
    return () => html`
      <div class="scroll versions">
        ${wrong.value && html`<p class="bad" role="alert">${wrong.value}</p>`}
        <ol>${found.value?.map(({ version, by, t }, at) => {
          const newest = at === 0;
          const on = newest ? !own.version : own.version === version;
          return html`
            <li key=${version}><button type="button" aria-current=${on || null} onClick=${() => {
              own.version = newest ? 0 : version;
              own.dialog = "";
            }}><span>${versionText(version, by, momentText(t, state.now))}</span><small>${newest ? WORDS.newest : WORDS.look}</small></button></li>`;
        })}</ol>
      </div>`;
  },
};

export const BoardDialogs = {
  setup() {
    const { boards, base } = useApp();
    styled(`${base}css/edit.css`).catch(() => {});
    const close = () => (boards.own.dialog = "");
    return () => {
      const made = boards.own.dialog === "new";
      return boards.own.dialog && html`
        <${Dialog} key=${boards.own.dialog} title=${made ? WORDS.newDashboard : WORDS.versions} onClose=${close}>
          ${() => html`<${made ? Make : Versions} />`}
        <//>`;
    };
  },
};
