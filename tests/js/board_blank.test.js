import assert from "node:assert/strict";
import { test } from "node:test";
import { blank, broken } from "../../static/js/board/blank.js";

/** What judges figures. @param {{code: string, msg: string}[] | undefined} found */
const plotly = (found) => ({ validate: () => found });
const USELESS = { code: "unused", msg: "key y did not get coerced" };
const WRONG = { code: "value", msg: "key mode is set to an invalid value" };

test("of a figure that shows something nothing is said, though not all of it is seen", () => {
  const full = [{ type: "bar", visible: true }, { type: "pie", visible: false }];
  assert.equal(blank(plotly([WRONG]), [{}, {}], {}, full), null);
  assert.equal(blank(plotly(undefined), [], {}, []), null);
  assert.equal(blank(plotly(undefined), [{ visible: "legendonly" }], {}, [{ type: "bar", visible: "legendonly" }]), null, "it is put away on purpose");
});

test("of a blank one it is told which traces have nothing to show, and what else is wrong", () => {
  const full = ["bar", "pie", "heatmap", "box", "violin"].map((type) => ({ type, visible: false }));
  const data = full.map((_, at) => (at === 1 ? { visible: false } : {}));
  assert.deepEqual(blank(plotly([USELESS, WRONG, WRONG, { code: "invisible", msg: "…" }]), data, {}, full), {
    empty: [{ number: 1, type: "bar" }, { number: 3, type: "heatmap" }, { number: 4, type: "box" }], complaints: [WRONG.msg],
  });
});

test("where drawing fails the reason is what Plotly says of the figure, else the error", () => {
  const error = new TypeError("Cannot use 'in' operator");
  assert.deepEqual(broken(plotly([USELESS, WRONG]), [], {}, error).complaints, [WRONG.msg]);
  assert.deepEqual(broken(plotly(undefined), [], {}, error).complaints, [error.message]);
  assert.deepEqual(broken({ validate: () => { throw new Error("worse"); } }, [], {}, "no WebGL").complaints, ["no WebGL"]);
});
