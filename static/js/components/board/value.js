// One number of a metric, large, with the little line of how it came there.

import { ref, shallowRef, watch } from "../../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../../app.js";
import { COLOUR, levelOf, tokenOf } from "../../board/levels.js";
import { placesOf } from "../../only.js";
import { capped, detail, headline, sketch } from "../../spark.js";
import { shownAs } from "../../spec.js";
import { clockText } from "../../text.js";
import { joined } from "../../units.js";
import { useHealth } from "../health.js";
import { html } from "../html.js";
import { useSpark } from "../spark.js";
import { useSamples } from "../watched.js";

/** @typedef {import("../../types.js").Metric} Metric */

const FASTEST = 250;
/** Units of which a sum says nothing. */
const MEANS = new Set(["%", "°C", "°F", "K", "V", "hPa", "dB"]);

export const Value = {
  props: ["metric", "spec"],
  /** @param {{metric: Metric, spec: import("../../board/variables.js").Shown}} props */
  setup(props) {
    const app = useApp();
    const { state, units, boot } = app;
    const root = ref(/** @type {HTMLElement | null} */ (null));
    const canvas = ref(/** @type {HTMLCanvasElement | null} */ (null));
    const told = shallowRef({ text: "–", symbol: "", detail: "", level: /** @type {import("../../board/types.js").Level | ""} */ ("") });

    /** What is told, and how it is drawn; null without samples. */
    function tell() {
      const ring = samples.ringOf(props.metric.name);
      if (!ring?.length) return null;
      const metric = counted(shownAs(props.metric, props.spec));
      const places = placesOf(ring.series, props.spec.only);
      const value = headline(metric, ring, places);
      const at = samples.last(ring);
      const pointed = samples.pointed();
      const now = capped(value(at), metric.limits[1]);
      const { text, symbol } = units.one(metric.unit, now);
      const level = levelOf(now, props.spec.thresholds);
      const more = pointed !== null ? clockText(pointed, true) : places.length > 1 ? detail(metric, ring, at, units, places) : "";
      told.value = { text, symbol, level, detail: more };
      spark.place();
      return { ring, value, level };
    }

    function draw() {
      spark.drawn();
      const found = tell();
      if (!found) return false;
      const { ring, value, level } = found;
      const colour = level ? tokenOf(COLOUR[level]) : boot.templates[state.theme]["layout"].colorway[0];
      if (canvas.value) sketch(canvas.value, ring, value, samples.span(), colour);
      return true;
    }
    const samples = useSamples(root, { metrics: () => [props.metric], draw, moment: tell, pause: () => FASTEST, canvas, slides: true });
    const spark = useSpark(canvas, samples);
    const health = useHealth(() => props.metric, samples.near);
    watch(() => props.spec, samples.redraw);

    return () => {
      const { title } = shownAs(props.metric, props.spec);
      const { text, symbol, detail: more, level } = told.value;
      return html`
        <section ref=${root} role="group" class="panel own value" id=${props.spec.id} data-metric=${props.metric.name} aria-label=${title}>
          <header><h3 class="cut" title=${props.metric.help || props.metric.name}>${title}</h3>${health.ails() || health.ages()}</header>
          <p class=${["v", level]} aria-label=${text === "–" ? health.word() : `${text}${joined(symbol)}`}>${text}<small>${symbol}</small></p>
          <p class="d cut">${text === "–" ? health.word() : more}</p>
          ${spark.view()}
        </section>`;
    };
  },
};

/** A metric that does not say what stands for it: the sum of its series, or their mean where a sum says nothing. @param {Metric} metric @returns {Metric} */
function counted(metric) {
  return metric.headline ? metric : { ...metric, headline: MEANS.has(metric.unit) ? "mean" : "sum" };
}
