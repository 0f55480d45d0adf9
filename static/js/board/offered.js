// Dashboards that make themselves below a family: one for each disk, interface or host that its metrics tell apart.

import { takes } from "../only.js";
import { natural } from "./variables.js";

/** @typedef {import("../types.js").Metric} Metric */
/** @typedef {{label: string, value: string}} Only */

const FEWEST = 2;
const MOST = 20;
/** Labels that tell sides of one thing apart, and no things. */
const SIDES = new Set([
  "mode", "direction", "kind", "state", "type", "op", "operation", "method", "status", "code", "phase", "extent", "period", "of", "level",
  "quantile", "le", "band", "reason", "result",
]);

/**
 * Labels of a family of which each value is worth a dashboard: at least two metrics have it, with a handful of values.
 * @param {Metric[]} metrics of the family
 * @returns {Only[]}
 */
export function offered(metrics) {
  /** @type {Map<string, {metrics: number, values: Set<string>}>} */
  const found = new Map();
  for (const { series } of metrics) {
    const labels = new Set(series.flatMap((one) => Object.keys(one.labels)));
    for (const label of labels) {
      const one = found.get(label) ?? { metrics: 0, values: new Set() };
      one.metrics++;
      for (const { labels: own } of series) if (own[label]) one.values.add(own[label]);
      found.set(label, one);
    }
  }
  return [...found].flatMap(([label, { metrics: count, values }]) => {
    const worth = !SIDES.has(label) && count > 1 && values.size >= FEWEST && values.size <= MOST;
    return worth ? natural(values).map((value) => ({ label, value })) : [];
  });
}

/** Metrics that have a series with that label value. @param {Metric[]} metrics @param {Only} only */
export function having(metrics, { label, value }) {
  return metrics.filter(({ series }) => series.some((one) => takes(one, { [label]: [value] })));
}
