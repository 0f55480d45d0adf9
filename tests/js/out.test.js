// What leaves the page: files and their names, rows, CSV, who is drawn of many, and what the address says of it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Choice, MOST_DRAWN } from "../../static/js/choice.js";
import { csvOf, field, headOf } from "../../static/js/out/csv.js";
import { dayAndClock, fileName, isoText } from "../../static/js/out/files.js";
import { Turns, askedOf } from "../../static/js/out/kiosk-turns.js";
import { Picks } from "../../static/js/out/picks.js";
import { linesOf } from "../../static/js/out/picture.js";
import { narrowed, seenOf, thinned } from "../../static/js/out/rows.js";
import { Ring, keyOf } from "../../static/js/ring.js";

const HOUR = 3_600_000;
const BEGIN = Date.UTC(2026, 0, 31, 12);
const utc = () => 0;

/** A ring with these columns, a sample a second. @param {number[][]} columns @param {string} [label] */
function ringOf(columns, label = "name") {
  const ring = new Ring(1000, 1000);
  ring.setSeries(columns.map((_, place) => ({ labels: { [label]: `s${place}` } })));
  const times = Float64Array.from(columns[0] ?? [], (_, at) => BEGIN + 1000 * at);
  ring.append({ times, columns: columns.map((column) => Float64Array.from(column)) }, times.length);
  return ring;
}

test("a time has the zone of the page's clock, or Z", () => {
  assert.equal(isoText(BEGIN + 250, utc), "2026-01-31T12:00:00.250Z");
  assert.equal(isoText(BEGIN, () => HOUR), "2026-01-31T13:00:00.000+01:00");
  assert.equal(isoText(BEGIN, () => -3.5 * HOUR), "2026-01-31T08:30:00.000-03:30");
  for (const ahead of [0, 5.75 * HOUR, -9 * HOUR]) assert.equal(Date.parse(isoText(BEGIN + 7, () => ahead)), BEGIN + 7);
});

test("the name of a file tells what it is and when, and holds nothing that a file system refuses", () => {
  assert.equal(fileName("system.cpu", { from: BEGIN, to: BEGIN + 300_000 }, "csv", utc), "system.cpu_2026-01-31_12-00-00_to_12-05-00.csv");
  assert.equal(fileName("a", { from: BEGIN, to: BEGIN + 24 * HOUR }, "png", utc), "a_2026-01-31_12-00-00_to_2026-02-01_12-00-00.png");
  assert.equal(fileName("../a b:c\n", { from: BEGIN, to: BEGIN }, "svg", utc), "a-b-c_2026-01-31_12-00-00_to_12-00-00.svg");
  assert.match(fileName("…", { from: BEGIN, to: BEGIN }, "svg", utc), /^plotroom_/);
  assert.equal(dayAndClock(BEGIN, () => HOUR), "2026-01-31 13:00:00");
});

test("rows are those of the span, and none that only keeps a line from crossing a hole", () => {
  const ring = ringOf([[1, 2, NaN, 4], [5, 6, NaN, 8]]);
  assert.deepEqual(seenOf(ring, [1], { from: BEGIN + 1000, to: BEGIN + 3000 }), {
    series: [{ labels: { name: "s1" } }],
    times: [BEGIN + 1000, BEGIN + 2000, BEGIN + 3000],
    columns: [[6, NaN, 8]],
  });
  // Samples 5 and 6 never came.
  ring.follow({ times: Float64Array.of(BEGIN + 6000), columns: [Float64Array.of(7), Float64Array.of(9)] }, 7);
  assert.deepEqual(seenOf(ring, [0], { from: BEGIN, to: BEGIN + 9000 }).times.map((time) => time - BEGIN), [0, 1000, 2000, 3000, 6000]);
});

test("a wide table keeps the columns with the largest values, in their order", () => {
  const seen = seenOf(ringOf([[1, 2], [NaN, NaN], [-9, 0], [3, 3]]), [0, 1, 2, 3], { from: BEGIN, to: BEGIN + HOUR });
  const some = narrowed(seen, 2);
  assert.deepEqual(some.series.map(({ labels }) => labels["name"]), ["s2", "s3"]);
  assert.deepEqual(some.columns, [[-9, 0], [3, 3]]);
  assert.equal(narrowed(seen, 4), seen);
});

