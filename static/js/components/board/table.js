// The series of a metric as a table: value now, least, mean and largest of the window, and a bar to compare by.

import { computed, ref, shallowRef, watch } from "../../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../../app.js";
import { levelOf } from "../../board/levels.js";
import { placesOf } from "../../only.js";
import { summaryOf } from "../../board/summary.js";
import { WORDS, restText } from "../../board/words.js";
import { shownAs } from "../../spec.js";
import { nameOf } from "../../store.js";
import { TEXT, clockText } from "../../text.js";
import { joined, legendDecimals, number } from "../../units.js";
import { useHealth } from "../health.js";
import { html } from "../html.js";
import { useSamples } from "../watched.js";

/** @typedef {import("../../board/summary.js").Summary & {place: number, key: string, name: string, level: string}} Row `place` of the series among those of the metric */
/** @typedef {"name" | "now" | "min" | "mean" | "max"} Column */

const EVERY = 1_000;
/** Rows in the page; the rest is told in a word. */
const MOST = 100;
/** @type {Exclude<Column, "name">[]} */
const COLUMNS = ["now", "min", "mean", "max"];

export const TableOf = {
  props: ["metric", "spec"],
  /** @param {{metric: import("../../types.js").Metric, spec: import("../../board/variables.js").Shown}} props */
  setup(props) {
    const app = useApp();
    const { units } = app;
    const root = ref(/** @type {HTMLElement | null} */ (null));
    const rows = shallowRef(/** @type {Row[]} */ ([]));
    const by = ref(/** @type {Column} */ ("max"));
    const up = ref(false);
    /** The moment whose values are told, where somebody points at one. */
    const at = ref("");

    function draw() {
      const { metric, spec } = props;
      const ring = samples.ringOf(metric.name);
      if (!ring?.length) return false;
      const { from, to } = samples.span();
      const [low, high] = [ring.search(from), ring.search(to + 1)];
      const alone = ring.series.length === 1 && !nameOf(ring.series[0] ?? { labels: {} });
      rows.value = placesOf(ring.series, spec.only).map((place) => {
        const summary = summaryOf(/** @type {Float64Array} */ (ring.columns[place]), low, high);
        const name = alone ? metric.name.split(".").at(-1) ?? "" : nameOf(ring.series[place] ?? { labels: {} });
        return { ...summary, place, key: ring.keys[place] ?? "", name, level: "" };
      });
      tell();
      return true;
    }

    /** What is now, or was at the moment that somebody points at. */
    function tell() {
      const ring = samples.ringOf(props.metric.name);
      if (!ring) return;
      const row = samples.last(ring);
      const pointed = samples.pointed();
      at.value = pointed === null ? "" : clockText(pointed, true);
      rows.value = rows.value.map((one) => {
        const now = ring.columns[one.place]?.[row] ?? NaN;
        return { ...one, now, level: levelOf(now, props.spec.thresholds) };
      });
    }
    const samples = useSamples(root, { metrics: () => [props.metric], draw, moment: tell, pause: () => EVERY });
    const health = useHealth(() => props.metric, samples.near);
    watch(() => props.spec, samples.redraw);

    const sorted = computed(() => {
      const column = by.value;
      const sign = up.value ? 1 : -1;
      const order = (/** @type {Row} */ a, /** @type {Row} */ b) => (column === "name"
        ? a.name.localeCompare(b.name, undefined, { numeric: true })
        // What has no value is last, whichever way.
        : Number.isNaN(a[column]) || Number.isNaN(b[column]) ? sign * (Number(Number.isNaN(a[column])) - Number(Number.isNaN(b[column])))
          : a[column] - b[column]);
      return rows.value.toSorted((a, b) => sign * order(a, b));
    });

    /** @param {Column} column */
    const sort = (column) => {
      up.value = by.value === column ? !up.value : column === "name";
      by.value = column;
    };

    /** @param {Column} column @param {string} text */
    const head = (column, text) => html`
      <th scope="col" aria-sort=${by.value === column ? (up.value ? "ascending" : "descending") : "none"}>
        <button type="button" class=${{ on: by.value === column }} onClick=${() => sort(column)}>${text}<span aria-hidden="true">
          ${by.value === column ? (up.value ? "↑" : "↓") : ""}</span></button>
      </th>`;

    return () => {
      const shown = shownAs(props.metric, props.spec);
      const most = Math.max(0, ...rows.value.map(({ max }) => Math.abs(max) || 0));
      const { factor, symbol } = units.scale(shown.unit, most);
      const digits = legendDecimals(most / factor);
      const limit = props.spec.range[1] ?? shown.limits[1] ?? most;
      const bar = by.value === "name" ? "now" : by.value;
      const some = sorted.value.slice(0, MOST);
      return html`
        <section ref=${root} role="group" class="panel own ranks" id=${props.spec.id} data-metric=${props.metric.name} aria-label=${shown.title}>
          <header><h3 class="cut" title=${props.metric.help || props.metric.name}>${shown.title}</h3><span class="unit">${symbol}</span><span class="unit">${at.value}</span>${health.ails() || health.ages()}</header>
          <div class="scroll" tabindex="0" role="group" aria-label=${shown.title}>
            <table>
              <thead><tr>
                ${head("name", WORDS.series)}${COLUMNS.map((column) => head(column, WORDS.columns[column]))}
                <th class="bars" aria-hidden="true" />
              </tr></thead>
              <tbody>
                ${some.map((row) => html`
                  <tr key=${row.key}>
                    <th scope="row" class="cut" title=${row.name}>${row.name}</th>
                    ${COLUMNS.map((column) => html`
                      <td key=${column} class=${column === "now" ? row.level : ""}>${number(row[column] / factor, digits)}</td>`)}
                    <td class="bars" aria-hidden="true"><s class=${row.level} style=${{ width: `${share(row[bar], limit)}%` }} /></td>
                  </tr>`)}
              </tbody>
            </table>
            ${!some.length && html`<p class="word">${samples.ringOf(props.metric.name)?.length ? TEXT.noneMeant : health.word()}</p>`}
          </div>
          ${sorted.value.length > MOST && html`<p class="note">${restText(MOST, sorted.value.length)}</p>`}
          <span class="hidden">${joined(symbol)}</span>
        </section>`;
    };
  },
};

/** @param {number} value @param {number} whole */
function share(value, whole) {
  return Number.isNaN(value) || !(whole > 0) ? 0 : Math.round(1000 * Math.max(0, Math.min(1, value / whole))) / 10;
}
