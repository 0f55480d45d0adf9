// Markdown as a tree of what the page shows of it: a short list of tags, links to few kinds of addresses, and text.

/** @typedef {{tag: string, href?: string, level?: number, children: Node[]} | string} Node `level` of a heading, from 1 on */
/** @typedef {{type: string, tag: string, nesting: number, content: string, markup: string, attrGet: (name: string) => string | null, children: Token[] | null}} Token of markdown-it */
/** @typedef {{parse: (text: string, env: object) => Token[]}} Parser */

/** Tokens that open a tag of the page, by their type. @type {Record<string, string>} */
const TAGS = {
  paragraph_open: "p", heading_open: "h", em_open: "em", strong_open: "strong", s_open: "s", bullet_list_open: "ul", ordered_list_open: "ol",
  list_item_open: "li", blockquote_open: "blockquote",
};
const SCHEMES = new Set(["http:", "https:", "mailto:"]);
/** Tags within tags; what is deeper stands in the last of them. */
const DEEPEST = 12;

/** @param {any} markdownIt the library @returns {Parser} */
export function parserOf(markdownIt) {
  const parser = markdownIt({ html: false, linkify: true, breaks: true, maxNesting: 30 });
  parser.disable(["table", "html_block", "html_inline", "reference"]);
  // Names of metrics end like domains: only what says http:// is a link by itself.
  parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
  return parser;
}

/** An address that a link may lead to; null for any other. @param {string | null} address */
export function safe(address) {
  try {
    const { protocol, href } = new URL(address ?? "");
    return SCHEMES.has(protocol) ? href : null;
  } catch {
    return null;
  }
}

/** @typedef {(text: string, how?: (word: string) => string) => string} Fill puts words in place of variables, each written as `how` does it */

/**
 * @param {Parser} parser
 * @param {string} text
 * @param {Fill} [fill] of what is text by then: no word is read as Markdown, whatever is in it
 * @returns {Node[]}
 */
export function treeOf(parser, text, fill = (same) => same) {
  /** @type {Node[]} */
  const root = [];
  build(parser.parse(text, {}), root, fill);
  return root;
}

/** @param {Token[]} tokens @param {Node[]} root @param {Fill} fill */
function build(tokens, root, fill) {
  const path = [root];
  const top = () => /** @type {Node[]} */ (path.at(-1));
  for (const token of tokens) {
    if (token.nesting < 0) {
      if (path.length > 1) path.pop();
    } else if (token.nesting > 0) {
      const made = opened(token, fill);
      if (made && path.length <= DEEPEST) top().push(made);
      path.push(made && path.length <= DEEPEST ? made.children : top());
    } else if (token.type === "inline") build(token.children ?? [], top(), fill);
    else {
      const made = alone({ ...token, content: fill(token.content) }, address(token, "src", fill));
      if (made) top().push(made);
    }
  }
}

/** Where a link leads: a variable may be part of that, and never what kind of address it is. @param {Token} token @param {string} name @param {Fill} fill */
function address(token, name, fill) {
  const href = safe(token.attrGet(name));
  return href && safe(fill(href, encodeURIComponent));
}

/** @param {Token} token @param {Fill} fill @returns {{tag: string, href?: string, level?: number, children: Node[]} | null} null for what is shown without its tag */
function opened(token, fill) {
  if (token.type === "link_open") {
    const href = address(token, "href", fill);
    return href ? { tag: "a", href, children: [] } : null;
  }
  const tag = TAGS[token.type];
  if (tag === "h") return { tag, level: Number(token.tag.slice(1)), children: [] };
  return tag ? { tag, children: [] } : null;
}

/** @param {{type: string, content: string}} token @param {string | null} href of a picture @returns {Node | null} */
function alone({ type, content }, href) {
  if (type === "text" || type === "text_special") return content || null;
  if (type === "softbreak" || type === "hardbreak") return { tag: "br", children: [] };
  if (type === "code_inline") return { tag: "code", children: [content] };
  if (type === "code_block" || type === "fence") return { tag: "pre", children: [content.replace(/\n$/, "")] };
  if (type === "hr") return { tag: "hr", children: [] };
  if (type !== "image") return content || null;
  // Nothing is fetched from elsewhere because of what somebody says: a picture is a link to it.
  const name = content || href || "";
  return href ? { tag: "a", href, children: [name] } : name || null;
}
