// Pages without a browser that follow a metric: `node watchers.mjs URL METRIC LAST COUNT`, for tests/watchers.py.
// What connects, comes back and fetches what it missed is the page's own code, with the socket.io that is served to
// browsers. A line on its standard input sets its clock, by so many seconds.

import { createInterface } from "node:readline";
import { WebSocket } from "ws";

const [url, name, last, count] = [new URL(process.argv[2]), process.argv[3], Number(process.argv[4]), Number(process.argv[5])];
Object.assign(globalThis, { WebSocket, location: url });
const { Connection } = await import("../../static/js/connection.js");
const { Store } = await import("../../static/js/store.js");

const now = () => Number(process.hrtime.bigint()) / 1e9; // the clock of Python's time.monotonic()
const dateNow = Date.now;
let ahead = 0;
Date.now = () => dateNow() + ahead;
let following = 0;
let finished = 0;

/** @param {unknown} message */
const tell = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

class Watcher {
  constructor() {
    this.seen = { connects: [], attempts: [], reasons: [], wrong: 0, ends: 0 };
    this.store = new Store();
    this.connection = new Connection({
      store: this.store, base: "", version: "test-version", now: () => Date.now(), probe: async () => 200,
    });
    const { socket, subscriptions } = this.connection;
    socket.on("connect", () => this.seen.connects.push(now()));
    socket.on("disconnect", (reason) => this.seen.reasons.push(reason));
    const connect = socket.connect.bind(socket);
    socket.connect = () => {
      this.seen.attempts.push(now());
      return connect();
    };
    const unlisten = this.store.listen(name, () => {
      unlisten();
      following += 1;
      if (following === count) tell("following");
      this.store.listen(name, () => this.look());
    });
    subscriptions.want(name, 0.05);
    this.connection.start();
  }

  look() {
    const ring = this.store.ring(name);
    if (this.seen.ends || ring.offset < last || ring.length < last) return;
    this.seen.ends = now();
    const [from, to] = ring.span(0, Infinity);
    const values = ring.columns[0].slice(from, to);
    this.seen.wrong = values.filter((value, place) => value !== place + 1).length + Math.abs(values.length - last);
    finished += 1;
    if (finished === count) tell(watchers.map((one) => one.seen));
  }
}

const watchers = Array.from({ length: count }, () => new Watcher());
createInterface({ input: process.stdin })
  .on("line", (seconds) => {
    ahead = Number(seconds) * 1000;
    tell("set");
  })
  .on("close", () => process.exit());
