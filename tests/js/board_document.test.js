import assert from "node:assert/strict";
import { test } from "node:test";
import { added, blank, canonical, changed, copied, placed, removed, renamed, same, set, slugOf, tidy, withoutVariable } from "../../static/js/board/document.js";
import { begin, edit, redo, settle, undo } from "../../static/js/board/edits.js";
import { differences } from "../../static/js/board/difference.js";

/** @param {string} id @param {object} [more] @returns {any} */
const panel = (id, more = {}) => ({ id, x: 0, y: 0, w: 4, h: 4, metric: `m.${id}`, ...more });
/** @param {any[]} panels @param {object} [more] @returns {any} */
const board = (panels, more = {}) => ({ slug: "web", title: "Web", panels, ...more });
/** @param {any} one */
const places = ({ panels }) => panels.map((/** @type {any} */ { id, x, y, w, h }) => [id, x, y, w, h]);

test("what is as by default is not written, and a document that says it is the same as one that does not", () => {
  const loud = board([panel("p1", { kind: "auto", only: {}, range: [null, null], thresholds: [], title: null, text: null })], {
    description: "", window: null, columns: 12, variables: [{ name: "host", label: null, metric: "a", of: "host", multi: true, default: ["*"] }],
  });
  const quiet = board([panel("p1")], { variables: [{ name: "host", metric: "a", of: "host" }] });
  assert.deepEqual(tidy(loud), tidy(quiet));
  assert.ok(same(loud, quiet));
  assert.deepEqual(differences(loud, quiet), []);
  assert.ok(!same(quiet, board([panel("p1", { range: [0, null] })])));
  assert.equal(canonical({ b: 1, a: [{ d: 1, c: 2 }] }), canonical({ a: [{ c: 2, d: 1 }], b: 1 }));
});

test("a panel is added where there is room as one reads, with an id that none had", () => {
  const before = board([panel("p1"), panel("p7", { x: 8 })]);
  const after = added(before, { metric: "new" });
  assert.deepEqual(places(after).at(-1), ["p8", 4, 0, 4, 4]);
  assert.deepEqual(places(added(after, { kind: "text", text: "x" })).at(-1), ["p9", 0, 4, 6, 2]);
  assert.equal(before.panels.length, 2);
});

test("a copy lies beside its original when there is room, else below it, and nothing lies over another", () => {
  assert.deepEqual(places(copied(board([panel("p1")]), "p1")), [["p1", 0, 0, 4, 4], ["p2", 4, 0, 4, 4]]);
  const wide = copied(board([panel("p1", { w: 12 }), panel("p2", { y: 4, w: 12 })]), "p1");
  assert.deepEqual(places(wide), [["p1", 0, 0, 12, 4], ["p2", 0, 8, 12, 4], ["p3", 0, 4, 12, 4]]);
  assert.equal(wide.panels[2]?.metric, "m.p1");
});

test("what is below a removed panel moves up", () => {
  assert.deepEqual(places(removed(board([panel("p1"), panel("p2", { y: 4 })]), "p1")), [["p2", 0, 0, 4, 4]]);
});

test("a change touches one panel only, and one back to the default leaves nothing behind", () => {
  const before = board([panel("p1"), panel("p2", { x: 4 })]);
  const after = changed(before, "p2", { title: "Two", range: [0, 5] });
  assert.equal(after.panels[0], before.panels[0]);
  assert.deepEqual(after.panels[1], { ...before.panels[1], title: "Two", range: [0, 5] });
  assert.deepEqual(changed(after, "p2", { title: null, range: [null, null] }).panels[1], before.panels[1]);
  assert.deepEqual(places(placed(before, new Map([["p1", { x: 1, y: 2, w: 3, h: 4 }]])))[0], ["p1", 1, 2, 3, 4]);
});

test("an address comes from a title in any script, and is one of its own", () => {
  assert.equal(slugOf("Web servers: über 9000!", new Set()), "web-servers-uber-9000");
  assert.equal(slugOf("服务器", new Set(["dashboard"])), "dashboard-2");
  assert.equal(slugOf("404 pages", new Set()), "pages");
  assert.match(slugOf("x".repeat(300), new Set()), /^[a-z][a-z0-9_-]{0,119}$/);
});

