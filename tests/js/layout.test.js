import assert from "node:assert/strict";
import { test } from "node:test";
import { arrange, bundled, families, present, sections, tiles } from "../../static/js/layout.js";

const KNOWN = [
  { slug: "system", title: "System", order: 0 }, { slug: "cpu", title: "CPU", order: 1 },
  { slug: "memory", title: "Memory", order: 2 }, { slug: "self", title: "Plotroom", order: 9 },
];

/** @param {string} name @param {string} family @param {object} [more] @returns {any} */
const metric = (name, family, more = {}) => ({ name, family, title: name, chart: "line", order: 100, headline: "", series: [{}], collector: "c", ...more });

test("families have their order and their number of metrics; new ones come before our own", () => {
  const found = families([metric("a", "self"), metric("b", "room"), metric("c", "cpu"), metric("d", "cpu")], KNOWN);
  assert.deepEqual(found.map(({ slug, title, count }) => [slug, title, count]), [["cpu", "CPU", 2], ["room", "room", 1], ["self", "Plotroom", 1]]);
});

test("the overview begins with the first chart of every family, and has every metric once", () => {
  const metrics = [
    metric("up", "system"), metric("cpu1", "cpu", { order: 1 }), metric("load", "cpu", { order: 2 }), metric("cpu3", "cpu", { order: 3 }),
    metric("mem", "memory"), metric("room", "room"), metric("hub", "self"),
  ];
  const parts = sections(metrics, families(metrics, KNOWN), "overview");
  assert.deepEqual(parts.map(({ title, places }) => [title, places.map((one) => one.metric.name)]), [
    ["", ["cpu1", "load", "mem", "room"]], ["System", ["up"]], ["CPU", ["cpu3"]], ["Plotroom", ["hub"]],
  ]);
});

test("a dashboard of a family has its metrics in their order", () => {
  const metrics = [metric("b", "cpu", { order: 2 }), metric("a", "cpu", { order: 1 }), metric("x", "memory")];
  assert.deepEqual(sections(metrics, families(metrics, KNOWN), "cpu")[0]?.places.map((one) => one.metric.name), ["a", "b"]);
  assert.deepEqual(sections(metrics, families(metrics, KNOWN), "nowhere"), []);
});

test("collectors of ours are told from plugins", () => {
  const from = (/** @type {string} */ origin) => bundled(/** @type {any} */ ({ origin }));
  assert.deepEqual(["collectors.cpu", "collectors", "/plugins/collectors.py", "mine"].map(from), [true, true, false, false]);
});

test("rows have no holes", () => {
  for (let count = 1; count <= 20; count++) {
    for (const chart of ["line", "stacked"]) {
      for (const lead of [false, true]) {
        const places = arrange(Array.from({ length: count }, (_, at) => metric(`m${at}`, "cpu", { chart })), lead);
        assert.equal(places.length, count);
        let row = 0;
        for (const { width } of places) {
          row += width;
          assert.ok(row <= 12, `${count} ${chart}`);
          if (row === 12) row = 0;
        }
        assert.equal(row, 0, `${count} ${chart}: the last row is not full`);
      }
    }
  }
});

test("tiles are the metrics with a headline", () => {
  const metrics = [metric("m", "memory", { headline: "used" }), metric("c", "cpu", { headline: "sum" }), metric("x", "cpu")];
  assert.deepEqual(tiles(metrics, families(metrics, KNOWN)).map(({ name }) => name), ["c", "m"]);
});

test("what this machine lacks is left out, what a plugin misses is not", () => {
  /** @type {Map<string, any>} */
  const collectors = new Map([
    ["battery", { state: "unavailable", origin: "collectors.sensors" }],
    ["nginx", { state: "unavailable", origin: "/home/me/plugins/nginx.py" }],
  ]);
  const metrics = [
    metric("battery.charge", "system", { collector: "battery", series: [] }),
    metric("battery.old", "system", { collector: "battery" }),
    metric("nginx.requests", "nginx", { collector: "nginx", series: [] }),
  ];
  assert.deepEqual(present(metrics, collectors).map(({ name }) => name), ["battery.old", "nginx.requests"]);
});
