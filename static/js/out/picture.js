// A panel as a picture: SVG, or PNG with twice as many pixels; below it, from when to when it is.

import { TEXT } from "../text.js";
import { Painter } from "./paint.js";
import { dayAndClock, zoneText } from "./files.js";
import { ground, svg, tag, xml } from "./tag.js";
import { ahead } from "../localtime.js";

/** @typedef {import("./panels.js").Held} Held */
/** @typedef {{svg: string, width: number, height: number}} Picture */

/** Pixels of a picture for each of the page. */
const FINE = 2;
/** Browsers have no larger canvas than this on a side; some have none with more pixels. */
const MOST_SIDE = 16_000;
const MOST_PIXELS = 64_000_000;
/** px of the line that tells the times. */
const FOOT = 26;
const EDGE = 14;
/** px of a panel in which there is room for where it is from, too. */
const BOTH = 440;
/** px of a letter of that line, and from one line to the next where one has no room. */
const LETTER = 6.5;
const LINE = 14;

/**
 * @param {Held} panel
 * @param {string} from where: the machine, the dashboard
 * @returns {Promise<Picture>}
 */
export async function pictureOf(panel, from) {
  const rest = await panel.settle();
  try {
    return framed(panel.element, timesText(panel.span()), from);
  } finally {
    rest();
  }
}

/**
 * @param {Element} element
 * @param {string} times
 * @param {string} from
 * @returns {Picture}
 */
function framed(element, times, from) {
  const { width, height } = element.getBoundingClientRect();
  const { backgroundColor } = getComputedStyle(element);
  const { quiet, font } = quietOf(element);
  const painter = new Painter(element);
  painter.inside(element);
  const lines = linesOf(times, width - 2 * EDGE);
  const tall = height + FOOT + (lines.length - 1) * LINE;
  const foot = (/** @type {number} */ x, /** @type {string} */ anchor, /** @type {string} */ text, line = 0) => tag("text", {
    x, "y": height + FOOT / 2 + line * LINE, "text-anchor": anchor, "font-size": 11, "font-family": font, "fill": quiet,
    "style": "font-variant-numeric:tabular-nums",
  }, xml(text));
  const inside = [ground(backgroundColor), ...painter.parts, ...lines.map((text, line) => foot(EDGE, "start", text, line)), ...(width < BOTH ? [] : [foot(width - EDGE, "end", from)])];
  return { width, height: tall, svg: svg(width, tall, inside.join("")) };
}

/** A span in one line, or in two where there is no room. @param {string} times @param {number} room px */
export function linesOf(times, room) {
  const [from = "", to = ""] = times.split(" – ");
  return times.length * LETTER <= room ? [times] : [`${from} –`, to];
}

/** Colour and font of what is said aside. @param {Element} element */
export function quietOf(element) {
  const style = getComputedStyle(element);
  return { quiet: style.getPropertyValue("--muted").trim(), font: style.fontFamily };
}

/** `2026-01-31 12:00:00 – 12:05:00 (UTC+01:00)`. @param {import("../chart.js").Span} span */
export function timesText({ from, to }) {
  const [first, last] = [dayAndClock(from), dayAndClock(to)];
  const end = first.slice(0, 10) === last.slice(0, 10) ? last.slice(11) : last;
  return `${first} – ${end} (UTC${ahead(to) ? zoneText(ahead(to)) : ""})`;
}

/** Pixels of the picture for each of the page: as many as are wanted, within what a browser can hold. @param {number} width @param {number} height */
export function finenessOf(width, height) {
  return Math.min(FINE, MOST_SIDE / width, MOST_SIDE / height, Math.sqrt(MOST_PIXELS / (width * height)));
}

/**
 * A canvas of a size in px of the page.
 * @param {number} width
 * @param {number} height
 */
export function canvasOf(width, height) {
  const fine = finenessOf(width, height);
  const canvas = document.createElement("canvas");
  canvas.width = Math.floor(width * fine);
  canvas.height = Math.floor(height * fine);
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.scale(canvas.width / width, canvas.height / height);
  return { canvas, pen };
}

/**
 * Put a picture on a canvas.
 * @param {CanvasRenderingContext2D} pen
 * @param {Picture} picture
 * @param {number} x
 * @param {number} y
 */
export async function drawn(pen, { svg, width, height }, x, y) {
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    pen.drawImage(image, x, y, width, height);
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** @param {Picture} picture @returns {Promise<Blob>} */
export async function pngOf(picture) {
  const { canvas, pen } = canvasOf(picture.width, picture.height);
  await drawn(pen, picture, 0, 0);
  return blobOf(canvas);
}

/** @param {HTMLCanvasElement} canvas @returns {Promise<Blob>} */
export function blobOf(canvas) {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(TEXT.noPicture))), "image/png");
  });
}

/** @param {Picture} picture */
export const svgBlob = ({ svg }) => new Blob([svg], { type: "image/svg+xml" });
