// Joins the page with its people: what is asked and told, what is shown of others, and what others are shown.

import { nextTick, watch } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { later } from "../later.js";
import { MOST, saved } from "../state.js";
import { Event, ROOMS } from "../wire.js";
import { Follow } from "./follow.js";
import { Lead } from "./lead.js";
import { Line } from "./line.js";
import { pinned } from "./messages.js";
import { shownSpan } from "./moments.js";
import { People } from "./people.js";
import { makePeopleState } from "./state.js";

/** @typedef {import("./follow.js").View} View */
/**
 * @typedef {object} Look all charts, or one, at a span, ms
 * @property {number} from
 * @property {number} to
 * @property {number} [at] the moment it is about
 * @property {string} [metric]
 * @property {boolean} [hand] somebody has moved the charts there, or chosen the span
 * @property {boolean} [moving] and still does
 */

/** In which tab whom one follows, so that loading the page again does not end it. */
const FOLLOWED = "plotroom.follow";

/**
 * @param {object} page
 * @param {boolean} page.rooms whether this server has any
 * @param {import("../state.js").State} page.state
 * @param {import("../connection.js").Connection} page.connection
 * @param {(slug: string) => void} page.open
 * @param {(seconds: number, keep?: boolean) => void} page.setWindow
 * @param {(pausedAt: number) => void} page.setPaused
 */
export function makeTogether({ rooms, state, connection, open, setWindow, setPaused }) {
  const people = makePeopleState(saved);
  if (!rooms) people.phase = "none";

  /** Where one's own mouse is, and that of who is followed. */
  const pointing = {
    own: /** @type {{crosshair?: number, pointer?: {metric: string, t: number, y: number}}} */ ({}),
    theirs: /** @type {{crosshair?: number | undefined, pointer?: View["pointer"]}} */ ({}),
  };
  /** @type {Set<() => void>} */
  const listeners = new Set();
  /** Whether it is by following that one goes to another dashboard. */
  let led = false;

  const talk = new People({
    state: people, saved,
    ask: (event, payload) => line.ask(event, payload),
    present: (all) => {
      follow.present(all);
      lead.changed();
    },
    viewed: ({ room, from, view }) => void (room === people.room && follow.view({ from, view })),
  });

  const line = new Line(rooms ? connection.share(ROOMS, (give) => give(talk.auth())) : null, {
    told: (event, payload) => {
      if (event === Event.WELCOME) {
        follow.reset();
        lead.reset();
      }
      talk.told(event, payload);
    },
    ended: () => {
      talk.lost();
      follow.reset();
    },
  });

  const follow = new Follow({
    later,
    ask: (person) => line.ask(Event.FOLLOW, { room: people.room, person }),
    apply,
    changed: (step, who) => {
      Object.assign(people, { step, leader: who });
      remember(step === "following" ? JSON.stringify(who) : null);
      if (step !== "following") point({});
    },
  });

  const lead = new Lead({
    later,
    now: () => performance.now(),
    alone: () => people.phase !== "here" || (people.present[people.room] ?? []).length < 2,
    look: () => {
      const span = state.zoomed ?? state.look;
      return {
        window: state.window,
        ...(span ? { span: /** @type {[number, number]} */ ([span.from, span.to]) } : {}),
        ...(span?.metric ? { metric: span.metric } : {}),
        ...(state.pausedAt ? { paused: state.pausedAt } : {}),
        ...pointing.own,
      };
    },
    send: (view) => line.ask(Event.VIEW, { room: people.room, view }),
  });

  /** Look at what they look at. @param {View} view */
  function apply({ slug, window, paused = 0, span, metric, crosshair, pointer }) {
    if (slug && slug !== state.slug) {
      led = true;
      open(slug);
      return;
    }
    if (window !== undefined && window !== state.window && window >= 1 && window <= MOST) setWindow(window, false);
    if (paused !== state.pausedAt) setPaused(paused);
    const shown = shownSpan(span);
    const [from, to] = shown ?? [0, 0];
    const { look } = state;
    state.zoomed = null;
    if (!shown) state.look = null;
    else if (look?.from !== from || look.to !== to || look.metric !== metric) state.look = { from, to, hand: true, ...(metric ? { metric } : {}) };
    point({ crosshair, pointer });
  }

  /** @param {typeof pointing["theirs"]} theirs */
  function point(theirs) {
    pointing.theirs = theirs;
    for (const listener of listeners) listener();
  }

  /** Open or close the talk, and be where one goes on. @param {boolean} shown */
  function showTalk(shown) {
    people.open = shown;
    saved.set("talk", shown ? "open" : "closed");
    // On a touch screen the composer would bring up a keyboard over what one wants to read.
    const place = matchMedia("(pointer: coarse)").matches ? "said" : "composer";
    if (shown) nextTick().then(() => document.getElementById(place)?.focus({ preventScroll: true }));
    else document.getElementById("talk")?.focus({ preventScroll: true });
  }

  talk.enter(state.slug);
  const leader = remembered();
  if (leader) follow.resume(leader);
  watch(() => state.slug, (slug) => {
    if (!led) follow.touched();
    led = false;
    lead.went(slug);
    follow.reset();
    talk.enter(slug);
  });
  watch(() => [state.window, state.look, state.zoomed, state.pausedAt], () => lead.changed());

  return {
    people, talk, follow, pointing,

    /** Messages that are drawn on the charts of this dashboard. */
    pins: () => pinned(people.messages[people.room] ?? []),

    /** The mouse of who is followed has moved. @param {() => void} listener */
    onPointing(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },

    /** One's own mouse is there, or nowhere. @param {typeof pointing["own"]} own */
    show(own) {
      pointing.own = own;
      lead.changed();
    },

    showTalk,

    /** Talk there. @param {string} place */
    talkIn(place) {
      Object.assign(people, { place, card: "" });
      showTalk(true);
    },

    /** Read a message that is pinned to a chart. @param {number} id */
    read(id) {
      Object.assign(people, { place: people.room, reading: id });
      showTalk(true);
    },
  };
}

/** The element that shows a message. @param {number} id */
export const messageId = (id) => `message-${id}`;

/** @param {string | null} text */
function remember(text) {
  try {
    if (text === null) sessionStorage.removeItem(FOLLOWED);
    else sessionStorage.setItem(FOLLOWED, text);
  } catch {
    // Then it ends with this page.
  }
}

/** @returns {import("./messages.js").Person | null} */
function remembered() {
  try {
    const found = JSON.parse(sessionStorage.getItem(FOLLOWED) ?? "null");
    return typeof found?.id === "string" && typeof found.name === "string" ? found : null;
  } catch {
    return null;
  }
}