test("a long table is thinned evenly, and keeps its first and its last row", () => {
  const seen = seenOf(ringOf([Array.from({ length: 1000 }, (_, at) => at)]), [0], { from: BEGIN, to: BEGIN + 1e9 });
  const some = thinned(seen, 300);
  assert.equal(some.times.length, 300);
  assert.equal(some.columns[0]?.[0], 0);
  assert.equal(some.columns[0]?.at(-1), 999);
  assert.deepEqual(some.times.map((time) => (time - BEGIN) / 1000), some.columns[0]);
  assert.equal(thinned(seen, 1000), seen);
});

test("CSV has full numbers, empty fields for gaps, and heads that the server reads", () => {
  const ring = ringOf([[0.1 + 0.2, NaN], [1e21, -Infinity]]);
  const text = csvOf({ name: "a.b", unit: "%" }, seenOf(ring, [0, 1], { from: BEGIN, to: BEGIN + 1000 }), utc);
  assert.equal(text, [
    'time,"a.b{name=""s0""} [%]","a.b{name=""s1""} [%]"',
    "2026-01-31T12:00:00.000Z,0.30000000000000004,1e+21",
    "2026-01-31T12:00:01.000Z,,-inf",
    "",
  ].join("\r\n"));
  assert.equal(headOf({ name: "a", unit: "" }, { labels: { x: 'q"\\\n' } }), 'a{x="q\\"\\\\\\n"}');
});

