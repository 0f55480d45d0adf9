import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { keysText } from "../../static/js/lang/en.js";
import { WINDOWS } from "../../static/js/text.js";
import { meantBy } from "../../static/js/time/words.js";

const TEXT = readFileSync(new URL("../../docs/page.md", import.meta.url), "utf8");
const section = (/** @type {string} */ title) => TEXT.split(`\n## ${title}\n`)[1]?.split("\n## ")[0] ?? "";
/** What stands in backticks in the first column of a table. @param {string} text */
const firsts = (text) => text.split("\n").filter((line) => /^\| .*`/.test(line))
  .flatMap((line) => [...(line.split(" | ")[0] ?? "").matchAll(/`([^`]+)`/g)].map((found) => found[1] ?? ""));

test("what docs/page.md says can be written can be read", () => {
  const words = firsts(section("Which time is shown"));
  assert.ok(words.length > 30, `${words}`);
  for (const said of words) {
    const meant = meantBy(said, { now: Date.UTC(2026, 10, 27, 15, 30), utc: true, length: 300_000 });
    assert.ok(!("error" in meant), said);
  }
});

test("docs/page.md has every key of the page, and every window in its order", () => {
  const keys = firsts(section("Keys"));
  for (const [key] of keysText("")) {
    for (const one of key.split(/ – | (?=\S)/)) assert.ok(keys.includes(one.replace("−", "-")), one);
  }
  assert.ok(section("Keys").includes(WINDOWS.map(([, name]) => name).join(", ")));
});
