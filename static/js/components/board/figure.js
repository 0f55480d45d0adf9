// Any figure of Plotly, its arrays filled with what metrics measure.

import { computed, onBeforeUnmount, ref, shallowRef, watch } from "../../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../../app.js";
import { bondsOf, bound, metricsOf } from "../../board/bound.js";
import { Drawing } from "../../drawing.js";
import { TEXT } from "../../text.js";
import { WORDS, emptyText } from "../../board/words.js";
import { useHealth } from "../health.js";
import { html } from "../html.js";
import { useSamples } from "../watched.js";

/** ms between two drawings: Plotly draws all of a figure each time. */
const EVERY = 250;

export const FigurePanel = {
  props: ["spec"],
  /** @param {{spec: import("../../board/variables.js").Shown}} props */
  setup(props) {
    const app = useApp();
    const { state, metrics, boot } = app;
    const root = ref(/** @type {HTMLElement | null} */ (null));
    const plot = ref(/** @type {HTMLElement | null} */ (null));
    const failed = ref("");
    /** Why nothing is seen of it. @type {{value: import("../../board/blank.js").Blank | null}} */
    const blank = shallowRef(null);
    const bonds = computed(() => bondsOf(props.spec.bind ?? {}));
    const names = computed(() => metricsOf(bonds.value));
    const known = computed(() => names.value.flatMap((name) => metrics.value.get(name) ?? []));
    /** @type {Drawing | null} */
    let drawing = null;
    let builds = 0;
    /** @type {import("../../types.js").Figure | null | undefined} that the drawing was made for */
    let built;

    function draw() {
      const { figure } = props.spec;
      if (!drawing?.ready || !figure) return failed.value !== "";
      const traces = bound(figure, bonds.value, samples.ringOf, samples.span());
      drawing.draw({ data: traces, layout: figure.layout ?? {} }, boot.templates[state.theme]);
      return true;
    }
    const samples = useSamples(root, { metrics: () => known.value, draw, pause: () => EVERY, canvas: plot });

    async function build() {
      const turn = ++builds;
      const { figure } = props.spec;
      built = figure;
      drawing?.destroy();
      drawing = null;
      failed.value = "";
      blank.value = null;
      if (!plot.value || !figure) return;
      const made = new Drawing(plot.value, figure, app.base, (why) => {
        if (JSON.stringify(why) !== JSON.stringify(blank.value)) blank.value = why;
      });
      try {
        await made.open();
        if (turn !== builds) return;
        drawing = made;
        samples.redraw();
      } catch (error) {
        if (turn !== builds) return;
        failed.value = /** @type {Error} */ (error).message;
        samples.redraw();
      }
    }
    // It may have become another one while it was out of sight.
    watch(() => (samples.near.value ? props.spec.figure : null), (figure) => figure && figure !== built && build());
    const health = useHealth(() => known.value, samples.near);
    watch(() => JSON.stringify(props.spec.bind), samples.redraw);
    onBeforeUnmount(() => {
      builds++;
      drawing?.destroy();
    });

    const word = () => {
      if (failed.value) return `${TEXT.failed}: ${failed.value}`;
      const missing = names.value.filter((name) => !metrics.value.has(name));
      if (missing.length) return `${missing.join(", ")}: ${TEXT.gone}`;
      if (!blank.value) return "";
      const { empty, complaints } = blank.value;
      // Arrays that wait for their samples are empty, and nobody's mistake.
      if (!complaints.length && names.value.some((name) => !samples.ringOf(name)?.length)) return health.word();
      return `${TEXT.failed}: ${[...empty.map(({ number, type }) => emptyText(number, type)), ...complaints].join("; ")}`;
    };

    return () => {
      const { id, title } = props.spec;
      const text = word();
      const ails = health.ails() || health.ages();
      return html`
        <section ref=${root} role="group" class="panel own figure" id=${id} aria-label=${title || WORDS.kinds.figure}>
          ${(title || ails) && html`<header><h3 class="cut">${title}</h3>${ails}</header>`}
          <div class="plot">
            <div ref=${plot} class=${["canvas", { without: text }]} role="img" aria-label=${title || names.value.join(", ") || WORDS.kinds.figure} />
            ${text && html`<p class="word">${text}</p>`}
          </div>
        </section>`;
    };
  },
};
