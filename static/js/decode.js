// Samples as they come over the wire, JSON or binary, as typed arrays.

/** @typedef {import("./types.js").Samples} Samples */

/**
 * @typedef {object} Part a metric of a message; for `samples` the message itself
 * @property {number[]} [t] times in ms
 * @property {(number | null)[][]} [v] values per series, null is a gap
 * @property {number} [n] count of times, when they are in the attachment
 * @property {number} [at] where they begin there, in bytes
 */

/**
 * @param {Part} part
 * @param {ArrayBuffer | ArrayBufferView | undefined} attachment little-endian float64
 * @param {number} [width] number of series, when several metrics share the attachment
 * @returns {Samples}
 */
export function samplesOf(part, attachment, width) {
  if (attachment !== undefined && part.n !== undefined) return fromBytes(part.n, part.at ?? 0, attachment, width);
  const times = Float64Array.from(part.t ?? []);
  const columns = (part.v ?? []).map((row) => Float64Array.from(row, (value) => value ?? NaN));
  return { times, columns };
}

/**
 * @param {number} count
 * @param {number} at
 * @param {ArrayBuffer | ArrayBufferView} attachment
 * @param {number | undefined} width
 * @returns {Samples}
 */
function fromBytes(count, at, attachment, width) {
  const [buffer, begin, size] = ArrayBuffer.isView(attachment)
    ? [attachment.buffer, attachment.byteOffset, attachment.byteLength]
    : [attachment, 0, attachment.byteLength];
  const most = count ? Math.floor((size - at) / 8 / count) - 1 : 0;
  const series = Math.max(0, Math.min(width ?? most, most));
  const length = count * (series + 1);
  const from = begin + at;
  // Node's buffers lie anywhere in memory; a view of doubles has to begin at a multiple of eight.
  const flat = from % 8 === 0
    ? new Float64Array(buffer, from, length)
    : new Float64Array(buffer.slice(from, from + 8 * length));
  const columns = [];
  for (let place = 1; place <= series; place++) columns.push(flat.subarray(place * count, (place + 1) * count));
  return { times: flat.subarray(0, count), columns };
}
