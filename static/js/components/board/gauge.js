// A metric's newest values as arcs: how much of the whole each is, and whether that is well.

import { ref, shallowRef, watch } from "../../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../../app.js";
import { ends } from "../../board/dial.js";
import { bandsOf, levelOf } from "../../board/levels.js";
import { placesOf } from "../../only.js";
import { shownAs } from "../../spec.js";
import { capped, tellingName } from "../../spark.js";
import { TEXT, clockText, someOf } from "../../text.js";
import { joined, short } from "../../units.js";
import { useHealth } from "../health.js";
import { html } from "../html.js";
import { useSamples } from "../watched.js";

/** @typedef {{name: string, text: string, symbol: string, part: number, level: string}} Arc */

const FASTEST = 250;
const MOST = 12;
/** Three quarters of a circle, open below. */
const ARC = arc(41);
const RING = arc(48.5);

export const Gauge = {
  props: ["metric", "spec"],
  /** @param {{metric: import("../../types.js").Metric, spec: import("../../board/variables.js").Shown}} props */
  setup(props) {
    const { units } = useApp();
    const root = ref(/** @type {HTMLElement | null} */ (null));
    const told = shallowRef({
      arcs: /** @type {Arc[]} */ ([]), all: 0, low: "", high: "", bands: /** @type {{from: number, to: number, level: string}[]} */ ([]), at: "", none: false,
    });
    /** Ends that nobody has set. @type {[number, number] | null} */
    let scale = null;

    /** @param {number[]} values @param {string} unit */
    const freely = (values, unit) => (scale = ends(values, scale, units.scale(unit, Math.max(0, ...values.map((one) => Math.abs(one) || 0))).factor));

    function draw() {
      const { metric, spec } = props;
      const ring = samples.ringOf(metric.name);
      if (!ring?.length) return false;
      const shown = shownAs(metric, spec);
      const at = samples.last(ring);
      const places = placesOf(ring.series, spec.only);
      const name = tellingName(places.map((place) => ring.series[place] ?? { labels: {} }));
      const values = places.map((place) => ({ place, value: ring.columns[place]?.[at] ?? NaN })).sort((a, b) => (b.value || 0) - (a.value || 0));
      const pointed = samples.pointed();
      const free = pointed === null || !scale ? freely(values.map(({ value }) => value), shown.unit) : scale;
      const low = spec.range[0] ?? shown.limits[0] ?? free[0];
      const high = spec.range[1] ?? shown.limits[1] ?? free[1];
      const part = (/** @type {number} */ value) => Math.max(0, Math.min(1, (value - low) / (high - low || 1)));
      const best = places.length > MOST ? new Set(values.slice(0, MOST).map(({ place }) => place)) : new Set(places);
      const arcs = places.filter((place) => best.has(place)).map((place) => {
        const value = capped(ring.columns[place]?.[at] ?? NaN, shown.limits[1]);
        return {
          ...units.one(shown.unit, value), part: Number.isNaN(value) ? 0 : part(value), level: levelOf(value, spec.thresholds),
          name: places.length > 1 ? name(ring.series[place] ?? { labels: {} }) : "",
        };
      });
      const { factor, symbol } = units.scale(shown.unit, Math.max(Math.abs(low), Math.abs(high)));
      const bands = bandsOf(spec.thresholds, [low, high]).map((band) => ({ ...band, from: part(band.from), to: part(band.to) }));
      // The unit stands below the values; the end of the scale has its own where it is of another step.
      const same = arcs.every((one) => one.symbol === symbol);
      told.value = { none: !places.length, arcs, all: places.length, low: short(low / factor), high: short(high / factor) + (same ? "" : joined(symbol)), bands, at: pointed === null ? "" : clockText(pointed, true) };
      return true;
    }
    const samples = useSamples(root, { metrics: () => [props.metric], draw, moment: draw, pause: () => FASTEST });
    const health = useHealth(() => props.metric, samples.near);
    watch(() => props.spec, samples.redraw);

    /** @param {Arc} one */
    const dial = ({ name, text, symbol, part, level }) => html`
      <div class="dial" key=${name} role="img" aria-label=${`${name ? `${name}: ` : ""}${text}${joined(symbol)}`}>
        <svg viewBox="-52 -52 104 94" aria-hidden="true">
          <path class="track" d=${ARC} />
          ${part > 0 && html`<path class=${["arc", level]} d=${ARC} pathLength="100" stroke-dasharray=${`${100 * part} 200`} />`}
          ${told.value.bands.map((band) => html`
            <path key=${band.from} class=${["band", band.level]} d=${RING} pathLength="100"
                  stroke-dasharray=${`0 ${100 * band.from} ${100 * (band.to - band.from)} 200`} />`)}
          <text class="number" y="6">${text}</text>
          <text class="symbol" y="20">${symbol}</text>
          <text class="end" x="-26" y="41">${told.value.low}</text>
          <text class="end" x="26" y="41">${told.value.high}</text>
        </svg>
        ${name && html`<span class="cut">${name}</span>`}
      </div>`;

    return () => {
      const { title } = shownAs(props.metric, props.spec);
      const { arcs, all, at } = told.value;
      return html`
        <section ref=${root} role="group" class="panel own gauge" id=${props.spec.id} data-metric=${props.metric.name} aria-label=${title}>
          <header><h3 class="cut" title=${props.metric.help || props.metric.name}>${title}</h3><span class="unit">${at}</span>${health.ails() || health.ages()}</header>
          <div class="dials">${arcs.map(dial)}${!arcs.length && html`<p class="word">${told.value.none ? TEXT.noneMeant : health.word()}</p>`}</div>
          ${all > arcs.length && arcs.length > 0 && html`<p class="note">${someOf(arcs.length, all)}</p>`}
        </section>`;
    };
  },
};

/** @param {number} radius */
function arc(radius) {
  const end = radius * Math.SQRT1_2;
  return `M${-end} ${end}A${radius} ${radius} 0 1 1 ${end} ${end}`;
}
