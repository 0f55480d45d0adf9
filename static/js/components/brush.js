// Below the charts, a strip of a longer past: what is shown is a window in it with two handles, moved by hand or by keys.

import { computed, onBeforeUnmount, onMounted, ref, shallowRef, watch } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { faded } from "../colours.js";
import { sketch } from "../spark.js";
import { TEXT, labelled, listed, momentText, spanText, withKey } from "../text.js";
import { placed, reachFor, stripOf } from "../time/brush.js";
import { brushHands } from "../time/brushhands.js";
import { oldestAt } from "../time/everything.js";
import { lengthOf } from "../time/gestures.js";
import { Longer } from "../time/longer.js";
import { ticksOf } from "../timeticks.js";
import { duration } from "../units.js";
import { html } from "./html.js";

/** @typedef {import("../time/gestures.js").Span} Span */
/** @typedef {import("../time/brush.js").Part} Part */
/** @typedef {{metric: import("../types.js").Metric, only?: Record<string, string[]>} | null} Lead what the strip tells, as the dashboard's first */

/** ms between two drawings of the strip: it moves on by a fraction of a px. */
const FASTEST = 250;
const SLOWEST = 10_000;
/** ms between two tellings of what moves on by itself. */
const TOLD_EVERY = 1_000;
const FILLED = 0.12;

