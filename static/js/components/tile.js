// A large number with a small line: what one wants to know at a glance.

import { onBeforeUnmount, onMounted, ref, shallowRef } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { OVERSHOOT } from "../axes.js";
import { nameOf } from "../store.js";
import { labelled, listed, shareOf } from "../text.js";
import { extremes } from "../thin.js";
import { joined, legendDecimals, number } from "../units.js";
import { html } from "./html.js";

/** @typedef {import("../types.js").Metric} Metric */
/** @typedef {import("../store.js").Ring} Ring */

const POINTS = 60;
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
    const { state, store, frames, subscriptions, units, boot } = app;
    const root = ref(/** @type {HTMLElement | null} */ (null));
    const canvas = ref(/** @type {HTMLCanvasElement | null} */ (null));
    const told = shallowRef({ text: "–", symbol: units.scale(props.metric.unit, 0).symbol, detail: " " });
    /** @type {(() => void)[]} */
    const undo = [];
    let unwant = () => {};
    let seen = false;
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

    const drawable = {
      visible: () => seen,
      pause: () => FASTEST,
      draw() {
        const ring = store.ring(props.metric.name);
        if (!ring?.length) return false;
        const value = headline(props.metric, ring);
        const at = state.pausedAt ? ring.search(state.pausedAt + 1) - 1 : ring.end - 1;
        const { text, symbol } = units.one(props.metric.unit, capped(value(at), props.metric.limits[1]));
        told.value = { text, symbol, detail: detail(props.metric, ring, at, units) };
        line(ring, value);
        return true;
      },
    };

    onMounted(() => {
      undo.push(app.sight.watch(/** @type {HTMLElement} */ (root.value), (close, visible) => {
        seen = visible;
        unwant();
        unwant = close ? subscriptions.want(props.metric.name, props.metric.every) : () => {};
        if (visible) frames.now(drawable);
      }));
      undo.push(frames.add(drawable));
      undo.push(store.listen(props.metric.name, (past) => {
        if (past) sketched = "";
        if (past || !state.pausedAt) frames.mark(drawable);
      }));
      const sizes = new ResizeObserver(() => frames.now(drawable));
      if (canvas.value) sizes.observe(canvas.value);
      undo.push(() => sizes.disconnect());
    });
    onBeforeUnmount(() => {
      for (const end of undo) end();
      unwant();
    });

    return () => {
      const { text, symbol, detail: more } = told.value;
      return html`
        <a ref=${root} class="panel tile" href=${`#${props.metric.name}`} aria-label=${labelled(props.title, listed([text + joined(symbol), more].filter((part) => part.trim())))}>
          <h3>${props.title}</h3>
          <div class="v">${text}<small>${symbol}</small></div>
          <div class="d cut">${more}</div>
          <canvas ref=${canvas} aria-hidden="true" />
        </a>`;
    };
  },
};

/**
 * The number that stands for the metric: sum, mean or largest of its series, or the series of that name.
 * @param {Metric} metric
 * @param {Ring} ring
 * @returns {(at: number) => number}
 */
export function headline(metric, ring) {
  const named = ring.series.findIndex((series) => nameOf(series) === metric.headline);
  if (named >= 0) return (at) => ring.columns[named]?.[at] ?? NaN;
  return (at) => {
    let sum = 0;
    let most = -Infinity;
    let count = 0;
    for (const column of ring.columns) {
      const value = column[at] ?? NaN;
      if (Number.isNaN(value)) continue;
      sum += value;
      count++;
      if (value > most) most = value;
    }
    if (!count) return NaN;
    return metric.headline === "max" ? most : metric.headline === "mean" ? sum / count : sum;
  };
}

/** Rates of two ticks that are never quite on time: 103% of all cores is 100%. @param {number} value @param {number | null} limit */
function capped(value, limit) {
  return limit !== null && value > limit && value <= OVERSHOOT * limit ? limit : value;
}

/**
 * What the number is made of.
 * @param {Metric} metric
 * @param {Ring} ring
 * @param {number} at
 * @param {import("../units.js").Units} units
 */
export function detail(metric, ring, at, units) {
  const name = tellingName(ring.series);
  const parts = ring.series
    .map((series, place) => ({ name: name(series), value: ring.columns[place]?.[at] ?? NaN }))
    .filter(({ value }) => !Number.isNaN(value));
  const named = parts.find((one) => one.name === metric.headline);
  if (named) {
    const total = parts.reduce((sum, { value }) => sum + value, 0);
    return total > 0 ? shareOf(number((100 * named.value) / total, 0), units.text(metric.unit, total)) : "";
  }
  const best = parts.sort((a, b) => b.value - a.value);
  if (metric.headline === "max") return best[0]?.name ?? "";
  const largest = best[0]?.value ?? 0;
  const { factor } = units.scale(metric.unit, largest);
  const digits = legendDecimals(largest / factor);
  return listed(best.slice(0, 2).map((one) => `${one.name} ${number(one.value / factor, digits)}`));
}

/**
 * Names without the labels that are the same for all: "in" and "out" where there is only one interface.
 * @param {import("../types.js").Series[]} series
 * @returns {(one: import("../types.js").Series) => string}
 */
export function tellingName(series) {
  const labels = Object.keys(series[0]?.labels ?? {});
  const telling = labels.filter((label) => new Set(series.map((one) => one.labels[label])).size > 1);
  return (one) => (telling.length ? telling.map((label) => one.labels[label] ?? "").join(" ") : nameOf(one));
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Ring} ring
 * @param {(at: number) => number} value
 * @param {{from: number, to: number}} span
 * @param {string} colour
 */
function sketch(canvas, ring, value, { from, to }, colour) {
  const ratio = devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  const pen = canvas.getContext("2d");
  if (!pen || !width) return;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const [low, high] = ring.span(from, to);
  const places = high - low > 2 * POINTS ? extremes(ring.times, value, low, high, (to - from) / POINTS) : range(low, high);
  const values = places.map(value);
  const known = values.filter((one) => !Number.isNaN(one));
  const least = Math.min(...known);
  const size = Math.max(...known) - least || 1;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.beginPath();
  let down = false;
  places.forEach((place, which) => {
    const one = values[which] ?? NaN;
    const x = ((/** @type {number} */ (ring.times[place]) - from) / (to - from)) * width;
    const y = height - 2 - ((one - least) / size) * (height - 4);
    if (Number.isNaN(one)) down = false;
    else if (down) pen.lineTo(x, y);
    else pen.moveTo(x, y);
    down = !Number.isNaN(one);
  });
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  pen.lineJoin = "round";
  pen.stroke();
}

/** @param {number} low @param {number} high */
function range(low, high) {
  return Array.from({ length: Math.max(0, high - low) }, (_, at) => low + at);
}
