// The bar on top: which dashboard of which machine, the span of time, how the connection is, and pause.

import { useApp } from "../app.js";
import { TEXT, WINDOWS, badge, delayText, msText, spanText, withKey } from "../text.js";
import { fullDuration } from "../units.js";
import { BoardButtons, madeActions } from "./board/buttons.js";
import { html } from "./html.js";
import { Folded } from "./notices.js";
import { boardActions } from "../out/actions.js";
import { Menu } from "./menu.js";
import { People } from "./people.js";
import { When } from "./when.js";

/** Windows that have a button of their own; all are in the list of a narrow screen, and behind keys. */
const SIDE_BY_SIDE = WINDOWS.slice(1, -1);

export const Bar = {
  props: ["title"],
  /** @param {{title: string}} props */
  setup(props) {
    const app = useApp();
    const { state, boot, setWindow, setTheme, togglePause } = app;
    const actions = [...madeActions(app.boards), ...boardActions(app, () => props.title)];
    /** The span that all charts look at, and stays; "" while they follow a window. */
    const fixed = () => (state.look && !state.look.metric ? spanText(state.look.from, state.look.to, state.now) : "");
    /** The window that they follow. */
    const chosen = () => (fixed() ? NaN : state.all ? Infinity : state.window);

    /** From sample to screen, while any come; it is told anew each second. */
    const delay = () => {
      const [half = NaN, most = NaN] = app.delays.within(0.5, 0.99);
      const known = state.now && half >= 0 && app.connection.greeted;
      return html`<em class="delay" aria-hidden="true" title=${known ? delayText(half, most) : null}>${known ? msText(half) : ""}</em>`;
    };

    const live = () => {
      const { kind, text, extra } = badge(state.status, state.pausedAt > 0, state.now);
      const act = state.status.phase === "signed_out" ? TEXT.signIn : state.status.phase === "other_version" ? TEXT.reload : "";
      return html`
        <div class="live">
          <span class=${["dot", kind]} /><span role="status">${text}</span><em aria-hidden="true">${extra}</em>${delay()}
          ${act && html`<button class="link" onClick=${() => location.reload()}>${act}</button>`}
        </div>`;
    };

    /** All windows, and the one that an address or somebody else has brought. */
    const options = () => {
      const other = !state.all && !WINDOWS.some(([seconds]) => seconds === state.window);
      return other ? [...WINDOWS, [state.window, fullDuration(state.window), ""]].sort(([a], [b]) => Number(a) - Number(b)) : WINDOWS;
    };

    // Where there is no room for all of them side by side, the system's own list is the best to hit with a thumb.
    const windows = () => html`
      <div class="seg" role="group" aria-label=${TEXT.window}>
        ${SIDE_BY_SIDE.map(([seconds, name, key]) => html`
          <button key=${seconds} class=${{ on: chosen() === seconds }} aria-pressed=${chosen() === seconds}
                  aria-keyshortcuts=${key} title=${withKey(TEXT.window, key)} onClick=${() => setWindow(seconds)}>${name}</button>`)}
      </div>
      <label class="pick">
        <span class="hidden">${TEXT.window}</span>
        <select value=${fixed() || (state.all ? Infinity : state.window)} onChange=${(/** @type {any} */ event) => event.target.value === fixed() || setWindow(Number(event.target.value))}>
          ${fixed() && html`<option key="fixed" value=${fixed()}>${fixed()}</option>`}
          ${options().map(([seconds, name]) => html`<option key=${seconds} value=${seconds}>${name}</option>`)}
        </select>
        ${fixed() && html`<span class="whole" aria-hidden="true">${fixed().split(/\s*–\s*/).map((end) => html`<span key=${end} class="cut">${end}</span>`)}</span>`}
        <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true"><path d="M4 6l4 4 4-4" /></svg>
      </label>`;

    return () => html`
      <header class="bar">
        <button class="btn icon menu" aria-label=${TEXT.menu} aria-controls="rail" aria-expanded=${state.menu}
                onClick=${() => (state.menu = !state.menu)}>
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M2 4h12M2 8h12M2 12h12" /></svg>
        </button>
        <h1 class="cut">${props.title}</h1>
        <span class="host cut">${boot.host}</span>
        ${windows()}
        <${When} />
        <${Folded} />
        ${live()}
        <button class="btn pause" aria-pressed=${state.pausedAt > 0} aria-keyshortcuts="Space" onClick=${togglePause}>
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d=${state.pausedAt ? "M5 3.5v9l7-4.5z" : "M5.5 4v8M10.5 4v8"} /></svg>
          <span>${state.pausedAt ? TEXT.goOn : TEXT.pause}</span><kbd aria-hidden="true">${TEXT.spaceKey}</kbd>
        </button>
        <button class="btn icon theme" aria-label=${state.theme === "dark" ? TEXT.toLight : TEXT.toDark} aria-keyshortcuts="t"
                title=${withKey(state.theme === "dark" ? TEXT.toLight : TEXT.toDark, "t")}
                onClick=${() => setTheme(state.theme === "dark" ? "light" : "dark")}>
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><circle cx="8" cy="8" r="5.5" /><path class="solid" d="M8 2.5a5.5 5.5 0 0 1 0 11z" /></svg>
        </button>
        <${BoardButtons} />
        <${Menu} title=${props.title} actions=${actions} panel=${() => null} />
        <${People} />
      </header>`;
  },
};
