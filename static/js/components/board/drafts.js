// New dashboards that nobody has saved yet, in the rail: they are only in this browser.

import { onBeforeUnmount, ref } from "../../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../../app.js";
import { WORDS, discardText } from "../../board/words.js";
import { later } from "../../later.js";
import { html } from "../html.js";

/** ms in which one may be sure. */
const SURE = 4_000;

export const Drafts = {
  props: ["link"],
  /** @param {{link: (slug: string, title: string, count: string) => any}} props how the rail leads to a dashboard */
  setup(props) {
    const { boards, state, open } = useApp();
    /** Slug of the one that is given up at the next word. */
    const sure = ref("");
    let unwait = () => {};
    onBeforeUnmount(() => unwait());

    /** @param {string} slug */
    const discard = (slug) => {
      unwait();
      if (sure.value === slug) {
        boards.forget(slug);
        // Nothing is left of it to show.
        if (slug === state.slug && !boards.here.value) open("overview");
        return;
      }
      sure.value = slug;
      unwait = later(SURE, () => (sure.value = ""));
    };

    return () => boards.drafts.value.map(({ slug, title }) => {
      const asks = sure.value === slug;
      const text = asks ? WORDS.sureDiscard : discardText(title);
      return html`
        <div class="unfolds" key=${slug}>
          ${props.link(slug, title, WORDS.draft)}
          ${!(boards.own.session && slug === state.slug) && html`<button class=${["unfold", { bad: asks }]} type="button" aria-label=${text} title=${text} onClick=${() => discard(slug)}>
            <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true"><path d="M4 4l8 8M12 4l-8 8" /></svg></button>`}
          ${asks && html`<p class="none" role="status">${WORDS.sureDiscard}</p>`}
        </div>`;
    });
  },
};
