// What a panel shows and how: all of it is on the page while one chooses, and each choice is a step that can be undone.

import { computed, ref, watchEffect } from "../../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../../app.js";
import { changed, placed, whole } from "../../board/document.js";
import { FARTHEST, isUnit, line } from "../../board/fields.js";
import { nextThreshold, seenIn } from "../../board/limits.js";
import { COLUMNS, TALLEST, inside, packed } from "../../board/place.js";
import { WORDS } from "../../board/words.js";
import { html } from "../html.js";
import { Drawer } from "./drawer.js";
import { FigureFields } from "./figurefields.js";
import { Finder } from "./finder.js";
import { SeriesField } from "./series.js";
import { Thresholds } from "./thresholds.js";

/** @typedef {import("../../board/types.js").Given} Given */

const CHARTS = ["auto", "line", "area", "stacked", "bars", "heatmap", "histogram", "gauge", "value", "table", "timeline"];
/** Kinds on which a level of a value is seen. */
const LEVELLED = new Set(["auto", "line", "area", "stacked", "bars", "gauge", "value", "table", "timeline"]);
const LOGARITHMIC = new Set(["auto", "line", "area", "bars"]);
const RANGED = new Set(["auto", "line", "area", "stacked", "bars", "gauge", "table"]);
/** Numbers come first among the keys of an object: what is chosen at first would be last. @type {[string, string][]} */
const COMPARES = Object.entries(WORDS.compares).sort(([one], [other]) => Number(other === "none") - Number(one === "none"));
/** Kinds that have an earlier span beside them. */
const COMPARED = new Set(["auto", "line", "area", "stacked", "bars"]);

