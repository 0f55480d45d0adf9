// Troubles of the server that stand until they are solved, one for each topic, and which of them somebody has folded away.

/** @typedef {{topic: string, level: string, text: string, t: number}} Notice as the server tells it; `t` in ms */
/** @typedef {Notice & {folded: boolean}} Standing */

/** @type {Record<string, number>} */
const RANKS = { error: 0, warning: 1 };
const LEAST = 2;

/** The server has greeted: all that stands is in its greeting. @param {Standing[]} before @param {Notice[]} [notices] @returns {Standing[]} */
export function greeted(before, notices = []) {
  return notices.filter(({ topic, text }) => topic && text).map((notice) => placed(before, notice)).sort(byRank);
}

/** It tells of one topic; an empty text solves it. @param {Standing[]} before @param {Notice} notice @returns {Standing[]} */
export function told(before, notice) {
  const others = before.filter(({ topic }) => topic !== notice.topic);
  return notice.text ? [...others, placed(before, notice)].sort(byRank) : others;
}

/** Somebody folds one away, or takes all of them back. @param {Standing[]} before @param {string} [topic] @returns {Standing[]} */
export function folded(before, topic) {
  return before.map((one) => ({ ...one, folded: topic !== undefined && (one.folded || one.topic === topic) }));
}

/** The same text again is nothing new to who has folded it away. @param {Standing[]} before @param {Notice} notice @returns {Standing} */
function placed(before, notice) {
  const known = before.find(({ topic }) => topic === notice.topic);
  return { ...notice, folded: known?.text === notice.text && known.folded };
}

/** @param {Standing} a @param {Standing} b */
function byRank(a, b) {
  return (RANKS[a.level] ?? LEAST) - (RANKS[b.level] ?? LEAST) || a.t - b.t || (a.topic < b.topic ? -1 : 1);
}
