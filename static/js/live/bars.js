// Upright bars, beside each other or on each other, as wide as Plotly makes them.

/** @typedef {import("../types.js").Json} Json */
/** @typedef {import("./geometry.js").Place} Place */
/** @typedef {CanvasRenderingContext2D} Pen */

/** Plotly's own gap between bars, as a part of their distance. */
const GAP = 0.2;
/** px; a thinner bar is drawn to whole pixels, so that it is seen. */
const THIN = 2;

/**
 * @param {Pen} pen
 * @param {Json[]} traces filled ones, of one pair of axes
 * @param {Place} place
 * @param {Json} layout
 */
export function bars(pen, traces, place, { barmode = "group", bargap = GAP, bargroupgap = 0 }) {
  const some = traces.filter(({ x }) => x?.length);
  const beside = barmode === "group" ? some.length : 1;
  const piled = barmode === "stack" || barmode === "relative";
  const shared = barmode === "overlay" ? NaN : nearest(some.map(({ x }) => x));
  // Where bars touch each other, Plotly has their edges not softened, so that no gap shines through.
  const crisp = (barmode === "stack" && traces.length > 1) || (bargap === 0 && bargroupgap === 0);
  /** @type {Map<string, number>} how high the bars at a time are so far */
  const tops = new Map();
  some.forEach(({ x, y, marker }, which) => {
    const slot = ((shared || nearest([x])) * (1 - bargap)) / beside;
    const width = slot * (1 - bargroupgap);
    const begin = ((beside === 1 ? 0 : 2 * which + 1 - beside) * slot - width) / 2;
    pen.beginPath();
    for (let at = 0; at < x.length; at++) {
      const value = y[at];
      const key = `${x[at]}${barmode === "relative" && value < 0 ? "-" : ""}`;
      const base = piled ? tops.get(key) ?? 0 : 0;
      if (piled) tops.set(key, base + value);
      rect(pen, place, [place.x(x[at] + begin), place.x(x[at] + begin + width)], [base, base + value], crisp);
    }
    pen.fillStyle = marker.color;
    pen.fill();
  });
}

/** The smallest distance between two of these times, ms; Plotly says 1 where there is only one. @param {ArrayLike<number>[]} columns */
function nearest(columns) {
  const times = columns.length === 1 ? columns[0] : Float64Array.from(columns.flatMap((one) => Array.from(one))).sort();
  let least = Infinity;
  for (let at = 1; at < times.length; at++) {
    const distance = times[at] - times[at - 1];
    if (distance > 0 && distance < least) least = distance;
  }
  return least === Infinity ? 1 : least;
}

/**
 * @param {Pen} pen
 * @param {Place} place
 * @param {[number, number]} across device pixels
 * @param {[number, number]} values
 * @param {boolean} crisp
 */
function rect(pen, place, across, [base, top], crisp) {
  const { left, top: upper, ratio, zero } = place;
  const [x0, x1] = across.map((at) => rounded((at - left) / ratio));
  const [begin, end] = visible(x0, x1, false);
  const [y0, y1] = [base, top].map((value) => rounded(((value === 0 ? zero : place.y(value)) - upper) / ratio));
  const [low, high] = visible(y0, y1, true);
  if (low === high) return;
  const edge = (/** @type {number} */ at) => (crisp ? Math.round(at) : at);
  const [x, y] = [edge(left + begin * ratio), edge(upper + low * ratio)];
  pen.rect(x, y, edge(left + end * ratio) - x, edge(upper + high * ratio) - y);
}

/** Plotly's places have two decimals. @param {number} at px */
const rounded = (at) => Math.round(100 * at) / 100;

/**
 * Both ends of a bar, one after the other, as Plotly expands them.
 * @param {number} one px
 * @param {number} other px
 * @param {boolean} flat whether nothing stays nothing
 * @returns {[number, number]}
 */
function visible(one, other, flat) {
  const from = expanded(one, other, flat);
  return [from, expanded(other, from, flat)];
}

/** @param {number} end @param {number} from @param {boolean} flat */
function expanded(end, from, flat) {
  if ((flat && end === from) || Math.abs(end - from) >= THIN) return end;
  return end > from ? Math.ceil(end) : Math.floor(end);
}
