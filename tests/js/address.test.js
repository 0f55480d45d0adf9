import assert from "node:assert/strict";
import { test } from "node:test";
import { Address } from "../../static/js/address.js";
import { nextTick, reactive } from "../../static/vendor/vue.runtime.esm-browser.prod.js";

/** A browser's history and clock, by hand. */
class World {
  /** @param {string} address */
  constructor(address) {
    this.entries = [address];
    this.at = 0;
    this.clock = 0;
    /** @type {Map<object, {due: number, action: () => void}>} */
    this.timers = new Map();
  }

  location = (() => {
    const url = () => new URL(`http://x${this.entries[this.at]}`);
    return { get pathname() { return url().pathname; }, get search() { return url().search; }, get hash() { return url().hash; } };
  })();

  history = {
    pushState: (/** @type {null} */ _, /** @type {string} */ __, /** @type {string} */ address) => {
      this.entries = [...this.entries.slice(0, this.at + 1), address];
      this.at++;
    },
    replaceState: (/** @type {null} */ _, /** @type {string} */ __, /** @type {string} */ address) => void (this.entries[this.at] = address),
  };

  now = () => this.clock;

  later = (/** @type {number} */ ms, /** @type {() => void} */ action) => {
    const timer = {};
    this.timers.set(timer, { due: this.clock + ms, action });
    return () => void this.timers.delete(timer);
  };

  /** Let time pass. */
  async pass(ms = 0) {
    await nextTick();
    this.clock += ms;
    for (const [timer, { due, action }] of [...this.timers]) {
      if (due > this.clock) continue;
      this.timers.delete(timer);
      action();
    }
    await nextTick();
  }
}

/** A page that holds a window, a span and variables in its address. */
async function page(at = "/d/a") {
  const world = new World(at);
  const address = new Address(world);
  const state = reactive({ window: "5m", span: "", vars: /** @type {Record<string, string[]>} */ ({}), written: 0 });
  address.register("window", { read: () => state.window, write: (said) => void (state.window = said ?? "5m") });
  address.register("span", { read: () => state.span, write: (said) => void (state.span = said ?? "") });
  address.register("var.", { read: () => state.vars, write: (said) => void (state.vars = said ?? {}), local: true });
  await world.pass();
  return { world, address, state };
}

test("what the address says is taken, and what it does not say stays as it was", async () => {
  const { state, world } = await page("/d/a?span=yesterday&var.host=a&var.host=b%26c&other=1#m");
  assert.deepEqual({ ...state }, { window: "5m", span: "yesterday", vars: { host: ["a", "b&c"] }, written: 0 });
  assert.deepEqual(world.entries, ["/d/a?window=5m&span=yesterday&var.host=a&var.host=b%26c&other=1#m"], "in place, as it is no choice");
});

test("a choice is a step, and going back takes it back", async () => {
  const { state, world, address } = await page();
  state.window = "1h";
  await world.pass();
  Object.assign(state, { window: "6h", span: "today" });
  await world.pass();
  assert.deepEqual(world.entries, ["/d/a?window=5m", "/d/a?window=1h", "/d/a?window=6h&span=today"], "what changes at once is one step");
  world.at = 1;
  address.take();
  await world.pass();
  assert.deepEqual([state.window, state.span, world.at, world.entries.length], ["1h", "", 1, 3], "which leaves the way forward");
  world.at = 2;
  address.take();
  assert.deepEqual([state.window, state.span], ["6h", "today"]);
});

test("a movement is one step however long it goes on, and tells the browser only now and then", async () => {
  const { state, world, address } = await page();
  await world.pass(5_000);
  let told = 0;
  const { pushState, replaceState } = world.history;
  world.history.pushState = (...one) => (told++, pushState(...one));
  world.history.replaceState = (...one) => (told++, replaceState(...one));
  for (let step = 1; step <= 100; step++) {
    address.moves();
    state.span = `${step}`;
    await world.pass(20);
  }
  await world.pass(500);
  assert.deepEqual(world.entries, ["/d/a?window=5m", "/d/a?window=5m&span=100"]);
  assert.ok(told <= 2_500 / 400 + 2, `${told}`);
  await world.pass(2_000);
  address.moves();
  state.span = "101";
  await world.pass(500);
  assert.equal(world.entries.length, 3, "after a pause it is another movement");
});

