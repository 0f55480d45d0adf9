// Where one writes: what it is about comes along, and the text stays until the server has it.

import { computed, nextTick, onMounted, reactive, ref, watch } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { whisperOf } from "../people/state.js";
import { TEXT, aboutText, labelled, letters, momentText, pinnedText, refusalText, spanText } from "../text.js";
import { html } from "./html.js";

const MOST = 2000;
/** How many are left is told from here on. */
const NEAR = 200;
/** px */
const HIGHEST = 160;

/** What was begun in each place, for as long as the page is open. @type {Record<string, string>} */
const drafts = reactive({});

export const Composer = {
  props: ["place", "label"],
  /** @param {{place: string, label: string}} props */
  setup(props) {
    const { state, together, metrics } = useApp();
    const { people, talk } = together;
    const area = ref(/** @type {HTMLTextAreaElement | null} */ (null));
    const word = ref("");
    const sending = ref(false);
    /** The zoom that somebody does not want to speak of. */
    const refused = ref("");
    const text = computed(() => drafts[props.place] ?? "");
    const inRoom = computed(() => !whisperOf(props.place));
    const left = computed(() => MOST - text.value.length);

    /** What one has zoomed to oneself: a message is about it unless one says otherwise. */
    const about = computed(() => {
      const span = state.zoomed;
      if (!span || !inRoom.value || refused.value === `${span.from}-${span.to}`) return null;
      return { from: Math.round(span.from), to: Math.round(span.to), metric: span.metric, key: `${span.from}-${span.to}` };
    });

    const grow = async () => {
      await nextTick();
      if (!area.value) return;
      area.value.style.height = "auto";
      area.value.style.height = `${Math.min(HIGHEST, area.value.scrollHeight + 2)}px`;
    };
    onMounted(grow);
    watch(() => [props.place, text.value], grow);
    watch(() => props.place, () => (word.value = ""));

    async function send() {
      const { place } = props;
      const said = text.value.trim();
      if (!said || sending.value || said.length > MOST) return;
      sending.value = true;
      word.value = "";
      try {
        const span = about.value;
        const pin = inRoom.value ? people.picked : null;
        await talk.say(place, { text: said, pin, ...(span ? { span: [span.from, span.to], metric: span.metric } : {}) });
        drafts[place] = "";
        people.picked = null;
        if (span) refused.value = span.key;
      } catch (error) {
        const { code, message } = /** @type {import("../people/line.js").Refusal} */ (error);
        word.value = refusalText(code, message);
      }
      sending.value = false;
      area.value?.focus();
    }

    /** @param {KeyboardEvent} event */
    const keyed = (event) => {
      if (event.key === "Escape") area.value?.blur();
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      send();
    };

    /** @param {string} key @param {string} told @param {() => void} remove */
    const chip = (key, told, remove) => html`
      <span key=${key} class="about">${told}<button aria-label=${labelled(TEXT.remove, told)} onClick=${remove}>×</button></span>`;

    return () => {
      const span = about.value;
      const title = span?.metric ? metrics.value.get(span.metric)?.title ?? span.metric : "";
      return html`
        <div class="composer">
          ${inRoom.value && (span || people.picked !== null) && html`<p class="abouts">
            ${span && chip("span", aboutText(spanText(span.from, span.to, state.now), title), () => (refused.value = span.key))}
            ${people.picked !== null && chip("pin", pinnedText(momentText(people.picked, state.now)), () => (people.picked = null))}
          </p>`}
          <textarea ref=${area} id="composer" rows="1" maxlength=${MOST} aria-label=${props.label} placeholder=${props.label} value=${text.value}
                    onKeydown=${keyed} onInput=${(/** @type {any} */ event) => (drafts[props.place] = event.target.value)} />
          ${word.value && html`<p class="refusal" role="alert">${word.value}</p>`}
          <p class="row">
            ${inRoom.value && html`<button class="btn" aria-pressed=${people.picking} onClick=${() => (people.picking = !people.picking)}>
              <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path d="M4 14V2h8l-2 3 2 3H4" /></svg>${TEXT.pin}</button>`}
            ${left.value <= NEAR && html`<span class=${["left", { none: left.value === 0 }]} aria-live="polite">${letters(left.value)}</span>`}
            <button class="btn send" disabled=${!text.value.trim() || sending.value} onClick=${send}>${TEXT.send}<kbd aria-hidden="true">${TEXT.enterKey}</kbd></button>
          </p>
        </div>`;
    };
  },
};
