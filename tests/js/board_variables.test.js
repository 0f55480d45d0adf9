import assert from "node:assert/strict";
import { test } from "node:test";
import { having, offered } from "../../static/js/board/offered.js";
import { overlap } from "../../static/js/board/place.js";
import { selectorOf } from "../../static/js/board/selector.js";
import { placesOf } from "../../static/js/only.js";
import { bindingsOf, expanded, filled, natural, parsed, toggled, written } from "../../static/js/board/variables.js";

/** @param {string} name @param {Record<string, string>[]} labels @param {object} [more] @returns {any} */
const metric = (name, labels, more = {}) => ({ name, series: labels.map((one) => ({ labels: one })), ...more });
const METRICS = new Map([["disk.busy", metric("disk.busy", ["sda", "sdb", "sdb10", "sdb2"].map((disk) => ({ disk })))]]);
/** @param {any[]} panels @param {object} [more] @returns {any} */
const board = (panels, more = {}) => ({ slug: "x", title: "X", panels, variables: [{ name: "disk", metric: "disk.busy", of: "disk" }], ...more });
/** @param {any} given @param {Record<string, string[]>} [selection] */
const bindings = (given, selection = {}) => bindingsOf(given, selection, METRICS);

test("values are what the series have now, in the order in which one looks for them", () => {
  assert.deepEqual(bindings(board([])).get("disk"), { all: true, values: ["sda", "sdb", "sdb2", "sdb10"] });
  assert.deepEqual(natural(["b10", "b9", "b9"]), ["b9", "b10"]);
});

test("the choice goes before what the dashboard says, also of a value that is gone; without several it is one", () => {
  const own = board([], { variables: [{ name: "disk", metric: "disk.busy", of: "disk", default: ["sda"] }] });
  assert.deepEqual(bindings(own).get("disk"), { all: false, values: ["sda"] });
  assert.deepEqual(bindings(own, { disk: ["sdb", "gone"] }).get("disk"), { all: false, values: ["sdb", "gone"] });
  const one = board([], { variables: [{ name: "disk", metric: "disk.busy", of: "disk", multi: false }] });
  assert.deepEqual(bindings(one, { disk: ["sdb", "sda"] }).get("disk"), { all: false, values: ["sdb"] });
});

test("all and single values exclude each other; the last that goes leaves all, and one alone is replaced", () => {
  const steps = ["sdb10", "sdb2", "sdb10", "sdb2", "sda", "*"].reduce((all, one) => [...all, toggled(all.at(-1) ?? [], one, true)], [["*"]]);
  assert.deepEqual(steps.slice(1), [["sdb10"], ["sdb2", "sdb10"], ["sdb2"], ["*"], ["sda"], ["*"]]);
  assert.deepEqual(["sda", "sdb", "sdb"].reduce((now, one) => toggled(now, one, false), ["*"]), ["sdb"]);
});

test("any value survives the way through the address", () => {
  for (const values of [["a"], ["a", "b"], ["a,b", "50%", "%2C"], ["*"], ["ä ö&=?#/"]]) assert.deepEqual(parsed(written(values)), values);
  assert.equal(written(["a", "b"]), "a,b");
});

test("a name in a text is replaced as a whole, and what is no variable stays", () => {
  const words = { disk: "sda, sdb" };
  assert.equal(filled("Disks $disk, not $disks or $5", words), "Disks sda, sdb, not $disks or $5");
  assert.equal(filled("$disk $constructor", { disk: "$disk<b>" }), "$disk<b> $constructor");
  assert.equal(filled("?of=$disk", words, encodeURIComponent), "?of=sda%2C%20sdb");
});

test("a text keeps its variables, with the words that stand for them; a selector has them in its quotes", () => {
  const given = board([{ id: "p1", x: 0, y: 0, w: 4, h: 4, title: "On $disk", text: "On $disk", bind: { y: 'a{disk="$disk"}' } }]);
  const shown = (/** @type {string[]} */ ...disk) => expanded(given, bindings(given, { disk }), "all of them")[0];
  const { title, text, words, bind } = shown('a"b\\', "c") ?? {};
  assert.deepEqual([title, text, words], ['On a"b\\, c', "On $disk", { disk: 'a"b\\, c' }]);
  assert.deepEqual(selectorOf(bind?.["y"] ?? ""), { metric: "a", only: { disk: ['a"b\\'] } });
  assert.deepEqual(shown("*")?.words, { disk: "all of them" });
});

