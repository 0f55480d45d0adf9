// One metric: its name and unit, its chart, its legend, and a word when something is not as it should be.

import { ref } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { placesOf } from "../only.js";
import { useHeld } from "../out/held.js";
import { TEXT, behind, comparedText, foldedText, labelled, refusedOf, someOf } from "../text.js";
import { Code } from "../wire.js";
import { useChart } from "./charted.js";
import { useHealth } from "./health.js";
import { html } from "./html.js";
import { Legend, Ramp } from "./legend.js";
import { Menu } from "./menu.js";
import { Overlay } from "./overlay.js";

/** @typedef {import("../types.js").Metric} Metric */

export const Panel = {
  props: ["metric", "width", "spec"],
  /** @param {{metric: Metric, width: number, spec?: import("../types.js").Spec | null}} props without `spec` all is as the metric declares */
  setup(props) {
    const app = useApp();
    const { boot, looking, picks, state, store, subscriptions } = app;
    const root = ref(/** @type {HTMLElement | null} */ (null));
    const plot = ref(/** @type {HTMLElement | null} */ (null));
    const overlay = ref(/** @type {{place: () => void} | null} */ (null));
    const charted = useChart(props, { root, plot, placed: () => overlay.value?.place() });
    const { id, shown, near, failed, told, chart, look } = charted;
    const { zoom, elsewhere, compared } = look;
    const { trouble, ails, ages } = useHealth(() => props.metric, near);

    /** What others may know of it. @type {import("../out/panels.js").Held} */
    const held = {
      id, chart,
      get metric() {
        return shown.value;
      },
      get element() {
        return /** @type {HTMLElement} */ (root.value);
      },
      title: () => shown.value.title,
      unit: () => told.value.unit,
      ring: () => look.ring,
      span: look.span,
      places: charted.places,
      async settle() {
        const rest = await app.sight.settle([held.element]);
        chart()?.settle();
        return rest;
      },
    };

    useHeld(held, () => root.value);

    const chip = () => {
      // What all charts look at is told once, above them.
      if (zoom.value && !elsewhere.value) {
        const late = Math.max(0, (app.head() - zoom.value.to) / 1000);
        return html`<button class="chip" onClick=${look.back}>${behind(state.now && late)}</button>`;
      }
      if (trouble.value) return ails();
      if (told.value.newest && state.look && !state.look.metric) return html`<span class="chip">${TEXT.newest}</span>`;
      return ages();
    };

    /** Beside the unit: what it is compared with. */
    const then = () => {
      if (!(compared.value > 0) || chart()?.kind.flat) return null;
      const name = comparedText(compared.value);
      return html`<span class="finer then cut">${told.value.alone ? labelled(name, TEXT.noneThen) : name}</span>`;
    };

    /** Whether there are series, and none of them is meant: a value that somebody chose has gone, or was never there. */
    const none = () => {
      const ring = store.ring(props.metric.name);
      return Boolean(ring?.length) && placesOf(ring?.series ?? [], props.spec?.only).length === 0;
    };

    /** A sentence in place of the chart. */
    const word = () => {
      if (failed.value) return labelled(TEXT.failed, failed.value);
      const refused = subscriptions.refusal(props.metric.name);
      if (refused === Code.TOO_MANY_ROOMS) return TEXT.tooMany;
      if (refused) return TEXT.gone;
      if (told.value.rows.length && store.ring(props.metric.name)?.length) return told.value.empty ? TEXT.noSample : "";
      if (trouble.value) return trouble.value.reason;
      if (none()) return TEXT.noneMeant;
      return near.value && state.now ? TEXT.waiting : "";
    };

    /** @param {string} key */
    const toggle = (key) => picks.toggle(id, "hidden", key);

    /** All series, those that are not drawn among them. */
    async function find() {
      const { SeriesList } = await import("../out/list.js");
      app.sheet.value = { component: SeriesList, panel: held };
    }

    /** The mouse has come, or left. @param {boolean} on */
    function enter(on) {
      charted.enter(on);
      if (on) looking.at = id;
      else if (looking.at === id) looking.at = "";
    }

    const legend = () => {
      const { legend: kind, rows, low, high } = told.value;
      if (kind === "none" || !rows.length) return null;
      const scale = boot.templates[state.theme]["layout"].colorscale.sequential;
      if (kind === "ramp") return html`<${Ramp} name=${props.metric.name} scale=${scale} low=${low} high=${high} />`;
      return html`<${Legend} rows=${rows} hidden=${picks.of(id).hidden} pinned=${picks.of(id).pinned} onToggle=${toggle} />`;
    };

    return () => {
      const { unit, lines, all, words } = told.value;
      const text = word();
      const { hidden, pinned } = picks.of(id);
      const folded = Math.max(0, all - lines - hidden.size);
      const refused = props.metric.refused ?? 0;
      return html`
        <section ref=${root} role="group" class=${["panel", `w${props.width}`]} id=${id} data-metric=${props.metric.name}
                 aria-label=${shown.value.title} onMouseenter=${() => enter(true)} onMouseleave=${() => enter(false)}>
          <header>
            <h3 class="cut" title=${props.metric.help || props.metric.name}>${shown.value.title}</h3>
            <span class="unit">${unit}</span>
            ${zoom.value?.word && html`<span class="finer cut" title=${zoom.value.reason || null}>${zoom.value.word}</span>`}
            ${then()}${chip()}
            <${Menu} panel=${() => held} title=${shown.value.title} />
          </header>
          <div class=${["plot", shown.value.chart]}>
            <div ref=${plot} class="canvas" role="img" aria-label=${words || shown.value.title} />
            <${Overlay} ref=${overlay} metric=${props.metric.name} area=${() => chart()?.area ?? null} />
            ${text && html`<p class="word">${text}</p>`}
          </div>
          ${refused > 0 && html`<p class="note">${refusedOf(refused)}</p>`}
          ${legend()}
          ${(folded > 0 || pinned.size > 0) && html`<button class="folded" title=${someOf(lines, all)} onClick=${find}>${foldedText(folded)}</button>`}
        </section>`;
    };
  },
};
