import assert from "node:assert/strict";
import { test } from "node:test";
import { makeTogether } from "../../static/js/people/together.js";

test("of somebody's view, a span that no chart can show is not looked at", () => {
  const state = /** @type {any} */ ({ slug: "overview", window: 300, pausedAt: 0, look: null, zoomed: null });
  const nothing = () => {};
  const { follow } = makeTogether({ rooms: false, state, connection: /** @type {any} */ ({}), open: nothing, setWindow: nothing, setPaused: nothing });
  const now = Date.UTC(2026);
  follow.apply({ window: 300, span: [now, now + 1000], metric: "a.b" });
  assert.deepEqual(state.look, { from: now, to: now + 1000, hand: true, metric: "a.b" });
  for (const [from, to] of [[0, 8.64e15], [now, Infinity], [now, now - 1]]) {
    follow.apply({ window: 300, span: [Number(from), Number(to)] });
    assert.equal(state.look, null);
  }
});
