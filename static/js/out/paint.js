// Draws a part of the page as SVG, as it is seen: boxes, lines of text as text, drawings as they are. So whatever a panel
// shows can leave the page as a picture, and no browser on the server is needed for it.

import { copyOf } from "./drawing.js";
import { tag, xml } from "./tag.js";

/** @typedef {{left: number, top: number, width: number, height: number}} Box */

/** Words of one text of which each line is looked for; longer ones are no part of a dashboard. */
const MOST_WORDS = 3_000;
const SIDES = /** @type {const} */ (["Top", "Right", "Bottom", "Left"]);

export class Painter {
  /**
   * @param {Element} root
   * @param {(element: Element) => boolean} [skip] whether it is not to be drawn
   */
  constructor(root, skip = () => false) {
    const { left: x, top: y } = root.getBoundingClientRect();
    this.origin = { x, y };
    this.skip = skip;
    /** @type {string[]} */
    this.parts = [];
    this.clips = 0;
    this.pen = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
  }

  /** What is inside of an element. @param {Element} element */
  inside(element) {
    for (const child of element.childNodes) {
      if (child instanceof Text) this.text(child, /** @type {Element} */ (element));
      else if (child instanceof Element) this.element(child);
    }
  }

  /** @param {Element} element */
  element(element) {
    if (element.hasAttribute("data-apart") || this.skip(element)) return;
    const style = getComputedStyle(element);
    const box = this.place(element.getBoundingClientRect());
    const opacity = Number(style.opacity);
    const cut = style.overflowX !== "visible" && !(element instanceof SVGElement);
    if (style.display === "none" || style.visibility !== "visible" || !opacity || (cut && box.width <= 1)) return;
    if (opacity < 1) this.parts.push(`<g opacity="${opacity}">`);
    if (element instanceof SVGSVGElement) this.parts.push(copyOf(element, box));
    else {
      this.box(box, style);
      if (cut) this.clip(box);
      if (element instanceof HTMLCanvasElement) this.image(element, box);
      else if (!/^(INPUT|SELECT|TEXTAREA|VIDEO|IFRAME)$/.test(element.tagName)) {
        if (style.display === "list-item") this.marker(element, box, style);
        this.inside(element);
      }
      if (cut) this.parts.push("</g>");
    }
    if (opacity < 1) this.parts.push("</g>");
  }

  // --- inside

  /** @param {Box} box of the window @returns {Box} of the picture */
  place({ left, top, width, height }) {
    return { left: left - this.origin.x, top: top - this.origin.y, width, height };
  }

  /** Ground and edges. @param {Box} box @param {CSSStyleDeclaration} style */
  box(box, style) {
    const radius = parseFloat(style.borderTopLeftRadius) || 0;
    const width = parseFloat(style.borderTopWidth) || 0;
    const even = SIDES.every((side) => style[`border${side}Width`] === style.borderTopWidth && style[`border${side}Color`] === style.borderTopColor);
    const fill = seen(style.backgroundColor) ? style.backgroundColor : "none";
    const stroke = even && width && style.borderTopStyle !== "none" && seen(style.borderTopColor);
    if (fill !== "none" || stroke) {
      const inset = stroke ? width / 2 : 0;
      this.parts.push(tag("rect", {
        "x": box.left + inset, "y": box.top + inset, "width": Math.max(0, box.width - 2 * inset), "height": Math.max(0, box.height - 2 * inset),
        "rx": Math.min(radius, box.height / 2), fill, "stroke": stroke ? style.borderTopColor : null, "stroke-width": stroke ? width : null,
      }));
    }
    if (!even) for (const side of SIDES) this.edge(box, style, side);
  }

  /** @param {Box} box @param {CSSStyleDeclaration} style @param {typeof SIDES[number]} side */
  edge({ left, top, width, height }, style, side) {
    const thick = parseFloat(style[`border${side}Width`]) || 0;
    const colour = style[`border${side}Color`];
    if (!thick || style[`border${side}Style`] === "none" || !seen(colour)) return;
    const x = side === "Right" ? left + width - thick : left;
    const y = side === "Bottom" ? top + height - thick : top;
    const upright = side === "Left" || side === "Right";
    this.parts.push(tag("rect", { x, y, width: upright ? thick : width, height: upright ? height : thick, fill: colour }));
  }

