// The whole page: rail, bar, and the dashboard with its tiles and sections.

import { computed, defineAsyncComponent, nextTick, onMounted, watch } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { having } from "../board/offered.js";
import { WORDS, onlyTitle } from "../board/words.js";
import { families, sections, tiles } from "../layout.js";
import { reveal } from "../reveal.js";
import { TEXT, labelled, noPanel, noneOf, titled, toText } from "../text.js";
import { Bar } from "./bar.js";
import { Dialogs } from "./dialogs.js";
import { html } from "./html.js";
import { Notices } from "./notices.js";
import { Panel } from "./panel.js";
import { Rail } from "./rail.js";
import { Strip } from "./strip.js";
import { Talk } from "./talk.js";
import { Tile } from "./tile.js";

/** What people have made is loaded where there is some: the first visit is to what makes itself. */
const BoardView = defineAsyncComponent(() => import("./board/view.js").then((module) => module.BoardView));
const BoardDialogs = defineAsyncComponent(() => import("./board/dialogs.js").then((module) => module.BoardDialogs));
/** Few ask for it, and the charts need not wait for its code. */
const Brush = defineAsyncComponent(() => import("./brush.js").then((module) => module.Brush));

export const Page = {
  setup() {
    const { state, metrics, shown: all, boot, boards, open, together, sheet, kiosk } = useApp();
    const { people } = together;
    const known = boot.families.map(titled);
    const groups = computed(() => families(all.value, known));
    /** Of a family what there is of one disk, one host and so on, where that is asked for. */
    const only = computed(() => (boards.here.value ? null : boards.own.only));
    const spec = computed(() => only.value && { only: { [only.value.label]: [only.value.value] } });
    const parts = computed(() => {
      if (boards.here.value) return [];
      return sections(only.value ? having(all.value, only.value) : all.value, groups.value, state.slug);
    });
    const heads = computed(() => (state.slug === "overview" && !boards.here.value ? tiles(all.value, groups.value) : []));
    /** What the strip of a longer past tells: the chart that was moved alone, or the first thing that one sees here. @type {{readonly value: {metric: import("../types.js").Metric, only?: Record<string, string[]>} | null}} */
    const lead = computed(() => {
      const alone = !state.linked && metrics.value.get(state.zoomed?.metric ?? "");
      if (alone) return { metric: alone };
      for (const { metric: name, only: those } of boards.here.value ? boards.panels.value : []) {
        const metric = metrics.value.get(name ?? "");
        if (metric) return { metric, ...(those ? { only: those } : {}) };
      }
      const first = [...heads.value, ...parts.value.flatMap(({ places }) => places.map(({ metric }) => metric))];
      const metric = first.find(({ headline }) => headline) ?? first[0];
      return metric ? { metric, ...(spec.value ?? {}) } : null;
    });
    /** Panels that are here, by id; null while that is not known. @type {{readonly value: Set<string> | null}} */
    const ids = computed(() => {
      if (boards.here.value) return boards.board.value && new Set(boards.panels.value.map(({ id }) => id));
      return new Set(parts.value.flatMap(({ places }) => places.map(({ metric }) => metric.name)));
    });
    // It stays in the address: that of a plugin which starts yet is shown as soon as it is there.
    watch(() => (ids.value?.has(state.full) ?? true ? "" : state.full), (id, before) => {
      if (id) state.notice = { level: "warning", text: noPanel(id) };
      else if (before && state.notice?.text === noPanel(before)) state.notice = null;
    }, { immediate: true });
    const title = computed(() => {
      if (boards.here.value) return boards.title.value;
      if (state.slug === "overview") return TEXT.overview;
      const named = [...groups.value, ...known].find(({ slug }) => slug === state.slug)?.title ?? state.slug;
      return only.value ? onlyTitle(named, only.value.value) : named;
    });

    /** How many others are here, for who has the page in another tab. */
    const others = () => Math.max(0, (people.present[people.room] ?? []).length - 1);
    watch(() => `${others() ? `(${others() + 1}) ` : ""}${title.value} · ${TEXT.brand}`, (text) => (document.title = text), { immediate: true });
    const arrive = async () => {
      await nextTick();
      reveal(decodeURIComponent(location.hash.slice(1)));
    };
    watch(() => [state.slug, state.menu, state.search], arrive);
    onMounted(arrive);

    /** A tile is called by its family where the metric's own title begins with that. @param {import("../types.js").Metric} metric */
    const short = (metric) => {
      const family = groups.value.find(({ slug }) => slug === metric.family)?.title ?? metric.title;
      return metric.title.toLowerCase().startsWith(`${family.toLowerCase()} `) ? family : metric.title;
    };

    /** Of a family that there is, but not with that: a disk that was unplugged. */
    const without = () => {
      const family = only.value && groups.value.find(({ slug }) => slug === state.slug);
      return family && only.value && html`
        <div class="empty">
          <h2>${noneOf(only.value.label, only.value.value)}</h2>
          <p>${TEXT.noneOfHint}</p>
          <p><button class="btn" onClick=${() => open(family.slug)}>${toText(family.title)}</button></p>
        </div>`;
    };

    const empty = () => without() || html`
      <div class="empty">
        <h2>${all.value.length ? labelled(TEXT.noDashboard, state.slug) : TEXT.nothing}</h2>
        <p>${all.value.length ? TEXT.noDashboardHint : TEXT.nothingHint}</p>
        ${all.value.length > 0 && html`<p>
          <button class="btn" onClick=${() => open("overview")}>${TEXT.toOverview}</button>
          <button class="btn" onClick=${() => Object.assign(boards.own, { dialog: "new", copying: false })}>${WORDS.newDashboard}</button>
        </p>`}
      </div>`;

    return () => html`
      <div class=${["app", { talking: people.open && people.you, picking: people.picking, counted: state.counted }]}>
        <a class="skip" href="#charts">${TEXT.skip}</a>
        ${!kiosk.value && html`<${Rail} />`}
        ${state.menu && html`<div class="veil" onClick=${() => (state.menu = false)} />`}
        <div class="body" inert=${state.menu}>
          ${kiosk.value ? html`<${kiosk.value.Head} title=${title.value} />` : html`
            <${Bar} title=${title.value} />
            <${Notices} />
            <${Strip} />`}
          <main id="charts" class="main" tabindex="-1" key=${state.slug}>
            ${boards.here.value && html`<${BoardView} />`}
            ${heads.value.length > 0 && html`<div class="tiles">
              ${heads.value.map((metric, place) => html`<${Tile} key=${metric.name} metric=${metric} title=${short(metric)} place=${place} />`)}
            </div>`}
            ${parts.value.map((part) => html`
              <section class="grid" key=${part.slug} aria-label=${part.title || title.value}>
                ${!part.title ? html`<h2 class="hidden">${TEXT.charts}</h2>` : html`<h2 class="family"><a href=${`${boot.base}/d/${part.slug}`} onClick=${(/** @type {MouseEvent} */ event) => {
                  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                  event.preventDefault();
                  open(part.slug);
                }}>${part.title}</a></h2>`}
                ${part.places.map(({ metric, width }) => html`<${Panel} key=${metric.name} metric=${metric} width=${width} spec=${spec.value} />`)}
              </section>`)}
            ${!parts.value.length && !boards.here.value && empty()}
          </main>
          ${state.brush && !kiosk.value && html`<${Brush} lead=${lead.value} />`}
        </div>
        ${people.open && people.you && html`<${Talk} title=${title.value} />`}
        <${Dialogs} />
        ${boards.own.dialog && html`<${BoardDialogs} />`}
        ${sheet.value && html`<${sheet.value.component} panel=${sheet.value.panel} onClose=${() => (sheet.value = null)} />`}
      </div>`;
  },
};
