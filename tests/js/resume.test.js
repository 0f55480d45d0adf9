// Whatever is lost, late or out of turn: in the end a page holds what the server does. Seeded, so that a failure stays.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Desk, settled } from "./fakes.js";

/** @typedef {{offset: number, time: number, values: Record<string, number>}} Row */

/** Random numbers that are the same each time (mulberry32). @param {number} seed */
const dice = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

/** A server of one metric, as dashboard/history/ring.py has it, and the line to one page. */
class Server {
  /** @param {Desk} page @param {() => number} random */
  constructor(page, random) {
    this.page = page;
    this.random = random;
    /** @type {Row[]} */
    this.rows = [];
    this.names = ["a"];
    this.offset = 0;
    this.floor = 0;
    this.time = page.time;
    this.joined = false;
    this.dropped = false;
    /** @type {(() => void)[]} what is on its way, in order */
    this.line = [];
    /** @type {(() => void)[]} answers that are being made */
    this.making = [];
  }

  publish() {
    const count = 1 + Math.floor(this.random() * 3);
    if (this.random() < 0.06) this.time -= 6;
    const before = this.offset;
    if (this.random() < 0.06) {
      this.names = this.random() < 0.5 ? [`s${this.offset}`, ...this.names] : [...this.names.slice(1), `s${this.offset}`];
      const series = this.series();
      if (this.joined) this.line.push(() => this.page.socket.say("series", { m: "m", series }));
    }
    const fresh = Array.from({ length: count }, () => {
      const offset = ++this.offset;
      this.time += 1 + Math.floor(this.random() * 3);
      return { offset, time: this.time, values: Object.fromEntries(this.names.map((name) => [name, offset + name.length / 100])) };
    });
    const first = /** @type {Row} */ (fresh[0]).time;
    if (first <= (this.rows.at(-1)?.time ?? 0)) {
      this.rows = this.rows.filter(({ time }) => time < first);
      this.floor = before;
    }
    this.rows.push(...fresh);
    const frame = { m: "m", o: this.offset, ...this.columns(fresh) };
    if (!this.joined) return;
    if (this.random() < 0.25) this.dropped = true;
    else this.line.push(() => this.page.socket.say("samples", frame));
  }

  series() {
    return this.names.map((name) => ({ labels: { name } }));
  }

  /** @param {Row[]} rows */
  columns(rows) {
    return { t: rows.map(({ time }) => time), v: this.names.map((name) => rows.map(({ values }) => values[name] ?? null)) };
  }

  /** Read a request. Its answer holds what there is now, but may be overtaken by what comes later. */
  read() {
    if (!this.page.socket.count("subscribe")) return;
    const request = this.page.socket.take("subscribe");
    const [{ since }] = request.payload.metrics;
    const recovered = since !== undefined && since >= this.floor;
    const rows = recovered ? this.rows.filter(({ offset }) => offset > since) : this.rows;
    const part = { name: "m", offset: this.offset, recovered, series: this.series(), ...this.columns(rows) };
    const answer = { ok: true, epoch: "e1", now: this.page.time, metrics: [part] };
    this.joined = true;
    this.making.push(() => this.line.push(() => request.answer(answer)));
  }

  deliver() {
    this.line.shift()?.();
    if (!this.line.length && this.dropped) {
      this.dropped = false;
      this.page.socket.say("lagged", { metrics: ["m"] });
    }
  }

  async break() {
    this.joined = this.dropped = false;
    this.line = [];
    this.making = [];
    this.page.socket.requests = [];
    this.page.socket.say("disconnect", "transport close");
    await this.page.greet();
  }
}

/** @param {Desk} page */
function held(page) {
  const ring = page.store.ring("m");
  if (!ring) return null;
  const places = Array.from({ length: ring.length }, (_, at) => ring.start + at);
  return places.map((place) => [ring.times[place], Object.fromEntries(ring.series.map(({ labels }, which) =>
    [labels["name"], ring.columns[which]?.[place]]))]);
}

for (let seed = 1; seed <= 60; seed++) {
  test(`what is lost, late or out of turn does not change what is held in the end (${seed})`, async () => {
    const random = dice(seed);
    const page = new Desk();
    const server = new Server(page, random);
    await page.greet();
    page.subscriptions.want("m", 0.002);
    await settled();
    const steps = [
      () => server.publish(), () => server.publish(), () => server.publish(), () => server.deliver(), () => server.deliver(),
      () => server.deliver(), () => server.read(), () => server.making.shift()?.(), () => server.making.shift()?.(),
      () => page.pass(Math.floor(random() * 900)), () => random() < 0.1 && server.break(),
    ];
    for (let step = 0; step < 600; step++) await steps[Math.floor(random() * steps.length)]?.();
    for (let round = 0; round < 20; round++) {
      server.read();
      for (const make of server.making.splice(0)) make();
      while (server.line.length || server.dropped) server.deliver();
      await page.pass(45_000);
    }
    page.connection.stop();
    assert.equal(page.store.ring("m")?.torn, false);
    const rows = server.rows.map(({ time, values }) =>
      [time, Object.fromEntries(server.names.map((name) => [name, values[name] ?? NaN]))]);
    assert.deepEqual(held(page), rows);
  });
}
