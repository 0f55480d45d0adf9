// One metric: its name and unit, its chart, its legend, and a word when something is not as it should be.

import {
  computed, nextTick, onBeforeUnmount, onMounted, ref, shallowRef, watch,
} from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { Chart } from "../chart.js";
import { useHeld } from "../out/held.js";
import { legendOf } from "../own.js";
import { placesOf } from "../only.js";
import { shapeOf } from "../returning.js";
import { rowsAhead, rowsOf } from "../rows.js";
import { chartOf, panelId, shownAs } from "../spec.js";
import { spoken } from "../spoken.js";
import { TEXT, behind, comparedText, finerOf, foldedText, labelled, refusedOf, someOf } from "../text.js";
import { handsOn } from "../time/hands.js";
import { Past } from "../time/past.js";
import { statsOf } from "../time/stats.js";
import { joined, short } from "../units.js";
import { Code } from "../wire.js";
import { Zoom } from "../zoom.js";
import { useHealth } from "./health.js";
import { html } from "./html.js";
import { Legend, Ramp } from "./legend.js";
import { Menu } from "./menu.js";
import { Overlay } from "./overlay.js";

/** @typedef {import("../types.js").Metric} Metric */
/** @typedef {import("./legend.js").Row} Row */
/** @typedef {import("../time/gestures.js").Span} Span */

/** Values are told more often than a long chart moves, and less often than anybody can read. */
const VALUES_EVERY = 1_000;
const VALUES_FASTEST = 250;
/** ms between two tellings of the chart in words: nobody listens to it for less. */
const WORDS_EVERY = 5_000;
const STATS_EVERY = 1_000;
/** ms for which the old picture stays where nothing is here of a span: longer it would be taken for the new one. */
const STAYS = 2_000;

