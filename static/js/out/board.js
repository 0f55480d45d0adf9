// The whole dashboard as one PNG, laid out as it is seen.

import { hand, fileName } from "./files.js";
import { Painter } from "./paint.js";
import { blobOf, canvasOf, drawn, quietOf, timesText } from "./picture.js";
import { ground, svg, tag, xml } from "./tag.js";

/** @typedef {import("./picture.js").Picture} Picture */

/** px above the charts, for the title. */
const HEAD = 52;
const EDGE = 18;
/** A page of more charts would take the memory of the browser. */
const MOST_PANELS = 120;

/**
 * @param {import("../app.js").App} app
 * @param {string} title of the dashboard
 */
export async function saveBoard(app, title) {
  const main = /** @type {HTMLElement} */ (document.getElementById("charts"));
  const panels = app.panels.inOrder().filter(({ element }) => main.contains(element)).slice(0, MOST_PANELS);
  const rest = await app.sight.settle(app.sight.within(main).slice(0, MOST_PANELS));
  try {
    const span = app.span();
    const { width, height } = main.getBoundingClientRect();
    const parts = partsOf(main, panels, headOf(main, title, `${timesText(span)}   ${app.boot.host}`));
    const { canvas, pen } = canvasOf(width, height + HEAD);
    for (const { picture, x, y } of parts) await drawn(pen, picture, x, y);
    hand(await blobOf(canvas), fileName(app.state.slug, span, "png"));
  } finally {
    rest();
  }
}

/**
 * All that is to be painted, and where. Nothing waits in here: all charts are taken at one moment.
 * @param {HTMLElement} main
 * @param {import("./panels.js").Held[]} panels
 * @param {Picture} head
 * @returns {{picture: Picture, x: number, y: number}[]}
 */
function partsOf(main, panels, head) {
  for (const panel of panels) panel.chart()?.settle();
  const inner = new Set(panels.map(({ element }) => element));
  const between = pictureOf(main, (element) => inner.has(/** @type {HTMLElement} */ (element)));
  const { left, top } = main.getBoundingClientRect();
  return [{ picture: head, x: 0, y: 0 }, { picture: between, x: 0, y: HEAD }, ...panels.map(({ element }) => {
    const box = element.getBoundingClientRect();
    return { picture: alone(element), x: box.left - left, y: box.top - top + HEAD };
  })];
}

/** What lies between the panels. @param {HTMLElement} main @param {(element: Element) => boolean} skip @returns {Picture} */
function pictureOf(main, skip) {
  const painter = new Painter(main, skip);
  painter.inside(main);
  return whole(main, painter);
}

/** @param {HTMLElement} element of a panel @returns {Picture} */
function alone(element) {
  const painter = new Painter(element);
  painter.element(element);
  return whole(element, painter);
}

/** @param {HTMLElement} element @param {Painter} painter @returns {Picture} */
function whole(element, { parts }) {
  const { width, height } = element.getBoundingClientRect();
  return { width, height, svg: svg(width, height, parts.join("")) };
}

/** The ground of all, and what it is. @param {HTMLElement} main @param {string} title @param {string} aside @returns {Picture} */
function headOf(main, title, aside) {
  const { width, height: body } = main.getBoundingClientRect();
  const { backgroundColor, color, fontFamily } = getComputedStyle(document.body);
  const height = body + HEAD;
  const { quiet } = quietOf(main);
  const text = (/** @type {string} */ word, /** @type {Record<string, string | number>} */ how) => tag("text", {
    "y": HEAD / 2 + 9, "font-family": fontFamily, "style": "font-variant-numeric:tabular-nums;white-space:pre", ...how,
  }, xml(word));
  const inside = [
    ground(backgroundColor),
    text(title, { "x": EDGE, "font-size": 15, "font-weight": 620, "fill": color }),
    text(aside, { "x": width - EDGE, "font-size": 12, "text-anchor": "end", "fill": quiet }),
  ];
  return { width, height, svg: svg(width, height, inside.join("")) };
}
