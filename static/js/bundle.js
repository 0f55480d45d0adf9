// Where Plotly comes from: the cartesian bundle that the page has begun to load, or the full one for rarer charts.

import { loaded, once } from "./script.js";
import { tilesText } from "./text.js";

/** Trace types that the cartesian bundle draws. */
const CARTESIAN = new Set([
  "bar", "box", "contour", "heatmap", "histogram", "histogram2d", "histogram2dcontour", "image", "pie", "scatter",
  "scatterternary", "violin",
]);

/** Whether the bundle that is always there draws it. @param {import("./types.js").Json} trace */
export function everyday({ type = "scatter" }) {
  return CARTESIAN.has(type);
}

/** Maps made of tiles; dashboard/dashboards/traces.py knows them, too. */
const TILED = /^(scatter|choropleth|density)map(box)?$/;

/** Why a trace is not drawn, though Plotly could: "" for one that is. @param {import("./types.js").Json} trace */
export function tiled({ type }) {
  const [, what] = TILED.exec(`${type}`) ?? [];
  return what ? tilesText(`${type}`, what === "choropleth" ? "choropleth" : "scattergeo") : "";
}

/**
 * @param {import("./types.js").Figure} figure
 * @param {string} base address of the static files of this build, with a slash at the end
 * @returns {Promise<any>} the Plotly that can draw it; an error where nothing here can
 */
export async function plotlyFor(figure, base) {
  const why = figure.data.map(tiled).find(Boolean);
  if (why) throw new Error(why);
  return figure.data.every(everyday) ? cartesian(base) : full(base);
}

/** @param {string} base */
export function cartesian(base) {
  return once("cartesian", () => loaded(document.querySelector("script#plotly"), `${base}vendor/plotly-cartesian.min.js`, "Plotly"));
}

/**
 * The full bundle puts the rules of its map library into the page, which our policy refuses and reports, unless an
 * element of this id is there. Maps of tiles are not drawn here.
 */
const MAP_RULES = "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53";

/** @param {string} base */
export function full(base) {
  // Charts keep the Plotly that made them, so that a second bundle does not change the first one's.
  return once("full", async () => {
    await cartesian(base);
    const place = document.createElement("meta");
    place.id = MAP_RULES;
    document.head.append(place);
    const plotly = await loaded(null, `${base}plotly.full.min.js`, "Plotly");
    // Outlines of countries are ours, too: nothing is fetched from anywhere else.
    plotly.setPlotConfig({ topojsonURL: `${base}vendor/maps/` });
    return plotly;
  });
}
