// What every panel that draws by itself does: gets samples while it is near, and is drawn by the scheduler while it is seen.

import { inject, onBeforeUnmount, onMounted, ref, watch } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { nearest } from "../time/stats.js";
import { Zoom } from "../zoom.js";

/** @typedef {{name: string, every: number}} Wanted */

/** Where whoever is around such a panel gets told what it shows: `provide` a function that takes it. */
export const SHOWN = "plotroom.shown";

/** px for which samples of an earlier span are asked. */
const WIDTH = 500;

/**
 * @param {{value: HTMLElement | null}} root
 * @param {object} options
 * @param {() => Wanted[]} options.metrics
 * @param {() => unknown} options.draw false when there was nothing to draw yet
 * @param {() => number} options.pause ms between two drawings at least
 * @param {(past: boolean) => void} [options.heard] samples have come, or the past is another
 * @param {{value: HTMLElement | null}} [options.canvas] it is drawn again when its size changes
 * @param {() => unknown} [options.moment] somebody points at another moment in a chart, or no longer: values are told again
 * @param {boolean} [options.slides] whether it moves on without samples
 * @param {boolean} [options.small] whether it is no chart, but something beside one
 */
export function useSamples(root, { metrics, draw, pause, heard, canvas, moment, slides = false, small = false }) {
  const { sight, subscriptions, frames, cross, store, state, onSlide, spans, span } = useApp();
  const near = ref(false);
  let seen = false;
  /** @type {(() => void)[]} */
  const undo = [];
  /** @type {(() => void)[]} */
  let unwant = [];
  /** @type {(() => void)[]} */
  let unlisten = [];
  const drawable = {
    visible: () => seen,
    pause,
    draw() {
      if (draw() === false) return false;
      // The moment of the first chart, for whoever measures.
      if (!small) document.documentElement.dataset["drawn"] ??= String(Math.round(performance.now()));
      return true;
    },
  };

  function want() {
    for (const end of unwant) end();
    unwant = near.value ? metrics().map(({ name, every }) => subscriptions.want(name, every)) : [];
  }

  /** The span that all charts look at; null while they follow what comes in. */
  const looked = () => (state.look && !state.look.metric ? state.look : null);
  /** What was then, by metric. @type {Map<string, Zoom>} */
  const zooms = new Map();

  function look() {
    const there = looked();
    if (!there) for (const zoom of zooms.values()) zoom.end();
    else if (near.value) {
      for (const { name, every } of metrics()) {
        const zoom = zooms.get(name)
          ?? new Zoom({ metric: name, every: every * 1000, spans, live: () => store.ring(name), changed: () => frames.now(drawable) });
        zooms.set(name, zoom);
        zoom.glide({ from: there.from, to: there.to }, WIDTH);
      }
    }
    frames.now(drawable);
  }

  function listen() {
    for (const end of unlisten) end();
    unlisten = metrics().map(({ name }) => store.listen(name, (past) => {
      heard?.(past);
      if (past || !state.pausedAt) frames.mark(drawable);
    }));
  }

  /** It is drawn with the newest samples; without any there is nothing to draw. */
  async function drawn() {
    const names = metrics().map(({ name }) => name);
    await Promise.all(names.map((name) => subscriptions.filled(name)));
    if (!names.length || names.some((name) => store.ring(name)?.length)) await frames.next(drawable);
  }

  onMounted(() => {
    undo.push(sight.watch(/** @type {HTMLElement} */ (root.value), (close, visible) => {
      seen = visible;
      if (close !== near.value) {
        near.value = close;
        want();
        look();
      }
      if (visible) frames.now(drawable);
    }, drawn));
    undo.push(frames.add(drawable));
    listen();
    if (moment) {
      const telling = { visible: () => seen, draw: moment };
      undo.push(frames.add(telling), cross.listen(() => frames.now(telling)));
    }
    if (slides) undo.push(onSlide(() => frames.mark(drawable)));
    if (canvas?.value) {
      const sizes = new ResizeObserver(() => frames.now(drawable));
      sizes.observe(canvas.value);
      undo.push(() => sizes.disconnect());
    }
  });
  onBeforeUnmount(() => {
    for (const end of [...undo, ...unwant, ...unlisten]) end();
    for (const zoom of zooms.values()) zoom.end();
  });
  watch(() => metrics().map(({ name }) => name).join(), () => {
    want();
    listen();
    look();
  });
  watch(() => [state.window, state.theme, state.pausedAt], () => frames.now(drawable));
  watch(() => state.look, look);

  const samples = {
    near,
    redraw: () => frames.now(drawable),
    /** The samples that are shown of a metric. @param {string} name */
    ringOf: (name) => (looked() ? zooms.get(name)?.ring : undefined) ?? store.ring(name),
    /** The span that is shown. @returns {{from: number, to: number}} */
    span: () => looked() ?? span(),
    /** The moment that somebody points at, ms; null while nobody does. */
    pointed: () => cross.at,
    /** The row whose values are told: that of the moment that somebody points at, else the newest of what is shown. @param {import("../store.js").Ring} ring */
    last: (ring) => {
      if (cross.at !== null) return nearest(ring, cross.at);
      const end = looked()?.to ?? state.pausedAt;
      const at = end ? ring.search(end + 1) - 1 : ring.end - 1;
      // Before the first one there is none: what lies there is of no sample.
      return at < ring.start ? -1 : at;
    },
  };
  /** @type {((shown: typeof samples) => void) | null} */ (inject(SHOWN, null))?.(samples);
  return samples;
}
