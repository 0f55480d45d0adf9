// Tells when the line may be dead without anybody having noticed: after sleep, or when the network has come back.

/** ms between looks at the clock. */
const LOOK_EVERY = 2_000;
/** A timer that is so late (ms) has slept, with the machine or with the page. */
const LATE = 5_000;

/**
 * @param {object} parts
 * @param {() => number} parts.now ms
 * @param {(ms: number, action: () => void) => () => void} parts.later
 * @param {() => void} parts.action
 * @param {Pick<Window, "addEventListener" | "removeEventListener">} [page]
 * @returns {() => void} ends that
 */
export function onWake({ now, later, action }, page = globalThis) {
  let unwait = () => {};
  const look = () => {
    const due = now() + LOOK_EVERY;
    unwait = later(LOOK_EVERY, () => {
      if (now() - due > LATE) action();
      look();
    });
  };
  look();
  // A page that comes out of the browser's cache had its connection closed there.
  const shown = (/** @type {PageTransitionEvent} */ event) => void (event.persisted && action());
  page.addEventListener?.("online", action);
  page.addEventListener?.("pageshow", shown);
  return () => {
    unwait();
    page.removeEventListener?.("online", action);
    page.removeEventListener?.("pageshow", shown);
  };
}
