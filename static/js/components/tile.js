// A large number with a small line: what one wants to know at a glance.

import { ref, shallowRef } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { POINTS, capped, detail, headline, sketch } from "../spark.js";
import { clockText, labelled, listed } from "../text.js";
import { joined } from "../units.js";
import { html } from "./html.js";
import { useSpark } from "./spark.js";
import { useSamples } from "./watched.js";

/** @typedef {import("../types.js").Metric} Metric */
/** @typedef {import("../store.js").Ring} Ring */

/** ms between two drawings of the little line: it moves on by a fraction of its width. */
const FASTEST = 250;
const SLOWEST = 10_000;
/** Colours of the little lines, by their place. */
const COLOURS = [0, 4, 1, 2, 7, 11, 6, 3];

export const Tile = {
  props: ["metric", "title", "place"],
  /** @param {{metric: Metric, title: string, place: number}} props */
  setup(props) {
    const app = useApp();
    const { state, units, boot } = app;
    const root = ref(/** @type {HTMLElement | null} */ (null));
    const canvas = ref(/** @type {HTMLCanvasElement | null} */ (null));
    const told = shallowRef({ text: "–", symbol: units.scale(props.metric.unit, 0).symbol, detail: " " });
    let sketched = "";
    let sketchedAt = -Infinity;

    /** The line need not follow every sample, but whatever else has changed. @param {Ring} ring @param {(at: number) => number} value */
    function line(ring, value) {
      const { clientWidth: width = 0, clientHeight: height = 0 } = canvas.value ?? {};
      const key = [state.window, state.theme, state.pausedAt, width, height].join();
      const pause = Math.max(FASTEST, Math.min(SLOWEST, (state.window * 1000) / POINTS / 4));
      const now = performance.now();
      // A span that is looked at does not move on, and what is asked for of it comes in its own time.
      if (!canvas.value || (!state.look && key === sketched && now - sketchedAt < pause)) return;
      [sketched, sketchedAt] = [state.look ? "" : key, now];
      const colours = boot.templates[state.theme]["layout"].colorway;
      sketch(canvas.value, ring, value, samples.span(), colours[COLOURS[props.place] ?? 0]);
    }

    /** Tell the number, of the moment that somebody points at or of the last; null without samples. */
    function tell() {
      const { metric } = props;
      const ring = samples.ringOf(metric.name);
      if (!ring?.length) return null;
      const value = headline(metric, ring);
      const at = samples.last(ring);
      const pointed = samples.pointed();
      const { text, symbol } = units.one(metric.unit, capped(value(at), metric.limits[1]));
      told.value = { text, symbol, detail: pointed === null ? detail(metric, ring, at, units) : clockText(pointed, true) };
      spark.place();
      return { ring, value };
    }

    function draw() {
      spark.drawn();
      const found = tell();
      if (!found) return false;
      line(found.ring, found.value);
      return true;
    }

    const samples = useSamples(root, {
      metrics: () => [props.metric], draw, moment: tell, pause: () => FASTEST, canvas, small: true,
      heard: (past) => {
        if (past) sketched = "";
      },
    });
    const spark = useSpark(canvas, samples);

    return () => {
      const { text, symbol, detail: more } = told.value;
      return html`
        <a ref=${root} class="panel tile" href=${`#${props.metric.name}`} aria-label=${labelled(props.title, listed([text + joined(symbol), more].filter((part) => part.trim())))}>
          <div class="t">${props.title}</div>
          <div class="v">${text}<small>${symbol}</small></div>
          <div class="d cut">${more}</div>
          ${spark.view()}
        </a>`;
    };
  },
};
