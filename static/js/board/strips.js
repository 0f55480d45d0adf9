// Draws lanes of coloured stretches over a time axis. Knows the canvas, and nothing of metrics.

/** @typedef {import("./stretches.js").Stretch} Stretch */
/** @typedef {{name: string, stretches: Stretch[]}} Lane */
/** @typedef {{from: number, to: number}} Span ms */

/**
 * @typedef {object} Look
 * @property {Span} span
 * @property {number | null} at the moment that somebody points at, ms
 * @property {(state: number) => string} colour
 * @property {(state: number) => string} name
 * @property {(width: number) => {tickvals: number[], ticktext: string[]}} ticks
 * @property {string} text colours and the family of the letters
 * @property {string} muted
 * @property {string} grid
 * @property {string} font
 */

/** px: the edges of the plot, as the template of the charts has them, and of a lane. */
const LEFT = 8;
const RIGHT = 8;
const FOOT = 20;
const NAME = 15;
const LEAST = NAME + 8;
const MOST = NAME + 18;
const GAP = 5;

/** @typedef {{clientWidth: number, clientHeight: number}} Size */

/** How many lanes there is room for. @param {Size} canvas */
export function roomFor({ clientHeight }) {
  return Math.max(1, Math.floor((clientHeight - FOOT + GAP) / (LEAST + GAP)));
}

/** @param {Size} canvas @param {number} count of lanes that are drawn */
function measures({ clientWidth, clientHeight }, count) {
  const height = clientHeight - FOOT;
  const lane = Math.max(LEAST, Math.min(MOST, Math.floor(height / Math.max(1, count)) - GAP));
  return { lane, width: Math.max(1, clientWidth - LEFT - RIGHT), height };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Lane[]} lanes no more than there is room for
 * @param {Look} look
 */
export function strips(canvas, lanes, { span, at, colour, name: nameOf, ticks, text, muted, grid, font }) {
  const ratio = devicePixelRatio || 1;
  const { clientWidth, clientHeight } = canvas;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  if (canvas.width !== Math.round(clientWidth * ratio)) canvas.width = Math.round(clientWidth * ratio);
  if (canvas.height !== Math.round(clientHeight * ratio)) canvas.height = Math.round(clientHeight * ratio);
  const { lane, width, height } = measures(canvas, lanes.length);
  const place = (/** @type {number} */ time) => LEFT + (Math.max(0, Math.min(1, (time - span.from) / (span.to - span.from)))) * width;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, clientWidth, clientHeight);
  pen.font = `11px ${font}`;
  pen.textBaseline = "alphabetic";

  const { tickvals, ticktext } = ticks(width);
  pen.textAlign = "center";
  tickvals.forEach((at, which) => {
    const x = Math.round(place(at) * ratio) / ratio;
    pen.fillStyle = grid;
    pen.fillRect(x, 0, 1 / ratio, height);
    pen.fillStyle = muted;
    pen.fillText(ticktext[which] ?? "", x, clientHeight - 5);
  });

  pen.textAlign = "left";
  lanes.forEach(({ name, stretches }, row) => {
    const top = row * (lane + GAP);
    for (const { from, to, state } of stretches) {
      const [begin, end] = [place(from), place(to)];
      pen.fillStyle = colour(state);
      // A stretch of one sample is seen, too.
      pen.fillRect(begin, top + NAME, Math.max(1, end - begin), lane - NAME);
    }
    pen.fillStyle = text;
    const then = at === null ? undefined : stateAt(stretches, at);
    pen.fillText(then === undefined ? name : `${name}: ${nameOf(then)}`, LEFT, top + NAME - 4, width);
  });
  if (at === null || at < span.from || at > span.to) return;
  pen.fillStyle = muted;
  pen.fillRect(Math.round(place(at) * ratio) / ratio, 0, 1 / ratio, height);
}

/** @param {Stretch[]} stretches @param {number} at ms */
function stateAt(stretches, at) {
  return stretches.find(({ from, to }) => from <= at && at <= to)?.state;
}

/** The moment at a place; null beside the lanes. @param {Size} canvas @param {Span} span @param {number} x px */
export function momentAt({ clientWidth }, { from, to }, x) {
  const part = (x - LEFT) / Math.max(1, clientWidth - LEFT - RIGHT);
  return part < 0 || part > 1 ? null : from + part * (to - from);
}

/**
 * What lies at a place of the canvas.
 * @param {Size} canvas
 * @param {Lane[]} lanes that are drawn
 * @param {Span} span
 * @param {number} x
 * @param {number} y
 * @returns {{lane: Lane, at: number, state: number | undefined} | null}
 */
export function rowAt(canvas, lanes, span, x, y) {
  const { lane: size, width } = measures(canvas, lanes.length);
  const lane = lanes[Math.floor(y / (size + GAP))];
  if (!lane) return null;
  const at = span.from + ((x - LEFT) / width) * (span.to - span.from);
  return { lane, at, state: stateAt(lane.stretches, at) };
}
