// What was done to a document, so that it can be undone and done again.

import { same } from "./document.js";

/** @typedef {import("./types.js").Board} Board */
/** @typedef {{past: Board[], now: Board, future: Board[], key: string}} Edits `key` is of what goes on: typing is one step */

const MOST = 200;

/** @param {Board} board @returns {Edits} */
export function begin(board) {
  return { past: [], now: board, future: [], key: "" };
}

/**
 * @param {Edits} edits
 * @param {Board} board
 * @param {string} [key] edits of the same one, in a row, are one step
 * @returns {Edits}
 */
export function edit(edits, board, key = "") {
  if (same(board, edits.now)) return edits;
  if (key && key === edits.key) return { ...edits, now: board, future: [] };
  return { past: [...edits.past, edits.now].slice(-MOST), now: board, future: [], key };
}

/** What follows is a step of its own. @param {Edits} edits @returns {Edits} */
export function settle(edits) {
  return edits.key ? { ...edits, key: "" } : edits;
}

/** @param {Edits} edits @returns {Edits} */
export function undo(edits) {
  const before = edits.past.at(-1);
  return before ? { past: edits.past.slice(0, -1), now: before, future: [edits.now, ...edits.future], key: "" } : edits;
}

/** @param {Edits} edits @returns {Edits} */
export function redo(edits) {
  const [after, ...future] = edits.future;
  return after ? { past: [...edits.past, edits.now], now: after, future, key: "" } : edits;
}
