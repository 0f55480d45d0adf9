// Which series a panel is about, where it does not show all of a metric.

/**
 * @param {import("./types.js").Series} series
 * @param {import("./types.js").Spec["only"]} only
 */
export function takes({ labels }, only) {
  return Object.entries(only ?? {}).every(([label, values]) => values.includes("*") || values.includes(labels[label] ?? ""));
}
