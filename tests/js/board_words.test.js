import assert from "node:assert/strict";
import { test } from "node:test";
import { differences } from "../../static/js/board/difference.js";
import { phrases } from "../../static/js/board/phrases.js";
import * as en from "../../static/js/lang/board/en.js";
import * as zh from "../../static/js/lang/board/zh.js";

/** Every text of a table, with where it is. @param {any} value @param {string} at @returns {[string, string][]} */
function texts(value, at) {
  if (typeof value === "string") return [[at, value]];
  if (at === ".chosenText") return [[at, value(["a"])], [at, value(null)], [at, value(["a", "b", "c"])]];
  if (at === ".placeText") return [[at, value({ x: 0, y: 0, w: 1, h: 1 })]];
  if (typeof value === "function") return [[at, String(value(...Array.from({ length: value.length }, (_, place) => place + 2)))]];
  return Object.entries(value).flatMap(([key, inner]) => texts(inner, `${at}.${key}`));
}

test("both languages have the same words, with the same arguments, and none is empty or half made", () => {
  /** @param {any} value @returns {any} */
  const shape = (value) => (typeof value === "function" ? value.length : typeof value === "string" ? "text"
    : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)])));
  assert.deepEqual(shape({ ...zh }), shape({ ...en }));
  for (const words of [en, zh]) {
    for (const [at, text] of texts({ ...words }, "")) {
      assert.ok(text.trim() && !/undefined|NaN|\[object/.test(text), `${at}: ${text}`);
    }
  }
});

test("Chinese is Chinese, but for names and what is typed", () => {
  const proper = /^(?:markdown|plotly|json|wind|speed|gust|mast|marker|size|system|load|ctrl|shift|data|delete|bind|name)$/i;
  for (const [at, text] of texts({ ...zh }, "")) {
    assert.deepEqual(text.match(/[A-Za-z]{3,}/g)?.filter((word) => !proper.test(word)) ?? [], [], `${at}: ${text}`);
  }
});

test("a difference is told in sentences that name the panel, the field and both values, as far as these can be read", () => {
  const panel = { id: "p1", x: 0, y: 0, w: 4, h: 4, metric: "system.load" };
  const before = { slug: "x", title: "Web", panels: [panel, { id: "p2", x: 4, y: 0, w: 4, h: 4, kind: /** @type {const} */ ("text"), text: "a" }] };
  const after = { slug: "x", title: "Web servers", panels: [
    { ...panel, x: 6, h: 6, only: { period: ["1 min"] }, range: /** @type {[number, null]} */ ([0, null]), kind: /** @type {const} */ ("bars") },
    { id: "p2", x: 4, y: 0, w: 4, h: 4, kind: /** @type {const} */ ("text"), text: "a much longer text" }, { id: "p3", x: 0, y: 4, w: 4, h: 4, metric: "b", title: "New" },
  ] };
  const told = phrases(differences(before, after), (name) => (name === "system.load" ? "Load" : name));
  assert.deepEqual(told, [
    "title: Web → Web servers", "Load, drawn as: As the metric declares → Bars", "Load, series: nothing → period 1 min",
    "Load, range: nothing → 0 – by itself", "Load, place: column 1, row 1 → column 7, row 1", "Load, size: 4 × 4 → 4 × 6", "Text, text was changed", "New was added",
  ]);
  assert.deepEqual(phrases(differences(after, before), (name) => name).at(-1), "New was removed");
});