test("steps are undone and done again in their order, and a new one forgets what was undone", () => {
  const first = blank("web", "Web");
  let edits = edit(begin(first), set(first, { title: "A" }));
  edits = edit(edits, set(edits.now, { title: "B" }));
  edits = undo(edits);
  assert.equal(edits.now.title, "A");
  assert.equal(undo(undo(edits)).now, first);
  assert.equal(redo(edits).now.title, "B");
  edits = edit(edits, set(edits.now, { title: "C" }));
  assert.equal(redo(edits), edits);
  assert.equal(undo(edits).now.title, "A");
});

test("typing is one step, until something else is done; what changes nothing is none", () => {
  const first = blank("web", "Web");
  let edits = begin(first);
  for (const title of ["W", "We", "Web servers"]) edits = edit(edits, set(edits.now, { title }), "title");
  assert.equal(edits.past.length, 1);
  assert.equal(undo(edits).now.title, "Web");
  edits = edit(settle(edits), set(edits.now, { title: "Web servers!" }), "title");
  assert.equal(edits.past.length, 2);
  assert.equal(edit(edits, set(edits.now, { description: "" })), edits);
});

test("steps that are remembered have an end", () => {
  let edits = begin(blank("web", "0"));
  for (let step = 1; step <= 500; step++) edits = edit(edits, set(edits.now, { title: `${step}` }));
  assert.equal(edits.past.length, 200);
  assert.equal(edits.past[0]?.title, "300");
});

test("a difference names panels that came and went, and each field that is another", () => {
  const before = board([panel("p1"), panel("p2", { x: 4, title: "Two" })], { window: 300 });
  const after = board([panel("p2", { x: 0, w: 6, title: null, thresholds: [{ value: 1, level: "bad" }] }), panel("p3", { x: 6 })], {
    window: 900, variables: [{ name: "host", metric: "a", of: "host" }],
  });
  assert.deepEqual(differences(before, after), [
    { what: "board", changes: [{ field: "window", from: 300, to: 900 }, { field: "$host", from: null, to: { name: "host", metric: "a", of: "host" } }] },
    { what: "changed", panel: after.panels[0], changes: [
      { field: "title", from: "Two", to: null }, { field: "thresholds", from: [], to: [{ value: 1, level: "bad" }] },
      { field: "place", from: [4, 0], to: [0, 0] }, { field: "size", from: [4, 4], to: [6, 4] },
    ] },
    { what: "added", panel: after.panels[1], changes: [] },
    { what: "removed", panel: before.panels[0], changes: [] },
  ]);
  assert.deepEqual(differences(after, after), []);
});

test("a variable that is renamed is renamed wherever a panel names it; one that goes chooses and repeats no longer", () => {
  const variables = [{ name: "host", metric: "a", of: "host" }, { name: "hosts", metric: "a", of: "host" }];
  const before = board([
    panel("p1", { title: "$host of $hosts", only: { host: ["$host", "ash"], disk: ["$host"] }, repeat: "host" }),
    panel("p2", { kind: "text", text: "for $host.", bind: { y: 'a{host="$host"}' } }),
  ], { variables });
  const after = renamed(before, "host", "machine");
  assert.deepEqual(after.variables?.map(({ name }) => name), ["machine", "hosts"]);
  assert.deepEqual(after.panels[0], panel("p1", { title: "$machine of $hosts", only: { host: ["$machine", "ash"], disk: ["$machine"] }, repeat: "machine" }));
  assert.deepEqual([after.panels[1]?.text, after.panels[1]?.bind], ["for $machine.", { y: 'a{host="$machine"}' }]);
  assert.ok(same(renamed(after, "machine", "host"), before));
  const without = withoutVariable(before, "host");
  assert.deepEqual(without.variables?.map(({ name }) => name), ["hosts"]);
  assert.deepEqual(without.panels[0], panel("p1", { title: "$host of $hosts", only: { host: ["ash"] } }));
});
