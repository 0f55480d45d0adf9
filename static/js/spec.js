// What somebody has chosen for a chart of their own, over what its metric declares.

/** @typedef {import("./types.js").Metric} Metric */
/** @typedef {import("./types.js").Spec} Spec */

/** The metric as a panel shows it. @param {Metric} metric @param {Spec | null} [spec] @returns {Metric} */
export function shownAs(metric, spec) {
  const { title, unit, kind = "auto" } = spec ?? {};
  if (!title && (unit ?? null) === null && kind === "auto") return metric;
  return { ...metric, title: title || metric.title, unit: unit ?? metric.unit, chart: kind === "auto" ? metric.chart : kind };
}

/** What a panel is called in the page: its own name, or its metric's. @param {Metric} metric @param {Spec | null} [spec] */
export const panelId = (metric, spec) => spec?.id ?? metric.name;

/** Whether two ask for the same chart, however it is called and placed. @param {Spec | null} [spec] */
export function chartOf(spec) {
  if (!spec) return "";
  const { kind, only, unit, range, thresholds, log, figure, bind } = spec;
  return JSON.stringify([kind, only, unit, range, thresholds, log, figure, bind]);
}