  /** Nothing of what follows lies outside, until this group ends. @param {Box} box */
  clip({ left, top, width, height }) {
    const id = `clip-${++this.clips}`;
    this.parts.push(tag("clipPath", { id }, tag("rect", { x: left, y: top, width, height })), `<g clip-path="url(#${id})">`);
  }

  /** @param {HTMLCanvasElement} canvas @param {Box} box */
  image(canvas, { left: x, top: y, width, height }) {
    if (!canvas.width || !canvas.height) return;
    this.parts.push(tag("image", { x, y, width, height, preserveAspectRatio: "none", href: canvas.toDataURL() }));
  }

  /** The dot of a list. @param {Element} element @param {Box} box @param {CSSStyleDeclaration} style */
  marker(element, { left, top }, style) {
    if (style.listStyleType === "none") return;
    const size = parseFloat(style.fontSize);
    const numbered = style.listStyleType === "decimal";
    const word = numbered ? `${[...element.parentElement?.children ?? []].indexOf(element) + 1}.` : "•";
    this.pen.font = `${style.fontSize} ${style.fontFamily}`;
    this.word(word, left - size * (numbered ? 0.4 : 0.65) - this.pen.measureText(word).width, top + size * 1.1, style);
  }

  /** @param {Text} node @param {Element} parent */
  text(node, parent) {
    if (!node.data.trim()) return;
    const style = getComputedStyle(parent);
    this.pen.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = this.pen.measureText("x");
    for (const { text, box } of linesOf(node)) {
      const { left, top, height } = this.place(box);
      this.word(this.fitting(text, box, parent, style), left, top + (height * up) / (up + down || 1), style);
    }
  }

  /** What does not fit is cut off as the page does it. @param {string} text @param {Box} box @param {Element} parent @param {CSSStyleDeclaration} style */
  fitting(text, { left, width }, parent, style) {
    if (style.textOverflow !== "ellipsis" || parent.scrollWidth <= parent.clientWidth) return text;
    const room = parent.getBoundingClientRect().right - left;
    if (width <= room) return text;
    const letters = [...text];
    while (letters.length && this.pen.measureText(`${letters.join("")}…`).width > room) letters.pop();
    return `${letters.join("")}…`;
  }

  /** @param {string} text @param {number} x @param {number} y of its baseline @param {CSSStyleDeclaration} style */
  word(text, x, y, style) {
    this.parts.push(tag("text", {
      x, y, "fill": style.color, "font-size": style.fontSize, "font-weight": style.fontWeight, "font-family": style.fontFamily,
      "font-style": style.fontStyle === "normal" ? null : style.fontStyle,
      "letter-spacing": style.letterSpacing === "normal" ? null : style.letterSpacing,
      "text-decoration": style.textDecorationLine === "none" ? null : style.textDecorationLine,
      "style": `font-variant-numeric:${style.fontVariantNumeric};white-space:pre`,
    }, xml(text)));
  }
}

/** @param {string} colour as browsers compute it */
export function seen(colour) {
  return colour !== "transparent" && !/^rgba\(.*, 0\)$/.test(colour);
}

/** The lines of a text as the page breaks them. @param {Text} node @returns {{text: string, box: DOMRect}[]} */
function linesOf(node) {
  const range = document.createRange();
  // The space between this text and its neighbours is theirs: a line begins with its first letter.
  const begin = node.data.search(/\S/);
  range.setStart(node, begin);
  range.setEnd(node, node.data.trimEnd().length);
  const boxes = [...range.getClientRects()];
  const first = boxes[0];
  if (!first) return [];
  if (boxes.every(({ top }) => Math.abs(top - first.top) < 2)) return [{ text: node.data.replace(/\s+/g, " ").trim(), box: range.getBoundingClientRect() }];
  /** @type {{text: string, box: DOMRect}[]} */
  const lines = [];
  for (const { 0: word, index } of [...node.data.matchAll(/\S+/g)].slice(0, MOST_WORDS)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    const box = range.getClientRects()[0];
    const last = lines.at(-1);
    if (!box) continue;
    if (last && Math.abs(last.box.top - box.top) < 2) last.text += ` ${word}`;
    else lines.push({ text: word, box });
  }
  return lines;
}