test("no field is a formula to a spreadsheet, and none breaks its line", () => {
  for (const text of ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx"]) assert.match(field(text), /^"?'/);
  assert.equal(field('a,"b"'), '"a,""b"""');
  assert.equal(field("a\nb"), '"a\nb"');
});

const all = { hidden: new Set(), low: 0, high: 2, place: "" };

test("up to thirty series all are drawn, but those that are put away", () => {
  const ring = ringOf(Array.from({ length: 30 }, (_, place) => [place]));
  assert.equal(new Choice().of(ring, { ...all, high: 1 }).length, 30);
  assert.deepEqual(new Choice().of(ringOf([[1], [2]]), { ...all, high: 1, hidden: new Set([ring.keys[0] ?? ""]) }), [1]);
});

test("of more, those with the largest maximum of the window are drawn, in their own order", () => {
  const ring = ringOf(Array.from({ length: 500 }, (_, place) => [place === 7 ? 1e6 : place, NaN]));
  const places = new Choice().of(ring, all);
  assert.equal(places.length, MOST_DRAWN);
  assert.deepEqual(places, [7, ...Array.from({ length: 29 }, (_, at) => 471 + at)]);
  assert.equal(new Choice().of(ring, { ...all, all: true }).length, 500);
});

test("one that is drawn goes only for one that is clearly larger, and not at once", () => {
  const ring = ringOf(Array.from({ length: 31 }, (_, place) => [place < 29 ? 1000 : place === 29 ? 100 : 99]));
  const choice = new Choice();
  assert.ok(choice.of(ring, { ...all, high: 1 }, 0).includes(29));
  /** @param {number} value */
  const last = (value) => void (/** @type {Float64Array} */ (ring.columns[30])[0] = value);
  last(109);
  assert.ok(choice.of(ring, { ...all, high: 1 }, 20_000).includes(29), "by less than a tenth");
  last(111);
  assert.ok(choice.of(ring, { ...all, high: 1 }, 20_001).includes(29), "too soon");
  assert.ok(choice.of(ring, { ...all, high: 1 }, 40_000).includes(30));
  last(104);
  assert.ok(choice.of(ring, { ...all, high: 1 }, 60_000).includes(30), "and it stays in its turn");
  assert.ok(choice.of(ring, { ...all, high: 1, place: "elsewhere" }, 60_001).includes(30));
});

test("what is pinned is drawn however small it is, and what is put away makes room", () => {
  const ring = ringOf(Array.from({ length: 40 }, (_, place) => [place]));
  const key = (/** @type {number} */ place) => ring.keys[place] ?? "";
  const places = new Choice().of(ring, { ...all, high: 1, pinned: new Set([key(0)]), hidden: new Set([key(39)]) });
  assert.equal(places.length, MOST_DRAWN);
  assert.deepEqual([places[0], places[1], places.at(-1)], [0, 10, 38]);
});

test("what is put away and pinned survives the address, whatever series are called", () => {
  const picks = new Picks();
  const odd = keyOf({ labels: { path: "/a;b{c}=d,e%", host: "ü &" } });
  picks.toggle("system.cpu", "hidden", keyOf({ labels: { mode: "user" } }));
  picks.toggle("system.cpu", "hidden", odd);
  picks.toggle("p3", "pinned", keyOf({ labels: {} }));
  assert.match(picks.read("hidden") ?? "", /^system\.cpu\{mode=user\}\{host=/);
  const other = new Picks();
  for (const kind of /** @type {const} */ (["hidden", "pinned"])) other.write(kind, picks.read(kind));
  assert.deepEqual([...other.panels], [...picks.panels]);
  other.write("hidden", null);
  assert.equal(other.read("hidden"), null);
  assert.equal(other.read("pinned"), picks.read("pinned"));
  for (const nonsense of ["", ";", "{", "a{", "a{=}", "%", "a{%zz=1}", "a}b{c"]) new Picks().write("hidden", nonsense);
});

test("a series is pinned or put away, not both", () => {
  const picks = new Picks();
  picks.toggle("p", "hidden", "k");
  picks.toggle("p", "pinned", "k");
  assert.deepEqual([picks.of("p").hidden.size, picks.of("p").pinned.size], [0, 1]);
  picks.toggle("p", "pinned", "k");
  assert.equal(picks.panels.size, 0);
});

test("an address asks for a wall, and nonsense in it asks for nothing worse", () => {
  assert.equal(askedOf("?window=60"), null);
  assert.deepEqual(askedOf("?kiosk"), { slugs: [], every: 0 });
  assert.deepEqual(askedOf("?kiosk&every=20"), { slugs: [], every: 20 });
  assert.deepEqual(askedOf("?kiosk=overview,web,../x,&every=0.01"), { slugs: ["overview", "web"], every: 3 });
  assert.deepEqual(askedOf("?kiosk=a,b&every=x"), { slugs: ["a", "b"], every: 30 });
});

/** @param {import("../../static/js/out/kiosk-turns.js").Asked} asked @param {string} first @param {number} [screens] of each dashboard */
function wall(asked, first, screens = 1) {
  let now = 0;
  let rest = screens;
  /** @type {string[]} */
  const shown = [];
  /** @type {Map<symbol, {at: number, action: () => void}>} */
  const timers = new Map();
  const still = { now: false };
  const turns = new Turns(asked, first, {
    now: () => now,
    later: (ms, action) => {
      const id = Symbol("timer");
      timers.set(id, { at: now + ms, action });
      return () => void timers.delete(id);
    },
    show: (slug) => {
      shown.push(slug);
      rest = screens;
    },
    further: () => --rest > 0,
    setStill: (is) => void (still.now = is),
  });
  /** @param {number} ms */
  const pass = (ms) => {
    for (const end = now + ms; ;) {
      const next = [...timers].sort((a, b) => a[1].at - b[1].at)[0];
      if (!next || next[1].at > end) {
        now = end;
        return;
      }
      timers.delete(next[0]);
      now = next[1].at;
      next[1].action();
    }
  };
  return { turns, shown, timers, still, pass };
}

test("dashboards take turns, for a year, with one timer", () => {
  const { turns, shown, timers, pass } = wall({ slugs: ["a", "b", "c"], every: 60 }, "x");
  turns.start();
  assert.deepEqual(shown, ["a"]);
  pass(365 * 24 * HOUR);
  assert.equal(shown.length, 1 + 365 * 24 * 60);
  assert.deepEqual(shown.slice(-3).sort(), ["a", "b", "c"]);
  assert.ok(timers.size <= 2);
  turns.stop();
  assert.equal(timers.size, 0);
});

test("what does not fit is shown screen by screen before the next one has its turn", () => {
  const { turns, shown, pass } = wall({ slugs: ["a", "b"], every: 10 }, "a", 3);
  turns.start();
  pass(29_000);
  assert.deepEqual(shown, []);
  pass(2_000);
  assert.deepEqual(shown, ["b"]);
});

test("it stays where somebody has touched it, and goes on a minute later; the cursor goes sooner", () => {
  const { turns, shown, still, pass } = wall({ slugs: ["a", "b"], every: 10 }, "a");
  turns.start();
  pass(9_000);
  assert.equal(still.now, true);
  turns.touched();
  assert.equal(still.now, false);
  pass(59_000);
  assert.deepEqual(shown, []);
  assert.equal(still.now, true);
  pass(10_000);
  assert.deepEqual(shown, ["b"]);
});

test("a span below a picture is told whole: in two lines where one has no room", () => {
  const times = "2026-11-27 21:42:01 – 21:43:01 (UTC)";
  assert.deepEqual(linesOf(times, 300), [times]);
  assert.deepEqual(linesOf(times, 147), ["2026-11-27 21:42:01 –", "21:43:01 (UTC)"]);
});
