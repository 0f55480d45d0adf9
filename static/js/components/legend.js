// A legend that reads like text: mark, series, value. A series can be put away and taken back. Or a ramp of colours.

import { computed, ref } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { TEXT, moreText } from "../text.js";
import { html } from "./html.js";

/**
 * @typedef {object} Row
 * @property {string} key of the series
 * @property {string} name
 * @property {string} colour
 * @property {string} value
 * @property {string[]} stats the least, the mean and the largest value of what is shown; none where that says nothing
 * @property {string} was the value some time before; "" where that is not compared
 * @property {number} wide letters that each of them may need
 * @property {number} size
 */

const ALL = 12;
const SOME = 8;
const MOST = 120;

export const Legend = {
  props: ["rows", "hidden", "pinned"],
  emits: ["toggle"],
  /**
   * @param {{rows: Row[], hidden: Set<string>, pinned: Set<string>}} props
   * @param {{emit: (event: "toggle", key: string) => void}} context
   */
  setup(props, { emit }) {
    const open = ref(false);
    const shown = computed(() => {
      if (props.rows.length <= ALL) return props.rows;
      if (open.value) return props.rows.slice(0, MOST);
      // What somebody has pinned goes before what is large.
      const rank = (/** @type {Row} */ { key, size }) => (props.pinned.has(key) ? Infinity : size);
      const best = new Set([...props.rows].sort((a, b) => (rank(b) > rank(a) ? 1 : rank(b) < rank(a) ? -1 : 0)).slice(0, SOME));
      return props.rows.filter((row) => best.has(row));
    });
    const width = (/** @type {Row} */ { wide }) => ({ minWidth: `${wide}ch` });
    return () => html`
      <ul class=${["legend", { open: open.value, counted: props.rows[0]?.stats.length }]}>
        ${shown.value.map((row) => html`
          <li key=${row.key}>
            <button class=${{ away: props.hidden.has(row.key) }} aria-pressed=${!props.hidden.has(row.key)}
                    onClick=${() => emit("toggle", row.key)}>
              <s aria-hidden="true" style=${{ backgroundColor: row.colour }} /><span class="cut">${row.name}</span><b style=${width(row)}>${row.value}</b>
              ${row.was && html`<em><span class="hidden">${TEXT.compareWith} </span><i style=${width(row)}>${row.was}</i></em>`}
              ${row.stats.map((value, which) => html`<small key=${which}>${TEXT.stats[which]}<i style=${width(row)}>${value}</i></small>`)}
            </button>
          </li>`)}
        ${props.rows.length > ALL && html`
          <li><button class="more" aria-expanded=${open.value} onClick=${() => (open.value = !open.value)}>
            ${open.value ? TEXT.fewer : moreText(props.rows.length - SOME)}
          </button></li>`}
      </ul>`;
  },
};

/** What the colours of a heat map mean. */
export const Ramp = {
  props: ["name", "scale", "low", "high"],
  /** @param {{name: string, scale: [number, string][], low: string, high: string}} props */
  setup(props) {
    return () => html`
      <div class="legend"><span class="ramp">${props.low}
        <svg viewBox="0 0 84 6" width="84" height="6" aria-hidden="true"><defs><linearGradient id=${`ramp-${props.name}`}>
          ${props.scale.map(([at, colour]) => html`<stop key=${at} offset=${at} stop-color=${colour} />`)}
        </linearGradient></defs><rect width="84" height="6" rx="3" fill=${`url(#ramp-${props.name})`} /></svg>
        ${props.high}</span></div>`;
  },
};
