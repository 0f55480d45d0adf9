// What somebody has written: Markdown as elements and text nodes, and links to moments and charts within it.

import { h, shallowRef } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { filled } from "../board/variables.js";
import { parserOf, treeOf } from "../people/markdown.js";
import { partsOf } from "../people/moments.js";
import { loaded, once } from "../script.js";

/** @type {{value: import("../people/markdown.js").Parser | null}} once it is loaded */
const parser = shallowRef(null);

/** @param {string} base address of the static files */
function load(base) {
  once("markdown", () => loaded(null, `${base}vendor/markdown-it.umd.min.js`, "markdownit"))
    .then((library) => (parser.value ??= parserOf(library)))
    // It is then shown as it was written.
    .catch(() => {});
}

export const Marked = {
  props: ["text", "said", "headings", "words"],
  /** @param {{text: string, said: number, headings?: boolean, words?: Record<string, string>}} props in what is said headings are no larger than other text; `words` stand for variables */
  setup(props) {
    const { base, metrics, goTo, lookAt } = useApp();
    load(base);

    /** @param {string} text */
    const references = (text) => partsOf(text, props.said, (name) => metrics.value.has(name)).map((part) => {
      if (part.kind === "text") return part.text;
      const go = part.kind === "moment" ? () => lookAt(part) : () => goTo(part.name);
      return h("button", { class: "link", type: "button", onClick: go }, part.text);
    });

    /** @param {import("../people/markdown.js").Node} node @param {boolean} [plain] whether nothing is to be referred to in it @returns {any} */
    const shown = (node, plain = false) => {
      if (typeof node === "string") return plain ? node : references(node);
      const { tag, href, level = 1, children } = node;
      const inner = children.flatMap((child) => shown(child, plain || tag === "a" || tag === "code" || tag === "pre"));
      if (tag === "a") return h("a", { class: "link", href, target: "_blank", rel: "noopener noreferrer nofollow" }, inner);
      if (tag !== "h") return h(tag, null, inner);
      // Below the headings of the page and of its panels.
      return props.headings ? h(`h${Math.min(5, level + 2)}`, null, inner) : h("p", null, [h("strong", null, inner)]);
    };

    return () => {
      /** @type {import("../people/markdown.js").Fill} */
      const fill = (text, how) => filled(text, props.words ?? {}, how);
      const tree = parser.value ? treeOf(parser.value, props.text, fill) : [{ tag: "p", children: [fill(props.text)] }];
      return h("div", { class: "marked" }, tree.flatMap((node) => shown(node)));
    };
  },
};
