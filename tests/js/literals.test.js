import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import ts from "typescript";

const FOLDER = new URL("../../static/js/", import.meta.url);
/** What may hold words: the languages, and what no person reads. */
const APART = /^(?:lang\/|types\.js$)/;
/** Calls whose texts are read by the browser. */
const NOT_READ = /^(?:querySelector(?:All)?|closest|matches|matchMedia|getContext|setProperty|add|toggle)$/;
/** Names of what holds texts that are not for people. */
const NOT_SHOWN = new Set(["class", "hovermode", "textposition", "className", "rel", "font", "hoverformat"]);

/** @param {string} path @returns {string[]} */
const modules = (path = "") => readdirSync(new URL(path || ".", FOLDER), { withFileTypes: true }).flatMap((entry) => (
  entry.isDirectory() ? modules(`${path}${entry.name}/`) : entry.name.endsWith(".js") ? [path + entry.name] : []));

/** Text between tags and in attributes that are read out. @param {string} markup with \0 for each expression */
function shown(markup) {
  const between = markup.replace(/<[^>]*>/g, "|").match(/[^|\0\s][^|\0]*\p{L}{2}[^|\0]*|\p{L}{2}[^|\0]*/gu) ?? [];
  const read = [...markup.matchAll(/\b(?:aria-label|aria-description|title|placeholder|alt)="([^"\0]*\p{L}[^"\0]*)"/gu)].map(([, text]) => text ?? "");
  return [...between.map((text) => text.trim()), ...read];
}

/**
 * Sentences of its own that a module has.
 * @param {string} source
 */
function sentences(source) {
  /** @type {string[]} */
  const found = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && NOT_READ.test(node.expression.name.text)) return;
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && NOT_READ.test(node.expression.text)) return;
    if (ts.isPropertyAssignment(node) && NOT_SHOWN.has(node.name.getText().replaceAll('"', ""))) return;
    if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === "html") {
      const { template } = node;
      if (ts.isNoSubstitutionTemplateLiteral(template)) return void found.push(...shown(template.text));
      found.push(...shown([template.head.text, ...template.templateSpans.map(({ literal }) => literal.text)].join("\0")));
      template.templateSpans.forEach(({ expression }, place) => {
        const before = place ? template.templateSpans[place - 1]?.literal.text : template.head.text;
        if (!/\b(?:class|rel|d)=$/.test(before ?? "")) visit(expression);
      });
      return;
    }
    const text = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node) ? node.text : "";
    // What begins with a dot, a hash or a bracket is a selector or a query.
    if (/\p{L}{2,}[,;:.]? \p{L}{2,}/u.test(text) && !/^[.#[(]/.test(text)) found.push(text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("module.js", source, ts.ScriptTarget.ES2022, true));
  return found;
}

test("no module but those of the languages has a sentence of its own", () => {
  const found = modules().filter((one) => !APART.test(one)).flatMap((path) => sentences(readFileSync(new URL(path, FOLDER), "utf8")).map((text) => `${path}: ${text}`));
  assert.deepEqual(found, []);
});

test("a sentence is found wherever it may stand", () => {
  for (const source of [
    "html`<p>Hello there</p>`", "html`<th>Name</th>`", 'html`<button aria-label="Close" />`', "html`<p>${one} metrics</p>`",
    "html`<p>${open ? \"Nothing is here\" : x}</p>`", "const text = `${name} has left us`;", 'state.text = "Nothing is here";',
    "html`<b class=${[\"a b\"]}>${html`<i>Two words</i>`}</b>`", 'throw new Error("the server is away");',
  ]) assert.equal(sentences(source).length, 1, source);
  for (const source of [
    "html`<p class=\"btn icon away\">${text}</p>`", "html`<p class=${[\"btn icon away\", x]}>·</p>`", "html`<kbd>/</kbd>`",
    'document.querySelector("dialog tr td")', "// A comment of some words", 'const key = "ArrowLeft";', "html`<path d=\"M2 4h12\" />`",
  ]) assert.deepEqual(sentences(source), [], source);
});
