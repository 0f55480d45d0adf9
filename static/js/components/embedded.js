// One panel and nothing else; a word when the connection is not as it should be.

import { computed, defineAsyncComponent } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { WORDS } from "../board/words.js";
import { TEXT, badge, noDataText } from "../text.js";
import { html } from "./html.js";
import { Panel } from "./panel.js";

/** Panels that are no charts; few frames have one. */
const Cell = defineAsyncComponent(() => import("./board/cell.js").then((module) => module.Cell));
const OWN = new Set(["gauge", "value", "table", "timeline"]);
/** These show no metric, or several. */
const FREE = new Set(["text", "figure"]);

export const Embedded = {
  setup() {
    const { state, metrics, boot, silentSince } = useApp();
    const { metrics: [name = ""] = [], spec = null } = boot.embed ?? {};
    const cell = () => html`<${Cell} panel=${{ ...spec, of: spec?.id }} session=${null} />`;
    const metric = computed(() => metrics.value.get(name));

    /** What the page is about: headings of panels are of the third order, wherever these are. */
    const title = () => spec?.title || metric.value?.title || WORDS.kinds[/** @type {"auto"} */ (spec?.kind ?? "auto")];

    const panel = () => {
      if (FREE.has(spec?.kind ?? "")) return cell();
      if (!metric.value) return html`<p class="word">${TEXT.gone}</p>`;
      if (OWN.has(spec?.kind ?? "")) return cell();
      return html`<${Panel} metric=${metric.value} width=${12} spec=${spec} />`;
    };

    return () => {
      const { kind, text } = badge(state.status, state.pausedAt > 0, state.now);
      const since = silentSince();
      return html`
        <main class="embed">
          <h1 class="hidden">${title()}</h1>
          <h2 class="hidden">${TEXT.charts}</h2>
          ${panel()}
          ${state.status.phase !== "connecting" && kind !== "good" && html`<p class="embed-state" role="status"><i class=${["dot", kind]} />${since > 0 ? noDataText(since, state.now) : text}</p>`}
        </main>`;
    };
  },
};
