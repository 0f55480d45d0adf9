// The data behind a chart, as a table that can be read, sorted, and heard.

import { computed, shallowRef, ref } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { Dialog } from "../components/dialogs.js";
import { html } from "../components/html.js";
import { nameOf } from "../store.js";
import { TEXT, rowsText, someOf, tableOf } from "../text.js";
import { joined, legendDecimals, number } from "../units.js";
import { dayAndClock } from "./files.js";
import { narrowed, seenOf, thinned } from "./rows.js";

/** @typedef {import("./panels.js").Held} Held */

/** Rows that one can still read; more of them make a page slow, and a CSV file has them all. */
const MOST = 300;
/** Columns likewise. */
const MOST_SERIES = 30;

export const DataTable = {
  props: ["panel"],
  emits: ["close"],
  /** @param {{panel: Held}} props @param {{emit: (event: "close") => void}} context */
  setup(props, { emit }) {
    const { units } = useApp();
    const { panel } = props;
    const data = shallowRef(read());
    /** The column that it is sorted by, -1 for the time; and whether the largest come first. */
    const by = ref(-1);
    const down = ref(true);

    function read() {
      const ring = panel.ring();
      const seen = ring ? seenOf(ring, panel.places(), panel.span()) : { series: [], times: [], columns: [] };
      const some = narrowed(seen, MOST_SERIES);
      const size = some.columns.flat().reduce((most, one) => (Math.abs(one) > most ? Math.abs(one) : most), 0);
      const scale = units.scale(panel.metric?.unit ?? "", size);
      return { all: seen.times.length, known: seen.series.length, ...thinned(some, MOST), scale, digits: legendDecimals(size / scale.factor) };
    }

    const order = computed(() => {
      const { times, columns } = data.value;
      const column = by.value < 0 ? times : columns[by.value] ?? times;
      const sign = down.value ? -1 : 1;
      // Gaps are last, whichever way.
      const value = (/** @type {number} */ at) => column[at] ?? NaN;
      return [...times.keys()].sort((a, b) => (
        Number(Number.isNaN(value(a))) - Number(Number.isNaN(value(b))) || sign * (value(a) - value(b)) || a - b));
    });

    /** @param {number} which */
    function sort(which) {
      down.value = by.value === which ? !down.value : true;
      by.value = which;
    }

    /** @param {number} which @param {string} name */
    const head = (which, name) => html`
      <th scope="col" key=${which} aria-sort=${by.value !== which ? "none" : down.value ? "descending" : "ascending"}>
        <button onClick=${() => sort(which)}>${name}<i aria-hidden="true">${by.value !== which ? "" : down.value ? "↓" : "↑"}</i></button>
      </th>`;

    return () => {
      const { series, times, columns, all, known, scale, digits } = data.value;
      const told = [rowsText(times.length, all), series.length < known ? someOf(series.length, known) : ""].filter(Boolean).join(". ");
      const title = tableOf(panel.title());
      const unit = joined(scale.symbol).trim();
      return html`
        <${Dialog} title=${title} class="wide" onClose=${() => emit("close")}>
          ${() => html`
            <p class="told"><span>${told}</span>
              <button class="link" onClick=${() => (data.value = read())}>${TEXT.again}</button></p>
            <div class="scroll" tabindex="0" role="group" aria-label=${title}>
              <table class="data">
                <caption class="hidden">${`${title}${unit ? `, ${unit}` : ""}. ${told}`}</caption>
                <thead><tr>${head(-1, TEXT.time)}${series.map((one, which) => (
                  head(which, `${nameOf(one) || panel.title()}${unit ? ` [${unit}]` : ""}`)))}</tr></thead>
                <tbody>${order.value.map((at) => html`
                  <tr key=${at}><th scope="row">${timeText(times[at] ?? NaN)}</th>${columns.map((column, which) => html`
                    <td key=${which}>${number((column[at] ?? NaN) / scale.factor, digits)}</td>`)}</tr>`)}
                </tbody>
              </table>
            </div>`}
        <//>`;
    };
  },
};

/** To the millisecond where it is not a whole second. @param {number} time ms */
const timeText = (time) => `${dayAndClock(time)}${time % 1000 ? `.${`${Math.floor(time % 1000)}`.padStart(3, "0")}` : ""}`;
