// Where panels lie: a grid of twelve columns in which everything moves up as far as it can, as it does under the hand.

/** @typedef {import("./types.js").Place} Place */
/** @typedef {Place & {id: string}} Placed */

export const COLUMNS = 12;
export const TALLEST = 40;

/** @param {Place} a @param {Place} b */
export function overlap(a, b) {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/** A place inside the grid. @template {Place} T @param {T} place @returns {T} */
export function inside(place) {
  const w = clamp(place.w, 1, COLUMNS);
  return { ...place, w, h: clamp(place.h, 1, TALLEST), x: clamp(place.x, 0, COLUMNS - w), y: Math.max(0, Math.round(place.y)) };
}

/** @param {number} value @param {number} low @param {number} high */
function clamp(value, low, high) {
  return Math.min(high, Math.max(low, Math.round(value)));
}

/** As one reads: rows from the top, each from the left. @template {Place} T @param {T[]} panels @returns {T[]} */
export function inOrder(panels) {
  return panels.toSorted((a, b) => a.y - b.y || a.x - b.x);
}

/**
 * Every panel as high up as those before it let it, and none over another.
 * @template {Placed} T
 * @param {T[]} panels
 * @param {string} [first] the one that keeps its row when another is there, too
 * @returns {T[]} in the order in which they were given
 */
export function packed(panels, first = "") {
  /** @type {Map<string, T>} */
  const done = new Map();
  /** Lowest free row of each column. */
  const free = new Array(COLUMNS).fill(0);
  const order = panels.map(inside).sort((a, b) => a.y - b.y || Number(b.id === first) - Number(a.id === first) || a.x - b.x);
  for (const panel of order) {
    const y = Math.max(...free.slice(panel.x, panel.x + panel.w));
    free.fill(y + panel.h, panel.x, panel.x + panel.w);
    done.set(panel.id, { ...panel, y });
  }
  return panels.map((panel) => /** @type {T} */ (done.get(panel.id)));
}

/** The row below everything. @param {Place[]} panels */
export function bottom(panels) {
  return panels.reduce((most, { y, h }) => Math.max(most, y + h), 0);
}

/** The first place, as one reads, in which there is room for a panel. @param {Place[]} panels @param {number} w @param {number} h @returns {Place} */
export function room(panels, w, h) {
  const end = bottom(panels);
  for (let y = 0; y < end; y++) {
    for (let x = 0; x + w <= COLUMNS; x++) {
      const place = { x, y, w, h };
      if (!panels.some((one) => overlap(one, place))) return place;
    }
  }
  return { x: 0, y: end, w, h };
}

/**
 * Move a panel by a step to the side, or past its neighbour above or below; what is in its way goes out of it.
 * @template {Placed} T
 * @param {T[]} panels
 * @param {string} id
 * @param {{x?: number, y?: number}} step
 * @returns {T[]}
 */
export function stepped(panels, id, { x = 0, y = 0 }) {
  const own = panels.find((one) => one.id === id);
  if (!own) return panels;
  const beside = panels.filter((one) => one.id !== id && one.x < own.x + own.w && own.x < one.x + one.w);
  let row = own.y;
  if (y < 0) row = Math.max(-1, ...beside.filter((one) => one.y + one.h <= own.y).map((one) => one.y));
  if (y > 0) {
    const next = Math.min(...beside.filter((one) => one.y >= own.y + own.h).map((one) => one.y + one.h));
    row = next === Infinity ? own.y : next;
  }
  if (row < 0) row = own.y;
  return packed(panels.map((one) => (one.id === id ? inside({ ...one, x: one.x + x, y: row }) : one)), id);
}

/**
 * @template {Placed} T
 * @param {T[]} panels
 * @param {string} id
 * @param {{w?: number, h?: number}} step
 * @returns {T[]}
 */
export function sized(panels, id, { w = 0, h = 0 }) {
  const grown = (/** @type {T} */ one) => inside({ ...one, w: Math.min(one.w + w, COLUMNS - one.x), h: one.h + h });
  return packed(panels.map((one) => (one.id === id ? grown(one) : one)), id);
}

/**
 * Change places with the one before or after it, as one reads: the places stay as they are.
 * @template {Placed} T
 * @param {T[]} panels
 * @param {string} id
 * @param {number} step -1 or 1
 * @returns {T[]}
 */
export function swapped(panels, id, step) {
  const order = inOrder(panels);
  const at = order.findIndex((one) => one.id === id);
  const [own, other] = [order[at], order[at + step]];
  if (!own || !other) return panels;
  const placed = (/** @type {T} */ one, /** @type {Place} */ { x, y, w, h }) => ({ ...one, x, y, w, h });
  return panels.map((one) => (one.id === own.id ? placed(one, other) : one.id === other.id ? placed(one, own) : one));
}
