// What two versions of a dashboard differ in, a sentence for each.

import { computed } from "../../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../../app.js";
import { differences } from "../../board/difference.js";
import { phrases } from "../../board/phrases.js";
import { WORDS } from "../../board/words.js";
import { html } from "../html.js";

/** @typedef {import("../../board/types.js").Board} Board */

export const Changes = {
  props: ["before", "after"],
  /** @param {{before: Board, after: Board}} props */
  setup(props) {
    const { metrics } = useApp();
    const list = computed(() => phrases(differences(props.before, props.after), (name) => metrics.value.get(name)?.title ?? name));
    return () => html`
      <ul class="changes">
        ${list.value.map((one, at) => html`<li key=${at}>${one}</li>`)}
        ${!list.value.length && html`<li class="none">${WORDS.nothingElse}</li>`}
      </ul>`;
  },
};
