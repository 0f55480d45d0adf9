// The canvas over a chart that follows live data: it draws what Plotly would draw, at a fiftieth of the cost.

import { bars } from "./bars.js";
import { curves } from "./curves.js";
import { placeIn } from "./geometry.js";
import { dots, strokes } from "./strokes.js";

/** @typedef {import("../types.js").Json} Json */
/** @typedef {import("./geometry.js").Span} Span */
/** @typedef {import("./geometry.js").Place} Place */
/** @typedef {CanvasRenderingContext2D} Pen */

/** What Plotly's lines have where they turn; a sharper corner is cut. */
const MITER = 2;

export class Layer {
  /** @param {HTMLElement} element in which Plotly draws */
  constructor(element) {
    this.element = element;
    this.canvas = document.createElement("canvas");
    this.canvas.className = "live-layer";
    this.canvas.setAttribute("aria-hidden", "true");
    this.pen = /** @type {Pen} */ (this.canvas.getContext("2d"));
    /** Whether it draws, and not Plotly. */
    this.on = false;
  }

  /**
   * Draw all traces, in place of Plotly's own.
   * @param {any} plotted the element, as Plotly left it
   * @param {Json[]} traces filled ones
   * @param {Json} layout as Plotly was given it
   * @param {Span} span
   */
  draw(plotted, traces, layout, span) {
    const { pen } = this;
    const full = plotted._fullLayout;
    this.fit(plotted, full);
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    for (const [name, own] of byAxis(traces)) {
      const place = placeIn(full.xaxis, full[name], span, devicePixelRatio);
      pen.save();
      pen.beginPath();
      pen.rect(place.left, place.top, place.width, place.height);
      pen.clip();
      bars(pen, own.filter(({ type }) => type === "bar"), place, layout);
      const lines = own.filter(({ mode }) => mode === "lines").sort((a, b) => (a["zorder"] ?? 0) - (b["zorder"] ?? 0));
      strokes(pen, curves(lines, place), place);
      pen.restore();
      for (const trace of own) if (trace["mode"] === "markers") dots(pen, trace, place);
    }
    this.show(true);
  }

  /** As large as Plotly's picture, and between that and what it shows beside the pointer. @param {any} plotted @param {any} full */
  fit(plotted, { width, height, _glcontainer }) {
    const { canvas, pen } = this;
    const [across, down] = [Math.ceil(width * devicePixelRatio), Math.ceil(height * devicePixelRatio)];
    if (canvas.width !== across || canvas.height !== down) {
      Object.assign(canvas, { width: across, height: down });
      Object.assign(canvas.style, { width: `${across / devicePixelRatio}px`, height: `${down / devicePixelRatio}px` });
      pen.miterLimit = MITER;
    }
    const below = _glcontainer?.node() ?? plotted;
    if (canvas.parentNode !== below) below.append(canvas);
  }

  /** Whether it is seen, and Plotly's traces are not. @param {boolean} on */
  show(on) {
    if (this.on === on) return;
    this.on = on;
    this.element.dataset["drawnBy"] = on ? "live" : "plotly";
  }
}

/** Traces by their axis of values, in the order in which these lie on each other. @param {Json[]} traces */
function byAxis(traces) {
  /** @type {Map<string, Json[]>} */
  const found = new Map();
  for (const trace of traces) {
    const name = `yaxis${(trace["yaxis"] ?? "y").slice(1)}`;
    found.set(name, [...(found.get(name) ?? []), trace]);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}
