// The place of a chart whose metric is not there now.

import { TEXT } from "../../text.js";
import { html } from "../html.js";

export const Missing = {
  props: ["spec"],
  /** @param {{spec: import("../../board/variables.js").Shown}} props */
  setup(props) {
    return () => html`
      <section role="group" class="panel" id=${props.spec.id} aria-label=${props.spec.title ?? props.spec.metric}>
        <header><h3 class="cut">${props.spec.title ?? props.spec.metric}</h3></header>
        <p class="word">${props.spec.title ? `${props.spec.metric}: ${TEXT.gone}` : TEXT.gone}</p>
      </section>`;
  },
};