export const Settings = {
  props: ["session"],
  /** @param {{session: import("../../board/session.js").Session}} props */
  setup(props) {
    const { session } = props;
    const { metrics, boot, panels } = useApp();
    const id = session.panel;
    const finding = ref(false);
    /** What stands in the field of the unit, and is none. */
    const noUnit = ref("");
    /** What stands in the fields of the range, and is too far from zero, by its end. */
    const tooFar = ref(/** @type {Record<string, number>} */ ({}));
    const panel = computed(() => {
      const found = session.board.panels.find((one) => one.id === id);
      return found && whole(found);
    });
    // Undoing may take away what is set.
    watchEffect(() => {
      if (!panel.value) session.panel = "";
    });

    /** @param {Given} changes @param {string} [key] */
    const put = (changes, key) => session.do((now) => changed(now, id, changes), key && `${id} ${key}`);
    const close = () => {
      session.settle();
      session.panel = "";
    };
    /** The field then shows what has come of it. @param {any} event @param {"w" | "h"} side */
    const resize = (event, side) => {
      const size = numberOf(event);
      if (size !== null) session.do((now) => {
        const own = now.panels.find((one) => one.id === id);
        if (!own) return now;
        const { x, y, w, h } = inside({ ...own, [side]: size });
        return { ...now, panels: packed(placed(now, new Map([[id, { x, y, w, h }]])).panels, id) };
      }, `${id} size`);
      event.target.value = panel.value?.[side];
    };

    /** @param {string} text @param {any} input */
    const field = (text, input) => html`<label class="field"><span>${text}</span>${input}</label>`;
    const valueOf = (/** @type {any} */ event) => event.target.value;
    const numberOf = (/** @type {any} */ event) => (event.target.value.trim() === "" || Number.isNaN(Number(event.target.value)) ? null : Number(event.target.value));

    /** @param {string} label @param {string | number} value @param {[string | number, string][]} options @param {(value: string) => void} pick */
    const select = (label, value, options, pick) => field(label, html`
      <select value=${value} onChange=${(/** @type {any} */ event) => pick(valueOf(event))}>
        ${options.map(([one, text]) => html`<option key=${one} value=${one}>${text}</option>`)}
      </select>`);

    /** Where a threshold that is added begins. @param {NonNullable<typeof panel.value>} own */
    const next = (own) => {
      const held = panels.get(id);
      const { chart, limits = [null, null] } = metrics.value.get(own.metric ?? "") ?? {};
      const seen = held ? seenIn(held, own.kind === "stacked" || (own.kind === "auto" && chart === "stacked")) : { mean: NaN, max: NaN };
      return nextThreshold(own.thresholds.map(({ value }) => value), seen, [own.range[0] ?? limits[0], own.range[1] ?? limits[1]]);
    };

    /** @param {0 | 1} end of the range @param {string} label @param {[number | null, number | null]} range */
    const endField = (end, label, range) => {
      const far = tooFar.value[end];
      return field(label, html`<input type="number" step="any" value=${far ?? range[end] ?? ""} placeholder=${WORDS.byItself} aria-invalid=${far !== undefined}
        onChange=${(/** @type {any} */ event) => {
          const given = numberOf(event);
          const { [end]: _, ...others } = tooFar.value;
          const far = given !== null && Math.abs(given) > FARTHEST;
          tooFar.value = far ? { ...others, [end]: given } : others;
          if (!far) put({ range: end ? ordered(range[0], given) : ordered(given, range[1]) });
        }} />
        ${far !== undefined && html`<small class="bad" role="alert">${WORDS.tooFar}</small>`}`);
    };

    const metricField = () => {
      const { metric } = /** @type {NonNullable<typeof panel.value>} */ (panel.value);
      if (finding.value) {
        return html`<${Finder} chosen=${new Map()} word=${WORDS.change} onPick=${(/** @type {string} */ name) => {
          put({ metric: name, only: {}, unit: null });
          finding.value = false;
        }} />`;
      }
      return html`
        <div class="field"><span>${WORDS.metric}</span>
          <button type="button" class="pick-metric" onClick=${() => (finding.value = true)}>
            <span class="cut">${metrics.value.get(metric ?? "")?.title ?? metric}</span><small class="cut">${metric}</small><em>${WORDS.change}</em>
          </button>
        </div>`;
    };

    /** @param {NonNullable<typeof panel.value>} own */
    const chartFields = (own) => {
      const metric = metrics.value.get(own.metric ?? "");
      const { variables = [] } = session.board;
      return html`
        ${metricField()}
        ${select(WORDS.kind, own.kind, CHARTS.map((one) => [one, WORDS.kinds[/** @type {"auto"} */ (one)]]), (kind) => put({ kind: /** @type {any} */ (kind) }))}
        ${metric && html`<${SeriesField} metric=${metric} only=${own.only} variables=${variables} onChange=${(/** @type {any} */ only) => put({ only })} />`}
        <div class="pair">
          ${field(WORDS.unit, html`<input list="units" value=${noUnit.value || (own.unit ?? "")} placeholder=${metric?.unit ?? ""} maxlength="40" spellcheck="false"
            aria-invalid=${noUnit.value !== ""} onChange=${(/** @type {any} */ event) => {
              const unit = valueOf(event).trim();
              noUnit.value = isUnit(unit, boot.units) ? "" : unit;
              if (!noUnit.value) put({ unit: unit || null });
            }} />
            ${noUnit.value && html`<small class="bad" role="alert">${WORDS.noUnit}</small>`}`)}
          <datalist id="units">${Object.keys(boot.units).map((unit) => html`<option key=${unit} value=${unit} />`)}</datalist>
          ${COMPARED.has(own.kind) && select(WORDS.compare, own.compare ?? "none",
            COMPARES, (value) => put({ compare: value === "none" ? null : Number(value) }))}
        </div>
        ${RANGED.has(own.kind) && html`
          <div class="pair" role="group" aria-label=${WORDS.range}>
            ${endField(0, `${WORDS.range}, ${WORDS.from}`, own.range)}
            ${endField(1, WORDS.to, own.range)}
          </div>`}
        ${LOGARITHMIC.has(own.kind) && html`
          <label class="check"><input type="checkbox" checked=${own.log} onChange=${(/** @type {any} */ { target }) => put({ log: target.checked })} />${WORDS.log}</label>`}
        ${LEVELLED.has(own.kind) && html`<${Thresholds} thresholds=${own.thresholds} unit=${own.unit ?? metric?.unit ?? ""} next=${() => next(own)}
          onChange=${(/** @type {any} */ thresholds) => put({ thresholds })} />`}
        ${variables.length > 0 && select(WORDS.repeat, own.repeat ?? "", [["", WORDS.none], ...variables.map(({ name }) => /** @type {[string, string]} */ ([name, `$${name}`]))],
          (name) => put({ repeat: name || null }))}`;
    };

    return () => {
      const own = panel.value;
      if (!own) return null;
      const title = own.title ?? metrics.value.get(own.metric ?? "")?.title ?? own.metric ?? WORDS.kinds[own.kind];
      return html`
        <${Drawer} title=${title} onClose=${close}>${() => html`
          ${field(WORDS.panelTitle, html`<input value=${own.title ?? ""} placeholder=${metrics.value.get(own.metric ?? "")?.title ?? ""} maxlength="120" spellcheck="false"
            autofocus=${!matchMedia("(pointer: coarse)").matches}
            onInput=${(/** @type {any} */ event) => put({ title: line(valueOf(event)) || null }, "title")} onBlur=${() => session.settle()} />`)}
          ${own.kind === "text" ? field(WORDS.text, html`<textarea rows="14" value=${own.text ?? ""} maxlength="20000" spellcheck="true"
              onInput=${(/** @type {any} */ event) => put({ text: valueOf(event) }, "text")} onBlur=${() => session.settle()} />`)
            : own.kind === "figure" ? html`<${FigureFields} figure=${own.figure} bind=${own.bind} onChange=${put} />` : chartFields(own)}
          <div class="pair" role="group" aria-label=${WORDS.size}>
            ${field(`${WORDS.size}, ${WORDS.width}`, html`<input type="number" min="1" max=${COLUMNS} value=${own.w}
              onChange=${(/** @type {any} */ event) => resize(event, "w")} />`)}
            ${field(WORDS.height, html`<input type="number" min="1" max=${TALLEST} value=${own.h}
              onChange=${(/** @type {any} */ event) => resize(event, "h")} />`)}
          </div>
          <div class="row">
            <button class="btn" type="button" onClick=${() => session.duplicate(id)}>${WORDS.duplicate}</button>
            <button class="btn bad" type="button" onClick=${() => session.remove(id)}>${WORDS.remove}</button>
          </div>`}
        <//>`;
    };
  },
};

/** @param {number | null} low @param {number | null} high @returns {[number | null, number | null]} */
function ordered(low, high) {
  return low !== null && high !== null && low > high ? [high, low] : low === high && low !== null ? [low, null] : [low, high];
}
