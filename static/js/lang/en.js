// Everything that the page says of itself, in English. zh.js says the same in Chinese; a test compares them.

/** As Intl knows it. @type {string} */
export const LOCALE = "en";

export const TEXT = {
  brand: "Plotroom",
  language: "Language",
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
  nothing: "No collector has offered a metric yet",
  nothingHint: "Put a Python file with a @metric function into the plugins folder, and its chart appears here.",
  noMatch: "No metric has that in its name.",
  waiting: "Waiting for the first sample",
  noSample: "No data in this span of time",
  noneMeant: "No series is as it was chosen",
  noneThen: "no data",
  newest: "latest values",
  gone: "Its collector is not there now",
  tooMany: "More metrics are open than the server allows at once.",
  noDashboard: "There is no such dashboard",
  noDashboardHint: "It may be of a plugin that does not run now, and appears as soon as its first metric does; or it was removed: where a new one is made, it can be brought back.",
  noneOfHint: "No metric has told of it lately. It appears as soon as one does.",
  toOverview: "Go to the overview",
  otherVersion: "The server has been updated",
  reload: "Reload",
  signedOut: "You are signed out",
  signIn: "Sign in",
  connecting: "Connecting",
  reconnecting: "Reconnecting",
  paused: "Paused",
  live: "Live",
  today: "Today",
  fewer: "Fewer",
  noCollectors: "no collectors",
  charts: "Charts",
  failed: "This chart can't be drawn",
  zoomAsking: "loading its samples",
  zoomFailed: "finer samples could not be loaded",
  minuteMeans: "means of minutes",
  hourMeans: "means of hours",
  // the collectors and their states
  collectors: "Collectors",
  name: "Name",
  state: "State",
  every: "Every",
  takes: "Takes",
  samples: "Samples",
  errors: "Errors",
  restarts: "Restarts",
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
  writeHere: "Write to who is here",
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
  quit: "Leave for good",
  join: "Join",
  decline: "No, thanks",
  stop: "Stop",
  backToLive: "Back to live",
  privateRoom: "Private room",
  onlyYou: "Nobody else is in this room now",
  noAnswer: "There is no answer from the server. Your text is kept.",
  // of time
  everything: "everything",
  spanTitle: "From when to when",
  spanExample: "last 15 min, yesterday, 09:00-10:30",
  spanHint: "Such as: last 2 hours, monday, 09:00-10:30, 2026-11-01 to 2026-11-03, or times in ISO 8601",
  suggested: ["Last 30 s", "Today", "Yesterday", "This week", "Last week", "Everything"],
  wholePast: "Everything that is stored",
  compareWith: "Compare with",
  comparedNothing: "nothing",
  compareNoMore: "Compare no more",
  clock: "Clock",
  localClock: "local",
  utcClock: "UTC",
  moved: "Charts move",
  movedAll: "together",
  movedOne: "each alone",
  linked: "Charts move together",
  unlinked: "Each chart moves alone",
  stats: ["min", "mean", "max"],
  longer: "Longer past",
  longerShown: "below the charts",
  longerHidden: "hidden",
  hideLonger: "Hide the longer past",
  shownSpan: "What is shown",
  shownFrom: "Shown from",
  shownTo: "Shown to",
  // what stands on keys
  spaceKey: "space",
  enterKey: "enter",
  escapeKey: "esc",
  // of what leaves the page
  panelMenu: "What can be done with it",
  fullScreen: "Full screen",
  smaller: "Back to the dashboard",
  viewData: "View data",
  savePng: "Save as PNG",
  saveSvg: "Save as SVG",
  saveCsv: "Save data as CSV",
  copyLink: "Copy link to this panel",
  copied: "Copied",
  copy: "Copy",
  embedKey: "The key in this address opens what this one panel shows, with its past and with any values of variables, to whoever has it, until the server gets a new token.",
  noFramers: "No page may show it yet. Whoever runs this Plotroom names the pages that may in the setting embed_origins.",
  light: "Light",
  dark: "Dark",
  themeOfReader: "As the reader's",
  theme: "Theme",
  embedCode: "Embed in another page",
  notCopied: "The browser does not let it be copied",
  noPicture: "The browser could not make the picture",
  time: "Time",
  again: "Read again",
  findSeries: "Find a series",
  noSeries: "No series has that in its name.",
  byPeak: "The largest first, with their last value and their maximum",
  pinSeries: "Pin",
  hideSeries: "Hide",
  saveBoard: "Save dashboard as PNG",
  kiosk: "Show on a wall (kiosk)",
};

