// Joins the parts of the page: connection, store, frames, figures and state, and the things one can do to them.

import { computed, inject, shallowRef } from "../vendor/vue.runtime.esm-browser.prod.js";
import { Address } from "./address.js";
import { makeBoards } from "./board/boards.js";
import { WORDS } from "./board/words.js";
import { inkOn } from "./colours.js";
import { Connection } from "./connection.js";
import { Figures, fetching } from "./figures.js";
import { Frames } from "./frame.js";
import { Head } from "./head.js";
import { present } from "./layout.js";
import { showUtc } from "./localtime.js";
import { greeted, told } from "./notices.js";
import { Returning, shapeOf } from "./returning.js";
import { reveal } from "./reveal.js";
import { ownActions } from "./out/actions.js";
import { Panels } from "./out/panels.js";
import { Picks } from "./out/picks.js";
import { around } from "./people/moments.js";
import { makeTogether } from "./people/together.js";
import { makeState, saved } from "./state.js";
import { Spans } from "./spans.js";
import { Store } from "./store.js";
import { Sight } from "./sight.js";
import { showing } from "./ticket.js";
import { excerpt, noOldest, titled, unreadIn } from "./text.js";
import { timeActions } from "./time/actions.js";
import { Cross } from "./time/cross.js";
import { Everything } from "./time/everything.js";
import { holdTime } from "./time/held.js";
import { Looking } from "./time/looking.js";
import { Units } from "./units.js";
import { Delays } from "./live/delays.js";

/** @typedef {import("./types.js").Boot} Boot */
/** @typedef {ReturnType<typeof makeApp>} App */

/** ms; a connection that is away for less is back before anybody has read that. */
const AWAY_AFTER = 10_000;

/** @returns {App} the parts, in a component */
export const useApp = () => inject("app");

/**
 * @param {Boot} boot
 * @param {string} base address of the static files
 */
