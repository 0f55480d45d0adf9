// The keyboard: every control has its key, and none works while somebody types.

import { WINDOWS } from "./text.js";

/** Keys that change nothing of what one looks at. */
const ASIDE = new Set(["f", "t", "c", "e", "s", "?", "m", "p", "l", "b"]);
/** What somebody takes into their own hands, and by that follows nobody any more. */
const HANDS = ".plot, .seg, .pick, .btn.pause, button.chip, .rail a, .tile, .family a, .brush";

/**
 * @param {import("./app.js").App} app
 * @param {Document} [target]
 * @returns {() => void} takes the keys away again
 */
export function listenKeys(app, target = document) {
  const { state, together, looking } = app;
  const { people, follow } = together;
  /** @type {Record<string, () => void>} */
  const actions = {
    " ": app.togglePause,
    "t": () => app.setTheme(state.theme === "dark" ? "light" : "dark"),
    "f": () => void (state.full = state.full && app.panels.get(state.full) ? "" : app.panels.pointed()?.id ?? ""),
    "e": () => app.boards.change(),
    "c": () => void (state.dialog = "collectors"),
    "?": () => void (state.dialog = "help"),
    "/": () => {
      state.menu = matchMedia("(max-width: 720px)").matches;
      target.getElementById("search")?.focus();
    },
    "ArrowLeft": () => looking.step(-1),
    "ArrowRight": () => looking.step(1),
    "+": () => looking.stretch(true),
    "=": () => looking.stretch(true),
    "-": () => looking.stretch(false),
    "g": () => target.getElementById("when")?.click(),
    "l": () => app.setLinked(!state.linked),
    "b": () => app.setBrush(!state.brush),
    "s": () => app.setCounted(!state.counted),
    "m": () => void (people.you && together.showTalk(!people.open)),
    "p": () => void (state.pointing = true),
    "Escape": () => {
      if (people.picking || people.card) {
        Object.assign(people, { picking: false, card: "" });
        return;
      }
      // On a phone it lies over all that the key is else about.
      if (people.open && matchMedia("(max-width: 720px)").matches) {
        together.showTalk(false);
        return;
      }
      state.menu = false;
      app.cross.show(null);
      looking.back();
    },
  };
  /** Whether Space is held, for the page. */
  let spaced = false;
  /** @type {Element | null} the button or link that was clicked last, and has had the focus since then */
  let clicked = null;
  for (const [seconds, , key] of WINDOWS) actions[key] = () => app.setWindow(seconds);

  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    const at = /** @type {HTMLElement} */ (event.target);
    if (event.key === "Tab") clicked = null;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || state.dialog || app.sheet.value || document.querySelector("dialog[open]")) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) || at.isContentEditable) return;
    // A dialog beside the page, such as the picker, and a menu have keys of their own.
    if (event.key !== "Escape" && at.closest?.("[role='dialog'], [role='menu']")) return;
    // Space belongs to the button or link that keys have led to, not to one that was clicked.
    if (event.key === " " && /^(BUTTON|A|SUMMARY)$/.test(at.tagName) && at !== clicked) return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    if (event.key === " ") spaced = true;
    if (!ASIDE.has(event.key)) follow.touched();
    action();
  };
  /** @param {KeyboardEvent} event */
  const released = (event) => {
    if (event.key === "p") state.pointing = false;
    // Firefox clicks a button when Space is let go.
    if (event.key === " " && spaced) event.preventDefault();
    if (event.key === " ") spaced = false;
  };
  /** @param {PointerEvent} event */
  const touched = (event) => {
    clicked = /** @type {HTMLElement} */ (event.target).closest?.("button, a, summary") ?? null;
    if (/** @type {HTMLElement} */ (event.target).closest?.(HANDS)) follow.touched();
  };
  const blurred = () => void (state.pointing = false);
  target.addEventListener("keydown", pressed);
  target.addEventListener("keyup", released);
  target.addEventListener("pointerdown", touched, true);
  globalThis.addEventListener?.("blur", blurred);
  return () => {
    target.removeEventListener("keydown", pressed);
    target.removeEventListener("keyup", released);
    target.removeEventListener("pointerdown", touched, true);
    globalThis.removeEventListener?.("blur", blurred);
  };
}
