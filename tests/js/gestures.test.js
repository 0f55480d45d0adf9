import assert from "node:assert/strict";
import { test } from "node:test";
import { momentAt } from "../../static/js/marks.js";
import { isLive, panned, pinched, selected, stretched, wheeled, within } from "../../static/js/time/gestures.js";

/** A plot of 500 px, 40 px from the left, that shows 1000 s. */
const AREA = { from: 1_000_000, to: 2_000_000, left: 40, width: 500, top: 0, height: 200 };
const BOUNDS = { shortest: 1_000, longest: 10_000_000, first: 0, last: 2_500_000 };
const wheel = { deltaX: 0, deltaY: 0, deltaMode: 0, ctrlKey: false, metaKey: false, shiftKey: false };

test("a picture that is moved to the right shows what was earlier", () => {
  assert.deepEqual(panned(AREA, 50, 500), { from: 900_000, to: 1_900_000 });
  assert.deepEqual(panned(panned(AREA, 50, 500), -50, 500), { from: 1_000_000, to: 2_000_000 });
});

test("what the pointer is at stays there while the span is stretched", () => {
  assert.deepEqual(stretched(AREA, 0.5, 1_250_000), { from: 1_125_000, to: 1_625_000 });
  const there = momentAt(AREA, 165);
  const after = { ...AREA, ...stretched(AREA, 3, there) };
  assert.ok(Math.abs(momentAt(after, 165) - there) < 1e-6);
});

test("what two fingers hold stays below them", () => {
  for (const [begin, end] of /** @type {[[number, number], [number, number]][]} */ ([[[140, 240], [90, 290]], [[140, 240], [200, 250]], [[300, 100], [350, 150]]])) {
    const after = { ...AREA, ...pinched(AREA, begin, end) };
    begin.forEach((x, finger) => assert.ok(Math.abs(momentAt(AREA, x) - momentAt(after, end[finger] ?? 0)) < 1e-6, `${begin} ${end}`));
  }
});

test("fingers above each other move the picture, and make the span neither endless nor nothing", () => {
  const { from, to } = pinched(AREA, [140, 140], [190, 191]);
  assert.ok(to - from === 1_000_000 && Math.abs(from - 899_000) < 1_001, `${from}`);
});

test("a span is kept within what there is and may be", () => {
  assert.deepEqual(within({ from: 2_000_000, to: 3_000_000 }, BOUNDS), { from: 1_500_000, to: 2_500_000 });
  assert.deepEqual(within({ from: -10, to: 990 }, BOUNDS), { from: 0, to: 1_000 });
  assert.deepEqual(within({ from: 1_000, to: 1_100 }, BOUNDS), { from: 550, to: 1_550 }, "around its middle");
  assert.deepEqual(within({ from: -9e9, to: 9e9 }, BOUNDS), { from: 0, to: 2_500_000 });
  assert.deepEqual(within({ from: 1, to: 2_000 }, BOUNDS), { from: 1, to: 2_000 }, "as it is");
  assert.deepEqual(within({ from: 0, to: 5_000 }, { ...BOUNDS, first: 2_400_000, last: 2_400_100 }), { from: 2_399_100, to: 2_400_100 }, "of a server that has just started");
});

test("a wheel pans across, zooms with a key, and else scrolls the page", () => {
  assert.equal(wheeled({ ...wheel, deltaY: 100 }), null);
  assert.equal(wheeled({ ...wheel, deltaY: 100, deltaX: 30 }), null);
  assert.deepEqual(wheeled({ ...wheel, deltaX: 30, deltaY: 10 }), { px: -30 });
  assert.deepEqual(wheeled({ ...wheel, deltaY: 30, shiftKey: true }), { px: -30 });
  assert.deepEqual(wheeled({ ...wheel, deltaY: 240, ctrlKey: true }), { factor: 2 });
  assert.deepEqual(wheeled({ ...wheel, deltaY: -15, deltaMode: 1, metaKey: true }), { factor: 0.5 });
  assert.deepEqual(wheeled({ ...wheel, deltaY: 5, deltaMode: 2, ctrlKey: true }), { factor: 2 }, "a page at once is not thirty-two times as long");
});

test("a drag selects what it goes over, in either direction, within the plot; a click does not", () => {
  assert.deepEqual(selected(AREA, 90, 140), { from: 1_100_000, to: 1_200_000 });
  assert.deepEqual(selected(AREA, 140, 90), { from: 1_100_000, to: 1_200_000 });
  assert.deepEqual(selected(AREA, 500, 900), { from: 1_920_000, to: 2_000_000 });
  assert.equal(selected(AREA, 90, 93), null);
  assert.equal(selected(AREA, 600, 700), null);
});

test("a span that was moved back to now goes on live, when it is as long as the window", () => {
  assert.equal(isLive({ from: 700_000, to: 1_000_000 }, 300_000, 1_001_000), true);
  assert.equal(isLive({ from: 600_000, to: 900_000 }, 300_000, 1_001_000), false);
  assert.equal(isLive({ from: 900_000, to: 1_001_000 }, 300_000, 1_001_000), false);
});
