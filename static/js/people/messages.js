// What was said in a room, as one list: what comes twice, changed or late takes its place.

/**
 * @typedef {{id: string, name: string, colour: number}} Person
 *
 * @typedef {object} Message
 * @property {number} id
 * @property {number} offset number of its last change
 * @property {string} room
 * @property {Person} from
 * @property {number} t ms
 * @property {string} text Markdown
 * @property {[number, number]} [span] ms
 * @property {string} [metric]
 * @property {number} [pin] ms
 * @property {boolean} [edited]
 * @property {boolean} [deleted]
 *
 * @typedef {{id: number, from: Person, to: string, t: number, text: string}} Whisper
 */

/** Messages of a room that are held; pinned ones are drawn and stay beyond that. */
const MOST = 500;

/**
 * @param {Message[]} held by id
 * @param {Message[]} changes
 * @returns {Message[]} by id; what was taken back stays as that, so that an older copy which comes late does not bring it back
 */
export function merged(held, changes) {
  if (!changes.length) return held;
  const all = new Map(held.map((one) => [one.id, one]));
  for (const change of changes) {
    const known = all.get(change.id);
    if (!known || known.offset < change.offset) all.set(change.id, change);
  }
  const sorted = [...all.values()].sort((a, b) => a.id - b.id);
  const first = sorted.length - MOST;
  return sorted.filter((one, place) => place >= first || (one.pin !== undefined && !one.deleted));
}

/** All that the room keeps has come: of what is held only what is newer counts. @param {Message[]} held @param {Message[]} all @param {number} offset of the answer */
export function replaced(held, all, offset) {
  return merged(held.filter((one) => one.offset > offset), all);
}

/** @param {Message[]} held */
export const standing = (held) => held.filter((one) => !one.deleted);

/** Those that are drawn on the charts, in the order of their moments. @param {Message[]} held */
export function pinned(held) {
  return held.filter((one) => one.pin !== undefined && !one.deleted).sort((a, b) => /** @type {number} */ (a.pin) - /** @type {number} */ (b.pin));
}

/** How many of them somebody has not seen. @param {{id: number, from: Person, deleted?: boolean}[]} held @param {number} read id of the last that they have @param {string} own their id */
export function unreadOf(held, read, own) {
  return held.filter((one) => one.id > read && one.from.id !== own && !one.deleted).length;
}

/** @param {Whisper[]} held @param {Whisper} one */
export function whispered(held, one) {
  return held.some(({ id }) => id === one.id) ? held : [...held, one].sort((a, b) => a.id - b.id);
}

/** Up to two letters that stand for a name. @param {string} name */
export function initials(name) {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  return words.slice(0, 2).map((word) => [...word][0] ?? "").join("").toUpperCase();
}
