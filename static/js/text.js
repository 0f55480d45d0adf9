// What the page says: the words of its language (lang/), and how moments, spans and states are told with them.

import { words } from "./lang/words.js";
import { shownAt } from "./localtime.js";
import { duration, fullDuration } from "./units.js";

export const {
  TEXT, TIME, aboutText, absent, answered, colourText, embedOf, firstOf, foldedText, followAgain, followText,
  framersText, inWords, invitedDone, invitedText, labelled, leaderGone, letters, listed, lookText, menuOf, moreText, noFigure,
  noOldest, noPanel, noneOf, notLoaded, othersThere, pinnedText, refusedOf, rowsText, running, seriesInWords, seriesOf, shareOf, someOf, tableOf, tilesText, unreadIn,
  toText, whisperTo, withKey,
} = words;

/** Windows in seconds, their names and their keys. @type {[number, string, string][]} */
export const WINDOWS = [30, 60, 300, 900, 3600, 21_600, 86_400, 604_800, 2_592_000, Infinity].map((seconds, key) => [
  seconds, seconds === Infinity ? TEXT.everything : lengthText(seconds), `${key}`,
]);

/** @type {[string, string][]} */
export const KEYS = words.keysText(listed(WINDOWS.map(([, name]) => name)));

/** A length of time that is whole in some unit: "1 min", "24 h". @param {number} seconds */
function lengthText(seconds) {
  const { s, min, h, d } = TIME;
  if (seconds > 86_400) return `${seconds / 86_400} ${d}`;
  return seconds < 60 ? `${seconds} ${s}` : seconds < 3600 ? `${seconds / 60} ${min}` : `${seconds / 3600} ${h}`;
}

/** What this language calls what the server has named in English; names of plugins stay. @param {string} name */
export const named = (name) => words.NAMES[name] ?? name;

/** @template {{title: string}} T @param {T} one a metric or family @returns {T} */
export const titled = (one) => (one.title in words.NAMES ? { ...one, title: named(one.title) } : one);

/** A state of a collector. @param {string} state */
export const stateText = (state) => words.STATES[state] ?? state;

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * A day in words, by the clock that is shown. The format knows UTC alone, so that it follows when the clock changes its zone.
 * @param {number} time ms @param {Intl.DateTimeFormatOptions} options
 */
function dateText(time, options) {
  const key = Object.keys(options).join();
  const format = formats.get(key) ?? new Intl.DateTimeFormat(words.LOCALE, { ...options, timeZone: "UTC" });
  formats.set(key, format);
  return format.format(shownAt(time));
}

/** A day on an axis. @param {number} time ms */
export const dayText = (time) => dateText(time, { month: "short", day: "numeric" });

/** The clock that is shown. @param {number} time ms @param {boolean} [seconds] */
export const clockText = (time, seconds = false) => shownAt(time).toISOString().slice(11, seconds ? 19 : 16);

/** The day that a time is of, by the clock that is shown. @param {number} time ms */
export const dayOf = (time) => shownAt(time).toISOString().slice(0, 10);

/** @param {number} time ms */
const yearOf = (time) => dayOf(time).slice(0, 4);

/** @param {number} time ms @param {number} now ms */
const ofToday = (time, now) => dayOf(time) === dayOf(now);

/** A time with its day, when that is not today. @param {string} text of the clock @param {number} time ms @param {number} now ms */
const withDay = (text, time, now) => (ofToday(time, now) ? text : words.onDay(nearDay(time, now), text));

/** A day, with its year when that is not this one. @param {number} time ms @param {number} now ms */
const nearDay = (time, now) => (yearOf(time) === yearOf(now) ? dayText(time) : fullDay(time));

/** @param {number} time ms */
const fullDay = (time) => dateText(time, { month: "short", day: "numeric", year: "numeric" });

/** A day between messages. @param {number} time ms @param {number} now ms */
export const dayTitle = (time, now) => (ofToday(time, now) ? TEXT.today : fullDay(time));

/** A moment, with its day when that is not today. @param {number} time ms @param {number} now ms */
export const momentText = (time, now) => withDay(clockText(time, true), time, now);

/** A span, to the second when it is short; one of whole days is told by these alone. @param {number} from ms @param {number} to ms @param {number} now ms */
export function spanText(from, to, now) {
  const fine = to - from < 300_000;
  const [begin, end] = [clockText(from, fine), clockText(to, fine)];
  if (dayOf(from) === dayOf(to)) return withDay(`${begin}–${end}`, from, now);
  if ([from, to].every((time) => clockText(time, true) === "00:00:00")) return daysText(from, to - 1, now);
  return `${words.onDay(nearDay(from, now), begin)} – ${words.onDay(nearDay(to, now), end)}`;
}

