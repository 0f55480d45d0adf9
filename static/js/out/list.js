// All series of a chart that has too many to draw: found by name, pinned so that they are drawn, put away.

import { computed, ref } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { peak } from "../choice.js";
import { Dialog } from "../components/dialogs.js";
import { html } from "../components/html.js";
import { nameOf } from "../store.js";
import { TEXT, firstOf, seriesOf } from "../text.js";
import { joined, legendDecimals, number } from "../units.js";

/** @typedef {import("./panels.js").Held} Held */

/** Rows at once; whoever looks for one types more of its name. */
const MOST = 100;

export const SeriesList = {
  props: ["panel"],
  emits: ["close"],
  /** @param {{panel: Held}} props @param {{emit: (event: "close") => void}} context */
  setup(props, { emit }) {
    const { picks, state, units } = useApp();
    const { panel } = props;
    const wanted = ref("");

    /** The largest first. They are looked through again once a second. */
    const rows = computed(() => {
      const ring = panel.ring();
      if (!ring || !state.now) return [];
      const { from, to } = panel.span();
      const [low, high] = ring.span(from, to);
      const words = wanted.value.toLowerCase().split(/\s+/).filter(Boolean);
      return ring.series.flatMap((series, place) => {
        const name = nameOf(series) || panel.title();
        const text = name.toLowerCase();
        if (!words.every((word) => text.includes(word))) return [];
        const column = /** @type {Float64Array} */ (ring.columns[place]);
        return [{ key: ring.keys[place] ?? "", place, name, last: column[high - 1] ?? NaN, most: peak(column, low, high) }];
      }).sort((a, b) => (b.most === a.most ? 0 : b.most - a.most) || a.place - b.place);
    });

    /** Of all, so that they can be compared. */
    const largest = computed(() => {
      const known = rows.value.map(({ most }) => Math.abs(most)).filter(Number.isFinite);
      return Math.max(0, ...known);
    });
    const scale = computed(() => units.scale(panel.metric?.unit ?? "", largest.value));

    const drawn = computed(() => (state.now ? panel.chart()?.colours ?? new Map() : new Map()));

    const row = (/** @type {typeof rows.value[number]} */ { key, place, name, last, most }) => {
      const { hidden, pinned } = picks.of(panel.id);
      const { factor } = scale.value;
      const text = (/** @type {number} */ value) => number(value / factor, legendDecimals(largest.value / factor));
      const colour = drawn.value.get(place);
      return html`
        <li key=${key} class=${{ away: hidden.has(key), idle: !colour }}>
          <s aria-hidden="true" style=${{ backgroundColor: colour ?? "transparent" }} />
          <span class="cut" title=${name}>${name}</span>
          <b>${text(last)}</b><small>${text(most)}</small>
          <button aria-pressed=${pinned.has(key)} onClick=${() => picks.toggle(panel.id, "pinned", key)}>${TEXT.pinSeries}</button>
          <button aria-pressed=${hidden.has(key)} onClick=${() => picks.toggle(panel.id, "hidden", key)}>${TEXT.hideSeries}</button>
        </li>`;
    };

    return () => html`
      <${Dialog} title=${seriesOf(panel.title(), panel.ring()?.series.length ?? 0)} onClose=${() => emit("close")}>
        ${() => html`
          <div class="find"><input type="search" autofocus placeholder=${TEXT.findSeries} aria-label=${TEXT.findSeries} value=${wanted.value}
            onInput=${(/** @type {any} */ event) => (wanted.value = event.target.value)} /></div>
          <p class="told" role="status">${rows.value.length > MOST ? firstOf(MOST, rows.value.length) : rows.value.length ? TEXT.byPeak : TEXT.noSeries}<span>${joined(scale.value.symbol).trim()}</span></p>
          <ul class="series scroll" tabindex="-1">${rows.value.slice(0, MOST).map(row)}</ul>`}
      <//>`;
  },
};
