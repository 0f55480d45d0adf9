// What the page says of dashboards that people make, in English. zh.js beside it says the same in Chinese; a test compares them.

export const WORDS = {
  madeByYou: "Made by you",
  madeByYouHint: "Dashboards that you make are here.",
  newDashboard: "New dashboard",
  edit: "Edit",
  copyHere: "Copy and edit",
  copyHint: "A dashboard of your own, from what is on this page",
  unfold: "Each by itself",
  // opening and versions
  notLoaded: "This dashboard can't be loaded",
  noAnswer: "There is no answer from the server.",
  again: "Try again",
  noPanels: "There is nothing on this dashboard yet",
  noPanelsHint: "Edit it, and add the first panel.",
  versions: "Versions",
  newest: "newest",
  look: "Look at it",
  bringBack: "Bring it back",
  toNewest: "To the newest",
  whatChanged: "What changed",
  deleted: "Removed dashboards",
  noneDeleted: "None was removed lately.",
  draft: "draft",
  fromFile: "It is kept as a file on the server: copy it to change it here.",
  // the new one
  whatCalled: "What it is called",
  startWith: "Start with",
  empty: "An empty page",
  make: "Make it",
  // editing
  editing: "Editing",
  goOnEditing: "Go on editing",
  discard: "Discard",
  sureDiscard: "Discard all of it?",
  done: "Done",
  save: "Save",
  saving: "Saving",
  undo: "Undo",
  redo: "Redo",
  undoKey: "Ctrl Z",
  redoKey: "Ctrl Shift Z",
  addPanel: "Add panel",
  variables: "Variables",
  about: "About it",
  titleOf: "Title of the dashboard",
  movable: "panel that can be moved",
  movingHint: "Arrow keys move it, with shift they resize it. Enter or space opens its settings, D doubles it, delete removes it.",
  touchHint: "Hold a panel or its corner for a moment, then drag it.",
  up: "Move up",
  down: "Move down",
  settings: "Settings",
  duplicate: "Duplicate",
  remove: "Remove",
  close: "Close",
  cancel: "Cancel",
  unsaved: "Nothing of this is saved yet",
  leaveTitle: "There is unsaved work",
  leaveHint: "It stays in this browser, and is offered when you come back.",
  saveAndGo: "Save and go",
  goAnyway: "Go without saving",
  stay: "Stay",
  removed: "Somebody has removed this dashboard while you edit it. Saving makes it anew.",
  // adding
  findMetric: "Find a metric",
  noMetric: "No metric has that in its name.",
  add: "Add",
  added: "added",
  addText: "Text",
  addFigure: "Plotly figure",
  sampleText: "## A heading\n\nText in **Markdown**: lists, links, and names of metrics such as `system.load`.",
  // settings of a panel
  panelTitle: "Title",
  kind: "Drawn as",
  metric: "Metric",
  change: "Change",
  series: "Series",
  seriesHint: "Nothing chosen: all are shown.",
  unit: "Unit",
  noUnit: "This unit is not known. Choose one of the list, or write a lower-case noun for what is counted: messages, requests/s.",
  range: "Range of values",
  from: "from",
  to: "to",
  byItself: "by itself",
  tooFar: "Too far from zero to be drawn: at most 1e100 either way.",
  log: "Logarithmic",
  thresholds: "Thresholds",
  addThreshold: "Add a threshold",
  valueFrom: "From value",
  level: "Level",
  levels: { ok: "well", warn: "worth a look", bad: "bad" },
  compare: "Compare with",
  compares: { none: "nothing", 3600: "one hour before", 86400: "one day before", 604800: "one week before" },
  repeat: "Repeat for each",
  yes: "yes",
  no: "no",
  none: "no variable",
  size: "Size",
  width: "columns",
  height: "rows",
  text: "Text, in Markdown",
  figure: "Figure, as Plotly's JSON",
  bind: "Its arrays, and the metrics that fill them",
  bindHint: "One a line: r = wind.speed, or 1.marker.size = wind.gust{mast=\"a\"}",
  noFigure: "This is no figure: it needs data, a list of traces.",
  // settings of the dashboard
  description: "Description",
  window: "Span of time at first",
  readers: "what the reader has chosen",
  removeBoard: "Remove this dashboard",
  sureRemove: "Remove it for everybody?",
  // variables
  variable: "Variable",
  variablesHint: "A variable lets whoever looks choose among the values of a label. Write $name in titles, texts and series.",
  name: "Name",
  label: "Label for people",
  ofMetric: "Values from metric",
  ofLabel: "and its label",
  several: "Several at once",
  atFirst: "Chosen at first",
  addVariable: "Add a variable",
  findValue: "Find a value",
  noValues: "There is no such value.",
  all: "all",
  // two at once
  conflictTitle: "Somebody was quicker",
  theirs: "What they changed",
  yours: "What you changed",
  nothingElse: "nothing that can be seen",
  takeTheirs: "Take theirs",
  keepMine: "Keep mine",
  keepBoth: "Keep both",
  takeTheirsHint: "Yours is given up.",
  keepMineHint: "Theirs stays among the versions.",
  keepBothHint: "Yours becomes a copy.",
  // kinds
  kinds: {
    auto: "As the metric declares", line: "Lines", area: "Areas", stacked: "Stacked areas", bars: "Bars", heatmap: "Heat map",
    histogram: "Histogram", gauge: "Gauge", value: "Single value", table: "Table", timeline: "State timeline", text: "Text", figure: "Plotly figure",
  },
  columns: { now: "now", min: "min", mean: "mean", max: "max" },
  fields: {
    title: "title", description: "description", window: "span of time", kind: "drawn as", metric: "metric", only: "series", unit: "unit",
    range: "range", log: "logarithmic", thresholds: "thresholds", compare: "compared with", repeat: "repeated for", text: "text", figure: "figure", bind: "arrays of the figure",
    place: "place", size: "size",
  },
  nothing: "nothing",
};

