// A text between the charts, in Markdown.

import { html } from "../html.js";
import { Marked } from "../marked.js";

export const TextPanel = {
  props: ["spec"],
  /** @param {{spec: import("../../board/variables.js").Shown}} props */
  setup(props) {
    return () => {
      const { id, title, text, words } = props.spec;
      return html`
        <section role="group" class="panel written" id=${id} aria-label=${title || null}>
          ${title && html`<header><h3 class="cut">${title}</h3></header>`}
          <div class="prose"><${Marked} text=${text ?? ""} said=${0} headings=${true} words=${words} /></div>
        </section>`;
    };
  },
};
