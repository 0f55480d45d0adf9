// A dashboard as people make it and the server keeps it. Types only: nothing here is loaded by the page.

/**
 * @typedef {"auto" | "line" | "area" | "stacked" | "bars" | "heatmap" | "histogram" | "gauge" | "value" | "table" | "timeline" | "text" | "figure"} Kind
 * @typedef {"ok" | "warn" | "bad"} Level
 * @typedef {{value: number, level: Level}} Threshold
 * @typedef {Record<string, string[]>} Only label to the values that are shown
 * @typedef {{x: number, y: number, w: number, h: number}} Place in cells of the grid
 *
 * @typedef {object} Given what a panel may say of itself; what is left out is as `DEFAULTS` has it
 * @property {Kind} [kind]
 * @property {string | null} [metric]
 * @property {string | null} [title]
 * @property {Only} [only]
 * @property {string | null} [unit]
 * @property {[number | null, number | null]} [range]
 * @property {boolean} [log] whether the axis of values is a logarithmic one
 * @property {Threshold[]} [thresholds]
 * @property {number | null} [compare] seconds
 * @property {string | null} [repeat] name of a variable
 * @property {string | null} [text]
 * @property {import("../types.js").Figure | null} [figure]
 * @property {Record<string, string> | null} [bind]
 * @property {boolean} [log] a logarithmic axis of values
 *
 * @typedef {Place & Given & {id: string}} PanelDoc
 *
 * @typedef {object} Variable
 * @property {string} name
 * @property {string | null} [label]
 * @property {string} metric whose series have its values
 * @property {string} of the label
 * @property {boolean} [multi]
 * @property {string[]} [default]
 *
 * @typedef {object} Board
 * @property {string} slug
 * @property {string} title
 * @property {string} [description]
 * @property {number | null} [window] seconds
 * @property {number} [columns]
 * @property {Variable[]} [variables]
 * @property {PanelDoc[]} panels
 *
 * @typedef {{slug: string, title: string, version: number, t: number, by: string, origin: string, panels: number, editable: boolean}} Listed
 * @typedef {{dashboard: Board, version: number, t: number, by: string, editable: boolean}} Kept a dashboard as the server gives it
 * @typedef {{version: number, t: number, by: string}} Version
 *
 * @typedef {object} Spec what a panel is drawn by; see DESIGN of the panel
 * @property {string} id
 * @property {string | null} title
 * @property {Kind} kind
 * @property {Only} only
 * @property {string | null} unit
 * @property {[number | null, number | null]} range
 * @property {boolean} log
 * @property {Threshold[]} thresholds
 * @property {number | null} compare
 * @property {string | null} text
 * @property {import("../types.js").Figure | null} figure
 * @property {Record<string, string> | null} bind
 */

export {};
