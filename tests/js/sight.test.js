import assert from "node:assert/strict";
import { test } from "node:test";

/** @type {{callback: (entries: object[]) => void, rootMargin: string}[]} */
const observers = [];
/** The browser's observer, which tells what the test says. */
globalThis.IntersectionObserver = /** @type {any} */ (class {
  constructor(/** @type {any} */ callback, /** @type {any} */ { rootMargin }) {
    observers.push({ callback, rootMargin });
  }

  observe() {}
  unobserve() {}
});

const { Sight } = await import("../../static/js/sight.js");

/** @returns {any} */
const element = () => ({});
const never = () => () => {};

test("what is out of sight is woken, drawn as it is now, and rests again; all of it at once", async () => {
  const sight = new Sight();
  const [far, here, unwatched] = [element(), element(), element()];
  /** @type {string[]} */
  const log = [];
  /** @type {(() => void)[]} */
  const draws = [];
  const drawn = () => /** @type {Promise<void>} */ (new Promise((done) => draws.push(done)));
  sight.watch(far, (near, seen) => log.push(`far ${near} ${seen}`), drawn);
  sight.watch(here, (near, seen) => log.push(`here ${near} ${seen}`), drawn);
  for (const { callback } of observers.slice(-2)) callback([{ target: here, isIntersecting: true }]);
  log.length = 0;

  let over = false;
  const settling = sight.settle([far, here, unwatched], never).then((rest) => {
    over = true;
    return rest;
  });
  assert.deepEqual(log, ["far true true"], "what is seen needs no waking");
  assert.equal(draws.length, 2, "nobody waits for the other");
  draws[0]?.();
  await new Promise(setImmediate);
  assert.equal(over, false);
  draws[1]?.();
  (await settling)();
  assert.deepEqual(log, ["far true true", "far false false"]);
});

test("what can't be drawn is not waited for for ever, and harms no other", async () => {
  const sight = new Sight();
  const [lost, broken] = [element(), element()];
  sight.watch(lost, () => {}, () => new Promise(() => {}));
  sight.watch(broken, () => {}, () => Promise.reject(new Error("no")));
  const soon = (/** @type {number} */ _, /** @type {() => void} */ action) => {
    setImmediate(action);
    return () => {};
  };
  assert.equal(typeof await sight.settle([lost, broken], soon), "function");
  assert.equal(typeof await sight.settle([broken], never), "function");
});
