// A person as a small round face: the first letters of their name on their colour.

import { useApp } from "../app.js";
import { initials } from "../people/messages.js";
import { html } from "./html.js";

export const Face = {
  props: ["person"],
  /** @param {{person: import("../people/messages.js").Person}} props */
  setup(props) {
    const { paint, together } = useApp();
    return () => {
      const { name, colour } = together.people.known[props.person.id] ?? props.person;
      const { own, ink } = paint(colour);
      return html`<span class="face" style=${{ "--own": own, "--ink": ink }} aria-hidden="true">${initials(name)}</span>`;
    };
  },
};
