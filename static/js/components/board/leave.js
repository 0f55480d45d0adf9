// Asks who wants to leave unsaved work what is to become of it.

import { WORDS } from "../../board/words.js";
import { Dialog } from "../dialogs.js";
import { html } from "../html.js";

export const Leave = {
  props: ["session", "save"],
  /** @param {{session: import("../../board/session.js").Session, save: () => Promise<boolean>}} props */
  setup(props) {
    const { session } = props;
    const stay = () => (session.going = null);
    const go = () => {
      const { going } = session;
      session.flush();
      // It stays set while one goes, so that one is not asked again.
      going?.();
      session.going = null;
    };
    const saveAndGo = async () => {
      if (await props.save()) go();
      else stay();
    };
    return () => html`
      <${Dialog} title=${WORDS.leaveTitle} onClose=${stay}>${() => html`
        <div class="ask">
          <p>${WORDS.leaveHint}</p>
          <div class="row">
            <button class="btn main-act" type="button" onClick=${saveAndGo}>${WORDS.saveAndGo}</button>
            <button class="btn" type="button" onClick=${go}>${WORDS.goAnyway}</button>
            <button class="btn" type="button" onClick=${stay}>${WORDS.stay}</button>
          </div>
        </div>`}
      <//>`;
  },
};
