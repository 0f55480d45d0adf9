// Every sentence that the page says about itself.

import { duration } from "./units.js";

export const TEXT = Object.freeze({
  brand: "Plotroom",
  madeForYou: "Made for you",
  overview: "Overview",
  search: "Find a metric",
  menu: "Menu",
  close: "Close",
  fold: "Fold away",
  unfold: "Folded away",
  pause: "Pause",
  goOn: "Go on",
  window: "Span of time",
  toLight: "Light theme",
  toDark: "Dark theme",
  help: "Keyboard shortcuts",
  skip: "Skip to the charts",
  families: "Dashboards",
  nothing: "No collector has offered a metric yet.",
  nothingHint: "Put a Python file with a @metric function into the plugins folder, and its chart appears here.",
  noMatch: "No metric has that in its name.",
  waiting: "Waiting for the first sample",
  loading: "Loading",
  gone: "Its collector is not there now",
  tooMany: "More metrics are open than the server allows at once.",
  noDashboard: "There is no such dashboard",
  noDashboardHint: "It may be of a plugin that does not run now; it appears as soon as its first metric does.",
  toOverview: "Go to the overview",
  otherVersion: "The server has been updated",
  reload: "Reload",
  signedOut: "You are signed out",
  signIn: "Sign in",
  more: "more",
  fewer: "Fewer",
  collectors: "Collectors",
  noCollectors: "no collectors",
  failed: "This chart can't be drawn",
});

/** Names of the windows, in seconds; their keys are their places. @type {[number, string][]} */
export const WINDOWS = [
  [60, "1 min"], [300, "5 min"], [900, "15 min"], [3600, "1 h"], [21_600, "6 h"], [86_400, "24 h"], [604_800, "7 d"], [2_592_000, "30 d"],
];

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A day on an axis. @param {Date} date */
export const dayText = (date) => `${MONTHS[date.getMonth()]} ${date.getDate()}`;

/** @type {[string, string][]} */
export const KEYS = [
  ["Space", "Pause or go on"],
  ["/", "Find a metric"],
  ["1 – 8", `Span of time: ${WINDOWS.map(([, name]) => name).join(", ")}`],
  ["t", "Dark or light"],
  ["c", "Collectors and their states"],
  ["Esc", "Back to live, or close"],
  ["?", "These shortcuts"],
];

/** @param {number} seconds */
export const behind = (seconds) => `${duration(seconds)} behind: catch up`;

/**
 * What is to be said of the samples that a zoom shows.
 * @param {{step: import("./zoom.js").Step, tier: string}} zoom
 */
export function finerOf({ step, tier }) {
  if (step === "asking") return "loading its samples";
  if (step === "failed") return "finer samples could not be loaded";
  return tier === "minute" ? "means of minutes" : tier === "hour" ? "means of hours" : "";
}

/** @param {number} seconds */
export const stale = (seconds) => `no sample for ${duration(seconds)}`;

/**
 * Why a collector is in its state, without the path of its file, which the name says already.
 * @param {import("./types.js").CollectorState} collector
 */
export function reasonOf({ reason, origin, state }) {
  return (reason.startsWith(origin) ? reason.slice(origin.length).replace(/^[,:]\s*/, "") : reason) || state;
}

/** @param {number} drawn @param {number} all */
export const someOf = (drawn, all) => `The ${drawn} largest of ${all} series are drawn`;

/** @param {number} count */
export const refusedOf = (count) => `${count} more series ${count === 1 ? "was" : "were"} refused: the limit is history.max_series`;

/** @param {number} count */
export const absent = (count) => `${count} not available here`;

/** @param {number} count */
export const running = (count) => `${count} collector${count === 1 ? "" : "s"} running`;

/** Since when something is so; of another day than today with that day. @param {number} time ms */
export function sinceText(time) {
  const [date, now] = [new Date(time), new Date()];
  const clock = `${date.getHours()}`.padStart(2, "0") + `:${date.getMinutes()}`.padStart(2, "0");
  return `since ${date.toDateString() === now.toDateString() ? "" : `${dayText(date)}, `}${clock}`;
}

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
  if (phase === "reconnecting") return { kind: "warn", text: "Reconnecting", extra: duration((now - since) / 1000) };
  if (phase === "connecting") return { kind: "idle", text: "Connecting", extra: "" };
  if (paused) return { kind: "idle", text: "Paused", extra: "" };
  const trip = Number.isFinite(latency) ? `${Math.max(1, Math.round(latency))} ms` : "";
  return { kind: "good", text: "Live", extra: trip };
}
