// The language of the page, at the foot of the rail: each calls itself by its own name.

import { LANGUAGES } from "../lang/languages.js";
import { saved } from "../state.js";
import { TEXT } from "../text.js";
import { html } from "./html.js";

/** Say everything in another language from now on. @param {string} tag */
function speak(tag) {
  saved.set("language", tag);
  const address = new URL(location.href);
  address.searchParams.delete("lang");
  // Words are everywhere, and nobody changes their language twice: the page starts again.
  history.replaceState(history.state, "", address);
  location.reload();
}

export const Language = {
  setup() {
    const [current] = document.documentElement.lang.split("-");
    return () => html`
      <label class="language">
        <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><circle cx="8" cy="8" r="6" /><path d="M2 8h12M8 2c4 4 4 8 0 12M8 2c-4 4-4 8 0 12" /></svg>
        <span class="hidden">${TEXT.language}</span>
        <select value=${current} onChange=${(/** @type {any} */ event) => speak(event.target.value)}>
          ${Object.entries(LANGUAGES).map(([tag, name]) => html`<option key=${tag} value=${tag} lang=${tag}>${name}</option>`)}
        </select>
      </label>`;
  },
};
