import assert from "node:assert/strict";
import { test } from "node:test";
import { bindOf, isUnit, line, refusalText } from "../../static/js/board/fields.js";

test("a line has no control characters, and blanks alone are none", () => {
  assert.equal(line("a\tb\u2028c\u0000d"), "a b c d");
  assert.equal(line(" Load "), " Load ", "who is still typing keeps the blank at the end");
  assert.equal(line(" \t"), "");
});

test("a unit is one of the table or a lower-case noun, as the server has it", () => {
  const table = { "%": [], "bytes/s": [], "°C": [] };
  for (const good of ["", "%", "bytes/s", "°C", "messages", "open files", "requests/s"]) assert.ok(isUnit(good, table), good);
  for (const bad of ["B/s", "€", "日本", "<b>", "Messages", "a b/", "toString()"]) assert.ok(!isUnit(bad, table), bad);
});

test("each line of what fills a figure says an array and its source; the first that does not is named", () => {
  assert.deepEqual(bindOf('r = wind.speed\n\n 1.y= load{host="a=b"} '), { bind: { r: "wind.speed", "1.y": 'load{host="a=b"}' }, wrong: "" });
  assert.equal(bindOf("r = wind.speed\ny wind").wrong, "y wind");
  for (const one of ["y", "= wind.speed", "y ="]) assert.equal(bindOf(one).wrong, one);
  assert.equal(bindOf("y = a\ny = b").wrong, "y = b");
});

test("a refusal names panels and fields as the page does", () => {
  const board = /** @type {any} */ ({
    panels: [{ id: "p1", metric: "system.load" }, { id: "p2", kind: "text", title: "On call" }], variables: [{ name: "host", metric: "a", of: "b" }],
  });
  const told = (/** @type {string} */ reason) => refusalText(reason, board, (name) => (name === "system.load" ? "Load" : name));
  assert.equal(told("panels.0.unit: unit 'B/s': write 'bytes/s'; panels.1.text: is too long"), "Load, unit: unit 'B/s': write 'bytes/s'; On call, text: is too long");
  assert.equal(told("panels.0.thresholds.3.value: 'a' is not valid"), "Load, thresholds: 'a' is not valid");
  assert.equal(told("panels.1: bind fills '9.y'"), "On call: bind fills '9.y'");
  assert.equal(told("variables.0.of: is missing"), "variable host, of: is missing");
  assert.equal(told("panels.7.unit: wrong"), "panels.7.unit: wrong", "what is not there stays as it was told");
  assert.equal(told("title: is empty"), "title: is empty");
});
