import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { WINDOWS } from "../../static/js/text.js";
import { hoverFormat, timeTicks } from "../../static/js/timeticks.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const before = process.env["TZ"];
afterEach(() => {
  if (before === undefined) delete process.env["TZ"];
  else process.env["TZ"] = before;
});

/** @param {string} place of the clock */
const at = (place) => void (process.env["TZ"] = place);

/** @param {number} from @param {number} length ms @param {number} [width] the labels that are shown */
const labels = (from, length, width = 680) => timeTicks({ from, to: from + length }, width).ticktext.filter(Boolean);

test("time ticks are at round times, and none is near either end", () => {
  at("UTC");
  const begin = Date.UTC(2026, 0, 1, 10, 26, 31);
  const { tickvals, ticktext } = timeTicks({ from: begin, to: begin + 300_000 }, 680);
  assert.deepEqual(tickvals.map((time) => (time / 1000) % 60), [0, 0, 0, 0, 0]);
  assert.deepEqual(ticktext, ["10:27", "10:28", "10:29", "10:30", "10:31"]);
  const near = timeTicks({ from: begin + 28_000, to: begin + 328_000 }, 680);
  assert.deepEqual(near.ticktext, ["10:28", "10:29", "10:30", "10:31"]);
  assert.equal(near.tickvals.length, 4, "nor a line that none belongs to");
});

test("the ticks of a narrow or a short chart suit it", () => {
  at("UTC");
  const begin = Date.UTC(2026, 0, 1, 10, 0, 0);
  assert.deepEqual(labels(begin, 300_000, 150), ["10:02", "10:04"]);
  assert.deepEqual(labels(begin, 60_000, 600).slice(0, 2), ["10:00:10", "10:00:20"]);
});

test("every window has a few labels at any width, each at its own place", () => {
  for (const place of ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"]) {
    at(place);
    for (const [seconds, name] of WINDOWS.map(([length, text]) => /** @type {[number, string]} */ ([length === Infinity ? 2 * 365 * 86_400 : length, text]))) {
      for (const width of [260, 330, 480, 680, 1100]) {
        for (let from = Date.UTC(2026, 2, 27, 3, 41, 7); from < Date.UTC(2026, 3, 2); from += 7.3 * HOUR) {
          const { tickvals, ticktext } = timeTicks({ from, to: from + seconds * 1000 }, width);
          const shown = tickvals.filter((_, which) => ticktext[which]);
          const told = `${name} on ${width} px in ${place}: ${ticktext}`;
          assert.ok(shown.length >= 1 && shown.length <= 9, told);
          for (let which = 1; which < shown.length; which++) {
            const gap = (Number(shown[which]) - Number(shown[which - 1])) / seconds / 1000 * width;
            assert.ok(gap > 36, told);
          }
        }
      }
    }
  }
});

test("where a day begins its date is told, and longer spans have only dates", () => {
  at("Europe/Berlin");
  const evening = Date.UTC(2026, 10, 26, 16, 40);
  assert.deepEqual(labels(evening, 24 * HOUR), ["21:00", "Nov 27", "03:00", "06:00", "09:00", "12:00", "15:00"]);
  assert.deepEqual(labels(evening, 7 * DAY), ["Nov 28", "Nov 29", "Nov 30", "Dec 1", "Dec 2", "Dec 3"]);
  assert.deepEqual(labels(evening, 30 * DAY), ["Nov 30", "Dec 7", "Dec 14", "Dec 21"]);
  assert.ok(labels(Date.UTC(2026, 10, 26, 22, 53), 900_000).includes("Nov 27"));
});

test("where clocks are changed ticks are at round hours on either side of it", () => {
  at("Europe/Berlin");
  // On March 29, 2026, two o'clock is three o'clock; on October 25 there are two of it.
  for (const [noon, change] of [[Date.UTC(2026, 2, 28, 11), Date.UTC(2026, 2, 29, 1)], [Date.UTC(2026, 9, 24, 10), Date.UTC(2026, 9, 25, 1)]]) {
    const from = Number(noon);
    const to = from + DAY;
    const { tickvals } = timeTicks({ from, to }, 680);
    assert.ok(tickvals.some((time) => time < Number(change)) && tickvals.some((time) => time > Number(change)));
    for (const time of tickvals) {
      const date = new Date(time);
      assert.equal(date.getMinutes() + date.getSeconds(), 0);
      assert.equal(date.getHours() % 3, 0, date.toString());
    }
  }
  const week = timeTicks({ from: Date.UTC(2026, 9, 22, 9), to: Date.UTC(2026, 9, 29, 9) }, 680);
  const apart = week.tickvals.slice(1).map((value, which) => (value - Number(week.tickvals[which])) / HOUR);
  assert.deepEqual(apart, [24, 24, 25, 24, 24, 24]);
});

test("a zone of quarters of an hour has its own round times", () => {
  at("Asia/Kathmandu");
  const begin = Date.UTC(2026, 0, 1, 10, 1);
  assert.deepEqual(labels(begin, HOUR), ["15:50", "16:00", "16:10", "16:20", "16:30", "16:40"]);
  assert.deepEqual(labels(begin, 6 * HOUR).slice(0, 2), ["17:00", "18:00"]);
});

test("spans of centuries cost little, and what is no span has an end", () => {
  for (const place of ["UTC", "Europe/Berlin", "America/St_Johns"]) {
    at(place);
    const before = performance.now();
    for (const to of [100 * 366 * DAY, 8.64e15]) {
      const { tickvals } = timeTicks({ from: 0, to }, 680);
      assert.ok(tickvals.length >= 2 && tickvals.length <= 13, `${tickvals.length} in ${place}`);
    }
    for (const [from, to, width] of [[0, Infinity, 680], [NaN, 1, 680], [0, NaN, 680], [0, 8.65e15, 680], [0, 8.64e15, 0], [0, 8.64e15, NaN], [2, 1, 680]]) {
      assert.ok(timeTicks({ from: Number(from), to: Number(to) }, Number(width)).tickvals.length < 13, `${from} to ${to} on ${width} px`);
    }
    assert.ok(performance.now() - before < 1_000);
  }
});

test("beside the pointer a long span tells the day, too", () => {
  assert.deepEqual(hoverFormat({ from: 0, to: 6 * HOUR }), {});
  assert.match(hoverFormat({ from: 0, to: DAY }).hoverformat ?? "", /%b/);
});
