import assert from "node:assert/strict";
import { test } from "node:test";
import { spanOf } from "../../static/js/spans.js";
import { Past } from "../../static/js/time/past.js";
import { bodyOf, settled } from "./fakes.js";

const MINUTE = 60_000;

/** What was so long before, of a server that has these times. @param {number[]} times */
function past(times) {
  /** @type {any} */
  const spans = { ask: async () => spanOf(bodyOf(times, [times])) };
  return new Past({ metric: "m", every: 1_000, spans, live: () => undefined, changed: () => {} });
}

const NOW = { from: 100 * MINUTE, to: 105 * MINUTE };

test("that nothing was there before is known once the server has said so", async () => {
  const empty = past([]);
  assert.equal(empty.none, false, "nothing is compared");
  assert.equal(empty.before(NOW, 3_600, 500), null);
  assert.equal(empty.none, false, "it is asked");
  await settled();
  assert.equal(empty.none, true);
  empty.before(NOW, 0, 500);
  assert.equal(empty.none, false, "it is compared no more");
});

test("what was before is drawn as much later, and what was only around it is nothing", async () => {
  const there = past([39 * MINUTE, 42 * MINUTE]);
  there.before(NOW, 3_600, 500);
  await settled();
  assert.equal(there.before(NOW, 3_600, 500)?.shift, 3_600_000);
  assert.equal(there.none, false);
  const around = past([39 * MINUTE, 46 * MINUTE]);
  around.before(NOW, 3_600, 500);
  await settled();
  assert.equal(around.none, true);
});
