// What was some time before, over what is now: the same series, dashed and paler, at the times of the later ones.

import { faded } from "./colours.js";
import { escape } from "./markup.js";
import { known, total } from "./stack.js";

/** @typedef {import("./types.js").Json} Json */
/** @typedef {import("./fill.js").Job} Job */
/** @typedef {import("./store.js").Ring} Ring */
/** @typedef {{ring: Ring, shift: number, word: string}} Earlier samples, how much later they are drawn, ms, and what that is called */

const PALE = 0.6;

/** Where the series of one ring are in another, which may have them in another order; those it lacks are left out. @param {Ring} ring @param {number[]} places @param {Ring} other */
export function placesIn(ring, places, other) {
  return places.map((place) => other.keys.indexOf(ring.keys[place] ?? "")).filter((place) => place >= 0);
}

/**
 * Traces for what was before.
 * @param {Json[]} filled those of now, one for each series that is drawn
 * @param {Job} job
 * @param {Earlier} earlier
 * @param {(trace: Json, place: number, factor: number, job: Job) => void} lines fills a line
 * @param {(job: Job, value: (at: number) => number) => number[]} chosen places of samples that are worth drawing
 * @returns {Json[]}
 */
export function before(filled, job, { ring, shift, word }, lines, chosen) {
  const { view, shown, scaled, scale } = job;
  const [low, high] = ring.span(view.from - shift, view.to - shift);
  const factor = scaled ? scale.factor : 1;
  /** @type {Job} */
  const then = { ...job, ring, low, high, view: { ...view, axis: (time) => view.axis(time + shift) } };
  if (filled.some((trace) => trace["stackgroup"])) {
    // Dashed layers could not be told from lines: of a stack it is the sum.
    const all = { ...then, shown: placesIn(job.ring, shown, ring) };
    const places = chosen(all, (at) => (known(all, at) ? total(all, at) : NaN));
    return [{
      ...dashed(word, view.quiet, filled[0]?.["hovertemplate"]),
      x: Float64Array.from(places, (at) => then.view.axis(/** @type {number} */ (ring.times[at]))),
      y: Float64Array.from(places, (at) => (known(all, at) ? total(all, at) / factor : NaN)),
    }];
  }
  return filled.flatMap((now, which) => {
    const [place] = placesIn(job.ring, [shown[which] ?? -1], ring);
    if (place === undefined) return [];
    const colour = now["line"]?.color ?? now["marker"]?.color;
    const trace = dashed([now["name"], escape(word)].filter(Boolean).join(", "), typeof colour === "string" ? colour : view.quiet, now["hovertemplate"]);
    lines(trace, place, factor, then);
    return [trace];
  });
}

/** @param {string} name @param {string} colour @param {string | undefined} hovertemplate @returns {Json} */
function dashed(name, colour, hovertemplate) {
  return {
    type: "scatter", mode: "lines", name, showlegend: false, line: { color: faded(colour, PALE), width: 1, dash: "dash" },
    ...(hovertemplate ? { hovertemplate } : {}),
  };
}
