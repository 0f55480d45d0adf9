// What the page knows of people, and what somebody has chosen about them; small values, as in ../state.js.

import { reactive } from "../../vendor/vue.runtime.esm-browser.prod.js";

/** @typedef {import("./messages.js").Person} Person */
/** @typedef {import("./messages.js").Message} Message */
/** @typedef {import("./messages.js").Whisper} Whisper */
/** @typedef {{room: string, title: string}} PrivateRoom */

/**
 * @typedef {object} PeopleState
 * @property {"" | "here" | "away" | "none"} phase `away` while the line is lost, `none` on a server without rooms
 * @property {Person | null} you
 * @property {string} room that of the dashboard
 * @property {PrivateRoom[]} rooms private ones that one is in
 * @property {(PrivateRoom & {from: Person})[]} invites
 * @property {Record<string, Person[]>} present who is in which room
 * @property {Record<string, number>} crowd how many are in the rooms of dashboards
 * @property {Record<string, Person>} known everybody by id, as they are called now
 * @property {Record<string, Message[]>} messages by room
 * @property {Record<string, Whisper[]>} whispers by the other person
 * @property {Record<string, number>} read id of the last message that was seen, by place
 * @property {boolean} open whether the talk is shown
 * @property {string} place which talk: a room, `whisper:` and a person, or `notes`
 * @property {string} card id of the person whose card is open, or ""
 * @property {number} reading id of a message that is to be shown, 0 for the newest
 * @property {boolean} picking whether the next click on a chart chooses a moment
 * @property {number | null} picked the moment that was chosen
 * @property {import("./follow.js").Step} step how one follows
 * @property {Person | null} leader whom one follows, or did
 */

/** Storage that lasts, or this page's memory where it is refused. @typedef {{get: (key: string) => string | null, set: (key: string, value: string) => void}} Saved */

/** @param {Saved} saved @returns {PeopleState} */
export function makePeopleState(saved) {
  /** @type {PeopleState} */
  const initial = {
    phase: "",
    you: null,
    room: "",
    rooms: [],
    invites: [],
    present: {},
    crowd: {},
    known: {},
    messages: {},
    whispers: sentOf(saved.get("sent")),
    read: readOf(saved.get("read")),
    open: saved.get("talk") === "open",
    place: "",
    card: "",
    reading: 0,
    picking: false,
    picked: null,
    step: "",
    leader: null,
  };
  return reactive(initial);
}

/** @param {string | null} text @returns {Record<string, number>} */
export function readOf(text) {
  try {
    const found = JSON.parse(text ?? "{}");
    return Object.fromEntries(Object.entries(found).filter(([, id]) => typeof id === "number"));
  } catch {
    return {};
  }
}

/**
 * What one has whispered oneself. The server gives it to the other one alone, so that a browser keeps its own half.
 * @param {string | null} text
 * @returns {Record<string, Whisper[]>} by the other person
 */
export function sentOf(text) {
  /** @type {Record<string, Whisper[]>} */
  const found = {};
  try {
    for (const one of JSON.parse(text ?? "[]")) {
      if (typeof one.to === "string" && typeof one.text === "string" && typeof one.from?.name === "string") (found[one.to] ??= []).push(one);
    }
  } catch {
    // Then there is none.
  }
  return found;
}

/** The place of what one whispers with somebody. @param {string} id */
export const whisperPlace = (id) => `whisper:${id}`;

/** With whom one whispers there; "" where it is a room. @param {string} place */
export const whisperOf = (place) => (place.startsWith("whisper:") ? place.slice(8) : "");
