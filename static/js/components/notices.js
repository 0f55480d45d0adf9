// What everybody should know, below the bar: that nothing comes any more, news that one closes, and troubles that stand
// until they are solved.

import { useApp } from "../app.js";
import { folded } from "../notices.js";
import { TEXT, labelled, noDataText, sinceText } from "../text.js";
import { html } from "./html.js";

/** @type {Record<string, string>} */
const DOTS = { error: "bad", warning: "warn" };

export const Notices = {
  setup() {
    const { state, silentSince } = useApp();
    // Numbers that stand still look like those that don't: a badge alone is not enough.
    const silent = () => {
      const since = silentSince();
      return since > 0 && html`
        <p key="silent" class="notice stands unheard"><span class="dot warn" /><span>${noDataText(since, state.now)}</span></p>`;
    };
    // Always there, so that what comes into it is read out.
    return () => html`
      <div class="notices" role="status">
        ${silent()}
        ${state.notice && html`<p key="news" class=${["notice", state.notice.level]}><span>${state.notice.text}</span>
          <button class="link" onClick=${() => (state.notice = null)}>${TEXT.close}</button></p>`}
        ${state.standing.filter((one) => !one.folded).map(({ topic, level, text, t }) => html`
          <p key=${topic} class=${["notice stands", level]}>
            <span class=${["dot", DOTS[level] ?? "idle"]} /><span>${text}${t > 0 && html`<small>${sinceText(t)}</small>`}</span>
            <button class="link" onClick=${() => (state.standing = folded(state.standing, topic))}>${TEXT.fold}</button>
          </p>`)}
      </div>`;
  },
};

/** In the bar: that some are folded away, and the way back to them. */
export const Folded = {
  setup() {
    const { state } = useApp();
    return () => {
      const away = state.standing.filter((one) => one.folded);
      const [first] = away;
      if (!first) return null;
      const text = away.map((one) => one.text).join("\n");
      return html`
        <button class=${["btn icon away", first.level]} title=${text} aria-label=${labelled(TEXT.unfold, text)}
                onClick=${() => (state.standing = folded(state.standing))}>
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M8 2.2L14.4 13.4H1.6zM8 6.4v3.2M8 11.4v.2" /></svg>
        </button>`;
    };
  },
};
