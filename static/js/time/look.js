// Where one chart looks: at what comes in, or at a span that a hand, the page or its address asks for, with the samples of that.

import { computed, onBeforeUnmount, onMounted, ref, shallowRef, watch } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { panelId } from "../spec.js";
import { finerOf } from "../text.js";
import { Zoom } from "../zoom.js";
import { handsOn } from "./hands.js";
import { Past } from "./past.js";

/** @typedef {import("./gestures.js").Span} Span */

/** ms between two tellings of what a hand moves: it is read more slowly than it is moved. */
const TOLD_EVERY = 250;
/** ms for which the old picture stays where nothing is here of a span: longer it would be taken for the new one. */
const STAYS = 2_000;

/**
 * @param {{metric: import("../types.js").Metric, spec?: import("../types.js").Spec | null}} props of the panel
 * @param {object} parts
 * @param {() => import("../chart.js").Chart | null} parts.chart
 * @param {{value: HTMLElement | null}} parts.plot in which that is drawn; hands are at what is around it
 * @param {() => void} parts.redraw something else is to be seen
 */
export function useLook(props, { chart, plot, redraw }) {
  const { state, looking, cross, together, store, spans, span: live } = useApp();
  const id = panelId(props.metric, props.spec);
  /** What it shows that is not what comes in: up to when, and what is to be said of its samples. */
  const zoom = shallowRef(/** @type {{to: number, word: string, reason: string} | null} */ (null));
  /** Whether where it looks is told above all charts. */
  const elsewhere = ref(false);
  /** Seconds: what was so long before is drawn, too; 0 for nothing. */
  const compared = computed(() => state.compared[id] ?? props.spec?.compare ?? state.compare);
  let zoomed = zooming();
  let past = pastOf();
  /** @type {Span | null} it stands still while something is selected in it */
  let holding = null;
  /** Whether a hand is moving it. */
  let moving = false;
  /** Whether it looks where the page was asked to. */
  let looks = false;
  let toldAt = -Infinity;
  /** When a span was chosen, and until when the picture of the one before stays. */
  let choseAt = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let staying;
  /** @type {(() => void)[]} */
  const undo = [];

  function samples() {
    const { name, every } = props.metric;
    return { metric: name, every: every * 1000, spans, live: () => store.ring(name) };
  }

  function zooming() {
    return new Zoom({ ...samples(), changed: follow });
  }

  function pastOf() {
    return new Past({ ...samples(), changed: redraw });
  }

  /** Tell what the zoom is about, and draw it. */
  function follow() {
    const { span, reason } = zoomed;
    const now = performance.now();
    if (!moving || !span || !zoom.value || now - toldAt >= TOLD_EVERY) {
      toldAt = now;
      zoom.value = span && { to: span.to, word: finerOf(zoomed), reason };
    }
    redraw();
  }

  /** What it is to show. */
  const span = () => chart()?.zoom ?? live();
  /** The same, and it stands still while something is selected in it. */
  const seen = () => chart()?.zoom ?? holding ?? live();

  /** It is to show a span, or what comes in. @param {Span | null} there @param {boolean} [moves] whether it goes on moving */
  function lookAt(there, moves = false) {
    moving = moves;
    if (there) chart()?.look(there);
    else chart()?.catchUp();
  }

  /** Look where this page is asked to: all charts, or this one. */
  function asAsked() {
    const asked = state.look?.metric && state.look.metric !== props.metric.name ? null : state.look;
    if (!asked && looks) lookAt(null);
    looks = asked !== null;
    elsewhere.value = asked !== null && !asked.metric && !asked.hand;
    if (asked) lookAt({ from: asked.from, to: asked.to }, asked.moving);
  }

  const back = () => looking.back(id);

  function end() {
    zoomed.end();
    past.end();
  }

  onMounted(() => {
    undo.push(looking.add(id, { metric: props.metric.name, span, look: lookAt, away: () => Boolean(chart()?.zoom) }));
    undo.push(handsOn(/** @type {HTMLElement} */ (plot.value?.parentElement), {
      area: () => chart()?.area ?? null,
      free: () => !together.people.picking,
      move: (there) => looking.move(id, there),
      rest: () => looking.rest(id),
      mark: (there) => {
        holding = there && (holding ?? chart()?.area ?? null);
        cross.mark(there);
        if (!there) redraw();
      },
      select: (there) => looking.choose(id, there),
      tap: (at) => cross.show(at),
      back,
    }));
  });
  onBeforeUnmount(() => {
    for (const one of undo) one();
    clearTimeout(staying);
    end();
  });
  // Whoever chooses a window wants to see it.
  watch(() => state.window, () => zoom.value && !state.look && back());
  watch(() => state.look, asAsked);
  watch(compared, () => {
    past.end();
    redraw();
  });

  return {
    zoom, elsewhere, compared, span, seen, asAsked, back,
    get moving() {
      return moving;
    },
    /** The samples to draw. */
    get ring() {
      return zoomed.ring;
    },
    /** Whether no more samples of that are to come. */
    get complete() {
      return !zoomed.step;
    },
    /** Whether there is nothing to compare with. */
    get alone() {
      return compared.value > 0 && past.none;
    },

    /** What was some time before, as far as it is there; asks for what is missing. @returns {import("../earlier.js").Earlier | null} */
    earlier() {
      const here = chart();
      return here && !here.kind.flat ? past.before(seen(), compared.value, here.inner) : null;
    },

    /** Whether the old picture is still to be seen: of the span that was chosen nothing is here, but it was asked for. */
    stays() {
      return Boolean(chart()?.plot.drawn) && !moving && zoomed.bare && performance.now() - choseAt < STAYS;
    },

    /** The chart is to show a span now, or what comes in. @param {Span | null} there */
    follow(there) {
      const width = chart()?.inner ?? 0;
      if (!there) zoomed.end();
      else if (moving) zoomed.glide(there, width);
      else {
        choseAt = performance.now();
        zoomed.to(there, width);
        clearTimeout(staying);
        if (zoomed.bare) staying = setTimeout(redraw, STAYS);
      }
      follow();
    },

    /** Another chart is about to be built, perhaps of another metric. */
    begin() {
      end();
      zoomed = zooming();
      past = pastOf();
      zoom.value = null;
      looks = false;
    },
  };
}