/** Why something that was to be said was not, by the server's code. @type {Record<string, string>} */
export const REFUSALS = {
  rate_limited: "That was much at once. Your text is kept: send it again in a few seconds.",
  forbidden: "You are not in this room any more. Your text is kept.",
  unavailable: "The server can't keep messages now. Your text is kept.",
  unknown_person: "Nobody has been here by that name for long.",
  unknown_message: "It was taken back already.",
};

/** States of collectors. @type {Record<string, string>} */
export const STATES = {
  starting: "starting",
  running: "running",
  late: "late",
  failing: "failing",
  misconfigured: "misconfigured",
  unavailable: "unavailable",
  stopped: "stopped",
};

/** What the server calls families and metrics, where this language has another word for it. @type {Record<string, string>} */
export const NAMES = {};

/** Why somebody's words for a span of time mean nothing. */
export const UNMEANT = {
  /** @param {string} said */
  unread: (said) => `“${said}” can't be read. Such words can: last 15 min, yesterday, 9 to 17, 27 Nov, since 9, now-6h.`,
  /** @param {string} said */
  future: (said) => `“${said}” has not come yet.`,
  /** @param {string} said */
  order: (said) => `“${said}” ends before it begins.`,
  /** @param {string} said */
  skipped: (said) => `“${said}” names a time that was left out when clocks were put forward.`,
  /** @param {string} said */
  american: (said) => `“${said}” may be two dates. Write the year first, such as 2026-11-03.`,
  /** @param {string} said */
  short: (said) => `“${said}” is too short: one second is the least.`,
};

/** Units that count things, where this language has another word for them. @type {Record<string, string>} */
export const UNITS = {};

/** Units of lengths of time. */
export const TIME = { ms: "ms", s: "s", min: "min", h: "h", d: "d" };

/** @param {string} windows their names @returns {[string, string][]} */
export const keysText = (windows) => [
  ["Space", "Pause or go on"],
  ["/", "Find a metric"],
  ["0 – 9", `Span of time: ${windows}`],
  ["g", "Go to any span, in words; compare; UTC"],
  ["← →", "Earlier or later"],
  ["+ −", "Closer, or more of it"],
  ["b", "The longer past below the charts, to choose from with two handles"],
  ["l", "Charts move together, or each alone"],
  ["s", "Least, mean and largest value in every legend, or the value alone"],
  ["f", "Full screen: the panel below the mouse, or with the focus"],
  ["t", "Dark or light"],
  ["e", "Edit this dashboard, or a copy of it"],
  ["c", "Collectors and their states"],
  ["m", "Talk beside the charts"],
  ["p", "Held: show others where you point"],
  ["Esc", "Back to live, or close"],
  ["?", "These shortcuts"],
];

const rules = new Intl.PluralRules(LOCALE);
const numbers = new Intl.NumberFormat(LOCALE);

/** @param {number} count @param {string} one @param {string} other both with # for the number */
const plural = (count, one, other) => (rules.select(count) === "one" ? one : other).replace("#", numbers.format(count));