export const Brush = {
  props: ["lead"],
  /** @param {{lead: Lead}} props */
  setup(props) {
    const { state, looking, frames, store, subscriptions, spans, boot, together, head, span, onSlide, setBrush, setWindow } = useApp();
    const canvas = ref(/** @type {HTMLCanvasElement | null} */ (null));
    const told = shallowRef({ ticks: /** @type {import("../timeticks.js").Tick[]} */ ([]), reach: "", shown: /** @type {Span} */ ({ from: 0, to: 0 }), strip: /** @type {Span} */ ({ from: 0, to: 0 }) });
    /** @type {import("../time/brush.js").Reach | null} */
    let reach = null;
    let oldest = NaN;
    /** @type {Longer | null} */
    let longer = null;
    /** @type {ReturnType<typeof brushHands> | null} */
    let hands = null;
    let width = 0;
    let sketched = "";
    let toldAt = -Infinity;
    let urgent = true;
    /** @type {(() => void)[]} */
    const undo = [];
    let leave = () => {};

    /** The panel that is meant; "" for all. Unlinked it is the one that was moved last. */
    const panel = () => (!state.linked && state.zoomed ? state.zoomed.panel : "");
    const shown = () => (panel() && looking.charts.get(panel())?.span()) || (state.look && !state.look.metric ? state.look : span());
    const live = () => !panel() && !state.look;
    const now = () => state.pausedAt || head() || Date.now();
    /** The strip, which stands still while somebody holds something in it. */
    const strip = () => {
      if (hands?.strip) return hands.strip;
      if (!hands?.moving) reach = reachFor(shown(), { head: now(), oldest }, reach);
      return stripOf(/** @type {import("../time/brush.js").Reach} */ (reach), now());
    };

    const drawable = {
      visible: () => true,
      focused: () => Boolean(hands?.strip),
      pause: () => Math.max(FASTEST, Math.min(SLOWEST, (reach?.reach ?? 0) / (width || 500) / 2)),
      draw() {
        const past = canvas.value?.parentElement;
        if (!past || !canvas.value || !width) return false;
        const there = strip();
        const seen = shown();
        const [begin, end] = placed(seen, there, width);
        past.style.setProperty("--begin", `${begin}px`);
        past.style.setProperty("--end", `${end}px`);
        longer?.show(there, width);
        line(there);
        const at = performance.now();
        if (urgent || at - toldAt >= TOLD_EVERY) {
          toldAt = at;
          urgent = false;
          told.value = { ticks: ticksOf(there, width).filter(({ near }) => !near), reach: duration(lengthOf(there) / 1000), shown: { ...seen }, strip: there };
        }
        return true;
      },
    };

    /** @param {Span} there */
    function line(there) {
      const ring = longer?.ring;
      const key = [there.from, there.to, width, ring?.version, state.theme, devicePixelRatio].join();
      if (!canvas.value || key === sketched) return;
      sketched = key;
      const { quiet } = boot.templates[state.theme]["layout"].meta;
      if (ring) sketch(canvas.value, ring, (at) => ring.columns[0]?.[at] ?? NaN, there, quiet, { points: width, fill: faded(quiet, FILLED) });
      else canvas.value.getContext("2d")?.clearRect(0, 0, canvas.value.width, canvas.value.height);
    }

    /** Somebody has done something: draw without waiting. */
    function redraw() {
      urgent = true;
      frames.now(drawable);
    }

    /** What the strip tells is another metric now. */
    function follow() {
      leave();
      longer?.end();
      longer = null;
      sketched = "";
      [reach, oldest] = [null, NaN];
      const { metric, only } = props.lead ?? {};
      redraw();
      if (!metric) return;
      longer = new Longer({ metric, spans, live: () => store.ring(metric.name), changed: redraw, ...(only ? { only } : {}) });
      const ends = [
        subscriptions.want(metric.name, metric.every),
        store.listen(metric.name, (past) => {
          if (past) longer?.forget();
          frames.mark(drawable);
        }),
      ];
      leave = () => {
        for (const end of ends) end();
      };
      oldestAt((address) => fetch(address), `${boot.base}/api/v1/oldest?metric=${encodeURIComponent(metric.name)}`).then((found) => {
        if (props.lead?.metric !== metric) return;
        [reach, oldest] = [null, Math.min(found, now())];
        redraw();
      }, () => {
        // Without it the strip is as long as its window wants it.
      });
    }

    // --- what is done

    /** @param {Span} there */
    function look(there) {
      looking.move(panel(), there);
      redraw();
    }

    /** A hand, a wheel or a key has let go. @param {Part} part @param {boolean} wasLive */
    function rest(part, wasLive) {
      const seen = shown();
      // With its end at now it is a window, and a longer or shorter one goes on as it did.
      if (part === "begin" && wasLive && state.look) setWindow(Math.max(1, Math.round(lengthOf(seen) / 1000)));
      else looking.rest(panel());
      redraw();
    }

    function back() {
      looking.back(panel() || undefined);
      redraw();
    }

    onMounted(() => {
      const past = /** @type {HTMLElement} */ (canvas.value?.parentElement);
      undo.push(frames.add(drawable), onSlide(() => frames.mark(drawable)));
      const sizes = new ResizeObserver(() => {
        width = past.clientWidth;
        redraw();
      });
      sizes.observe(past);
      undo.push(() => sizes.disconnect());
      hands = brushHands(past, {
        strip, shown, live, look, rest, back,
        free: () => !together.people.picking,
        touched: () => together.follow.touched(),
      });
    });
    onBeforeUnmount(() => {
      hands?.end();
      for (const end of [...undo, leave]) end();
      longer?.end();
    });
    const source = computed(() => JSON.stringify([props.lead?.metric.name, props.lead?.only]));
    watch(source, follow, { immediate: true });
    watch(() => [state.look, state.zoomed, state.window, state.linked, state.pausedAt, state.theme, state.utc], redraw);

    /** @param {Exclude<Part, "new">} part @param {string} name @param {number} value ms @param {string} text */
    const slider = (part, name, value, text) => {
      const { strip: there } = told.value;
      const of = (/** @type {number} */ time) => Math.round(time / 1000);
      return html`<span class=${part} data-part=${part} role="slider" tabindex="0" aria-label=${name} aria-orientation="horizontal" aria-valuemin=${of(there.from)}
        aria-valuemax=${of(there.to)} aria-valuenow=${Math.max(of(there.from), Math.min(of(there.to), of(value)))} aria-valuetext=${text} />`;
    };

    return () => {
      const { ticks, reach: length, shown: { from, to } } = told.value;
      const name = listed([props.lead?.metric.title ?? "", length].filter(Boolean));
      return html`
        <section class="brush" aria-label=${labelled(TEXT.longer, name)}>
          <p class="of" aria-hidden="true"><b class="cut">${props.lead?.metric.title}</b><span class="cut">${length}</span></p>
          <div class="past">
            <canvas ref=${canvas} aria-hidden="true" />
            ${ticks.map(({ at, place, text }) => html`<i key=${at} aria-hidden="true" style=${{ left: `${place}px` }}>${text}</i>`)}
            ${slider("move", TEXT.shownSpan, to, listed([spanText(from, to, state.now), duration((to - from) / 1000)]))}
            ${slider("begin", TEXT.shownFrom, from, momentText(from, state.now))}
            ${slider("end", TEXT.shownTo, to, momentText(to, state.now))}
          </div>
          <button class="btn icon" aria-label=${TEXT.hideLonger} aria-keyshortcuts="b" title=${withKey(TEXT.hideLonger, "b")} onClick=${() => setBrush(false)}>
            <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true"><path d="M4 4l8 8M12 4l-8 8" /></svg>
          </button>
        </section>`;
    };
  },
};
