import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";
import * as en from "../../static/js/lang/en.js";
import { LANGUAGES } from "../../static/js/lang/languages.js";
import { duration, number } from "../../static/js/units.js";

const FOLDER = new URL("../../static/js/lang/", import.meta.url);
/** @type {Record<string, Record<string, any>>} */
const OTHERS = Object.fromEntries(await Promise.all(
  Object.keys(LANGUAGES).filter((tag) => tag !== "en").map(async (tag) => [tag, await import(`../../static/js/lang/${tag}.js`)])));
/** Tables that a language fills as it needs: what it calls things that the server has named in English. */
const OWN = new Set(["NAMES", "UNITS"]);
/** Words that are the same in every language. */
const PROPER = new Set(["plotroom", "python", "metric", "plugins", "cpu", "tcp", "markdown", "history", "max_series", "esc", "utc", "png", "svg", "csv", "embed_origins"]);

/** @param {any} value @returns {string} */
const kind = (value) => (Array.isArray(value) ? "list" : typeof value);

/** Parameters of words that are lists of texts; all others are texts or numbers. */
const LISTS = new Set(["things", "series"]);

/** Something for each parameter of a function. @param {Function} value */
const given = (value) => (/^\(([^)]*)\)/.exec(String(value))?.[1] ?? "").split(", ").filter(Boolean).map((name, place) => (
  LISTS.has(name) ? ["2", "3"] : place + 2));

/** Every text of a table, with where it is. @param {any} value @param {string} at @returns {[string, string][]} */
function texts(value, at) {
  if (typeof value === "string") return [[at, value]];
  if (typeof value === "function") return [[at, String(value(...given(value)))]];
  return Object.entries(value ?? {}).flatMap(([key, inner]) => texts(inner, `${at}.${key}`));
}

/** @param {Record<string, any>} words */
const all = (words) => Object.entries(words).flatMap(([key, value]) => (key === "keysText" ? texts(value("x"), key) : texts(value, key)));

test("the languages that are offered are the files that there are, and those that the page looks for at its start", () => {
  const files = readdirSync(FOLDER).filter((name) => /^[a-z]{2}\.js$/.test(name)).map((name) => name.slice(0, 2));
  assert.deepEqual(files.sort(), Object.keys(LANGUAGES).sort());
  const early = readFileSync(new URL("../early.js", FOLDER), "utf8");
  const tags = Function(`return ${/TAGS = (\{.*?\})/.exec(early)?.[1]}`)();
  assert.deepEqual(Object.keys(tags).sort(), files);
  for (const [tag, words] of Object.entries({ en, ...OTHERS })) assert.equal(words["LOCALE"], tags[tag]);
});

for (const [tag, words] of Object.entries(OTHERS)) {
  test(`${tag} has every word that English has, of the same kind and with the same arguments`, () => {
    const english = /** @type {Record<string, any>} */ (en);
    assert.deepEqual(Object.keys(words).sort(), Object.keys(english).sort());
    for (const [key, value] of Object.entries(english)) {
      assert.equal(kind(words[key]), kind(value), key);
      if (typeof value === "function") assert.equal(words[key].length, value.length, `arguments of ${key}`);
      else if (typeof value === "object" && !OWN.has(key)) assert.deepEqual(Object.keys(words[key]), Object.keys(value), key);
    }
    assert.deepEqual(words["keysText"]("x").map((/** @type {string[]} */ row) => row.length), english["keysText"]("x").map(() => 2));
  });

  test(`no text of ${tag} is empty, and none was left in English`, () => {
    for (const [at, text] of all(words)) {
      assert.ok(text.trim(), at);
      const left = text.match(/[A-Za-z_]{3,}/g)?.filter((word) => !PROPER.has(word.toLowerCase())) ?? [];
      if (at !== "LOCALE") assert.deepEqual(left, [], `${at}: ${text}`);
    }
  });
}

test("a text of English is one that can be read: no mark of a template is left in it", () => {
  for (const [at, text] of all(en)) assert.ok(text.trim() && !/undefined|NaN|#|\[object/.test(text), `${at}: ${text}`);
  assert.equal(en.running(1), "1 collector running");
  assert.equal(en.running(1234), "1,234 collectors running");
  assert.equal(en.othersThere(1), "1 other person is there");
});

test("numbers and lengths of time are written as the language does", () => {
  assert.equal(number(1234567.8), "1,234,568");
  assert.equal(duration(7200), "2 h");
});

/** The language that the page begins with. @param {{search?: string, kept?: string | null, languages?: string[]}} given */
function begun({ search = "", kept = null, languages = [] }) {
  const root = { dataset: {}, lang: "en" };
  const localStorage = { getItem: (/** @type {string} */ key) => {
    if (kept === "refused") throw new Error("refused");
    return key === "plotroom.language" ? kept : null;
  } };
  vm.runInNewContext(readFileSync(new URL("../early.js", FOLDER), "utf8"), {
    document: { documentElement: root }, localStorage, location: { search }, navigator: { languages }, matchMedia: () => ({ matches: false }), URLSearchParams, Object,
  });
  return root.lang;
}

test("the address decides about the language, then what was chosen, then the browser, then it is English", () => {
  const [zh, english] = ["zh-CN", "en"];
  assert.equal(begun({ search: "?lang=zh", kept: "en", languages: ["en-GB"] }), zh);
  assert.equal(begun({ search: "?lang=en-US", kept: "zh", languages: ["zh"] }), english);
  assert.equal(begun({ kept: "zh", languages: ["en"] }), zh);
  assert.equal(begun({ languages: ["fr-FR", "zh-TW", "en"] }), zh);
  assert.equal(begun({ languages: ["fr-FR", "en", "zh"] }), english);
  assert.equal(begun({ search: "?lang=__proto__", kept: "refused", languages: ["fr"] }), english);
});
