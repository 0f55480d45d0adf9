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
  // of people
  here: "People here",
  everybody: "Everybody here",
  you: "You",
  yourName: "Your name",
  yourColour: "Your colour",
  save: "Save",
  whisper: "Whisper",
  follow: "Follow",
  invite: "Invite to a private room",
  newRoom: "New room",
  roomTitle: "What it is called",
  open: "Open",
  talk: "Talk",
  places: "Where to talk",
  notes: "Notes",
  noNotes: "No moment has a note yet. Write a message and pin it to one: everybody sees it on the charts, and it stays.",
  silent: "Nothing was said here yet.",
  silentWhisper: "Only the two of you can read this.",
  message: "Message",
  writeHere: "Write to who is here",
  whisperTo: "Whisper to",
  send: "Send",
  pin: "Pin to a moment",
  pinHint: "Choose the moment: click a chart",
  pinStart: "Where the zoom begins",
  cancel: "Cancel",
  remove: "Remove",
  edit: "Edit",
  edited: "edited",
  takeBack: "Take back",
  sure: "Take it back for everybody?",
  keep: "Keep",
  takenBack: "Taken back",
  quit: "Leave for good",
  join: "Join",
  decline: "No, thanks",
  stop: "Stop",
  backToLive: "Back to live",
  privateRoom: "Private room",
  onlyYou: "Nobody else is in this room now",
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
  ["m", "Talk beside the charts"],
  ["p", "Held: show others where you point"],
  ["Esc", "Back to live, or close"],
  ["?", "These shortcuts"],
];

/** The clock of this place. @param {number} time ms @param {boolean} [seconds] */
export function clockText(time, seconds = false) {
  const date = new Date(time);
  const parts = [date.getHours(), date.getMinutes(), ...(seconds ? [date.getSeconds()] : [])];
  return parts.map((part) => `${part}`.padStart(2, "0")).join(":");
}

/** @param {number} time ms @param {number} now ms */
const ofToday = (time, now) => new Date(time).toDateString() === new Date(now).toDateString();

/** A day between messages. @param {number} time ms @param {number} now ms */
export const dayTitle = (time, now) => (ofToday(time, now) ? "Today" : `${dayText(new Date(time))}, ${new Date(time).getFullYear()}`);

/** A moment, with its day when that is not today. @param {number} time ms @param {number} now ms */
export const momentText = (time, now) => `${ofToday(time, now) ? "" : `${dayText(new Date(time))}, `}${clockText(time, true)}`;

/** A span, to the second when it is short. @param {number} from ms @param {number} to ms @param {number} now ms */
export function spanText(from, to, now) {
  const fine = to - from < 300_000;
  return `${ofToday(from, now) ? "" : `${dayText(new Date(from))}, `}${clockText(from, fine)}–${clockText(to, fine)}`;
}

/** @param {string} span @param {string} title of the metric, or "" */
export const aboutText = (span, title) => `about ${span}${title ? `, ${title}` : ""}`;

/** @param {string} moment */
export const pinnedText = (moment) => `pinned to ${moment}`;

/** A message in few words, without the marks of Markdown. @param {string} text */
export function excerpt(text) {
  const words = text.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/^\s*(?:>|#+ |[-*] )\s*/gm, "").replace(/[*`]+|~~|__/g, "").replace(/\s+/g, " ").trim();
  const letters = [...words];
  return letters.length > EXCERPT ? `${letters.slice(0, EXCERPT - 1).join("")}…` : words;
}
const EXCERPT = 90;

/** @param {string} name */
export const followText = (name) => `Following ${name}`;
/** @param {string} name */
export const followAgain = (name) => `Follow ${name} again`;
/** @param {string} name */
export const leaderGone = (name) => `${name} has left`;
/** @param {string} name @param {string} title */
export const invitedText = (name, title) => `${name} invites you to ${title}`;
/** @param {string} name @param {string} title */
export const invitedDone = (name, title) => `${name} is invited to ${title}`;
/** @param {string} span */
export const lookText = (span) => `All charts at ${span}`;
/** @param {number} count */
export const talkText = (count) => (count ? `${TEXT.talk}, ${count} unread` : TEXT.talk);
/** @param {number} count */
export const letters = (count) => `${count} letters left`;
/** @param {string[]} names */
export const withText = (names) => `With ${names.join(", ")}`;

/** Why something that was to be said was not. @param {string} code @param {string} message of the server, in its words */
export function refusalText(code, message) {
  if (code === "rate_limited") return "That was much at once. Your text is kept: send it again in a few seconds.";
  if (code === "forbidden") return "You are not in this room any more. Your text is kept.";
  if (code === "unavailable") return "The server can't keep messages now. Your text is kept.";
  if (code === "unknown_person") return "Nobody has been here by that name for long.";
  if (code === "unknown_message") return "It was taken back already.";
  return code ? message : "There is no answer from the server. Your text is kept.";
}

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
export const othersThere = (count) => (count === 1 ? "1 other person is there" : `${count} other people are there`);

/** @param {number} count */
export const running = (count) => `${count} collector${count === 1 ? "" : "s"} running`;

/** Since when something is so; of another day than today with that day. @param {number} time ms */
export function sinceText(time) {
  return `since ${ofToday(time, Date.now()) ? "" : `${dayText(new Date(time))}, `}${clockText(time)}`;
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
