// A large number with a small line: what one wants to know at a glance.

import { ref, shallowRef } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { POINTS, capped, detail, headline, sketch } from "../spark.js";
import { labelled, listed } from "../text.js";
import { joined } from "../units.js";
import { html } from "./html.js";
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
    const { state, store, units, boot } = app;
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
      if (!canvas.value || (key === sketched && now - sketchedAt < pause)) return;
      [sketched, sketchedAt] = [key, now];
      const colours = boot.templates[state.theme]["layout"].colorway;
      sketch(canvas.value, ring, value, app.span(), colours[COLOURS[props.place] ?? 0]);
    }

    function draw() {
      const ring = store.ring(props.metric.name);
      if (!ring?.length) return false;
      const value = headline(props.metric, ring);
      const at = state.pausedAt ? ring.search(state.pausedAt + 1) - 1 : ring.end - 1;
      const { text, symbol } = units.one(props.metric.unit, capped(value(at), props.metric.limits[1]));
      told.value = { text, symbol, detail: detail(props.metric, ring, at, units) };
      line(ring, value);
      return true;
    }

    useSamples(root, {
      metrics: () => [props.metric], draw, pause: () => FASTEST, canvas, small: true,
      heard: (past) => {
        if (past) sketched = "";
      },
    });

    return () => {
      const { text, symbol, detail: more } = told.value;
      return html`
        <a ref=${root} class="panel tile" href=${`#${props.metric.name}`} aria-label=${labelled(props.title, listed([text + joined(symbol), more].filter((part) => part.trim())))}>
          <div class="t">${props.title}</div>
          <div class="v">${text}<small>${symbol}</small></div>
          <div class="d cut">${more}</div>
          <canvas ref=${canvas} aria-hidden="true" />
        </a>`;
    };
  },
};
