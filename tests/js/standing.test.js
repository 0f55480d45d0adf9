import assert from "node:assert/strict";
import { test } from "node:test";
import { byStanding } from "../../static/js/standing.js";

/** @param {string} collector @param {string} state @param {string} [origin] @returns {any} */
const one = (collector, state, origin = "plugins/some.py") => ({ collector, state, origin, reason: "" });

test("files that could not be loaded come first, then other trouble, then what runs, then what does not", () => {
  const all = [
    one("stopped", "stopped"), one("away", "unavailable"), one("runs", "running"), one("begins", "starting"), one("slow", "late"),
    one("z", "failing"), one("c", "misconfigured"), one("plotroom.toml", "failing", "plotroom.toml"), one("plugins/bad.py", "failing", "/home/me/plugins/bad.py"),
  ];
  const names = byStanding(all).map(({ collector }) => collector);
  assert.deepEqual(names, ["plotroom.toml", "plugins/bad.py", "c", "z", "slow", "begins", "runs", "away", "stopped"]);
});
