// One cell of the grid, and what is in it: a chart, or a panel of another kind; while it is edited, what moves it.

import { defineAsyncComponent, provide, ref } from "../../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../../app.js";
import { WORDS, placeText } from "../../board/words.js";
import { html } from "../html.js";
import { placesOf } from "../../only.js";
import { useHeld } from "../../out/held.js";
import { shownAs } from "../../spec.js";
import { Menu } from "../menu.js";
import { Panel } from "../panel.js";
import { SHOWN } from "../watched.js";
import { Gauge } from "./gauge.js";
import { Missing } from "./missing.js";
import { TableOf } from "./table.js";
import { Timeline } from "./timeline.js";
import { TextPanel } from "./text.js";
import { Value } from "./value.js";

/** @typedef {import("../../board/variables.js").Shown} Shown */

const FigurePanel = defineAsyncComponent(() => import("./figure.js").then((module) => module.FigurePanel));

/** Panels that draw one metric themselves, by their kind; all others are charts. @type {Record<string, object>} */
const OWN = { gauge: Gauge, value: Value, table: TableOf, timeline: Timeline };

/** GridStack takes the press, and with it the focus that it would give. @param {PointerEvent} event */
const focus = (event) => /** @type {HTMLElement} */ (event.currentTarget).focus({ preventScroll: true });

export const Cell = {
  props: ["panel", "session"],
  /** @param {{panel: Shown, session: import("../../board/session.js").Session | null}} props */
  setup(props) {
    const app = useApp();
    const { metrics } = app;
    const root = ref(/** @type {HTMLElement | null} */ (null));
    const own = () => props.panel.kind in OWN || props.panel.kind === "text" || props.panel.kind === "figure";
    const element = () => /** @type {HTMLElement | null} */ (root.value?.querySelector(".panel") ?? null);

    /** What a panel of another kind shows: of a span that is looked at it has samples of its own. @type {Pick<ReturnType<typeof import("../watched.js").useSamples>, "ringOf" | "span"> | null} */
    let shown = null;
    provide(SHOWN, (/** @type {typeof shown} */ one) => (shown = one));

    /** What a chart says of itself, of the other kinds. @type {import("../../out/panels.js").Held} */
    const held = {
      id: own() ? props.panel.id : "",
      get metric() {
        const metric = metrics.value.get(props.panel.metric ?? "");
        return metric ? shownAs(metric, props.panel) : null;
      },
      get element() {
        return /** @type {HTMLElement} */ (element());
      },
      title: () => props.panel.title || held.metric?.title || WORDS.kinds[props.panel.kind],
      unit: () => held.metric?.unit ?? "",
      chart: () => null,
      ring: () => shown?.ringOf(props.panel.metric ?? ""),
      span: () => shown?.span() ?? app.span(),
      places: () => placesOf(held.ring()?.series ?? [], props.panel.only ?? {}),
      settle: () => app.sight.settle([held.element]),
    };
    if (own()) useHeld(held, element);

    const content = () => {
      const { panel } = props;
      if (panel.kind === "text") return html`<${TextPanel} spec=${panel} />`;
      if (panel.kind === "figure") return html`<${FigurePanel} spec=${panel} />`;
      const metric = metrics.value.get(panel.metric ?? "");
      if (!metric) return html`<${Missing} spec=${panel} />`;
      return html`<${OWN[panel.kind] ?? Panel} key=${panel.metric} metric=${metric} width=${panel.w} spec=${panel} />`;
    };

    /** @param {import("../../board/session.js").Session} session */
    const hands = (session) => {
      const { panel } = props;
      const name = panel.title ?? metrics.value.get(panel.metric ?? "")?.title ?? panel.metric ?? WORDS.kinds[panel.kind];
      const repeats = panel.repeat ? `$${panel.repeat}` : "";
      const tool = (/** @type {string} */ what, /** @type {string} */ path, /** @type {() => void} */ act) => html`
        <button class="tool" type="button" aria-label=${`${what}: ${name}`} title=${what} onClick=${act}>
          <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path d=${path} /></svg>
        </button>`;
      return html`
        <div class="cover" tabindex="0" role="button" aria-label=${`${name}, ${placeText(panel)}`} aria-describedby="moving"
             aria-roledescription=${WORDS.movable} onPointerdown=${focus} onKeydown=${(/** @type {KeyboardEvent} */ event) => session.keyed(event, panel.of, name)}
             onDblclick=${() => session.openPanel(panel.of)} />
        <div class="tools">
          ${repeats && html`<span class="repeats">${repeats}</span>`}
          <span class="order">
            ${tool(WORDS.up, "M8 13V3M4 7l4-4 4 4", () => session.swap(panel.of, -1, name))}
            ${tool(WORDS.down, "M8 3v10M4 9l4 4 4-4", () => session.swap(panel.of, 1, name))}
          </span>
          ${tool(WORDS.settings, "M2 5h5M11 5h3M9 3v4M2 11h3M9 11h5M7 9v4", () => session.openPanel(panel.of))}
          ${tool(WORDS.duplicate, "M5 5V3h8v8h-2M3 5h8v8H3z", () => session.duplicate(panel.of))}
          ${tool(WORDS.remove, "M4 4l8 8M12 4l-8 8", () => session.remove(panel.of))}
        </div>`;
    };

    return () => {
      const { x, y, w, h, id, of } = props.panel;
      // Repeated ones show what they will be; what is edited is the one that they are made from.
      const copy = id !== of;
      return html`
        <div class="cell grid-stack-item" data-panel=${id} style=${{ "--x": x + 1, "--y": y + 1, "--w": w, "--h": h }}>
          <div ref=${root} class="grid-stack-item-content inner">
            ${content()}
            ${own() && !props.session && html`<${Menu} panel=${() => held} title=${held.title()} />`}
            ${props.session && !copy && hands(props.session)}
          </div>
        </div>`;
    };
  },
};