test("a movement that begins right after a choice takes no step from it", async () => {
  const { state, world, address } = await page();
  state.window = "1h";
  address.moves();
  state.span = "1";
  address.moves();
  state.span = "2";
  await world.pass(500);
  assert.deepEqual(world.entries, ["/d/a?window=5m", "/d/a?window=1h", "/d/a?window=1h&span=2"]);
});

test("what was not chosen here is no step", async () => {
  const { state, world, address } = await page();
  state.window = "1h";
  address.settle();
  state.span = "theirs";
  await world.pass();
  assert.deepEqual(world.entries, ["/d/a?window=5m", "/d/a?window=1h&span=theirs"]);
});

test("going back is no step, also where who takes it says that nobody has chosen it", async () => {
  const world = new World("/d/a");
  const address = new Address(world);
  const state = reactive({ window: "5m" });
  address.register("window", {
    read: () => state.window,
    write: (said) => {
      address.settle();
      state.window = said ?? "5m";
    },
  });
  await world.pass();
  for (const window of ["1h", "6h"]) {
    state.window = window;
    await world.pass();
  }
  world.at = 0;
  address.take();
  await world.pass();
  assert.deepEqual([world.entries, world.at, state.window], [["/d/a?window=5m", "/d/a?window=1h", "/d/a?window=6h"], 0, "5m"]);
});

test("another dashboard keeps what is the page's, and begins without what was of the one before", async () => {
  const { state, world, address } = await page("/d/a?window=1h&var.host=a&other=1");
  address.open("/d/b#m");
  await world.pass();
  assert.deepEqual([world.entries[1], state.vars], ["/d/b?window=1h#m", {}]);
});

test("a key that is held later takes what the address says then, and goes when it is not held any more", async () => {
  const { world, address } = await page("/d/a?kiosk=10");
  let kiosk = "";
  let told = () => {};
  let listening = true;
  const end = address.register("kiosk", {
    read: () => kiosk,
    write: (said) => void (kiosk = said ?? ""),
    changed: (listener) => {
      told = listener;
      return () => void (listening = false);
    },
  });
  await world.pass();
  assert.equal(kiosk, "10");
  kiosk = "20";
  told();
  await world.pass();
  assert.deepEqual(world.entries, ["/d/a?window=5m&kiosk=10", "/d/a?window=5m&kiosk=20"]);
  end();
  await world.pass();
  assert.deepEqual([world.entries.at(-1), world.entries.length, listening], ["/d/a?window=5m", 2, false]);
});

test("an address can be read by people", async () => {
  const { state, world } = await page();
  Object.assign(state, { span: "2026-11-01T09:00:00Z/a=b c", vars: { "a=b": ["über", "1+1", ""] } });
  await world.pass();
  assert.equal(world.entries[1], "/d/a?window=5m&span=2026-11-01T09:00:00Z/a=b+c&var.a%3Db=%C3%BCber&var.a%3Db=1%2B1");
  assert.deepEqual([...new URLSearchParams(world.location.search).values()], ["5m", "2026-11-01T09:00:00Z/a=b c", "über", "1+1"]);
});

test("a browser that refuses is told the next time", async () => {
  const { state, world } = await page();
  const { pushState } = world.history;
  world.history.pushState = () => {
    throw new Error("too often");
  };
  state.window = "1h";
  await world.pass();
  world.history.pushState = pushState;
  state.span = "1";
  await world.pass();
  assert.equal(world.entries.at(-1), "/d/a?window=1h&span=1");
});

test("what can't be read is told once, and leaves the address", async () => {
  const world = new World("/d/overview?window=banana&from=2026-11-01T09:00:00Z");
  const address = new Address(world);
  /** @type {string[]} */
  const unread = [];
  address.unread = (key, said) => void unread.push(`${key}=${said}`);
  address.register("window", { read: () => null, write: (said) => said === null || said === "5m" });
  address.register("from", { read: () => "2026-11-01T09:00:00Z", write: () => true });
  await world.pass();
  assert.deepEqual(unread, ["window=banana"]);
  assert.equal(world.entries.at(-1), "/d/overview?from=2026-11-01T09:00:00Z");
  address.take();
  await world.pass();
  assert.deepEqual(unread, ["window=banana"]);
});
