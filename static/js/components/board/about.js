// What a dashboard says of itself: its description and its span of time; its versions, and its end.

import { ref } from "../../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../../app.js";
import { set } from "../../board/document.js";
import { WORDS } from "../../board/words.js";
import { WINDOWS } from "../../text.js";
import { html } from "../html.js";
import { Drawer } from "./drawer.js";

export const About = {
  props: ["session"],
  emits: ["leave"],
  /**
   * @param {{session: import("../../board/session.js").Session}} props
   * @param {{emit: (event: "leave") => void}} context
   */
  setup(props, { emit }) {
    const { session } = props;
    const app = useApp();
    const { boards } = app;
    const sure = ref(false);
    const wrong = ref("");

    async function remove() {
      if (!sure.value) {
        sure.value = true;
        return;
      }
      try {
        const { slug } = session.board;
        await boards.asking.remove(slug, session.base);
        Object.assign(boards.own, { kept: null });
        boards.own.listed = boards.own.listed.filter((one) => one.slug !== slug);
        emit("leave");
      } catch (error) {
        wrong.value = /** @type {Error} */ (error).message || WORDS.noAnswer;
      }
    }

    return () => {
      const { description = "", window, slug } = session.board;
      return html`
        <${Drawer} title=${WORDS.about} onClose=${() => {
          session.settle();
          session.dialog = "";
        }}>${() => html`
          <label class="field"><span>${WORDS.description}</span>
            <textarea rows="4" maxlength="2000" value=${description}
                      onInput=${(/** @type {any} */ { target }) => session.do((now) => set(now, { description: target.value }), "description")} /></label>
          <label class="field"><span>${WORDS.window}</span>
            <select value=${window ?? ""} onChange=${(/** @type {any} */ { target }) => session.do((now) => set(now, { window: Number(target.value) || null }))}>
              <option value="">${WORDS.readers}</option>
              ${WINDOWS.map(([seconds, name]) => html`<option key=${seconds} value=${seconds}>${name}</option>`)}
            </select></label>
          <small class="address">/d/${slug}</small>
          ${session.base > 0 && html`
            <div class="row">
              <button class=${["btn bad"]} type="button" onClick=${remove}>${sure.value ? WORDS.sureRemove : WORDS.removeBoard}</button>
            </div>
            ${wrong.value && html`<small class="bad" role="alert">${wrong.value}</small>`}`}`}
        <//>`;
    };
  },
};
