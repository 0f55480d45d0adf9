// One message: who, when, what, and what it is about; one's own can be changed and taken back.

import { nextTick, ref } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { shownSpan } from "../people/moments.js";
import { messageId } from "../people/together.js";
import { TEXT, aboutText, clockText, momentText, pinnedText, refusalText, spanText } from "../text.js";
import { Face } from "./face.js";
import { html } from "./html.js";
import { Marked } from "./marked.js";

/** @typedef {import("../people/messages.js").Message} Message */
/** @typedef {import("../people/messages.js").Whisper} Whisper */

const MOST = 2000;

export const MessageRow = {
  props: ["message", "again"],
  /** @param {{message: Message & Whisper, again: boolean}} props `again` when the one above is by the same person, just before */
  setup(props) {
    const { state, together, metrics, goTo, lookAt } = useApp();
    const { people, talk } = together;
    const step = ref(/** @type {"" | "editing" | "sure"} */ (""));
    const text = ref("");
    const word = ref("");
    const root = ref(/** @type {HTMLElement | null} */ (null));

    /** @param {string} after */
    const change = async (after) => {
      word.value = "";
      try {
        await talk.edit(props.message, after);
        step.value = "";
      } catch (error) {
        const { code, message } = /** @type {import("../people/line.js").Refusal} */ (error);
        word.value = refusalText(code, message);
      }
    };

    const edit = async () => {
      text.value = props.message.text;
      step.value = "editing";
      await nextTick();
      root.value?.querySelector("textarea")?.focus();
    };

    /** @param {KeyboardEvent} event */
    const keyed = (event) => {
      if (event.key === "Escape") step.value = "";
      else if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      else if (text.value.trim()) change(text.value.trim());
      event.preventDefault();
      event.stopPropagation();
    };

    const about = () => {
      const { metric, pin } = props.message;
      const span = shownSpan(props.message.span);
      const title = metric ? metrics.value.get(metric)?.title ?? metric : "";
      const look = () => {
        if (metric) goTo(metric);
        if (span) state.look = { from: span[0], to: span[1], ...(metric ? { metric } : {}) };
      };
      return html`
        ${(span || metric) && html`<button key="about" class="about" onClick=${look}>${
          span ? aboutText(spanText(span[0], span[1], state.now), title) : title}</button>`}
        ${pin !== undefined && html`<button key="pin" class="about pinned" onClick=${() => lookAt({ at: pin, exact: true })}>${
          pinnedText(momentText(pin, state.now))}</button>`}`;
    };

    const acts = () => {
      if (step.value === "sure") {
        return html`
          <p class="acts sure"><span>${TEXT.sure}</span>
            <button class="link" onClick=${() => change("")}>${TEXT.takeBack}</button>
            <button class="link quiet" onClick=${() => (step.value = "")}>${TEXT.keep}</button></p>`;
      }
      return html`
        <p class="acts">
          <button class="link quiet" onClick=${edit}>${TEXT.edit}</button>
          <button class="link quiet" onClick=${() => (step.value = "sure")}>${TEXT.takeBack}</button></p>`;
    };

    const editor = () => html`
      <textarea class="edit" rows="3" maxlength=${MOST} aria-label=${TEXT.edit} value=${text.value} onKeydown=${keyed}
                onInput=${(/** @type {any} */ event) => (text.value = event.target.value)} />
      <p class="acts sure">
        <button class="link" disabled=${!text.value.trim()} onClick=${() => change(text.value.trim())}>${TEXT.save}</button>
        <button class="link quiet" onClick=${() => (step.value = "")}>${TEXT.cancel}</button></p>`;

    return () => {
      const { id, from, t, edited } = props.message;
      const { name } = people.known[from.id] ?? from;
      // Whispers can't be changed: they may have been read long ago.
      const own = from.id === people.you?.id && Boolean(props.message.room);
      return html`
        <li ref=${root} class=${["message", { again: props.again, asking: step.value }]} id=${messageId(id)}>
          ${!props.again && html`<${Face} person=${from} />
            <p class="by"><b class="cut">${name}</b><time>${clockText(t)}</time></p>`}
          ${step.value === "editing" ? editor() : html`<${Marked} text=${props.message.text} said=${t} />`}
          ${edited && html`<small class="edited">${TEXT.edited}</small>`}
          ${about()}
          ${word.value && html`<p class="refusal" role="alert">${word.value}</p>`}
          ${own && step.value !== "editing" && acts()}
        </li>`;
    };
  },
};
