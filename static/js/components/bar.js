// The bar on top: which dashboard of which machine, the span of time, how the connection is, and pause.

import { useApp } from "../app.js";
import { TEXT, WINDOWS, badge } from "../text.js";
import { html } from "./html.js";

export const Bar = {
  props: ["title"],
  /** @param {{title: string}} props */
  setup(props) {
    const { state, boot, setWindow, setTheme, togglePause } = useApp();

    const live = () => {
      const { kind, text, extra } = badge(state.status, state.pausedAt > 0, state.now);
      const act = state.status.phase === "signed_out" ? TEXT.signIn : state.status.phase === "other_version" ? TEXT.reload : "";
      return html`
        <div class="live" role="status" aria-live="polite">
          <span class=${["dot", kind]} /><span>${text}</span><em aria-hidden="true">${extra}</em>
          ${act && html`<button class="link" onClick=${() => location.reload()}>${act}</button>`}
        </div>`;
    };

    return () => html`
      <header class="bar">
        <button class="btn icon menu" aria-label=${TEXT.menu} aria-controls="rail" aria-expanded=${state.menu}
                onClick=${() => (state.menu = !state.menu)}>
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M2 4h12M2 8h12M2 12h12" /></svg>
        </button>
        <h1 class="cut">${props.title}</h1>
        <span class="host cut">${boot.host}</span>
        <div class="seg" role="group" aria-label=${TEXT.window}>
          ${WINDOWS.map(([seconds, name]) => html`
            <button key=${seconds} class=${{ on: state.window === seconds }} aria-pressed=${state.window === seconds}
                    onClick=${() => setWindow(seconds)}>${name}</button>`)}
        </div>
        ${live()}
        <button class="btn pause" aria-pressed=${state.pausedAt > 0} aria-keyshortcuts="Space" onClick=${togglePause}>
          ${state.pausedAt ? TEXT.goOn : TEXT.pause}<kbd aria-hidden="true">space</kbd>
        </button>
        <button class="btn icon theme" aria-label=${state.theme === "dark" ? TEXT.toLight : TEXT.toDark} aria-keyshortcuts="t"
                title=${`${state.theme === "dark" ? TEXT.toLight : TEXT.toDark} (t)`}
                onClick=${() => setTheme(state.theme === "dark" ? "light" : "dark")}>
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><circle cx="8" cy="8" r="5.5" /><path class="solid" d="M8 2.5a5.5 5.5 0 0 1 0 11z" /></svg>
        </button>
      </header>`;
  },
};
