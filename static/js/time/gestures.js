// What hands do to a span of time: move it on, or stretch it around a point. Numbers only; see hands.js for the events.

import { momentAt } from "../marks.js";

/** @typedef {{from: number, to: number}} Span ms */
/** @typedef {import("../marks.js").Area} Area */
/** @typedef {{at: number, x: number}} Tap when a finger has tapped, ms, and where, px */
/** @typedef {{shortest: number, longest: number, first: number, last: number}} Bounds of spans, ms; `first` and `last` moments */

/** px of a wheel that make a span twice as long. */
const DOUBLES = 240;
/** px of one line and one page of a wheel that counts in these. */
const LINE = 16;
const PAGE = 400;
/** px of one event at most: some wheels send a page at once. */
const MOST = 240;
/** px of a drag that is no click. */
export const SLACK = 4;
/** ms and px between two taps that are one. */
const TWICE = 320;
const NEAR = 28;
/** px that two fingers are taken to be apart at least: closer ones would stretch the span without end. */
const CLOSE = 24;

/** @param {Span} span */
export const lengthOf = ({ from, to }) => to - from;

/** Whether two taps are a double one. @param {Tap} tap @param {Tap | null} before */
export const isSecond = (tap, before) => before !== null && tap.at - before.at < TWICE && Math.abs(tap.x - before.x) < NEAR;

/** The span after its picture was moved to the right. @param {Span} span @param {number} px @param {number} width of the plot, px @returns {Span} */
export function panned(span, px, width) {
  const shift = (-px * lengthOf(span)) / width;
  return { from: span.from + shift, to: span.to + shift };
}

/** The span, so many times as long; what is at this moment stays where it is. @param {Span} span @param {number} factor @param {number} at @returns {Span} */
export function stretched({ from, to }, factor, at) {
  return { from: at - (at - from) * factor, to: at + (to - at) * factor };
}

/**
 * The span after two fingers went from `begin` to `end`: what was below them still is.
 * @param {Area} area as it was at the beginning
 * @param {[number, number]} begin px from the left of the chart
 * @param {[number, number]} end
 * @returns {Span}
 */
export function pinched({ from, to, left, width }, begin, end) {
  const apart = ([one, other] = begin) => Math.max(CLOSE, Math.abs(other - one));
  const middle = ([one, other] = begin) => (one + other) / 2 - left;
  const length = ((to - from) * apart(begin)) / apart(end);
  const at = from + ((to - from) * middle(begin)) / width;
  const start = at - (length * middle(end)) / width;
  return { from: start, to: start + length };
}

/**
 * The nearest span that there may be: neither too short nor too long, nor beyond what there is.
 * @param {Span} span
 * @param {Bounds} bounds
 * @returns {Span}
 */
export function within(span, { shortest, longest, first, last }) {
  const length = lengthOf(span);
  const fit = Math.max(shortest, Math.min(longest, Math.max(shortest, last - first), length));
  const { from } = length === fit ? span : stretched(span, fit / length, (span.from + span.to) / 2);
  const begin = Math.min(Math.max(from, first), last - fit);
  return { from: begin, to: begin + fit };
}

/**
 * What a wheel says: how far it moves the picture, or how many times longer the span gets; null for what scrolls the page.
 * @param {{deltaX: number, deltaY: number, deltaMode: number, ctrlKey: boolean, metaKey: boolean, shiftKey: boolean}} event
 * @returns {{px: number, factor?: undefined} | {factor: number, px?: undefined} | null}
 */
export function wheeled({ deltaX, deltaY, deltaMode, ctrlKey, metaKey, shiftKey }) {
  const unit = deltaMode === 1 ? LINE : deltaMode === 2 ? PAGE : 1;
  const bound = (/** @type {number} */ delta) => Math.max(-MOST, Math.min(MOST, delta * unit));
  if (ctrlKey || metaKey) return { factor: 2 ** (bound(deltaY) / DOUBLES) };
  if (Math.abs(deltaX) > Math.abs(deltaY)) return { px: -bound(deltaX) };
  return shiftKey && deltaY ? { px: -bound(deltaY) } : null;
}

/** What a drag from here to there selects; null for a click. @param {Area} area @param {number} begin px @param {number} end @returns {Span | null} */
export function selected(area, begin, end) {
  if (Math.abs(end - begin) < SLACK) return null;
  const [from, to] = [momentAt(area, Math.min(begin, end)), momentAt(area, Math.max(begin, end))];
  return to > from ? { from, to } : null;
}

/** Whether a span is as long as the window and ends now, so that it may go on as live. @param {Span} span @param {number} window ms @param {number} head ms */
export function isLive(span, window, head) {
  const slack = window / 100;
  return Math.abs(lengthOf(span) - window) <= slack && span.to >= head - slack;
}
