// A client on socket.io-client for tests/test_namespace_metrics.py: `node rooms.mjs URL METRIC COUNT`.
// It follows METRIC from its first sample to the one numbered COUNT, breaks the connection twice on the way, resumes
// each time, and prints as JSON what it has seen.

import { io } from "socket.io-client";
import { Event, NAMESPACE } from "../../static/js/wire.js";

const [url, name, last] = process.argv.slice(2);
const socket = io(url + NAMESPACE, { transports: ["websocket"], reconnectionDelay: 20, reconnectionDelayMax: 50 });
/** @type {{hellos: string[], recovered: boolean[], duplicates: number, gaps: number, binary: number, json: number}} */
const seen = { hellos: [], recovered: [], duplicates: 0, gaps: 0, binary: 0, json: 0 };
/** @type {number[]} */
const times = [];
/** @type {number[][]} */
const values = [];
let offset = 0;
let series = 0;
let epoch = "";
let breaks = 0;
/** @type {any[] | null} */
let held = null;

/** @param {any} message @param {any} part */
function take(message, part) {
  if (message.b) {
    seen.binary += 1;
    const bytes = new Uint8Array(message.b);
    const numbers = new Float64Array(bytes.buffer, part.at, part.n * (series + 1));
    times.push(...numbers.subarray(0, part.n));
    for (let i = 0; i < part.n; i += 1) {
      values.push(Array.from({ length: series }, (_, row) => numbers[(row + 1) * part.n + i]));
    }
  } else {
    seen.json += 1;
    times.push(...part.t);
    part.t.forEach((/** @type {number} */ _, /** @type {number} */ i) =>
      values.push(part.v.map((/** @type {number[]} */ row) => row[i])));
  }
}

/** @param {any} message */
function follow(message) {
  if (held) {
    held.push(message);
    return;
  }
  if (message.series) {
    series = message.series.length;
    return;
  }
  const count = message.b ? message.n : message.t.length;
  if (message.o <= offset) seen.duplicates += 1;
  else if (message.o - count !== offset) seen.gaps += 1;
  else {
    offset = message.o;
    take(message, message);
    if (offset > (Number(last) / 3) * (breaks + 1) && breaks < 2) {
      breaks += 1;
      socket.io.engine.close(); // as a network that goes away would
    }
  }
  if (offset >= Number(last)) finish();
}

function finish() {
  process.stdout.write(JSON.stringify({ ...seen, breaks, times, values }));
  socket.disconnect();
}

socket.on(Event.HELLO, (hello) => seen.hellos.push(hello.epoch));
socket.on(Event.SAMPLES, follow);
socket.on(Event.SERIES, follow);
socket.on("connect", () => {
  held = [];
  const wanted = { name, window: 3600, points: 10000, ...(epoch ? { since: offset } : {}) };
  socket.emit(Event.SUBSCRIBE, { metrics: [wanted], ...(epoch ? { epoch } : {}) }, (/** @type {any} */ answer) => {
    const metric = answer.metrics[0];
    seen.recovered.push(metric.recovered);
    ({ epoch } = answer);
    ({ offset } = metric);
    series = metric.series.length;
    take(answer, metric);
    const waiting = held ?? [];
    held = null;
    // Those that the answer had already are no duplicates: they were sent before it was read.
    waiting.filter((message) => message.series || message.o > offset).forEach(follow);
  });
});
