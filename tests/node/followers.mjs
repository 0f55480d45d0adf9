// The page's own modules on socket.io-client, for tests/test_nothing_missed.py: `node followers.mjs OPTIONS`, as JSON:
// how many clients connect to `url` and want `metrics`, and how much faster than on a page their `pauses` pass.
// Each line on stdin is answered by a line of JSON: "state" by how far each client is, "rings" by all that it holds.

import { createInterface } from "node:readline";
import { io } from "socket.io-client";
import { Connection, optionsOf } from "../../static/js/connection.js";
import { Store } from "../../static/js/store.js";
import { NAMESPACE } from "../../static/js/wire.js";

const { url, clients, metrics, window, points, pauses } = JSON.parse(process.argv[2] ?? "{}");

/** Remembers what it was told about each answer. */
class Witness extends Store {
  /** @type {{name: string, epoch: string, recovered: boolean, offset: number}[]} */
  told = [];
  /** @type {Record<string, number>} times at which samples were missing */
  torn = {};

  /** @type {Store["accept"]} */
  accept(name, series, samples, how) {
    this.told.push({ name, epoch: this.epoch, recovered: how.since !== null, offset: how.offset });
    super.accept(name, series, samples, how);
  }

  /** @type {Store["append"]} */
  append(name, samples, offset) {
    const before = this.ring(name)?.torn;
    super.append(name, samples, offset);
    if (this.ring(name)?.torn && !before) this.torn[name] = (this.torn[name] ?? 0) + 1;
  }
}

/** @param {number} ms @param {() => void} action */
function later(ms, action) {
  const timer = setTimeout(action, ms / pauses);
  return () => clearTimeout(timer);
}

function client() {
  const store = new Witness();
  const connection = new Connection({
    store, base: "", version: "test-version", later,
    connect: () => io(url + NAMESPACE, { ...optionsOf(""), forceNew: true }),
    probe: async () => 200,
  });
  const { subscriptions } = connection;
  subscriptions.window = window;
  Object.defineProperty(subscriptions, "points", { value: points });
  for (const { name, every } of metrics) subscriptions.want(name, every);
  connection.start();
  return { connection, store };
}

const all = Array.from({ length: clients }, client);

const answers = {
  state: () => all.map(({ connection, store }) => ({
    phase: connection.status.phase,
    sessions: connection.session,
    rings: Object.fromEntries([...store.rings].map(([name, { offset, whole, last }]) => [name, { offset, whole, last }])),
  })),
  rings: () => all.map(({ store }) => ({
    told: store.told,
    torn: store.torn,
    rings: Object.fromEntries([...store.rings].map(([name, ring]) => [name, {
      times: [...ring.times.subarray(ring.start, ring.end)],
      values: Object.fromEntries(ring.series.map(({ labels }, place) =>
        [labels["name"], [...(ring.columns[place] ?? []).subarray(ring.start, ring.end)]])),
    }])),
  })),
};

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const answer = answers[/** @type {keyof answers} */ (line)]();
    process.stdout.write(`${JSON.stringify(answer, (_, value) => (Number.isNaN(value) ? null : value))}\n`);
  })
  .on("close", () => process.exit());
