// Shapes that several modules speak of. Types only: nothing here is loaded by the page.

/**
 * @typedef {{labels: Record<string, string>}} Series
 *
 * @typedef {object} Spec a chart that somebody has made; what is missing or null is as the metric declares it
 * @property {string} [id] of its panel
 * @property {string | null} [title]
 * @property {string} [kind] of chart; "auto" is the declared one
 * @property {Record<string, string[]>} [only] series with one of these values of each label
 * @property {string | null} [unit]
 * @property {[number | null, number | null]} [range] of the axis of values, in the metric's unit: no value widens it
 * @property {{value: number, level: "ok" | "warn" | "bad"}[]} [thresholds]
 * @property {boolean} [log] whether the axis of values is a logarithmic one
 * @property {number | null} [compare] seconds: what was so long before is drawn, too
 * @property {Figure | null} [figure] Plotly's JSON that somebody has built
 * @property {Record<string, string> | null} [bind] which arrays of that are filled from which metrics
 *
 * @typedef {object} Metric
 * @property {string} name
 * @property {string} title
 * @property {string} unit what is drawn: for a counter, the unit of its rate
 * @property {string} kind
 * @property {string} help
 * @property {string} family
 * @property {string} chart
 * @property {number} every seconds between two samples
 * @property {string} collector
 * @property {Series[]} series
 * @property {[number | null, number | null]} limits
 * @property {string} headline
 * @property {number} order
 * @property {number} [refused] series beyond the limit
 * @property {string} [figure_id] of a figure of its own: another one means another figure
 *
 * @typedef {object} CollectorState
 * @property {string} collector
 * @property {string} state
 * @property {string} reason
 * @property {number} every
 * @property {string} origin
 * @property {number} duration ms
 * @property {number} samples
 * @property {number} skipped
 * @property {number} errors
 * @property {number} restarts
 * @property {number} since ms since the epoch
 * @property {number} metrics
 *
 * @typedef {{slug: string, title: string, order: number}} Family
 * @typedef {[number, string][]} Steps factor and symbol, ascending
 * @typedef {{[key: string]: any}} Json Plotly's own open-ended JSON
 * @typedef {{data: Json[], layout: Json}} Figure
 * @typedef {"dark" | "light"} Theme
 * @typedef {[number | null, number | null]} Limits
 *
 * @typedef {object} Boot what the server puts into the page
 * @property {string} version
 * @property {string} base
 * @property {string} slug
 * @property {string} host
 * @property {string} epoch
 * @property {{metrics: string[], spec: Spec | null, ticket: string}} [embed] the panel that the page is of, the metrics that it shows, and what opens their samples
 * @property {boolean} people whether this server has rooms of people
 * @property {Metric[]} metrics
 * @property {CollectorState[]} collectors
 * @property {Record<string, Steps>} units
 * @property {Family[]} families
 * @property {Record<string, Figure>} figures
 * @property {Record<Theme, Json>} templates
 * @property {DashboardEntry[]} dashboards those that people have made
 * @property {DashboardAnswer | null} dashboard the one of this address, when it is one of those
 *
 * @typedef {object} DashboardEntry
 * @property {string} slug
 * @property {string} title
 * @property {number} version
 * @property {number} t when it was saved, ms
 * @property {string} by who has saved it
 * @property {"store" | "file"} origin
 * @property {number} panels how many
 * @property {boolean} editable
 *
 * @typedef {object} DashboardAnswer
 * @property {Dashboard} dashboard
 * @property {number} version
 * @property {number} t
 * @property {string} by
 * @property {"store" | "file"} origin
 * @property {boolean} editable
 *
 * @typedef {object} Dashboard as dashboard/dashboards/document.py has it
 * @property {string} slug
 * @property {string} title
 * @property {string} description
 * @property {number | null} window seconds
 * @property {12} columns
 * @property {Variable[]} variables
 * @property {PanelSpec[]} panels
 *
 * @typedef {{name: string, label: string | null, metric: string, of: string, multi: boolean, default: string[]}} Variable
 *
 * @typedef {object} PanelSpec
 * @property {string} id
 * @property {PanelKind} kind
 * @property {string | null} metric
 * @property {string | null} title
 * @property {number} x
 * @property {number} y
 * @property {number} w
 * @property {number} h
 * @property {Record<string, string[]>} only
 * @property {string | null} unit
 * @property {[number | null, number | null]} range
 * @property {boolean} log
 * @property {{value: number, level: "ok" | "warn" | "bad"}[]} thresholds
 * @property {number | null} compare seconds
 * @property {string | null} repeat a variable
 * @property {string | null} text Markdown
 * @property {Record<string, string> | null} bind
 * @property {Figure | null} figure
 *
 * @typedef {"auto" | "line" | "area" | "stacked" | "bars" | "heatmap" | "histogram" | "gauge" | "value" | "table"
 *   | "timeline" | "text" | "figure"} PanelKind
 *
 * @typedef {object} Change of the catalog
 * @property {Metric[]} metrics
 * @property {string[]} gone
 * @property {CollectorState[]} collectors
 * @property {string[]} gone_collectors
 *
 * @typedef {{times: Float64Array, columns: Float64Array[]}} Samples
 */

export {};