test("a filter takes the chosen values; all values are no filter, so that new ones are meant, too", () => {
  const given = board([{ id: "p1", x: 0, y: 0, w: 4, h: 4, metric: "disk.busy", title: "On $disk", only: { disk: ["$disk", "nvme"], op: ["read"] } }]);
  const [chosen] = expanded(given, bindings(given, { disk: ["sda"] }), "all");
  assert.deepEqual(chosen?.only, { disk: ["sda", "nvme"], op: ["read"] });
  assert.equal(chosen?.title, "On sda");
  const [all] = expanded(given, bindings(given), "all");
  assert.deepEqual(all?.only, { op: ["read"] });
  assert.equal(all?.title, "On all");
});

test("a panel is repeated for each value beside itself, and then below; what was below it follows", () => {
  const given = board([
    { id: "p1", x: 0, y: 0, w: 6, h: 2, metric: "disk.busy", only: { disk: ["$disk"] }, repeat: "disk" },
    { id: "p2", x: 0, y: 2, w: 12, h: 1, metric: "disk.busy" },
  ]);
  const panels = expanded(given, bindings(given), "all");
  assert.deepEqual(panels.map(({ id, x, y, only }) => [id, x, y, only["disk"]?.[0]]), [
    ["p1", 0, 0, "sda"], ["p1~sdb", 6, 0, "sdb"], ["p1~sdb2", 0, 2, "sdb2"], ["p1~sdb10", 6, 2, "sdb10"], ["p2", 0, 4, undefined],
  ]);
  assert.ok(panels.every((one) => !panels.some((other) => one !== other && overlap(one, other))));
  assert.deepEqual(panels.map(({ of }) => of), ["p1", "p1", "p1", "p1", "p2"]);
  assert.deepEqual(panels.map(({ each }) => each), ["sda", "sdb", "sdb2", "sdb10", undefined]);
});

test("repeated for no value a panel is not there; while it is edited it is, once", () => {
  const given = board([{ id: "p1", x: 0, y: 0, w: 6, h: 2, metric: "a", repeat: "disk" }], { variables: [{ name: "disk", metric: "nothing", of: "disk" }] });
  assert.deepEqual(expanded(given, bindings(given), "all"), []);
  assert.equal(expanded(given, bindings(given), "all", true).length, 1);
  const many = board([{ id: "p1", x: 0, y: 0, w: 6, h: 2, metric: "a", repeat: "disk" }]);
  assert.equal(expanded(many, bindings(many), "all", true).length, 1);
  const unknown = board([{ id: "p1", x: 0, y: 0, w: 6, h: 2, metric: "a", repeat: "other" }]);
  assert.equal(expanded(unknown, bindings(unknown), "all").length, 1);
});

test("a selector is a metric, or one with labels in braces; anything else is none", () => {
  assert.deepEqual(selectorOf("disk.busy"), { metric: "disk.busy", only: {} });
  assert.deepEqual(selectorOf('disk.busy{disk="a, \\"b\\"",op="read"}'), { metric: "disk.busy", only: { disk: ['a, "b"'], op: ["read"] } });
  assert.deepEqual(selectorOf(' disk.busy {disk="}{", op="a,b" , } '), { metric: "disk.busy", only: { disk: ["}{"], op: ["a,b"] } });
  for (const text of ['a{x="1"}}', 'a{x="1",x="2"}', 'a{x="\\n"}']) assert.equal(selectorOf(text), null, text);
  for (const text of ["", "a b", "a{disk=sda}", 'a{disk="sda"', "{}"]) assert.equal(selectorOf(text), null, text);
  assert.deepEqual(placesOf([{ labels: { a: "1" } }], { b: ["1"] }), []);
  assert.deepEqual(placesOf([{ labels: { a: "1" } }, { labels: { a: "*" } }, { labels: {} }], { a: ["*"] }), [1], "a value is just that");
  assert.deepEqual(placesOf([{ labels: { a: "1" } }, { labels: {} }], { a: [""] }), [1]);
  assert.deepEqual(placesOf([{ labels: { a: "1" } }, { labels: { a: "2" } }], { a: ["2"] }), [1]);
});

test("a family offers what several of its metrics tell apart, but no sides of one thing, and neither one nor too many", () => {
  const disks = ["sda", "sdb"];
  const busy = metric("busy", disks.map((disk) => ({ disk })));
  const moved = metric("moved", disks.flatMap((disk) => ["read", "write"].map((direction) => ({ disk, direction }))));
  const usage = metric("usage", [{ mount: "/" }]);
  assert.deepEqual(offered([busy, moved, usage]), [{ label: "disk", value: "sda" }, { label: "disk", value: "sdb" }]);
  assert.deepEqual(offered([busy]), []);
  const many = Array.from({ length: 21 }, (_, at) => ({ process: `p${at}` }));
  assert.deepEqual(offered([metric("a", many), metric("b", many)]), []);
  assert.deepEqual(having([busy, moved, usage], { label: "disk", value: "sdb" }).map(({ name }) => name), ["busy", "moved"]);
});
