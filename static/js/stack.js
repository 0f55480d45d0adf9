// Stacks of layers: the sum of them, and the pieces that lie between gaps, which Plotly's stacks do not know.

/** @typedef {import("./types.js").Json} Json */
/** @typedef {import("./fill.js").Job} Job */
/** @typedef {{times: number[], places: number[]}} Piece times as drawn, and at each the place of its sample; -1 for zero */

/** Pieces at most: each is as many traces as there are layers. */
const MOST_PIECES = 6;
/** A layer that never is more than this part of the whole is filled, but has no line of its own. */
const THIN_LAYER = 0.02;

/** @param {Job} job @param {number} at */
export function total({ ring, shown }, at) {
  let sum = 0;
  for (const place of shown) sum += /** @type {Float64Array} */ (ring.columns[place])[at] || 0;
  return sum;
}

/** Whether any layer has a value there. @param {Job} job @param {number} at */
export function known({ ring, shown }, at) {
  return shown.some((place) => !Number.isNaN(/** @type {Float64Array} */ (ring.columns[place])[at]));
}

/**
 * What all layers have in common.
 * @param {Job} job
 * @param {number[]} chosen places of samples, among them one in each gap
 * @returns {{pieces: Piece[], peak: number}}
 */
export function layers(job, chosen) {
  const { ring, view } = job;
  /** @type {Piece[]} */
  let pieces = [];
  let gap = true;
  let peak = 0;
  for (const at of chosen) {
    if (known(job, at)) {
      if (gap) pieces.push({ times: [], places: [] });
      pieces.at(-1)?.times.push(view.axis(/** @type {number} */ (ring.times[at])));
      pieces.at(-1)?.places.push(at);
      peak = Math.max(peak, total(job, at));
    }
    gap = !known(job, at);
  }
  pieces = joined(pieces);
  return { pieces: pieces.map(edged), peak };
}

/** Where there are too many, the narrowest gaps are crossed, at zero. @param {Piece[]} pieces @returns {Piece[]} */
function joined(pieces) {
  const gaps = pieces.slice(1).map((piece, which) => Number(piece.times[0]) - Number(pieces[which]?.times.at(-1)));
  const widest = new Set([...gaps.keys()].sort((a, b) => Number(gaps[b]) - Number(gaps[a])).slice(0, MOST_PIECES - 1));
  /** @type {Piece[]} */
  const made = [];
  pieces.forEach((piece, which) => {
    const before = made.at(-1);
    if (!before || widest.has(which - 1)) made.push(piece);
    else {
      before.times.push(Number(before.times.at(-1)) + 1, Number(piece.times[0]) - 1, ...piece.times);
      before.places.push(-1, -1, ...piece.places);
    }
  });
  return made;
}

/** A sample alone would be nothing: it gets an edge on either side. @param {Piece} piece @returns {Piece} */
function edged({ times, places }) {
  const [time = 0, at = 0] = [times[0], places[0]];
  return times.length > 1 ? { times, places } : { times: [time - 1, time, time + 1], places: [-1, at, -1] };
}

/** Fill one layer with a piece. @param {Json} trace @param {Float64Array} column @param {number} factor @param {Job} job @param {number} which */
export function layer(trace, column, factor, { pieces = [], peak = 0, low, high }, which) {
  const { times, places } = pieces[which] ?? { times: [], places: [] };
  trace["x"] = times;
  trace["y"] = Float64Array.from(places, (at) => (at < 0 ? 0 : /** @type {number} */ (column[at]) / factor || 0));
  // The line of a share of nearly nothing would only hide the one below.
  if (!column.subarray(low, high).some((value) => value > THIN_LAYER * peak)) trace["line"] = { ...trace["line"], width: 0 };
}

/**
 * Further traces for what lies behind gaps: a stack of its own for each piece.
 * @param {Json[]} filled the first piece
 * @param {number} factor
 * @param {Job} job
 * @returns {Json[]}
 */
export function further(filled, factor, job) {
  return (job.pieces ?? []).slice(1).flatMap((_, which) => filled.flatMap((first, row) => {
    const column = job.ring.columns[job.shown[row] ?? -1];
    if (!first["stackgroup"] || !column) return [];
    const trace = { ...first, stackgroup: `${first["stackgroup"]} ${which + 1}` };
    layer(trace, column, factor, job, which + 1);
    return [trace];
  }));
}
