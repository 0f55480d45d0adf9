// The chart of a panel: it is built when the panel comes near, drawn by the scheduler, and read beside its picture.

import { computed, nextTick, onBeforeUnmount, onMounted, ref, shallowRef, watch } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { Chart } from "../chart.js";
import { Readout } from "../readout.js";
import { shapeOf } from "../returning.js";
import { chartOf, panelId, shownAs } from "../spec.js";
import { useLook } from "../time/look.js";

/** Values are told more often than a long chart moves, and less often than anybody can read. */
const VALUES_EVERY = 1_000;
const VALUES_FASTEST = 250;

/**
 * @param {{metric: import("../types.js").Metric, spec?: import("../types.js").Spec | null}} props of the panel
 * @param {object} parts
 * @param {{value: HTMLElement | null}} parts.root of the panel
 * @param {{value: HTMLElement | null}} parts.plot in which the chart is drawn
 * @param {() => void} parts.placed it was drawn: what lies over it goes with it
 */
export function useChart(props, { root, plot, placed }) {
  const { base, boot, cross, delays, figures, frames, onSlide, picks, sight, state, store, subscriptions, units } = useApp();
  const id = panelId(props.metric, props.spec);
  /** The metric as it is shown here. */
  const shown = computed(() => shownAs(props.metric, props.spec));
  const near = ref(false);
  const failed = ref("");
  const readout = new Readout({ metric: () => shown.value, only: () => props.spec?.only });
  const told = shallowRef(readout.ahead(units.scale(shown.value.unit, 0).symbol, props.spec ? undefined : figures.here(props.metric.name), colours()));
  const look = useLook(props, { chart: () => chart, plot, redraw });
  let seen = false;
  let drawnAt = -Infinity;
  let urgent = true;
  /** Whether a sample has come that is not drawn yet. */
  let fresh = false;
  let reported = false;
  let hover = false;
  /** @type {import("../chart.js").Drawn | null} */
  let drawn = null;
  /** @type {Chart | null} */
  let chart = null;
  /** @type {(() => void)[]} */
  const undo = [];
  let unwant = () => {};
  /** What the chart was built of. */
  let built = "";
  /** Counts buildings of the chart, so that one that was overtaken gives up. */
  let builds = 0;

  function colours() {
    const { colorway, meta } = boot.templates[state.theme]["layout"];
    return { palette: colorway, quiet: meta.quiet };
  }

  const drawable = {
    // What is only near is drawn once, so that it is there when one scrolls on.
    visible: () => seen || (near.value && !reported),
    focused: () => hover || look.zoom.value !== null,
    pause: () => Math.min(step(), VALUES_EVERY),
    draw() {
      const { ring } = look;
      if (!chart?.ready || !ring?.length) return failed.value !== "";
      if (look.stays()) return true;
      const template = boot.templates[state.theme];
      const now = performance.now();
      if (!drawn || urgent || now - drawnAt >= step() - 16) {
        try {
          drawn = chart.draw(ring, {
            span: look.seen(), theme: state.theme, template, ...picks.of(id), paused: state.pausedAt > 0, moving: look.moving,
            earlier: look.earlier(), ticks: false,
          });
          failed.value = "";
        } catch (error) {
          failed.value = /** @type {Error} */ (error).message;
          throw error;
        }
        drawnAt = now;
        // Of a chart that waits until a pixel has passed the time would say nothing.
        if (fresh && step() === 0) delays.drew(ring.last);
        fresh = false;
        placed();
        report();
      }
      // What a hand moves is read once it rests, or as seldom as what moves by itself: to tell it lays the page out anew.
      if (urgent && !look.moving) say();
      else frames.mark(values);
      urgent = false;
      return true;
    },
  };

  /** The values at the crosshair: told without drawing the chart. */
  const pointed = { visible: () => seen, draw: say };

  /** What is read, ticks and values: it lays the page out anew, which costs more than drawing, so all charts do it in the same frame. */
  const values = {
    visible: () => seen,
    patient: true,
    pause: () => VALUES_FASTEST,
    draw() {
      chart?.tick();
      say();
    },
  };

  /** The moment at the crosshair, where it is within what is shown: a finger's stays while one moves on. */
  function pointedAt() {
    const { at } = cross;
    if (at === null || !chart || chart.kind.flat) return null;
    return at >= chart.seen.from && at <= chart.seen.to ? at : null;
  }

  /** Tell the values. */
  function say() {
    const { ring } = look;
    if (look.stays() || !drawn || !ring || !chart) return;
    const read = readout.of(chart, drawn, ring, {
      urgent, span: look.seen(), end: look.zoom.value?.to ?? state.pausedAt, at: pointedAt(), earlier: look.earlier(),
      hidden: picks.of(id).hidden, colours: colours(),
    });
    // While more is asked for, what is not there yet may come.
    told.value = { ...read, empty: read.empty && look.complete, alone: look.alone };
  }

  /** ms between two drawings. */
  function step() {
    return chart?.pace(state.window) ?? VALUES_EVERY;
  }

  /** Somebody has done something: draw without waiting. */
  function redraw() {
    urgent = true;
    frames.now(drawable);
  }

  /** The moment of the first chart, for whoever measures. */
  function report() {
    if (reported) return;
    reported = true;
    document.documentElement.dataset["drawn"] ??= String(Math.round(performance.now()));
  }

  async function build() {
    const turn = ++builds;
    built = source();
    chart?.destroy();
    chart = null;
    look.begin();
    readout.begin();
    failed.value = "";
    const metric = shown.value;
    const spec = props.spec ?? null;
    try {
      const figure = spec?.figure ?? await figures.get(metric.name, spec?.kind);
      await nextTick();
      if (!plot.value || turn !== builds) return;
      const made = new Chart(plot.value, { metric, figure, spec, base, units, onZoom: look.follow });
      await made.open().catch((/** @type {unknown} */ error) => {
        made.destroy();
        throw error;
      });
      if (turn !== builds || !plot.value) made.destroy();
      else {
        chart = made;
        look.asAsked();
      }
    } catch (error) {
      if (turn === builds) failed.value = String(/** @type {Error} */ (error).message ?? error);
    }
    redraw();
  }

  /** What makes it another chart; not what it is called. */
  function source() {
    return shapeOf(props.metric) + chartOf(props.spec);
  }

  /** @param {boolean} close @param {boolean} visible */
  function show(close, visible) {
    seen = visible;
    if (close !== near.value) {
      near.value = close;
      unwant();
      unwant = close ? subscriptions.want(props.metric.name, props.metric.every) : () => {};
      // It may have become another one while it was out of sight.
      if (close && built !== source()) build();
    }
    if (visible) redraw();
  }

  /** It is drawn with the newest samples, as far as there is something to draw. */
  async function settled() {
    await subscriptions.filled(props.metric.name);
    if (failed.value || !look.ring?.length) return;
    urgent = true;
    await frames.next(drawable);
  }

  onMounted(() => {
    undo.push(sight.watch(/** @type {HTMLElement} */ (root.value), show, settled));
    undo.push(frames.add(drawable), frames.add(pointed), frames.add(values), cross.listen(() => !chart?.kind.flat && frames.now(pointed)));
    undo.push(store.listen(props.metric.name, (past) => {
      if (past) redraw();
      else if (!state.pausedAt) {
        fresh ||= seen;
        frames.mark(drawable);
      }
    }));
    undo.push(onSlide(() => frames.mark(drawable)));
    const sizes = new ResizeObserver(() => chart?.resize() && redraw());
    if (plot.value) sizes.observe(plot.value);
    undo.push(() => sizes.disconnect());
  });
  onBeforeUnmount(() => {
    for (const end of undo) end();
    unwant();
    builds++;
    chart?.destroy();
  });
  watch(source, () => near.value && build());
  watch(() => [state.window, state.theme, state.pausedAt, picks.of(id)], redraw);

  return {
    id, shown, near, failed, told, look,
    /** null while it is not built */
    chart: () => chart,
    /** Places of the series that it shows. */
    places: () => drawn?.places ?? [],
    /** Whether the mouse is on it: it is drawn first. @param {boolean} on */
    enter: (on) => void (hover = on),
  };
}
