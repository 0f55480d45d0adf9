// Adds panels: a metric's, a text, or a figure of one's own.

import { computed } from "../../../vendor/vue.runtime.esm-browser.prod.js";
import { added } from "../../board/document.js";
import { WORDS } from "../../board/words.js";
import { html } from "../html.js";
import { Drawer } from "./drawer.js";
import { Finder } from "./finder.js";

const FIGURE = { data: [{ type: "scatter", mode: "lines", x: [0, 1, 2], y: [1, 3, 2] }], layout: {} };

export const Adder = {
  props: ["session"],
  /** @param {{session: import("../../board/session.js").Session}} props */
  setup(props) {
    const { session } = props;
    const chosen = computed(() => {
      /** @type {Map<string, number>} */
      const counts = new Map();
      for (const { metric } of session.board.panels) if (metric) counts.set(metric, (counts.get(metric) ?? 0) + 1);
      return counts;
    });
    /** @param {import("../../board/types.js").Given} given @param {boolean} [settings] whether to open them */
    const add = (given, settings = false) => {
      session.do((now) => added(now, given));
      const last = session.board.panels.at(-1);
      document.querySelector(`[data-panel="${last?.id}"]`)?.scrollIntoView({ block: "nearest" });
      if (!settings || !last) return;
      session.dialog = "";
      session.openPanel(last.id);
    };
    return () => html`
      <${Drawer} title=${WORDS.addPanel} onClose=${() => (session.dialog = "")}>${() => html`
        <div class="row">
          <button class="btn" type="button" onClick=${() => add({ kind: "text", text: WORDS.sampleText }, true)}>${WORDS.addText}</button>
          <button class="btn" type="button" onClick=${() => add({ kind: "figure", figure: FIGURE }, true)}>${WORDS.addFigure}</button>
        </div>
        <${Finder} chosen=${chosen.value} word=${WORDS.add} onPick=${(/** @type {string} */ metric) => add({ metric })} />`}
      <//>`;
  },
};
