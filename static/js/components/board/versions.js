// The versions of a dashboard: each can be looked at, and compared with the one before it.

import { onMounted, ref, shallowRef } from "../../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../../app.js";
import { WORDS, versionText } from "../../board/words.js";
import { momentText } from "../../text.js";
import { html } from "../html.js";
import { Changes } from "./changes.js";

/** @typedef {import("../../board/types.js").Board} Board */
/** @typedef {import("../../board/types.js").Version} Version */

export const Versions = {
  setup() {
    const { boards, state } = useApp();
    const { own, asking } = boards;
    const found = ref(/** @type {Version[] | null} */ (null));
    const wrong = ref("");
    /** The version of which it is told what it has changed. */
    const open = ref(0);
    const compared = shallowRef(/** @type {{before: Board, after: Board} | null} */ (null));

    /** @template T @param {() => Promise<T>} ask @returns {Promise<T | null>} null when it is told why not */
    const asked = async (ask) => {
      wrong.value = "";
      try {
        return await ask();
      } catch (error) {
        wrong.value = /** @type {Error} */ (error).message || WORDS.noAnswer;
        return null;
      }
    };
    onMounted(async () => (found.value = await asked(() => asking.versions(state.slug))));

    /** @param {number} version @param {number} before */
    const compare = async (version, before) => {
      compared.value = null;
      open.value = open.value === version ? 0 : version;
      if (!open.value) return;
      const both = await asked(() => Promise.all([asking.get(state.slug, before), asking.get(state.slug, version)]));
      if (both && open.value === version) compared.value = { before: both[0].dashboard, after: both[1].dashboard };
    };

    return () => html`
      <div class="scroll versions">
        ${wrong.value && html`<p class="bad" role="alert">${wrong.value}</p>`}
        <ol>${found.value?.map(({ version, by, t }, at, all) => {
          const newest = at === 0;
          const on = newest ? !own.version : own.version === version;
          const before = all[at + 1]?.version;
          return html`
            <li key=${version}>
              <div class="row">
                <button type="button" class="look" aria-current=${on || null} onClick=${() => {
                  own.version = newest ? 0 : version;
                  own.dialog = "";
                }}><span>${versionText(version, by, momentText(t, state.now))}</span><small>${newest ? WORDS.newest : WORDS.look}</small></button>
                ${before !== undefined && html`<button type="button" class="link" aria-expanded=${open.value === version}
                  onClick=${() => compare(version, before)}>${WORDS.whatChanged}</button>`}
              </div>
              ${open.value === version && compared.value && html`<${Changes} ...${compared.value} />`}
            </li>`;
        })}</ol>
      </div>`;
  },
};
