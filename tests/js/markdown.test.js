import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";
import { filled } from "../../static/js/board/variables.js";
import { parserOf, safe, treeOf } from "../../static/js/people/markdown.js";

/** @typedef {import("../../static/js/people/markdown.js").Node} Node */

vm.runInThisContext(readFileSync(new URL("../../static/vendor/markdown-it.umd.min.js", import.meta.url), "utf8"));
const parser = parserOf(/** @type {any} */ (globalThis)["markdownit"]);

/** As markup, so that a test can be read. @param {Node} node @returns {string} */
const told = (node) => (typeof node === "string" ? node
  : `<${node.tag}${node.href ? ` ${node.href}` : ""}>${node.children.map(told).join("")}</${node.tag}>`);
/** @param {string} text */
const tree = (text) => treeOf(parser, text).map(told).join("");

/** Every tag of a tree, and how deep it goes. @param {Node[]} nodes @returns {{tags: Set<string>, depth: number}} */
function survey(nodes) {
  const tags = new Set();
  let depth = 0;
  const walk = (/** @type {Node} */ node, /** @type {number} */ level) => {
    depth = Math.max(depth, level);
    if (typeof node === "string") return;
    tags.add(node.tag);
    for (const child of node.children) walk(child, level + 1);
  };
  for (const node of nodes) walk(node, 1);
  return { tags, depth };
}

test("what people write is shown as they mean it", () => {
  assert.equal(tree("a *b* **c** `d` ~~e~~"), "<p>a <em>b</em> <strong>c</strong> <code>d</code> <s>e</s></p>");
  assert.equal(tree("one\ntwo\n\nthree"), "<p>one<br></br>two</p><p>three</p>");
  assert.equal(tree("- a\n- b"), "<ul><li><p>a</p></li><li><p>b</p></li></ul>");
  assert.equal(tree("1. a"), "<ol><li><p>a</p></li></ol>");
  assert.equal(tree("> q"), "<blockquote><p>q</p></blockquote>");
  assert.equal(tree("```js\nif (a < b) {}\n```"), "<pre>if (a < b) {}</pre>");
  assert.equal(tree("# large"), "<h>large</h>");
  assert.equal(tree("5 \\* 3"), "<p>5 * 3</p>");
});

test("links lead to pages and addresses of mail, and to nothing else", () => {
  assert.equal(tree("[a](https://example.org/x)"), "<p><a https://example.org/x>a</a></p>");
  assert.equal(tree("see https://example.org/?a=1&b=2."), "<p>see <a https://example.org/?a=1&b=2>https://example.org/?a=1&b=2</a>.</p>");
  assert.equal(tree("<mailto:ada@example.org>"), "<p><a mailto:ada@example.org>mailto:ada@example.org</a></p>");
  for (const address of ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "ftp://a/b", "//example.org", "/d/cpu", "java\nscript:x", ""]) {
    assert.equal(safe(address), null, address);
    assert.ok(!tree(`[a](${address})`).includes("<a "), address);
  }
  assert.ok(!tree("[a](&#106;avascript:alert(1)) [b](java&#10;script:alert(1)) <javascript:alert(1)>").includes("<a "));
  assert.equal(tree("system.cpu and load.io"), "<p>system.cpu and load.io</p>", "names of metrics are no addresses");
});

test("pictures are links: nothing is fetched because of what somebody says", () => {
  assert.equal(tree("![cat](https://example.org/cat.png)"), "<p><a https://example.org/cat.png>cat</a></p>");
  assert.equal(tree("![](https://example.org/cat.png)"), "<p><a https://example.org/cat.png>https://example.org/cat.png</a></p>");
  assert.equal(tree("![x](data:image/png;base64,AAAA)"), "<p>x</p>");
});

test("what stands for a variable is text wherever it stands, and part of an address at most", () => {
  const words = { host: "*a* [x](https://evil.example) `b` https://evil.example\n# h", path: "a/../b?c=1&d#e", kind: "javascript:alert(1)//", a_b_c: "_x_" };
  const worded = (/** @type {string} */ text) => treeOf(parser, text, (one, how) => filled(one, words, how)).map(told).join("");
  assert.equal(worded("**$host**"), `<p><strong>${words.host}</strong></p>`);
  assert.equal(worded("`$host` $a_b_c $other"), `<p><code>${words.host}</code> _x_ $other</p>`);
  assert.equal(worded("```\n$host\n```"), `<pre>${words.host}</pre>`);
  assert.equal(worded("# $host"), `<h>${words.host}</h>`);
  assert.equal(worded("[see $host](https://example.org/$path?of=$path)"),
    `<p><a https://example.org/a%2F..%2Fb%3Fc%3D1%26d%23e?of=a%2F..%2Fb%3Fc%3D1%26d%23e>see ${words.host}</a></p>`);
  for (const text of ["[x]($kind)", "[x]($kind:x)", "<$kind>", "![x]($kind)", "[x](https://$path/)"]) assert.ok(!worded(text).includes("<a "), text);
});

test("markup is text", () => {
  assert.deepEqual(treeOf(parser, "<b>x</b>"), [{ tag: "p", children: ["<b>x</b>"] }]);
  const { tags } = survey(treeOf(parser, "<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n<iframe src=//x></iframe> <svg/onload=alert(1)>"));
  assert.deepEqual([...tags], ["p"]);
});

test("only known tags come out, whatever goes in", () => {
  const known = new Set(["p", "h", "em", "strong", "s", "ul", "ol", "li", "blockquote", "a", "br", "code", "pre", "hr"]);
  const hostile = [
    "| a | b |\n|---|---|\n| <i>1</i> | 2 |", "[a]: javascript:alert(1)\n[a]", "***_`~~`_***", "[[[[a](b)](c)](d)](e)", "![[a](b)](c)",
    "\u0000\u202e<p>", "```\n</pre><script>\n```", "&lt;script&gt;", "a\\\nb", "- ".repeat(500), "*".repeat(1999), "[".repeat(1999), "`".repeat(1999),
  ];
  for (const text of hostile) {
    for (const tag of survey(treeOf(parser, text)).tags) assert.ok(known.has(tag), `${tag} of ${text.slice(0, 30)}`);
  }
});

test("what is nested deep ends somewhere, and soon", () => {
  const began = performance.now();
  for (const text of [">".repeat(1900) + " x", "- ".repeat(900) + "x", "**_".repeat(600), "[a](".repeat(480), "1. ".repeat(600), "![".repeat(900)]) {
    assert.ok(survey(treeOf(parser, text)).depth <= 16, text.slice(0, 8));
  }
  assert.ok(performance.now() - began < 2_000);
});
