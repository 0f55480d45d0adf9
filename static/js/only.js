// Which series a panel is about, where it does not show all of a metric. The server judges alike, in dashboard/live/extract.py:
// a value is just that, whatever it looks like, and a label that is not named may have any.

/** @typedef {import("./board/types.js").Only} Only */
/** @typedef {import("./types.js").Series} Series */

/** @param {Series} series @param {Only} [only] */
export function takes({ labels }, only = {}) {
  return Object.entries(only).every(([label, values]) => values.includes(labels[label] ?? ""));
}

/** Places of the series that are meant. @param {Series[]} series @param {Only} [only] */
export function placesOf(series, only) {
  return series.flatMap((one, place) => (takes(one, only) ? [place] : []));
}
