// Dashboards that somebody has removed, and that can be brought back.

import { onMounted, ref } from "../../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../../app.js";
import { WORDS, versionText } from "../../board/words.js";
import { TEXT, labelled, momentText } from "../../text.js";
import { html } from "../html.js";

/** @typedef {import("../../board/types.js").Listed} Listed */

export const Deleted = {
  setup() {
    const { boards, state, open, together } = useApp();
    const { own, asking } = boards;
    const found = ref(/** @type {Listed[] | null} */ (null));
    const wrong = ref("");
    let busy = false;

    /** @param {() => Promise<unknown>} act */
    const attempt = async (act) => {
      wrong.value = "";
      try {
        await act();
      } catch (error) {
        wrong.value = /** @type {Error} */ (error).message || WORDS.noAnswer;
      }
    };
    onMounted(() => attempt(async () => (found.value = await asking.list(true))));

    /** It becomes the newest of its versions again. @param {Listed} one */
    const bringBack = ({ slug, version }) => busy || attempt(async () => {
      busy = true;
      try {
        const { dashboard } = await asking.get(slug, version);
        await asking.put(dashboard, 0, together.people.you?.name ?? "");
      } finally {
        busy = false;
      }
      own.dialog = "";
      open(slug);
    });

    return () => html`
      <div class="scroll versions">
        ${wrong.value && html`<p class="bad" role="alert">${wrong.value}</p>`}
        ${found.value?.length === 0 && html`<p class="none">${WORDS.noneDeleted}</p>`}
        ${!found.value && !wrong.value && html`<p class="none">${TEXT.waiting}</p>`}
        <ol>${found.value?.map((one) => html`
          <li key=${one.slug} class="row">
            <span class="look"><b class="cut">${one.title}</b><small class="cut">${versionText(one.version, one.by, momentText(one.t, state.now))}</small></span>
            <button type="button" class="btn" aria-label=${labelled(WORDS.bringBack, one.title)} onClick=${() => bringBack(one)}>${WORDS.bringBack}</button>
          </li>`)}</ol>
      </div>`;
  },
};
