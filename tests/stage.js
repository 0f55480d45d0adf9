// A page with charts and nothing else: whoever tests or measures one feeds it by hand. tests/stage.py serves it.

import { Chart } from "/static/js/chart.js";
import { Ring } from "/static/js/ring.js";
import { Units } from "/static/js/units.js";

const NOBODY = new Set();

/** A chart with samples of its own. */
export class Stage {
  constructor({ metric, figure, spec = {}, every = 1000, capacity = 5000, window = 60_000, width = 600, height = 220, left = 0 }, templates) {
    this.templates = templates;
    this.window = window;
    this.element = document.createElement("div");
    this.element.className = "canvas";
    this.outer = document.createElement("div");
    this.outer.className = "stage plot";
    Object.assign(this.outer.style, { width: `${width}px`, height: `${height}px`, marginLeft: `${left}px` });
    this.outer.append(this.element);
    document.getElementById("stages").append(this.outer);
    this.ring = new Ring(capacity, every);
    this.ring.setSeries(metric.series);
    this.chart = new Chart(this.element, { metric, figure, base: "/static/", units: new Units({}), onZoom() {}, spec });
    this.offset = 0;
    this.paused = false;
  }

  open() {
    return this.chart.open();
  }

  /** @param {number[]} times @param {(number | null)[][]} columns */
  append(times, columns) {
    this.offset += times.length;
    this.ring.append({ times: Float64Array.from(times), columns: columns.map((one) => Float64Array.from(one, (value) => value ?? NaN)) }, this.offset);
  }

  draw() {
    const theme = document.documentElement.dataset.theme;
    const to = this.ring.last;
    this.chart.draw(this.ring, {
      span: { from: to - this.window, to }, theme, template: this.templates[theme], hidden: NOBODY, pinned: NOBODY, paused: this.paused,
    });
    return this.element.drawn?.by;
  }

  /** Sample after sample, as live data come. */
  play(times, columns, last = times.length) {
    const first = Math.max(0, times.length - last);
    if (first) this.append(times.slice(0, first), columns.map((column) => column.slice(0, first)));
    for (let at = first; at < times.length; at++) {
      this.append([times[at]], columns.map((column) => [column[at]]));
      this.draw();
    }
    return this.element.drawn?.by;
  }

  /** Whether the ticks, which are moved a few times a second, are where the lines are. */
  calm() {
    this.draw();
    const { chart } = this;
    return chart.axis.behind(chart.seen) < 0.5;
  }

  remove() {
    this.chart.destroy();
    this.outer.remove();
  }

  resize(width, height) {
    Object.assign(this.outer.style, { width: `${width}px`, height: `${height}px` });
    this.chart.resize();
    return this.draw();
  }
}

window.Stage = Stage;
