// What lies over a chart at moments of time: pins, a line at the moment somebody looks at, and where they point. Plotly
// knows nothing of it, so that none of it costs a drawing.

/** @typedef {{from: number, to: number, left: number, width: number, top: number, height: number}} Area of the plot, px, and its span, ms */
/** @typedef {{id: number, at: number, colour: string, ink: string, author: string, text: string}} Pin */

/** Pins that one chart shows; of more nobody can hit one. */
const MOST = 60;

/** How far from the left of the chart a moment is, px; null outside of what it shows. @param {Area} area @param {number} at */
export function placeOf({ from, to, left, width }, at) {
  return at < from || at > to ? null : left + (width * (at - from)) / (to - from);
}

/** The moment at a place. @param {Area} area @param {number} x px from the left of the chart */
export function momentAt({ from, to, left, width }, x) {
  return from + ((to - from) * Math.max(0, Math.min(width, x - left))) / width;
}

export class Marks {
  /** @param {HTMLElement} element over the chart @param {(id: number) => void} onOpen somebody wants to read a pin */
  constructor(element, onOpen) {
    this.element = element;
    this.onOpen = onOpen;
    /** @type {Area | null} */
    this.area = null;
    /** @type {Pin[]} */
    this.pins = [];
    /** @type {Map<number, HTMLElement>} */
    this.flags = new Map();
    this.band = made("i", "band");
    this.hair = made("i", "hair");
    this.moment = made("i", "moment");
    this.line = made("i", "crosshair");
    this.dot = made("span", "pointer");
    /** @type {number | null} */
    this.at = null;
    /** @type {{crosshair: number | null, colour: string}} */
    this.cross = { crosshair: null, colour: "" };
    /** @type {{t: number, y: number, name: string, colour: string, ink: string} | null} */
    this.pointer = null;
    /** @type {{at: number | null, selection: {from: number, to: number} | null}} what the page's own pointer is at, in whichever chart */
    this.own = { at: null, selection: null };
    element.append(this.band, this.hair, this.moment, this.line, this.dot);
    this.draw();
  }

  /** The chart was drawn, perhaps a little farther on. @param {Area | null} area */
  place(area) {
    this.area = area;
    this.draw();
  }

  /** @param {Pin[]} pins */
  setPins(pins) {
    this.pins = pins;
    for (const flag of this.flags.values()) flag.remove();
    this.flags.clear();
    this.draw();
  }

  /** The moment that somebody wants to look at. @param {number | null} at */
  setMoment(at) {
    this.at = at;
    this.draw();
  }

  /** @param {Marks["own"]} own */
  setOwn({ at, selection }) {
    this.own = { at, selection };
    this.drawOwn();
  }

  /** @param {Marks["cross"]} cross @param {Marks["pointer"]} pointer */
  point(cross, pointer) {
    this.cross = cross;
    this.pointer = pointer;
    this.draw();
  }

  draw() {
    const { area, moment, line, dot, cross, pointer, at } = this;
    this.drawOwn();
    this.upright(moment, at);
    this.upright(line, cross.crosshair);
    line.style.backgroundColor = cross.colour;
    const x = area && pointer ? placeOf(area, pointer.t) : null;
    dot.hidden = x === null;
    if (area && pointer && x !== null) {
      dot.style.transform = `translate(${x}px, ${area.top + (1 - pointer.y) * area.height}px)`;
      dot.style.setProperty("--own", pointer.colour);
      dot.style.setProperty("--ink", pointer.ink);
      if (dot.textContent !== pointer.name) dot.textContent = pointer.name;
    }
    const seen = area ? this.pins.filter((pin) => placeOf(area, pin.at) !== null).slice(-MOST) : [];
    const ids = new Set(seen.map(({ id }) => id));
    for (const [id, flag] of this.flags) {
      if (ids.has(id)) continue;
      flag.remove();
      this.flags.delete(id);
    }
    for (const pin of seen) {
      const flag = this.flags.get(pin.id) ?? this.flag(pin);
      this.upright(flag, pin.at);
      // A label opens to where there is room.
      flag.classList.toggle("late", area !== null && (placeOf(area, pin.at) ?? 0) > area.left + area.width / 2);
    }
  }

  drawOwn() {
    const { area, band, hair, own } = this;
    this.upright(hair, own.at);
    const { from = NaN, to = NaN } = own.selection ?? {};
    band.hidden = !area || !(from < area.to && to > area.from);
    if (!area || band.hidden) return;
    const [begin, end] = [from, to].map((time) => area.left + area.width * Math.max(0, Math.min(1, (time - area.from) / (area.to - area.from))));
    Object.assign(band.style, {
      transform: `translateX(${begin}px)`, width: `${Number(end) - Number(begin)}px`, top: `${area.top}px`, height: `${area.height}px`,
    });
  }

  /** @param {HTMLElement} element @param {number | null} at ms */
  upright(element, at) {
    const { area } = this;
    const x = area && at !== null ? placeOf(area, at) : null;
    element.hidden = x === null;
    if (!area || x === null) return;
    Object.assign(element.style, { transform: `translateX(${onPixels(x)}px)`, top: `${area.top}px`, height: `${area.height}px` });
  }

  /** @param {Pin} pin */
  flag({ id, colour, ink, author, text }) {
    const flag = made("div", "pin");
    const button = made("button", "flag");
    button.setAttribute("aria-label", `${author}: ${text}`);
    button.addEventListener("click", () => this.onOpen(id));
    const label = made("span", "label");
    const name = made("b", "");
    name.textContent = author;
    label.append(name, ` ${text}`);
    flag.style.setProperty("--own", colour);
    flag.style.setProperty("--ink", ink);
    flag.append(button, label);
    this.flags.set(id, flag);
    this.element.append(flag);
    return flag;
  }
}

/**
 * Where a line of one pixel begins that is at x. On a fraction of a device's pixel it would be two pixels wide, and pale.
 * @param {number} x px @param {number} [density] device pixels in one
 */
export function onPixels(x, density = globalThis.devicePixelRatio ?? 1) {
  return Math.round((x - 0.5) * density) / density;
}

/** @param {string} tag @param {string} name */
function made(tag, name) {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}
