// What a panel tells beside the picture of its chart: the legend with its values, the unit, and the chart in words.

import { placesOf } from "./only.js";
import { legendOf } from "./own.js";
import { rowsAhead, rowsOf } from "./rows.js";
import { spoken } from "./spoken.js";
import { statsOf } from "./time/stats.js";
import { joined, short } from "./units.js";

/** @typedef {import("./types.js").Metric} Metric */
/** @typedef {{palette: string[], quiet: string}} Colours */

/**
 * @typedef {object} Told
 * @property {string} unit of the axis
 * @property {import("./components/legend.js").Row[]} rows of the legend
 * @property {import("./chart.js").Chart["legend"]} legend which kind of one
 * @property {string} low end of a heat map's colours
 * @property {string} high
 * @property {number} lines how many series are drawn
 * @property {number} all how many are meant
 * @property {boolean} newest whether it shows the newest values, wherever one looks
 * @property {boolean} empty whether there is no sample in what is shown
 * @property {boolean} alone whether there is nothing of the time that it is compared with
 * @property {string} words the chart for who does not see it
 */

/** ms between two tellings of the chart in words: nobody listens to it for less. */
const WORDS_EVERY = 5_000;
const STATS_EVERY = 1_000;

export class Readout {
  /**
   * @param {object} parts
   * @param {() => Metric} parts.metric as the panel shows it
   * @param {() => Record<string, string[]> | undefined} parts.only which of its series the panel is about
   * @param {() => number} [parts.now] ms
   */
  constructor({ metric, only, now = () => performance.now() }) {
    this.metric = metric;
    this.only = only;
    this.now = now;
    /** @type {import("./time/stats.js").Stats[]} */
    this.stats = [];
    this.countedAt = -Infinity;
    this.words = "";
    this.wordsAt = -Infinity;
  }

  /**
   * Before there is a sample, as far as it is known: nothing moves when they come.
   * @param {string} unit @param {import("./types.js").Figure | undefined} figure @param {Colours} colours
   * @returns {Told}
   */
  ahead(unit, figure, colours) {
    /** @type {Told} */
    const nothing = { unit, rows: [], legend: "none", low: "", high: "", lines: 0, all: 0, newest: false, empty: false, alone: false, words: "" };
    if (!figure) return nothing;
    const metric = this.metric();
    const legend = legendOf(figure, Boolean(figure.layout["meta"]?.scaled));
    const rows = rowsAhead(metric, colours);
    return { ...nothing, rows, legend, lines: rows.length, all: legend === "series" ? metric.series.length : rows.length };
  }

  /** Another chart is built. */
  begin() {
    this.stats = [];
  }

  /**
   * @param {import("./chart.js").Chart} chart
   * @param {import("./chart.js").Drawn} drawn what it has drawn last
   * @param {import("./store.js").Ring} ring of what
   * @param {object} now
   * @param {boolean} now.urgent all of it is told anew
   * @param {{from: number, to: number}} now.span that is seen, ms
   * @param {number} now.end of it, 0 for the newest
   * @param {number | null} now.at moment that somebody points at, ms
   * @param {import("./earlier.js").Earlier | null} now.earlier what was some time before
   * @param {Set<string>} now.hidden keys of series that somebody has put away
   * @param {Colours} now.colours
   * @returns {Omit<Told, "alone">} `empty` as far as it is known here
   */
  of(chart, drawn, ring, { urgent, span, end, at, earlier, hidden, colours }) {
    const { kind } = chart;
    const { title, name } = this.metric();
    const moment = this.now();
    if (!kind.flat && (urgent || moment - this.countedAt >= STATS_EVERY)) {
      this.countedAt = moment;
      this.stats = statsOf(ring, span);
    }
    if (urgent || moment - this.wordsAt >= WORDS_EVERY) {
      this.wordsAt = moment;
      this.words = spoken({ title, metric: name, ring, places: drawn.places, span: chart.seen, scale: drawn.legendScale });
    }
    const { stats, words } = this;
    const { factor, symbol } = drawn.legendScale;
    const [low = "", high = ""] = drawn.bounds.map((bound) => short(bound / factor) + joined(symbol));
    return {
      unit: drawn.scale.symbol, low, high, words, legend: chart.legend,
      rows: rowsOf(ring, drawn, { end, at, metric: name, hidden, stats, earlier, colours }),
      lines: drawn.drawn,
      all: placesOf(ring.series, this.only()).length,
      newest: !kind.spans,
      empty: !kind.flat && drawn.places.length > 0 && drawn.places.every((place) => Number.isNaN(stats[place]?.min)),
    };
  }
}