/** Days, with their years where the first one is of another year than this. @param {number} first ms, in the first one @param {number} last ms, in the last one @param {number} now ms */
function daysText(first, last, now) {
  const [firstYear, lastYear, thisYear] = [first, last, now].map(yearOf);
  const end = dayText(last) + (firstYear === thisYear ? "" : ` ${lastYear}`);
  if (dayOf(first) === dayOf(last)) return end;
  return `${dayText(first)}${firstYear === lastYear ? "" : ` ${firstYear}`} – ${end}`;
}

/** What charts can be compared with: seconds before, and what that is called. @type {[number, string][]} */
export const COMPARED = [0, 3600, 86_400, 604_800].map((seconds) => [seconds, seconds ? lengthText(seconds) : TEXT.comparedNothing]);

/** @param {number} seconds */
export const comparedText = (seconds) => words.beforeThat(duration(seconds));

/** What was meant by somebody's words. @param {{window: number} | {from: number, to: number}} meant @param {number} now */
export function meantText(meant, now) {
  if (!("window" in meant)) return words.labelled(spanText(meant.from, meant.to, now), fullDuration((meant.to - meant.from) / 1000));
  return meant.window === Infinity ? TEXT.wholePast : words.lastOf(fullDuration(meant.window));
}

/** Why somebody's words mean nothing. @param {{error: keyof typeof words.UNMEANT, part: string}} unmeant */
export const unmeantText = ({ error, part }) => words.UNMEANT[error](part);

/** Since when something is so. @param {number} time ms */
export const sinceText = (time) => words.sinceWord(withDay(clockText(time), time, Date.now()));

/** Since when nothing has come from the server. @param {number} time ms @param {number} now ms */
export const noDataText = (time, now) => words.noDataWord(momentText(time, now));

/** A message in few words, without the marks of Markdown. @param {string} text */
export function excerpt(text) {
  const bare = text.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/^\s*(?:>|#+ |[-*] )\s*/gm, "").replace(/[*`]+|~~|__/g, "").replace(/\s+/g, " ").trim();
  const signs = [...bare];
  return signs.length > EXCERPT ? `${signs.slice(0, EXCERPT - 1).join("")}…` : bare;
}
const EXCERPT = 90;

/** @param {number} count of messages that one has not read */
export const talkText = (count) => (count ? words.unreadText(count) : TEXT.talk);
/** @param {string[]} names */
export const withText = (names) => words.withNames(listed(names));

/** Why something that was to be said was not. @param {string} code @param {string} message of the server, in its words */
export const refusalText = (code, message) => words.REFUSALS[code] ?? (code ? message : TEXT.noAnswer);

/** @param {number} seconds */
export const behind = (seconds) => words.behindBy(duration(seconds));

/** @param {number} seconds */
export const stale = (seconds) => words.silentFor(duration(seconds));

/** In what trouble a collector is, and how old its newest sample is. @param {string} state @param {number} seconds 0 when it is not old */
export const ailing = (state, seconds) => (seconds > 0 ? `${stateText(state)} · ${duration(seconds)}` : stateText(state));

/**
 * What is to be said of the samples that a zoom shows.
 * @param {{step: import("./zoom.js").Step, tier: string}} zoom
 */
export function finerOf({ step, tier }) {
  if (step === "asking") return TEXT.zoomAsking;
  if (step === "failed") return TEXT.zoomFailed;
  return tier === "minute" ? TEXT.minuteMeans : tier === "hour" ? TEXT.hourMeans : "";
}

/**
 * Why a collector is in its state, without the path of its file, which the name says already.
 * @param {import("./types.js").CollectorState} collector
 */
export function reasonOf({ reason, origin, state }) {
  return (reason.startsWith(origin) ? reason.slice(origin.length).replace(/^[,:]\s*/, "") : reason) || stateText(state);
}

/** @param {number} ms */
export const msText = (ms) => `${Math.max(1, Math.round(ms))} ${TIME.ms}`;
/** @param {number} half ms @param {number} most ms */
export const delayText = (half, most) => words.delayText(msText(half), msText(most));

/**
 * What the badge in the bar says.
 * @param {import("./connection.js").Status} status
 * @param {boolean} paused
 * @param {number} now ms
 * @returns {{kind: "good" | "warn" | "bad" | "idle", text: string, extra: string}}
 */
export function badge({ phase, since, latency }, paused, now) {
  if (phase === "signed_out") return { kind: "bad", text: TEXT.signedOut, extra: "" };
  if (phase === "other_version") return { kind: "warn", text: TEXT.otherVersion, extra: "" };
  if (phase === "reconnecting") return { kind: "warn", text: TEXT.reconnecting, extra: duration((now - since) / 1000) };
  if (phase === "connecting") return { kind: "idle", text: TEXT.connecting, extra: "" };
  if (paused) return { kind: "idle", text: TEXT.paused, extra: "" };
  const trip = Number.isFinite(latency) ? msText(latency) : "";
  return { kind: "good", text: TEXT.live, extra: trip };
}