/** Things side by side. @param {string[]} things */
export const listed = (things) => things.join(", ");
/** @param {string} name @param {string} what */
export const labelled = (name, what) => `${name}: ${what}`;
/** What a control does, and its key. @param {string} what @param {string | number} key */
export const withKey = (what, key) => `${what} (${key})`;
/** @param {string} day @param {string} clock */
export const onDay = (day, clock) => `${day}, ${clock}`;
/** @param {string} time */
export const sinceWord = (time) => `since ${time}`;
/** @param {string} length of time */
export const behindBy = (length) => `${length} behind: catch up`;
/** @param {string} length of time */
export const silentFor = (length) => `no sample for ${length}`;
/** @param {string} time */
export const noDataWord = (time) => `No data since ${time}`;
/** @param {string} length of time */
export const beforeThat = (length) => `${length} before`;
/** @param {string} label of one thing that a family tells apart, such as "disk" @param {string} value */
export const noneOf = (label, value) => `There is no ${label} “${value}”`;
/** @param {string} name of a dashboard */
export const toText = (name) => `Go to ${name}`;
/** @param {string} length of time */
export const lastOf = (length) => `The last ${length}, as they go on`;
/** @param {string} what of the address */
export const unreadIn = (what) => `The address says “${what}”, which can't be read; it is left out.`;
/** @param {string} id */
export const noPanel = (id) => `The address asks for the panel “${id}”, which is not on this dashboard.`;
/** @param {string} why */
export const noOldest = (why) => `The server can't tell how far back there is something: ${why}`;
/** @param {number} count */
export const moreText = (count) => plural(count, "# more", "# more");
/** @param {number} drawn @param {number} all */
export const someOf = (drawn, all) => `The ${drawn} largest of ${all} series are drawn`;
/** @param {number} count */
export const refusedOf = (count) => plural(count, "# more series was refused", "# more series were refused") + ": the limit is history.max_series";
/** @param {string} percent @param {string} total */
export const shareOf = (percent, total) => `${percent}% of ${total}`;
/** @param {number} count */
export const absent = (count) => plural(count, "# not available here", "# not available here");
/** @param {number} count */
export const running = (count) => plural(count, "# collector running", "# collectors running");
/** @param {string} metric */
export const noFigure = (metric) => `the server has no figure for ${metric}`;
/** @param {string} type of a trace @param {string} instead one that can be drawn */
export const tilesText = (type, instead) =>
  `“${type}” is drawn on tiles of a map, which only another server has, and this page asks no other; use “${instead}”`;
/** @param {number} status of HTTP */
export const answered = (status) => `the server answered ${status}`;
/** @param {string} address */
export const notLoaded = (address) => `${address} could not be loaded`;

/** A series for who does not see it. @param {string} name @param {string} last @param {string} min @param {string} max @param {string} way a key of `ways`, or "" */
export const seriesInWords = (name, last, min, max, way) => (
  `${name} ${last}${min === max ? "" : `, from ${min} to ${max}`}${ways[way] ? `, ${ways[way]}` : ""}`);
/** @type {Record<string, string>} */
const ways = { rising: "rising", falling: "falling", steady: "steady" };
/** A chart for who does not see it. @param {string} title @param {string[]} series in words @param {number} more series */
export const inWords = (title, series, more) => (
  `${title}: ${[...series, ...(more ? [plural(more, "and # more series", "and # more series")] : [])].join("; ") || "no values"}`);

/** @param {number} count */
export const othersThere = (count) => plural(count, "# other person is there", "# other people are there");
/** @param {string} span @param {string} title of the metric, or "" */
export const aboutText = (span, title) => `about ${span}${title ? `, ${title}` : ""}`;
/** @param {string} moment */
export const pinnedText = (moment) => `pinned to ${moment}`;
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
/** @param {number} count of messages that one has not read */
export const unreadText = (count) => plural(count, "Talk, # unread", "Talk, # unread");
/** @param {number} count */
export const letters = (count) => plural(count, "# letter left", "# letters left");
/** @param {string} names */
export const withNames = (names) => `With ${names}`;
/** @param {string} name */
export const whisperTo = (name) => `Whisper to ${name}`;
/** @param {number} number */
export const colourText = (number) => `Colour ${number}`;
/** @param {number} rows @param {number} all */
export const rowsText = (rows, all) => (rows < all ? `${rows} of ${plural(all, "# sample", "# samples")}, at even distances; the CSV has all` : plural(all, "# sample", "# samples"));
/** @param {string} title of a panel */
export const tableOf = (title) => `${title}: data`;
/** @param {string} title of a panel @param {number} count */
export const seriesOf = (title, count) => `${title}: ${plural(count, "# series", "# series")}`;
/** @param {number} some @param {number} all */
export const firstOf = (some, all) => `The ${some} largest of ${all}; type more of a name to find others`;
/** @param {number} count of series that are not drawn */
export const foldedText = (count) => plural(count, "# more, not drawn", "# more, not drawn");
/** @param {string} title of a panel */
export const menuOf = (title) => `${title}: what can be done with it`;
/** @param {string} title of a panel */
export const embedOf = (title) => `${title}: embed in another page`;
/** @param {string} origins */
export const framersText = (origins) => `Pages of these may show it: ${origins}`;
/** @param {string} half @param {string} most */
export const delayText = (half, most) => `From sample to screen: half within ${half}, 99 of 100 within ${most}`;
