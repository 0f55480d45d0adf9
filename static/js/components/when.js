// In the bar: the span that charts were moved to, the picker behind it, and whether charts move together.

import { ref, shallowRef } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { TEXT, WINDOWS, comparedText, labelled, spanText, withKey } from "../text.js";
import { fullDuration } from "../units.js";
import { html } from "./html.js";

export const When = {
  setup() {
    const { state, setLinked } = useApp();
    const button = ref(/** @type {HTMLElement | null} */ (null));
    /** @type {{value: object | null}} what is needed only sometimes */
    const picker = shallowRef(null);

    async function toggle() {
      state.picker = !state.picker;
      picker.value ??= (await import("./picker.js")).Picker;
    }

    /** @param {boolean} [back] whether the focus goes back to the button */
    function close(back = false) {
      state.picker = false;
      if (back) button.value?.focus({ preventScroll: true });
    }

    return () => {
      const span = state.look && !state.look.metric ? state.look : null;
      const compared = state.compare ? comparedText(state.compare) : "";
      // A window that has no button of its own would not be told at all.
      const window = state.all ? TEXT.everything : WINDOWS.some(([seconds]) => seconds === state.window) ? "" : fullDuration(state.window);
      const word = span ? spanText(span.from, span.to, state.now) : compared || window;
      return html`
        <div class="whenbox">
          <button ref=${button} id="when" class=${["btn when", { on: span, open: state.picker }]} aria-haspopup="dialog" aria-expanded=${state.picker}
                  aria-label=${word ? labelled(TEXT.spanTitle, word) : TEXT.spanTitle} aria-keyshortcuts="g" title=${withKey(word || TEXT.spanTitle, "g")} onClick=${toggle}>
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><rect x="2" y="3" width="12" height="11" rx="2" /><path d="M2 6.5h12M5.5 1.5v3M10.5 1.5v3" /></svg>
            ${word && html`<span class="cut">${word}</span>`}
          </button>
          ${state.picker && picker.value && html`<${picker.value} onClose=${close} />`}
        </div>
        <button class="btn icon link-toggle" aria-pressed=${state.linked} aria-label=${TEXT.linked} aria-keyshortcuts="l"
                title=${withKey(state.linked ? TEXT.linked : TEXT.unlinked, "l")} onClick=${() => setLinked(!state.linked)}>
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.2-2.2A2.6 2.6 0 0 0 9 3.3l-.9.9M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.3 9A2.6 2.6 0 0 0 7 12.7l.9-.9" /></svg>
        </button>`;
    };
  },
};
