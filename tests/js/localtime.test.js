import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { ahead, axisOf, showUtc, shownAt, timeAt, zone } from "../../static/js/localtime.js";

const HOUR = 3_600_000;
const before = process.env["TZ"];
afterEach(() => {
  if (before === undefined) delete process.env["TZ"];
  else process.env["TZ"] = before;
});

/** Where Plotly draws a number, as if the clock showed UTC. @param {number} given */
const drawn = (given) => given + zone(given);
/** The time at a place of the axis. @param {number} shown @param {number} end of the span */
const timeOf = (shown, end) => shown - ahead(end);

test("where clocks stay as they are, times are given as they are, wherever that is", () => {
  for (const place of ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/Los_Angeles"]) {
    process.env["TZ"] = place;
    const span = { from: Date.UTC(2026, 6, 1), to: Date.UTC(2026, 6, 2) };
    assert.equal(axisOf(span)(span.from + 5), span.from + 5);
    assert.equal(timeOf(drawn(span.from + 5), span.to), span.from + 5);
  }
});

test("where clocks are changed within a span the axis goes on evenly", () => {
  process.env["TZ"] = "Europe/Berlin";
  // In October all of it; in March without the hour before the change, for which Plotly has no numbers.
  for (const [change, left] of [[Date.UTC(2026, 9, 25, 1), 0], [Date.UTC(2026, 2, 29, 1), HOUR]]) {
    const span = { from: Number(change) - 12 * HOUR, to: Number(change) + 12 * HOUR };
    const axis = axisOf(span);
    let last = -Infinity;
    for (let time = span.from; time <= span.to; time += 600_000) {
      const at = drawn(axis(time));
      assert.ok(at >= last, new Date(time).toISOString());
      last = at;
      if (time >= Number(change) - Number(left) && time < Number(change)) continue;
      assert.equal(at, time + zone(span.to));
      assert.equal(timeOf(at, span.to), time);
    }
  }
});

test("where UTC is shown the axis shows it, wherever that is and whatever clocks do there", () => {
  showUtc(true);
  try {
    for (const place of ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/Los_Angeles", "Australia/Lord_Howe", "Pacific/Kiritimati"]) {
      process.env["TZ"] = place;
      for (const middle of [Date.UTC(2026, 0, 15), Date.UTC(2026, 2, 29, 1), Date.UTC(2026, 9, 25, 1), Date.UTC(2026, 3, 4, 15), Date.UTC(2026, 2, 8, 10)]) {
        const span = { from: middle - 12 * HOUR, to: middle + 12 * HOUR };
        const axis = axisOf(span);
        let last = -Infinity;
        let collapsed = 0;
        for (let time = span.from; time <= span.to; time += HOUR / 4) {
          const at = drawn(axis(time));
          assert.ok(axis(time) >= last, `${place}: it goes on`);
          last = axis(time);
          if (at !== time) collapsed++;
          assert.ok(Math.abs(at - time) <= HOUR, `${place} ${new Date(time).toISOString()}: ${at - time}`);
        }
        // The hour that this place's clock leaves out is one for which Plotly has no numbers.
        assert.ok(collapsed <= 4, `${place}: ${collapsed}`);
      }
    }
    assert.equal(shownAt(5).getTime(), 5);
    assert.equal(timeAt(2026, 2, 29, 2), Date.UTC(2026, 2, 29, 2));
  } finally {
    showUtc(false);
  }
});