/** @param {number} version @param {string} by @param {string} when */
export const versionText = (version, by, when) => `Version ${version}${by ? `, saved by ${by}` : ""}, ${when}`;
/** @param {string} when */
export const draftText = (when) => `You have work on this dashboard that was not saved, from ${when}.`;
/** @param {number} version @param {string} by @param {string} when */
export const quickerText = (version, by, when) => `${by || "Somebody"} has saved version ${version} while you edit (${when}). Saving will show what differs.`;
/** @param {string} by @param {number} version @param {string} when */
export const conflictText = (by, version, when) => `${by || "Somebody"} has saved version ${version} (${when}), made from the same one as yours.`;
/** @param {{x: number, y: number, w: number, h: number}} place */
export const placeText = ({ x, y, w, h }) => `column ${x + 1}, row ${y + 1}, ${w} wide, ${h} high`;
/** @param {string} name @param {string} place */
export const movedText = (name, place) => `${name}: ${place}`;
/** @param {string[] | null} values null for all */
export const chosenText = (values) => (!values ? "all" : values.length > 2 ? `${values.length} chosen` : values.join(", "));
/** @param {number} shown @param {number} all */
export const restText = (shown, all) => `${shown} of ${all} are shown`;
/** @param {string} title */
export const copyText = (title) => `A copy of ${title}`;
/** @param {string} title */
export const copiedTitle = (title) => `Copy of ${title}`;
/** @param {string} title @param {string} by */
export const bothTitle = (title, by) => `${title} (${by || "mine"})`;
/** @param {string} panel */
export const addedText = (panel) => `${panel} was added`;
/** @param {string} panel */
export const removedText = (panel) => `${panel} was removed`;
/** @param {string} panel @param {string} field @param {string} from @param {string} to */
export const changedText = (panel, field, from, to) => `${panel}${field}: ${from} → ${to}`;
/** @param {string} panel @param {string} field */
export const otherText = (panel, field) => `${panel}${field} was changed`;
/** @param {string} panel a change of it follows */
export const ofPanel = (panel) => `${panel}, `;
/** @param {number} x @param {number} y */
export const cellText = (x, y) => `column ${x + 1}, row ${y + 1}`;
/** @param {number} w @param {number} h */
export const sizeText = (w, h) => `${w} × ${h}`;
/** @param {string} name */
export const variableText = (name) => `variable ${name}`;
/** @param {string} reason */
export const notSaved = (reason) => `It could not be saved: ${reason}`;
/** @param {string} title @param {string} value */
export const onlyTitle = (title, value) => `${title} · ${value}`;
/** @param {string} title */
export const eachText = (title) => `${title}: each by itself`;
/** @param {string} text of a line */
export const unreadText = (text) => `This line says nothing, or the same array twice: ${text}`;
/** @param {string} type @param {string} meant "" when nothing is like it */
export const noTrace = (type, meant) => `Plotly has no trace of type “${type}”${meant && `; did you mean “${meant}”?`}`;
/** @param {number} number @param {string} type */
export const emptyText = (number, type) => `trace ${number} (${type}) has no data that can be shown`;
/** @param {string} title */
export const discardText = (title) => `Discard ${title}`;
