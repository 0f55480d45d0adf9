import assert from "node:assert/strict";
import { test } from "node:test";
import { Figures, fetching } from "../../static/js/figures.js";
import { showing } from "../../static/js/ticket.js";
import { settled } from "./fakes.js";

const FIGURE = { data: [], layout: {} };

test("figures that came with the page are not asked for", async () => {
  const figures = new Figures({ a: FIGURE }, "", async () => assert.fail("asked"));
  assert.equal(await figures.get("a"), FIGURE);
});

test("several that are missing are asked for at once, each once", async () => {
  /** @type {string[]} */
  const asked = [];
  const figures = new Figures({}, "/base", async (address) => {
    asked.push(address);
    return { "a.b": FIGURE, c: FIGURE };
  });
  await Promise.all([figures.get("a.b"), figures.get("c"), figures.get("c")]);
  await figures.get("c");
  assert.deepEqual(asked, ["/base/api/v1/figures?metric=a.b&metric=c"]);
});

test("what is declared differently is asked for again", async () => {
  let asked = 0;
  const figures = new Figures({ a: FIGURE }, "", async () => (asked++, { a: { data: [{}], layout: {} } }));
  figures.forget("a");
  assert.equal((await figures.get("a")).data.length, 1);
  assert.equal(asked, 1);
});

test("an answer to what was forgotten meanwhile is not taken, and it is asked for again", async () => {
  /** @type {((answer: Record<string, any>) => void)[]} */
  const answers = [];
  const figures = new Figures({}, "", () => new Promise((resolve) => answers.push(resolve)));
  const got = figures.get("a");
  await settled();
  figures.forget("a");
  answers.shift()?.({ a: FIGURE });
  await settled();
  const other = { data: [{}], layout: {} };
  answers.shift()?.({ a: other });
  assert.equal(await got, other);
});

test("a metric without a figure is an error that names it, and can be asked for again", async () => {
  /** @type {Record<string, any>[]} */
  const answers = [{}, { a: FIGURE }];
  const figures = new Figures({}, "", async () => answers.shift() ?? {});
  await assert.rejects(figures.get("a"), /no figure for a/);
  assert.equal(await figures.get("a"), FIGURE);
});

test("another kind than declared is asked for by its name, once, and again when it failed or is declared differently", async () => {
  /** @type {string[]} */
  const asked = [];
  let fails = true;
  const figures = new Figures({ "a.b": FIGURE }, "/x", async (address) => {
    asked.push(address);
    if (fails) throw new Error("away");
    return { "a.b": { data: [{ type: "bar" }], layout: {} } };
  });
  await assert.rejects(figures.get("a.b", "bars"), /away/);
  fails = false;
  const [one, other] = await Promise.all([figures.get("a.b", "bars"), figures.get("a.b", "bars")]);
  assert.equal(one, other);
  assert.deepEqual(asked, Array(2).fill("/x/api/v1/figures?metric=a.b&kind=bars"));
  assert.equal(await figures.get("a.b", "auto"), FIGURE);
  figures.forget("a.b");
  await figures.get("a.b", "bars");
  assert.equal(asked.length, 3);
});

test("figures of several kinds are asked for by one question each", async () => {
  /** @type {string[]} */
  const asked = [];
  const figures = new Figures({}, "", async (address) => {
    asked.push(address);
    return Object.fromEntries(new URLSearchParams(address.split("?")[1]).getAll("metric").map((name) => [name, { data: [{ address }], layout: {} }]));
  });
  const found = await Promise.all([figures.get("a", "bars"), figures.get("b", "bars"), figures.get("a")]);
  assert.deepEqual(asked, ["/api/v1/figures?metric=a&metric=b&kind=bars", "/api/v1/figures?metric=a"]);
  assert.deepEqual(found.map(({ data: [trace] }) => trace?.["address"]), [asked[0], asked[0], asked[1]]);
});

test("a panel in a page of others shows its ticket when it asks for a figure", async (context) => {
  const asked = context.mock.method(globalThis, "fetch", async () => Response.json({ a: FIGURE }));
  const figures = new Figures({}, "/x", fetching(showing("embed.key")));
  assert.deepEqual(await figures.get("a"), FIGURE);
  const [address, options] = asked.mock.calls[0]?.arguments ?? [];
  assert.equal(address, "/x/api/v1/figures?metric=a");
  assert.deepEqual(options?.headers, { Authorization: "Bearer embed.key" });
  asked.mock.mockImplementation(async () => new Response("", { status: 401 }));
  await assert.rejects(figures.get("b"), /401/);
});
