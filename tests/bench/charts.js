// Live charts that are updated by hand: ours, Plotly's extendTraces, uPlot. tests/bench/charts.py measures them in one page.

const START = 1_772_366_400_000;
const frame = () => new Promise((go) => requestAnimationFrame(go));
const COLOURS = ["#57b8ff", "#ed7715", "#7ceaa5", "#af799a", "#639b6e"];

/** A value of a series at a step: noise on a slow wave, so that the axes move now and then. */
const value = (series, step) => 50 + 30 * Math.sin((step + 40 * series) / 90) + 10 * Math.random();

class Ours {
  constructor(place, { series, points, width, height, given }) {
    this.stage = new Stage({ ...given, width, height, window: points * 1000, capacity: 2 * points }, templates);
    this.series = series;
    this.points = points;
  }

  async open() {
    await this.stage.open();
    const { series, points } = this;
    this.stage.append(
      Array.from({ length: points }, (_, at) => START + at * 1000),
      Array.from({ length: series }, (_, which) => Array.from({ length: points }, (_, at) => value(which, at))),
    );
    this.stage.draw();
  }

  update(step) {
    this.stage.append([START + step * 1000], Array.from({ length: this.series }, (_, which) => [value(which, step)]));
    this.stage.draw();
  }

  end() {
    this.stage.remove();
  }
}

class Extended {
  constructor(place, { series, points, width, height }) {
    this.element = place;
    Object.assign(this, { series, points, width, height });
  }

  open() {
    const { series, points, width, height } = this;
    const traces = Array.from({ length: series }, (_, which) => ({
      type: "scatter", mode: "lines", name: `s${which}`, line: { width: 1 },
      x: Array.from({ length: points }, (_, at) => START + at * 1000), y: Array.from({ length: points }, (_, at) => value(which, at)),
    }));
    const layout = { width, height, margin: { l: 44, r: 8, t: 8, b: 24 }, showlegend: false, xaxis: { type: "date" } };
    return Plotly.newPlot(this.element, traces, layout, { displayModeBar: false });
  }

  update(step) {
    const { series, points } = this;
    const all = Array.from({ length: series }, (_, which) => which);
    return Plotly.extendTraces(this.element, { x: all.map(() => [START + step * 1000]), y: all.map((which) => [value(which, step)]) }, all, points);
  }

  end() {
    Plotly.purge(this.element);
  }
}

class Micro {
  constructor(place, { series, points, width, height }) {
    const rows = Array.from({ length: series }, (_, which) => ({ label: `s${which}`, stroke: COLOURS[which % COLOURS.length], width: 1 }));
    this.data = [
      Array.from({ length: points }, (_, at) => START / 1000 + at),
      ...rows.map((_, which) => Array.from({ length: points }, (_, at) => value(which, at))),
    ];
    this.plot = new uPlot({ width, height, legend: { show: false }, cursor: { show: false }, series: [{}, ...rows] }, this.data, place);
  }

  open() {}

  update(step) {
    this.data.forEach((column, which) => {
      column.shift();
      column.push(which ? value(which - 1, step) : START / 1000 + step);
    });
    this.plot.setData(this.data);
  }

  end() {
    this.plot.destroy();
  }
}

const KINDS = { ours: Ours, extendTraces: Extended, uplot: Micro };

/** Put so many charts into the page. */
window.benchOpen = async (kind, how) => {
  const root = document.getElementById("stages");
  Object.assign(root.style, { display: "grid", gridTemplateColumns: `repeat(${how.across}, ${how.width}px)` });
  root.replaceChildren();
  window.charts = [];
  for (let at = 0; at < how.charts; at++) {
    const place = document.createElement("div");
    if (kind !== "ours") root.append(place);
    const chart = new KINDS[kind](place, how);
    await chart.open();
    charts.push(chart);
  }
  window.step = how.points;
  for (let at = 0; at < 20; at++) await benchFrame(true);
};

/** One frame, in which all are updated or none is; the milliseconds that the calls took. */
window.benchFrame = async (update) => {
  const began = performance.now();
  if (update) {
    const waits = charts.map((chart) => chart.update(step));
    window.step++;
    await Promise.all(waits);
  }
  const took = performance.now() - began;
  await frame();
  return took;
};

window.benchFrames = async (count, update) => {
  let took = 0;
  const began = performance.now();
  for (let at = 0; at < count; at++) took += await benchFrame(update);
  return { took, lasted: performance.now() - began };
};

window.benchEnd = () => {
  for (const chart of charts) chart.end();
  document.getElementById("stages").replaceChildren();
};