export const Panel = {
  props: ["metric", "width", "spec"],
  /** @param {{metric: Metric, width: number, spec?: import("../types.js").Spec | null}} props without `spec` all is as the metric declares */
  setup(props) {
    const app = useApp();
    const { state, looking, cross, together, store, frames, subscriptions, units, boot } = app;
    const plot = ref(/** @type {HTMLElement | null} */ (null));
    /** The metric as it is shown here. */
    const shown = computed(() => shownAs(props.metric, props.spec));
    const root = ref(/** @type {HTMLElement | null} */ (null));
    const overlay = ref(/** @type {{place: () => void} | null} */ (null));
    const near = ref(false);
    let seen = false;
    const zoom = shallowRef(/** @type {{to: number, word: string, reason: string} | null} */ (null));
    const failed = ref("");
    const told = shallowRef({ unit: unitOf(), low: "", high: "", newest: false, empty: false, alone: false, ...ahead() });
    /** The chart in words. */
    const words = ref("");
    let wordsAt = -Infinity;
    let countedAt = -Infinity;
    /** @type {import("../time/stats.js").Stats[]} */
    let stats = [];
    let drawnAt = -Infinity;
    let urgent = true;
    /** Whether a sample has come that is not drawn yet. */
    let fresh = false;
    let reported = false;
    /** @type {ReturnType<Chart["draw"]> | null} */
    let drawn = null;
    let hover = false;
    /** @type {Chart | null} */
    let chart = null;
    /** @type {(() => void)[]} */
    const undo = [];
    let unwant = () => {};
    let zoomed = zooming();
    /** @type {Span | null} it stands still while something is selected in it */
    let holding = null;
    /** Whether a hand is moving it. */
    let moving = false;
    /** Seconds: what was so long before is drawn, too; 0 for nothing. */
    const compared = computed(() => state.compared[held.id] ?? props.spec?.compare ?? state.compare);
    let past = pastOf();
    /** Whether it looks where the page was asked to. */
    let looks = false;
    /** Whether that is told above all charts. */
    const elsewhere = ref(false);
    /** What the chart was built of. */
    let built = "";
    /** Counts buildings of the chart, so that one that was overtaken gives up. */
    let builds = 0;

    /** How many of these it is about. @param {import("../types.js").Series[]} series */
    const meant = (series) => placesOf(series, props.spec?.only).length;

    /** What the legend will be, as far as it is known: nothing moves when it comes. @returns {{rows: Row[], lines: number, all: number, legend: Chart["legend"]}} */
    function ahead() {
      const { metric, spec } = props;
      const figure = spec ? undefined : app.figures.here(metric.name);
      const { colorway, meta } = boot.templates[state.theme]["layout"];
      if (!figure) return { rows: [], lines: 0, all: 0, legend: "none" };
      const legend = legendOf(figure, Boolean(figure.layout["meta"]?.scaled));
      const rows = rowsAhead(metric, { palette: colorway, quiet: meta.quiet });
      return { rows, lines: rows.length, all: legend === "series" ? metric.series.length : rows.length, legend };
    }

    function unitOf() {
      return units.scale(shown.value.unit, 0).symbol;
    }

    function zooming() {
      const { name, every } = props.metric;
      return new Zoom({ metric: name, every: every * 1000, spans: app.spans, live: () => store.ring(name), changed: follow });
    }

    function pastOf() {
      const { name, every } = props.metric;
      return new Past({ metric: name, every: every * 1000, spans: app.spans, live: () => store.ring(name), changed: redraw });
    }

    /** What was some time before, as far as it is there; asks for what is missing. @returns {import("../earlier.js").Earlier | null} */
    function then() {
      return chart && !chart.kind.flat ? past.before(chart.zoom ?? holding ?? app.span(), compared.value, chart.inner) : null;
    }

    let followedAt = -Infinity;
    /** When a span was chosen, and until when the picture of the one before stays. */
    let choseAt = -Infinity;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let staying;

    /** Tell what the zoom is about, and draw it. */
    function follow() {
      const { span, reason } = zoomed;
      const now = performance.now();
      // How far it is behind is read more slowly than it is moved.
      if (!moving || !span || !zoom.value || now - followedAt >= VALUES_FASTEST) {
        followedAt = now;
        zoom.value = span && { to: span.to, word: finerOf(zoomed), reason };
      }
      redraw();
    }

    const drawable = {
      // What is only near is drawn once, so that it is there when one scrolls on.
      visible: () => seen || (near.value && !reported),
      focused: () => hover || zoom.value !== null,
      pause: () => Math.min(step(), VALUES_EVERY),
      draw() {
        const { ring } = zoomed;
        if (!chart?.ready || !ring?.length) return failed.value !== "";
        if (stays()) return true;
        const template = boot.templates[state.theme];
        const now = performance.now();
        if (!drawn || urgent || now - drawnAt >= step() - 16) {
          try {
            drawn = chart.draw(ring, { span: holding ?? app.span(), theme: state.theme, template, ...app.picks.of(held.id), paused: state.pausedAt > 0, moving, earlier: then(), ticks: false });
            failed.value = "";
          } catch (error) {
            failed.value = /** @type {Error} */ (error).message;
            throw error;
          }
          drawnAt = now;
          // Of a chart that waits until a pixel has passed the time would say nothing.
          if (fresh && step() === 0) app.delays.drew(ring.last);
          fresh = false;
          overlay.value?.place();
          report();
        }
        // What a hand moves is read once it rests, or as seldom as what moves by itself: to tell it lays the page out anew.
        if (urgent && !moving) say();
        else frames.mark(values);
        urgent = false;
        return true;
      },
    };

    /** The values at the crosshair: told without drawing the chart. */
    const pointed = { visible: () => seen, draw: say };

    /** What is read, ticks and values: it lays the page out anew, which costs more than drawing, so all charts do it in the same frame. */
    const values = {
      visible: () => seen,
      patient: true,
      pause: () => VALUES_FASTEST,
      draw() {
        chart?.tick();
        say();
      },
    };

    /** Whether the old picture is still to be seen: of the span that was chosen nothing is here, but it was asked for. */
    function stays() {
      return Boolean(chart?.plot.drawn) && !moving && zoomed.bare && performance.now() - choseAt < STAYS;
    }

    /** The moment at the crosshair, where it is within what is shown: a finger's stays while one moves on. */
    function pointedAt() {
      const { at } = cross;
      if (at === null || !chart || chart.kind.flat) return null;
      return at >= chart.seen.from && at <= chart.seen.to ? at : null;
    }

    /** Tell the values. */
    function say() {
      if (stays()) return;
      if (drawn && zoomed.ring && chart) tell(zoomed.ring, drawn, boot.templates[state.theme], chart.legend);
    }

    /** ms between two drawings. */
    function step() {
      return chart?.pace(state.window) ?? VALUES_EVERY;
    }

    /** Somebody has done something: draw without waiting. */
    function redraw() {
      urgent = true;
      frames.now(drawable);
    }

    /**
     * @param {import("../store.js").Ring} ring
     * @param {ReturnType<Chart["draw"]>} drawn
     * @param {any} template
     * @param {Chart["legend"]} legend
     */
    function tell(ring, drawn, template, legend) {
      const { factor, symbol } = drawn.legendScale;
      const now = performance.now();
      if (chart && !chart.kind.flat && (urgent || now - countedAt >= STATS_EVERY)) {
        countedAt = now;
        stats = statsOf(ring, chart.zoom ?? holding ?? app.span());
      }
      const rows = rowsOf(ring, drawn, {
        end: zoom.value?.to ?? state.pausedAt, metric: props.metric.name, hidden: app.picks.of(held.id).hidden,
        stats, earlier: then(), at: pointedAt(),
        colours: { palette: template.layout.colorway, quiet: template.layout.meta.quiet },
      });
      if (chart && (urgent || now - wordsAt >= WORDS_EVERY)) {
        wordsAt = now;
        words.value = spoken({
          title: shown.value.title, metric: props.metric.name, ring, places: drawn.places, span: chart.seen, scale: drawn.legendScale,
        });
      }
      const flat = chart?.kind.flat ?? false;
      // While more is asked for, what is not there yet may come.
      const empty = !flat && !zoomed.step && drawn.places.length > 0 && drawn.places.every((place) => Number.isNaN(stats[place]?.min));
      const [low, high] = drawn.bounds.map((bound) => short(bound / factor) + joined(symbol));
      told.value = { unit: drawn.scale.symbol, lines: drawn.drawn, all: meant(ring.series), low: low ?? "", high: high ?? "", newest: !(chart?.kind.spans ?? true), empty, alone: compared.value > 0 && past.none, rows, legend };
    }

    async function build() {
      const turn = ++builds;
      built = source();
      chart?.destroy();
      chart = null;
      zoomed.end();
      zoomed = zooming();
      past.end();
      past = pastOf();
      stats = [];
      zoom.value = null;
      looks = false;
      failed.value = "";
      const metric = shown.value;
      const spec = props.spec ?? null;
      try {
        const figure = spec?.figure ?? await app.figures.get(metric.name, spec?.kind);
        await nextTick();
        if (!plot.value || turn !== builds) return;
        const made = new Chart(plot.value, {
          metric, figure, spec, base: app.base, units,
          onZoom: (span) => {
            if (!span) zoomed.end();
            else if (moving) zoomed.glide(span, made.inner);
            else {
              choseAt = performance.now();
              zoomed.to(span, made.inner);
              clearTimeout(staying);
              if (zoomed.bare) staying = setTimeout(redraw, STAYS);
            }
            follow();
          },
        });
        await made.open().catch((/** @type {unknown} */ error) => {
          made.destroy();
          throw error;
        });
        if (turn !== builds || !plot.value) made.destroy();
        else {
          chart = made;
          look();
        }
      } catch (error) {
        if (turn === builds) failed.value = String(/** @type {Error} */ (error).message ?? error);
      }
      redraw();
    }

    /** It is to show a span, or what comes in. @param {Span | null} span @param {boolean} [moves] whether it goes on moving */
    function lookAt(span, moves = false) {
      moving = moves;
      if (span) chart?.look(span);
      else chart?.catchUp();
    }

    /** What makes it another chart; not what it is called. */
    function source() {
      return shapeOf(props.metric) + chartOf(props.spec);
    }

    /** @param {boolean} close @param {boolean} visible */
    function show(close, visible) {
      seen = visible;
      if (close !== near.value) {
        near.value = close;
        unwant();
        unwant = close ? subscriptions.want(props.metric.name, props.metric.every) : () => {};
        // It may have become another one while it was out of sight.
        if (close && built !== source()) build();
      }
      if (visible) redraw();
    }

    /** It is drawn with the newest samples, as far as there is something to draw. */
    async function settled() {
      await subscriptions.filled(props.metric.name);
      if (failed.value || !zoomed.ring?.length) return;
      urgent = true;
      await frames.next(drawable);
    }

    /** What others may know of it. @type {import("../out/panels.js").Held} */
    const held = {
      id: panelId(props.metric, props.spec),
      get metric() {
        return shown.value;
      },
      get element() {
        return /** @type {HTMLElement} */ (root.value);
      },
      title: () => shown.value.title,
      unit: () => told.value.unit,
      chart: () => chart,
      ring: () => zoomed.ring,
      span: () => chart?.zoom ?? app.span(),
      places: () => drawn?.places ?? [],
      async settle() {
        const rest = await app.sight.settle([held.element]);
        chart?.settle();
        return rest;
      },
    };

    useHeld(held, () => root.value);

    onMounted(() => {
      const element = /** @type {HTMLElement} */ (root.value);
      undo.push(app.sight.watch(element, show, settled));
      undo.push(frames.add(drawable), frames.add(pointed), frames.add(values), cross.listen(() => !chart?.kind.flat && frames.now(pointed)));
      undo.push(store.listen(props.metric.name, (past) => {
        if (past) redraw();
        else if (!state.pausedAt) {
          fresh ||= seen;
          frames.mark(drawable);
        }
      }));
      undo.push(app.onSlide(() => frames.mark(drawable)));
      const id = panelId(props.metric, props.spec);
      undo.push(looking.add(id, {
        metric: props.metric.name, span: () => chart?.zoom ?? app.span(), look: lookAt, away: () => Boolean(chart?.zoom),
      }));
      undo.push(handsOn(/** @type {HTMLElement} */ (plot.value?.parentElement), {
        area: () => chart?.area ?? null,
        free: () => !together.people.picking,
        move: (span) => looking.move(id, span),
        rest: () => looking.rest(id),
        mark: (span) => {
          holding = span && (holding ?? chart?.area ?? null);
          cross.mark(span);
          if (!span) redraw();
        },
        select: (span) => looking.choose(id, span),
        tap: (at) => cross.show(at),
        back: () => looking.back(id),
      }));
      const sizes = new ResizeObserver(() => chart?.resize() && redraw());
      if (plot.value) sizes.observe(plot.value);
      undo.push(() => sizes.disconnect());
    });
    onBeforeUnmount(() => {
      for (const end of undo) end();
      clearTimeout(staying);
      unwant();
      builds++;
      zoomed.end();
      past.end();
      chart?.destroy();
    });
    watch(source, () => near.value && build());
    // Whoever chooses a window wants to see it.
    watch(() => state.window, () => zoom.value && !state.look && catchUp());
    watch(() => state.look, look);
    watch(compared, () => {
      past.end();
      redraw();
    });
    watch(() => [state.window, state.theme, state.pausedAt, app.picks.of(held.id)], redraw);

    const { trouble, ails, ages } = useHealth(() => props.metric, near);

    const chip = () => {
      // What all charts look at is told once, above them.
      if (zoom.value && !elsewhere.value) {
        const late = Math.max(0, (app.head() - zoom.value.to) / 1000);
        return html`<button class="chip" onClick=${catchUp}>${behind(state.now && late)}</button>`;
      }
      if (trouble.value) return ails();
      if (told.value.newest && state.look && !state.look.metric) return html`<span class="chip">${TEXT.newest}</span>`;
      return ages();
    };

    const catchUp = () => looking.back(panelId(props.metric, props.spec));

    /** Look where this page is asked to: all charts, or this one. */
    function look() {
      const asked = state.look?.metric && state.look.metric !== props.metric.name ? null : state.look;
      if (!asked && looks) lookAt(null);
      looks = asked !== null;
      elsewhere.value = asked !== null && !asked.metric && !asked.hand;
      if (asked) lookAt({ from: asked.from, to: asked.to }, asked.moving);
    }

    /** Whether there are series, and none of them is meant: a value that somebody chose has gone, or was never there. */
    const none = () => {
      const ring = store.ring(props.metric.name);
      return Boolean(ring?.length) && meant(ring?.series ?? []) === 0;
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
    const toggle = (key) => app.picks.toggle(held.id, "hidden", key);

    /** All series, those that are not drawn among them. */
    async function find() {
      const { SeriesList } = await import("../out/list.js");
      app.sheet.value = { component: SeriesList, panel: held };
    }

    /** The mouse has come, or left. @param {boolean} on */
    function enter(on) {
      hover = on;
      const id = panelId(props.metric, props.spec);
      if (on) looking.at = id;
      else if (looking.at === id) looking.at = "";
    }

    /** The moment of the first chart, for whoever measures. */
    function report() {
      if (reported) return;
      reported = true;
      document.documentElement.dataset["drawn"] ??= String(Math.round(performance.now()));
    }

    const legend = () => {
      const { legend: kind, rows } = told.value;
      if (kind === "none" || !rows.length) return null;
      const { low, high } = told.value;
      const scale = boot.templates[state.theme]["layout"].colorscale.sequential;
      if (kind === "ramp") return html`<${Ramp} name=${props.metric.name} scale=${scale} low=${low} high=${high} />`;
      return html`<${Legend} rows=${told.value.rows} hidden=${app.picks.of(held.id).hidden} onToggle=${toggle} />`;
    };

    return () => {
      const { unit, lines, all } = told.value;
      const text = word();
      const { hidden, pinned } = app.picks.of(held.id);
      const folded = Math.max(0, all - lines - hidden.size);
      const refused = props.metric.refused ?? 0;
      return html`
        <section ref=${root} role="group" class=${["panel", `w${props.width}`]} id=${panelId(props.metric, props.spec)} data-metric=${props.metric.name}
                 aria-label=${shown.value.title} onMouseenter=${() => enter(true)} onMouseleave=${() => enter(false)}>
          <header>
            <h3 class="cut" title=${props.metric.help || props.metric.name}>${shown.value.title}</h3>
            <span class="unit">${unit}</span>
            ${zoom.value?.word && html`<span class="finer cut" title=${zoom.value.reason || null}>${zoom.value.word}</span>`}
            ${compared.value > 0 && !chart?.kind.flat && html`<span class="finer then cut">${told.value.alone ? labelled(comparedText(compared.value), TEXT.noneThen) : comparedText(compared.value)}</span>`}${chip()}
            <${Menu} panel=${() => held} title=${shown.value.title} />
          </header>
          <div class=${["plot", shown.value.chart]}>
            <div ref=${plot} class="canvas" role="img" aria-label=${words.value || shown.value.title} />
            <${Overlay} ref=${overlay} metric=${props.metric.name} area=${() => chart?.area ?? null} />
            ${text && html`<p class="word">${text}</p>`}
          </div>
          ${refused > 0 && html`<p class="note">${refusedOf(refused)}</p>`}
          ${legend()}
          ${(folded > 0 || pinned.size > 0) && html`<button class="folded" title=${someOf(lines, all)} onClick=${find}>${foldedText(folded)}</button>`}
        </section>`;
    };
  },
};
