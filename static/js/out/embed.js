// The code that shows a panel in another page, and who may use it.

import { computed, onMounted, ref } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { written } from "../board/variables.js";
import { Dialog } from "../components/dialogs.js";
import { html } from "../components/html.js";
import { TEXT, embedOf, framersText } from "../text.js";
import { copied } from "./copy.js";

/** @typedef {import("./panels.js").Held} Held */
/** @typedef {{path: string, origins: string[]}} Address */

/** px of the frame. */
const WIDTH = 640;
const HEIGHT = 360;
/** ms for which it is said that it is copied. */
const SAID = 1_500;

export const EmbedCode = {
  props: ["panel"],
  emits: ["close"],
  /** @param {{panel: Held}} props @param {{emit: (event: "close") => void}} context */
  setup(props, { emit }) {
    const { boot, state, boards } = useApp();
    const { panel } = props;
    /** As its dashboard has it; of the copies of a panel each stands for the one that somebody has made. */
    const made = boards.panels.value.find(({ id }) => id === panel.id);
    const found = ref(/** @type {Address | null} */ (null));
    const trouble = ref("");
    const theme = ref("");
    const word = ref("");

    onMounted(async () => {
      try {
        const query = new URLSearchParams({ slug: state.slug, panel: made?.of ?? panel.id });
        const answer = await fetch(`${boot.base}/api/v1/embed?${query}`);
        const body = await answer.json();
        if (answer.ok) found.value = body;
        else trouble.value = body.error.message;
      } catch {
        trouble.value = TEXT.noAnswer;
      }
    });

    const code = computed(() => {
      if (!found.value) return "";
      const address = new URL(boot.base + found.value.path, location.origin);
      address.searchParams.set("window", `${state.window}`);
      if (theme.value) address.searchParams.set("theme", theme.value);
      for (const [name, value] of new URLSearchParams(location.search)) if (name.startsWith("var.")) address.searchParams.append(name, value);
      if (made?.repeat && made.each !== undefined) address.searchParams.set(`var.${made.repeat}`, written([made.each]));
      const frame = document.createElement("iframe");
      for (const [name, value] of Object.entries({ src: address.href, title: panel.title(), width: `${WIDTH}`, height: `${HEIGHT}` })) frame.setAttribute(name, value);
      return new XMLSerializer().serializeToString(frame).replace(' xmlns="http://www.w3.org/1999/xhtml"', "");
    });

    async function copy() {
      word.value = (await copied(code.value)) ? TEXT.copied : TEXT.notCopied;
      setTimeout(() => (word.value = ""), SAID);
    }

    const chosen = (/** @type {string} */ name, /** @type {string} */ text) => html`
      <button class=${{ on: theme.value === name }} aria-pressed=${theme.value === name} onClick=${() => (theme.value = name)}>${text}</button>`;

    const body = () => {
      if (trouble.value) return html`<p class="told">${trouble.value}</p>`;
      const { origins, path } = found.value ?? { origins: [], path: "" };
      return html`
        <div class="embed-code">
          <div class="seg" role="group" aria-label=${TEXT.theme}>${chosen("", TEXT.themeOfReader)}${chosen("dark", TEXT.dark)}${chosen("light", TEXT.light)}</div>
          <textarea readonly rows="4" spellcheck="false" aria-label=${TEXT.embedCode} value=${code.value}
                    onFocus=${(/** @type {any} */ event) => event.target.select()} />
          <p class=${{ warned: found.value && !origins.length }}>${found.value && (origins.length ? framersText(origins.join(", ")) : TEXT.noFramers)}</p>
          ${path.includes("key=") && html`<p>${TEXT.embedKey}</p>`}
          <button class="btn" disabled=${!code.value} onClick=${copy}>${word.value || TEXT.copy}</button>
        </div>`;
    };

    return () => html`<${Dialog} title=${embedOf(panel.title())} onClose=${() => emit("close")}>${body}<//>`;
  },
};