export function makeApp(boot, base) {
  const store = new Store();
  const frames = new Frames();
  const ticket = boot.embed?.ticket ?? "";
  const connection = new Connection({
    store, ticket, base: boot.base, version: boot.version, otherVersion: () => reloadOnce(boot.version),
  });
  const { state, metrics, collectors } = makeState(boot, connection.status);
  const figures = new Figures(boot.figures, boot.base, fetching(showing(ticket)));
  const address = new Address();
  address.unread = (key, said) => void (state.notice = { level: "warning", text: unreadIn(`${key}=${said}`) });
  const { subscriptions } = connection;
  subscriptions.window = state.window;

  connection.on("status", (status) => void (state.status = status));
  connection.on("notice", (notice) => {
    if (notice.topic) state.standing = told(state.standing, notice);
    else state.notice = notice;
  });
  connection.on("notices", (notices) => void (state.standing = greeted(state.standing, notices)));
  const metricsOf = new Returning(metrics, (metric) => metric.name);
  const collectorsOf = new Returning(collectors, (one) => one.collector);
  connection.on("catalog", (/** @type {import("./types.js").Change & {whole?: boolean}} */ change) => {
    const changed = change.metrics.map(titled);
    for (const metric of changed) {
      const before = metrics.value.get(metric.name);
      if (!before || shapeOf(before) !== shapeOf(metric)) figures.forget(metric.name);
    }
    metricsOf.take(changed, change.gone, change.whole);
    collectorsOf.take(change.collectors, change.gone_collectors, change.whole);
  });

  const ends = new Head(store, { ready: () => connection.greeted, turn: () => subscriptions.turns, now: () => connection.serverNow() });
  /** The newest time that there is: every chart ends there. */
  const head = () => ends.at();

  /** @type {Set<() => void>} */
  const sliders = new Set();

  const shown = computed(() => present(metrics.value.values(), collectors.value));

  /** @param {number} seconds Infinity for everything @param {boolean} [keep] whether it is this page's from now on */
  const setWindow = (seconds, keep = true) => {
    if (!keep) address.settle();
    if (seconds === Infinity) {
      state.all = true;
      everything.show();
      return;
    }
    everything.leave();
    // Whoever chooses a window wants to see it.
    Object.assign(state, { window: seconds, all: false, look: null });
    if (keep) saved.set("window", String(seconds));
    subscriptions.setWindow(seconds);
    frames.markAll();
  };

  const everything = new Everything({
    base: boot.base, head: () => head() || Date.now(), ...(ticket ? { get: showing(ticket), metrics: boot.embed?.metrics ?? [] } : {}),
    show: (seconds) => {
      Object.assign(state, { window: seconds, look: null });
      subscriptions.setWindow(seconds);
      frames.markAll();
    },
    failed: (why) => Object.assign(state, { all: false, notice: { level: "warning", text: noOldest(why) } }),
  });

  /** @param {boolean} utc whose clock is shown @param {boolean} [keep] */
  const setClock = (utc, keep = true) => {
    showUtc(utc);
    state.utc = utc;
    if (keep) saved.set("tz", utc ? "utc" : "local");
    frames.markAll();
  };
  showUtc(state.utc);

  /** @param {boolean} counted whether legends tell more than the value */
  const setCounted = (counted) => {
    state.counted = counted;
    saved.set("counted", counted ? "yes" : "no");
  };

  /** @param {boolean} linked whether all charts move together */
  const setLinked = (linked) => {
    state.linked = linked;
    saved.set("linked", linked ? "yes" : "no");
  };

  /** @param {boolean} brush whether the strip of a longer past is below the charts */
  const setBrush = (brush) => {
    state.brush = brush;
    saved.set("brush", brush ? "yes" : "no");
  };

  /** @param {number} seconds what was so long before is drawn, too; 0 for nothing */
  const setCompare = (seconds) => {
    state.compare = seconds;
    frames.markAll();
  };

  /** The span that live charts show. */
  const span = () => {
    const to = state.pausedAt || head();
    return { from: to - state.window * 1000, to };
  };
  const looking = new Looking({ state, address, head, live: span });
  holdTime({ state, address, setWindow, setClock });

  /** @param {number} pausedAt ms, 0 to go on */
  const setPaused = (pausedAt) => {
    state.pausedAt = pausedAt;
    frames.markAll();
  };

  const boards = makeBoards({
    boot, state, metrics, present: shown, connection, address, setWindow, all: WORDS.all, ownWindow: () => Number(saved.get("window")) || 300,
  });

  /**
   * Go to a dashboard without loading the page again.
   * @param {string} slug
   * @param {{anchor?: string, only?: import("./board/offered.js").Only | null}} [where] a chart, or one thing of a family
   */
  const open = (slug, { anchor = "", only = null } = {}) => boards.leaving(() => {
    address.open(`${boot.base}/d/${slug}${anchor ? `#${anchor}` : ""}`);
    Object.assign(state, { slug, menu: false, search: "", look: null, zoomed: null });
    boards.narrow(only);
    if (!anchor) scrollTo(0, 0);
  });

  const together = makeTogether({ rooms: boot.people, state, connection, open, setWindow, setPaused });

  /** How a person is painted: their colour in this theme, and what can be read on it. @param {number} colour */
  const paint = (colour) => {
    const palette = boot.templates[state.theme]["layout"].colorway;
    const own = palette[colour % palette.length];
    return { own, ink: inkOn(own) };
  };

  /** @type {{readonly value: import("./marks.js").Pin[]}} what people have pinned to moments, as charts show it */
  const pins = computed(() => together.pins().map(({ id, pin, from, text }) => {
    const { name, colour } = together.people.known[from.id] ?? from;
    const { own, ink } = paint(colour);
    return { id, at: /** @type {number} */ (pin), colour: own, ink, author: name, text: excerpt(text) };
  }));

  const app = {
    address, boards, shown, setWindow, setPaused, open, together, paint, pins,
    boot, base, head, store, frames, connection, subscriptions, figures, state, metrics, collectors,
    units: new Units(boot.units),
    spans: new Spans(boot.base, ticket ? { get: showing(ticket) } : {}),
    delays: new Delays(() => connection.serverNow()),
    sight: new Sight(),
    panels: new Panels(),
    picks: new Picks(),
    /** What lies over the page and belongs to a panel. @type {{value: {component: object, panel: import("./out/panels.js").Held} | null}} */
    sheet: shallowRef(null),
    /** What a wall shows above its charts; null where the page is none. @type {{value: {Head: object} | null}} */
    kiosk: shallowRef(null),
    /** What can be done with a panel, in the order of its menu. @type {import("./out/panels.js").Action[]} */
    panelActions: [],

    span, looking, setClock, setLinked, setCounted, setCompare, setBrush,
    cross: new Cross(),

    /** Once a second, for charts that have to move on without samples of their own. @param {() => void} listener */
    onSlide(listener) {
      sliders.add(listener);
      return () => void sliders.delete(listener);
    },

    /** Once a second. */
    tick() {
      state.now = Date.now();
      if (state.pausedAt) return;
      if (state.all) everything.grow(state.window);
      for (const listener of sliders) listener();
    },

    /** Since when the server has sent nothing, ms, because the connection is away; NaN while all is well, or was away for a moment. */
    silentSince() {
      const newest = connection.greeted ? NaN : store.head();
      // `now` makes this run once a second.
      return state.now - Date.now() + connection.serverNow() - newest >= AWAY_AFTER ? newest : NaN;
    },

    /** @param {import("./types.js").Theme} theme */
    setTheme(theme) {
      state.theme = theme;
      document.documentElement.dataset["theme"] = theme;
      saved.set("theme", theme);
      frames.markAll();
    },

    /** The system's theme has changed; a choice made here goes before it. @param {boolean} light */
    followTheme(light) {
      if (saved.get("theme")) return;
      state.theme = light ? "light" : "dark";
      document.documentElement.dataset["theme"] = state.theme;
      frames.markAll();
    },

    togglePause() {
      setPaused(state.pausedAt ? 0 : head() || Date.now());
    },

    /** Let all charts look at a moment, and what is around it as far as there is anything. @param {{at: number, exact: boolean}} moment */
    lookAt(moment) {
      const { from, to, at } = around(moment);
      state.look = { from, to: Math.max(at + 1_000, Math.min(to, head())), at };
    },

    /** Show a chart of this dashboard, or of the one that has it. @param {string} name */
    goTo(name) {
      const metric = metrics.value.get(name);
      if (!reveal(name) && metric) open(metric.family, { anchor: name });
    },
  };
  app.panelActions.push(...ownActions(app), ...timeActions(state));
  address.register("panel", { local: true, read: () => state.full, write: (said) => void (state.full = said ?? "") });
  for (const kind of /** @type {const} */ (["hidden", "pinned"])) {
    address.register(kind, { local: true, read: () => app.picks.read(kind), write: (said) => app.picks.write(kind, said) });
  }
  return app;
}

/** The server's files are others than this page's. Once is enough: a proxy may go on serving the old page. @param {string} version */
function reloadOnce(version) {
  try {
    if (sessionStorage.getItem("plotroom.reloaded") === version) return;
    sessionStorage.setItem("plotroom.reloaded", version);
  } catch {
    return;
  }
  location.reload();
}
