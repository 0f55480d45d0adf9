// One panel over the whole window: in the browser's top layer, so that nothing of the page lies over it or clips it.

/**
 * @param {HTMLElement} element of the panel
 * @param {() => void} leave asked for by Escape
 * @returns {() => void} puts it back where it was
 */
export function overAll(element, leave) {
  const { scrollX, scrollY } = window;
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  // Others must not move into its place: their charts would be drawn anew, twice.
  const place = document.createElement("div");
  place.className = element.className;
  place.style.visibility = "hidden";
  place.style.height = `${element.offsetHeight}px`;
  element.after(place);
  element.setAttribute("popover", "manual");
  element.showPopover?.();
  element.tabIndex = -1;
  element.focus({ preventScroll: true });

  /** Nobody can see where the focus is behind it. @param {FocusEvent} event */
  const strayed = ({ target }) => {
    const at = /** @type {HTMLElement} */ (target);
    if (!element.contains(at) && !at.closest?.("dialog, [popover]")) element.focus({ preventScroll: true });
  };
  /** From its last control on to its first, and back: the page behind has no turn. @param {KeyboardEvent} event */
  const stepped = (event) => {
    const all = [...element.querySelectorAll("a[href], button, input, [tabindex='0']")].filter((one) => one.checkVisibility());
    const [first, last] = event.shiftKey ? [all.at(-1), all[0]] : [all[0], all.at(-1)];
    if (document.activeElement !== last && document.activeElement !== (event.shiftKey ? element : null)) return;
    event.preventDefault();
    /** @type {HTMLElement | undefined} */ (first)?.focus();
  };
  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    if (event.key === "Tab" && element.contains(document.activeElement)) return stepped(event);
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    leave();
  };
  document.addEventListener("focusin", strayed);
  // Before the page's own keys, to which Escape means something else.
  document.addEventListener("keydown", pressed, true);
  return () => {
    document.removeEventListener("focusin", strayed);
    document.removeEventListener("keydown", pressed, true);
    element.removeAttribute("popover");
    element.removeAttribute("tabindex");
    place.remove();
    scrollTo(scrollX, scrollY);
    if (before?.isConnected) before.focus({ preventScroll: true });
  };
}
