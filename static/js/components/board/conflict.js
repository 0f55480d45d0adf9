// Somebody else has saved the same dashboard: who and when, what differs, and what is to become of both.

import { useApp } from "../../app.js";
import { set, slugOf } from "../../board/document.js";
import { WORDS, bothTitle, conflictText } from "../../board/words.js";
import { momentText } from "../../text.js";
import { Dialog } from "../dialogs.js";
import { html } from "../html.js";
import { Changes } from "./changes.js";

export const Conflict = {
  props: ["session", "save", "leave"],
  /** @param {{session: import("../../board/session.js").Session, save: () => Promise<boolean>, leave: () => void}} props */
  setup(props) {
    const { session } = props;
    const { boards, state, together, open } = useApp();
    const theirs = /** @type {import("../../board/types.js").Kept} */ (session.conflict);
    // Without the version that both began with, theirs is what one's own is compared with.
    const before = session.saved ?? theirs.dashboard;

    const close = () => (session.conflict = null);

    const takeTheirs = () => {
      session.conflict = null;
      boards.own.kept = theirs;
      props.leave();
    };
    const keepMine = async () => {
      Object.assign(session, { conflict: null, base: theirs.version, saved: theirs.dashboard });
      if (await props.save()) props.leave();
    };
    const keepBoth = async () => {
      const taken = new Set(boards.own.listed.map(({ slug }) => slug));
      const title = bothTitle(session.board.title, together.people.you?.name ?? "");
      const slug = slugOf(title, taken);
      session.conflict = null;
      session.forget();
      const copy = set(session.board, { slug, title });
      boards.own.session = null;
      boards.own.kept = theirs;
      open(slug);
      await boards.edit(copy, 0, null);
      const copied = /** @type {import("../../board/session.js").Session | null} */ (boards.own.session);
      const kept = await copied?.save(boards.asking, together.people.you?.name ?? "");
      if (kept) boards.saved(kept);
    };

    /** @param {string} heading @param {import("../../board/types.js").Board} after */
    const side = (heading, after) => html`<section><h3>${heading}</h3><${Changes} before=${before} after=${after} /></section>`;
    /** @param {string} text @param {string} hint @param {() => void} act */
    const choice = (text, hint, act) => html`
      <button class="choice" type="button" onClick=${act}><b>${text}</b><small>${hint}</small></button>`;

    return () => html`
      <${Dialog} title=${WORDS.conflictTitle} onClose=${close}>${() => html`
        <div class="ask conflict">
          <p>${conflictText(theirs.by, theirs.version, momentText(theirs.t, state.now))}</p>
          <div class="sides">${side(WORDS.theirs, theirs.dashboard)}${side(WORDS.yours, session.board)}</div>
          <div class="choices">
            ${choice(WORDS.takeTheirs, WORDS.takeTheirsHint, takeTheirs)}
            ${choice(WORDS.keepMine, WORDS.keepMineHint, keepMine)}
            ${choice(WORDS.keepBoth, WORDS.keepBothHint, keepBoth)}
          </div>
        </div>`}
      <//>`;
  },
};
