// The page's own modules as a client that `plotroom conformance` can run: `node conformant.mjs URL METRIC`.
// It follows METRIC until its standard input ends, then leaves, prints what its ring holds, and ends.

import { io } from "socket.io-client";
import { Connection, optionsOf } from "../../static/js/connection.js";
import { Store } from "../../static/js/store.js";
import { NAMESPACE } from "../../static/js/wire.js";

const [url = "", name = ""] = process.argv.slice(2);
const store = new Store();
const connection = new Connection({
  store, base: "", version: "conformance", probe: async () => 200,
  connect: () => io(url + NAMESPACE, { ...optionsOf(""), forceNew: true }),
});
connection.subscriptions.window = 600;
connection.subscriptions.want(name, 0.1);
connection.start();

process.stdin.resume().on("end", () => {
  connection.stop();
  const ring = store.ring(name);
  process.stdout.write(`${JSON.stringify({ series: ring?.series.map(({ labels }) => labels) ?? [] })}\n`);
  for (let at = ring?.start ?? 0; ring && at < ring.end; at++) {
    const row = ring.columns.map((column) => column[at] ?? NaN);
    // Where there is a hole in time, the ring has a row without values that is no sample.
    if (row.every(Number.isNaN)) continue;
    process.stdout.write(`${JSON.stringify([ring.times[at], ...row.map((value) => (Number.isNaN(value) ? null : value))])}\n`);
  }
  process.exit();
});
