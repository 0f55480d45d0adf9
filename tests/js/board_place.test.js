import assert from "node:assert/strict";
import { test } from "node:test";
import { bottom, inOrder, inside, overlap, packed, room, sized, stepped, swapped } from "../../static/js/board/place.js";

/** @param {string} id @param {number} x @param {number} y @param {number} w @param {number} h */
const at = (id, x, y, w, h) => ({ id, x, y, w, h });
/** @param {any[]} panels */
const told = (panels) => panels.map(({ id, x, y, w, h }) => `${id} ${x},${y} ${w}x${h}`);

/** Numbers that look random and are the same each time. @param {number} seed */
function numbers(seed) {
  let state = seed;
  return (/** @type {number} */ below) => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test("whatever is given, nothing lies over another or outside, nothing could be higher up, and doing it again changes nothing", () => {
  const next = numbers(7);
  for (let round = 0; round < 300; round++) {
    const given = Array.from({ length: 1 + next(14) }, (_, place) => at(`p${place}`, next(14) - 1, next(20) - 2, next(14), next(6)));
    const panels = packed(given, `p${next(5)}`);
    panels.forEach((one, place) => {
      assert.ok(one.x >= 0 && one.x + one.w <= 12 && one.y >= 0 && one.w >= 1 && one.h >= 1, told([one])[0]);
      const others = panels.filter((_, other) => other !== place);
      assert.ok(!others.some((other) => overlap(one, other)));
      assert.ok(one.y === 0 || others.some((other) => overlap({ ...one, y: one.y - 1 }, other)), `${told(panels)}: ${one.id} could be higher`);
    });
    assert.deepEqual(packed(panels), panels);
    assert.deepEqual(panels.map(({ id }) => id), given.map(({ id }) => id));
  }
});

test("a step to the side stays inside, and what is in the way goes below", () => {
  const panels = [at("a", 0, 0, 4, 2), at("b", 4, 0, 4, 2)];
  assert.deepEqual(told(stepped(panels, "a", { x: 1 })), ["a 1,0 4x2", "b 4,2 4x2"]);
  assert.deepEqual(told(stepped(panels, "a", { x: -1 })), told(panels));
  assert.deepEqual(told(stepped([at("a", 8, 0, 4, 2)], "a", { x: 1 })), ["a 8,0 4x2"]);
});

test("a step up or down passes the neighbour there, and there is none beyond the first and the last", () => {
  const panels = [at("a", 0, 0, 6, 2), at("b", 0, 2, 6, 3), at("c", 6, 0, 6, 4)];
  const down = ["a 0,3 6x2", "b 0,0 6x3", "c 6,0 6x4"];
  assert.deepEqual(told(stepped(panels, "a", { y: 1 })), down);
  assert.deepEqual(told(stepped(panels, "b", { y: -1 })), down);
  assert.deepEqual(told(stepped(panels, "a", { y: -1 })), told(panels));
  assert.deepEqual(told(stepped(panels, "c", { y: 1 })), told(panels));
});

test("a panel grows to the right as far as there are columns, is never less than one cell, and pushes what is in its way", () => {
  const panels = [at("a", 6, 0, 6, 2), at("b", 6, 2, 6, 2)];
  assert.deepEqual(told(sized(panels, "a", { w: 1 })), told(panels));
  assert.deepEqual(told(sized(panels, "a", { h: 1 })), ["a 6,0 6x3", "b 6,3 6x2"]);
  assert.deepEqual(told(sized([at("a", 0, 0, 1, 1)], "a", { w: -1, h: -1 })), ["a 0,0 1x1"]);
});

test("in one column neighbours change places and leave the grid as it is", () => {
  const panels = [at("a", 0, 0, 8, 4), at("b", 8, 0, 4, 4), at("c", 0, 4, 12, 2)];
  assert.deepEqual(told(swapped(panels, "b", -1)), ["a 8,0 4x4", "b 0,0 8x4", "c 0,4 12x2"]);
  assert.equal(swapped(panels, "c", 1), panels);
  assert.deepEqual(inOrder(swapped(panels, "b", 1)).map(({ id }) => id), ["a", "c", "b"]);
});

test("the first free place is found as one reads, else below everything", () => {
  const panels = [at("a", 0, 0, 8, 2), at("b", 0, 2, 4, 2), at("c", 8, 2, 4, 2)];
  assert.deepEqual(room(panels, 4, 2), { x: 8, y: 0, w: 4, h: 2 });
  assert.deepEqual(room(panels, 12, 1), { x: 0, y: 4, w: 12, h: 1 });
  assert.deepEqual(room([], 6, 4), { x: 0, y: 0, w: 6, h: 4 });
  assert.equal(bottom(panels), 4);
});

test("places from elsewhere come onto the grid", () => {
  assert.deepEqual(inside(at("a", 11, -3, 40, 999)), at("a", 0, 0, 12, 40));
});
