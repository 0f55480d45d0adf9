// The keyboard: every control has its key, and none works while somebody types.

import { WINDOWS } from "./text.js";

/**
 * @param {import("./app.js").App} app
 * @param {Document} [target]
 * @returns {() => void} takes the keys away again
 */
export function listenKeys(app, target = document) {
  const { state } = app;
  /** @type {Record<string, () => void>} */
  const actions = {
    " ": app.togglePause,
    "t": () => app.setTheme(state.theme === "dark" ? "light" : "dark"),
    "c": () => void (state.dialog = "collectors"),
    "?": () => void (state.dialog = "help"),
    "/": () => {
      state.menu = matchMedia("(max-width: 720px)").matches;
      target.getElementById("search")?.focus();
    },
    "Escape": () => {
      state.menu = false;
      for (const chip of target.querySelectorAll("button.chip")) /** @type {HTMLElement} */ (chip).click();
    },
  };
  WINDOWS.forEach(([seconds], place) => (actions[String(place + 1)] = () => app.setWindow(seconds)));

  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    const at = /** @type {HTMLElement} */ (event.target);
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || state.dialog) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) || at.isContentEditable) return;
    // Space and Enter belong to the button or link that has the focus.
    if (event.key === " " && /^(BUTTON|A|SUMMARY)$/.test(at.tagName)) return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };
  target.addEventListener("keydown", pressed);
  return () => target.removeEventListener("keydown", pressed);
}
