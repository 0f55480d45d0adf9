// In which state each series of a metric was, over the window: coloured stretches on the time axis of the other charts.

import { computed, ref, shallowRef, watch } from "../../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../../app.js";
import { COLOUR, tokenOf } from "../../board/levels.js";
import { faded } from "../../colours.js";
import { placesOf } from "../../only.js";
import { Seen, statesOf, stretchesOf } from "../../board/stretches.js";
import { restText } from "../../board/words.js";
import { shownAs } from "../../spec.js";
import { nameOf } from "../../store.js";
import { clockText } from "../../text.js";
import { timeTicks } from "../../timeticks.js";
import { joined, short } from "../../units.js";
import { useHealth } from "../health.js";
import { html } from "../html.js";
import { useSamples } from "../watched.js";
import { momentAt, roomFor, rowAt, strips } from "../../board/strips.js";

/** @typedef {import("../../board/strips.js").Lane} Lane */

const FASTEST = 100;
const SLOWEST = 10_000;
/** How strong the colour of the least part of a range is; that of the largest is 1. */
const FAINTEST = 0.2;
/** Samples that may be missing before a stretch ends. */
const LATE = 3;

export const Timeline = {
  props: ["metric", "spec"],
  /** @param {{metric: import("../../types.js").Metric, spec: import("../../board/variables.js").Shown}} props */
  setup(props) {
    const app = useApp();
    const { state, units, boot, cross } = app;
    const root = ref(/** @type {HTMLElement | null} */ (null));
    const canvas = ref(/** @type {HTMLCanvasElement | null} */ (null));
    const told = shallowRef({
      legend: /** @type {{name: string, colour: string}[]} */ ([]), lanes: /** @type {Lane[]} */ ([]), shown: 0, all: 0,
    });
    const under = shallowRef(/** @type {{text: string, x: number, late: boolean} | null} */ (null));
    let span = { from: 0, to: 1 };
    const seen = new Seen();

    function draw() {
      const { metric, spec } = props;
      const ring = samples.ringOf(metric.name);
      if (!ring?.length || !canvas.value?.clientWidth) return false;
      span = samples.span();
      const [low, high] = ring.span(span.from, span.to);
      const all = placesOf(ring.series, spec.only);
      // Nothing is worked out of those that there is no room for.
      const places = all.slice(0, roomFor(canvas.value));
      const { unit } = shownAs(metric, spec);
      const columns = places.map((place) => /** @type {Float64Array} */ (ring.columns[place]));
      const states = statesOf(spec, columns, low, high, (value) => {
        const { factor, symbol } = units.scale(unit, Math.abs(value));
        return short(value / factor) + joined(symbol);
      }, seen);
      const { colorway, meta: { quiet } } = boot.templates[state.theme]["layout"];
      // Parts of a range are shades of one colour: the more, the stronger.
      const tints = states.names.map((_, which) => faded(colorway[0], FAINTEST + ((1 - FAINTEST) * which) / (states.names.length - 1)));
      const palette = states.levels?.map((level) => (level ? tokenOf(COLOUR[level]) : quiet))
        ?? states.hues?.map((hue) => colorway[hue % colorway.length]) ?? tints;
      const colour = (/** @type {number} */ which) => palette[which] ?? quiet;
      const most = LATE * Math.max(metric.every * 1000, Number.isFinite(ring.every) ? ring.every : 0, (span.to - span.from) / 1_000);
      const lanes = places.map((place, which) => ({
        name: nameOf(ring.series[place] ?? { labels: {} }) || metric.title,
        stretches: stretchesOf(ring.times, columns[which] ?? new Float64Array(), low, high, states.of, most),
      }));
      told.value = { lanes, shown: lanes.length, all: all.length, legend: states.names.map((name, which) => ({ name, colour: colour(which) })) };
      point();
      paint();
      return true;
    }

    /** The lanes, and the moment that somebody points at, with the states then. */
    function paint() {
      if (!canvas.value?.clientWidth || !told.value.all) return;
      const { lanes, legend } = told.value;
      strips(canvas.value, lanes, {
        span, at: cross.at, colour: (state) => legend[state]?.colour ?? "", name: (state) => legend[state]?.name ?? "",
        ticks: (width) => timeTicks(span, width), text: tokenOf("text"), muted: tokenOf("muted"), grid: tokenOf("grid"),
        font: getComputedStyle(canvas.value).fontFamily,
      });
    }
    const samples = useSamples(root, {
      metrics: () => [props.metric], draw, moment: paint, canvas, slides: true,
      pause: () => Math.max(FASTEST, Math.min(SLOWEST, (state.window * 1000) / (canvas.value?.clientWidth || 500))),
    });
    const health = useHealth(() => props.metric, samples.near);
    watch(() => props.spec, samples.redraw);

    /** Where the pointer is on the canvas, px. @type {{x: number, y: number} | null} */
    let mouse = null;

    /** What was the case below the pointer: another moment passes it, too. */
    function point() {
      if (!mouse || !canvas.value) return;
      const { x, y } = mouse;
      const { lanes, legend } = told.value;
      cross.show(momentAt(canvas.value, span, x));
      const found = rowAt(canvas.value, lanes, span, x, y);
      const name = legend[found?.state ?? -1]?.name;
      under.value = found && name !== undefined
        ? { text: `${found.lane.name}: ${name}, ${clockText(found.at, true)}`, x, late: x > canvas.value.clientWidth / 2 } : null;
    }

    /** @param {PointerEvent} event */
    const moved = (event) => {
      mouse = { x: event.offsetX, y: event.offsetY };
      point();
    };

    const left = () => {
      mouse = null;
      under.value = null;
      cross.show(null);
    };

    const summary = computed(() => {
      const { lanes, legend } = told.value;
      const now = lanes.slice(0, 8).map(({ name, stretches }) => `${name} ${legend[stretches.at(-1)?.state ?? -1]?.name ?? "–"}`);
      return `${shownAs(props.metric, props.spec).title}: ${now.join(", ")}`;
    });

    return () => {
      const { title } = shownAs(props.metric, props.spec);
      const { legend, shown, all } = told.value;
      return html`
        <section ref=${root} role="group" class="panel own timeline" id=${props.spec.id} data-metric=${props.metric.name} aria-label=${title}>
          <header><h3 class="cut" title=${props.metric.help || props.metric.name}>${title}</h3>${health.ails() || health.ages()}</header>
          <div class="strips">
            <canvas ref=${canvas} role="img" aria-label=${summary.value} onPointermove=${moved} onPointerleave=${left} />
            ${under.value && html`<span class=${["told", { late: under.value.late }]} style=${{ "--at": `${under.value.x}px` }}>${under.value.text}</span>`}
            ${!all && html`<p class="word">${health.word()}</p>`}
          </div>
          ${shown < all && html`<p class="note">${restText(shown, all)}</p>`}
          <ul class="legend">${legend.map(({ name, colour }) => html`
            <li key=${name}><span class="mark"><s aria-hidden="true" style=${{ backgroundColor: colour }} />${name}</span></li>`)}</ul>
        </section>`;
    };
  },
};
