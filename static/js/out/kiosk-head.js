// The line above a wall: what it shows, how the connection is, and the time.

import { useApp } from "../app.js";
import { html } from "../components/html.js";
import { badge, clockText, noDataText } from "../text.js";

export const KioskHead = {
  props: ["title"],
  /** @param {{title: string}} props */
  setup(props) {
    const { state, boot, silentSince } = useApp();
    return () => {
      const { kind, text } = badge(state.status, state.pausedAt > 0, state.now);
      const since = silentSince();
      return html`
        <header class="kiosk-head">
          <h1 class="cut">${props.title}</h1>
          <span class="host cut">${boot.host}</span>
          <span class="state" role="status"><i class=${["dot", kind]} />${since > 0 ? noDataText(since, state.now) : kind === "good" ? "" : text}</span>
          <time>${clockText(state.now)}</time>
        </header>`;
    };
  },
};
