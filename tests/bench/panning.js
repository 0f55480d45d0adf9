// Charts that a mouse drags through time, all of them together: Plotly's own drag, and uPlot. tests/bench/panning.py moves the mouse.

const START = 1_772_366_400_000;
const COLOURS = ["#57b8ff", "#ed7715", "#7ceaa5"];
const value = (series, step) => 50 + 30 * Math.sin((step + 40 * series) / 90) + 10 * Math.random();

/** More than is shown, so that there is something on either side. */
const columns = ({ series, points }) => [
  Array.from({ length: 3 * points }, (_, at) => at),
  ...Array.from({ length: series }, (_, which) => Array.from({ length: 3 * points }, (_, at) => value(which, at))),
];

const MAKE = {
  async plotly(places, how) {
    const { points, width, height } = how;
    const range = [START + points * 1000, START + 2 * points * 1000];
    for (const place of places) {
      const [steps, ...rows] = columns(how);
      const traces = rows.map((y, which) => ({
        type: "scatter", mode: "lines", name: `s${which}`, line: { width: 1, color: COLOURS[which % 3] }, x: steps.map((at) => START + at * 1000), y,
      }));
      const layout = {
        width, height, margin: { l: 44, r: 8, t: 8, b: 24 }, showlegend: false, dragmode: "pan", xaxis: { type: "date", range }, yaxis: { fixedrange: true },
      };
      await Plotly.newPlot(place, traces, layout, { displayModeBar: false });
      // As its users link charts: what one is dragged to, the others are told.
      place.on("plotly_relayouting", (event) => {
        const there = [event["xaxis.range[0]"], event["xaxis.range[1]"]];
        for (const other of places) if (other !== place) Plotly.relayout(other, { "xaxis.range": there });
      });
    }
    return () => new Date(places.at(-1)._fullLayout.xaxis.range[0]).getTime();
  },

  uplot(places, how) {
    const { points, width, height } = how;
    const [from, to] = [START / 1000 + points, START / 1000 + 2 * points];
    const plots = places.map((place) => {
      const [steps, ...rows] = columns(how);
      const series = rows.map((_, which) => ({ label: `s${which}`, stroke: COLOURS[which % 3], width: 1 }));
      const given = {
        width, height, legend: { show: false }, cursor: { show: false, drag: { setScale: false } }, series: [{}, ...series], scales: { x: { range: null } },
      };
      const plot = new uPlot(given, [steps.map((at) => START / 1000 + at), ...rows], place);
      plot.setScale("x", { min: from, max: to });
      return plot;
    });
    for (const plot of plots) {
      // As its demo of dragging does.
      plot.over.addEventListener("mousedown", (down) => {
        const { min, max } = plot.scales.x;
        const per = (max - min) / plot.over.clientWidth;
        const move = (event) => {
          const by = (down.clientX - event.clientX) * per;
          for (const one of plots) one.setScale("x", { min: min + by, max: max + by });
        };
        document.addEventListener("mousemove", move);
        document.addEventListener("mouseup", () => document.removeEventListener("mousemove", move), { once: true });
      });
    }
    return () => plots.at(-1).scales.x.min * 1000;
  },
};

/** Put so many charts into the page; `panAt` tells since when the last one of them shows something, ms. */
window.panOpen = async (kind, how) => {
  const root = document.getElementById("stages");
  Object.assign(root.style, { display: "grid", gap: "12px", gridTemplateColumns: `repeat(${how.across}, ${how.width}px)` });
  root.replaceChildren();
  const places = Array.from({ length: how.charts }, () => root.appendChild(document.createElement("div")));
  window.panAt = await MAKE[kind](places, how);
};
