// What has opened over the page closes when somebody goes elsewhere: with the pointer, or with the focus.

/**
 * @param {() => Element | null | undefined} own what belongs to it, the button that has opened it, too
 * @param {() => void} close
 * @returns {() => void} it is not looked for any more
 */
export function onAway(own, close) {
  const away = (/** @type {Event} */ { target }) => {
    if (!own()?.contains(/** @type {Node} */ (target))) close();
  };
  document.addEventListener("pointerdown", away, true);
  document.addEventListener("focusin", away);
  return () => {
    document.removeEventListener("pointerdown", away, true);
    document.removeEventListener("focusin", away);
  };
}
