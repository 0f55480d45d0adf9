// A wall: the charts alone, of one dashboard or of several in turn, for as long as it hangs.

import { later as inTime } from "../later.js";
import { KioskHead } from "./kiosk-head.js";
import { Turns } from "./kiosk-turns.js";

/** Walls from this width (px) on are read from afar: everything is so many times larger. */
const WALL = 2_600;
const LARGER = 1.6;
/** What counts as somebody being there. */
const TOUCHES = /** @type {const} */ (["pointerdown", "pointermove", "wheel", "keydown", "touchstart"]);

/**
 * @param {import("../app.js").App} app
 * @param {import("./kiosk-turns.js").Asked} asked
 * @returns {() => void} ends it
 */
export function startKiosk(app, asked) {
  const { state, kiosk } = app;
  const root = document.documentElement;
  const turns = new Turns(asked, state.slug, {
    later: inTime,
    now: () => performance.now(),
    show: (slug) => {
      // No step for who goes back: a year has many turns.
      history.replaceState(null, "", `${app.boot.base}/d/${slug}${location.search}`);
      Object.assign(state, { slug, look: null, zoomed: null, full: "" });
      scrollTo(0, 0);
    },
    further,
    setStill: (still) => root.classList.toggle("still", still),
  });
  root.classList.add("kiosk");
  kiosk.value = { Head: KioskHead };
  if (innerWidth >= WALL) enlarge(app.boot.templates);
  const touched = () => turns.touched();
  for (const event of TOUCHES) addEventListener(event, touched, { passive: true, capture: true });
  const sleep = keepAwake();
  turns.start();
  return () => {
    turns.stop();
    for (const event of TOUCHES) removeEventListener(event, touched, { capture: true });
    sleep();
    root.classList.remove("kiosk");
    kiosk.value = null;
  };
}

/** Scroll on to what does not fit; back to the top, and false, when all has been shown. */
function further() {
  const { scrollTop, scrollHeight, clientHeight } = document.documentElement;
  if (scrollTop + clientHeight >= scrollHeight - 8) {
    scrollTo(0, 0);
    return false;
  }
  const head = document.querySelector(".kiosk-head")?.getBoundingClientRect().height ?? 0;
  // From the first panel on that was not wholly there.
  const cut = [...document.querySelectorAll("#charts .panel")].map((panel) => panel.getBoundingClientRect())
    .filter(({ top, bottom }) => bottom > clientHeight + 1 && top > head + 1);
  const next = Math.min(...cut.map(({ top }) => top));
  scrollBy(0, Number.isFinite(next) ? next - head - 12 : clientHeight - head);
  return true;
}

/** Charts for who stands far away. @param {Record<string, import("../types.js").Json>} templates */
function enlarge(templates) {
  for (const { layout } of Object.values(templates)) {
    for (const font of [layout.font, layout.hoverlabel.font, ...["xaxis", "yaxis"].map((axis) => layout[axis].tickfont)]) font.size *= LARGER;
    for (const side of ["l", "r", "t", "b"]) layout.margin[side] *= LARGER;
  }
}

/** The screen does not go dark, where the browser can see to that. @returns {() => void} lets it */
function keepAwake() {
  /** @type {WakeLockSentinel | null} */
  let lock = null;
  let over = false;
  async function ask() {
    if (document.hidden || (lock && !lock.released)) return;
    try {
      lock = await navigator.wakeLock?.request("screen") ?? null;
      if (over) lock?.release();
    } catch {
      // Its battery is low, or nobody has allowed it.
    }
  }
  ask();
  // It ends whenever the page is out of sight.
  document.addEventListener("visibilitychange", ask);
  return () => {
    over = true;
    document.removeEventListener("visibilitychange", ask);
    lock?.release();
  };
}
