// Below the bar, a line for what one is in the middle of: following somebody, invited, choosing a moment, looking at one.

import { useApp } from "../app.js";
import { TEXT, followAgain, followText, invitedText, leaderGone, lookText, spanText } from "../text.js";
import { Face } from "./face.js";
import { html } from "./html.js";

export const Strip = {
  setup() {
    const { state, together } = useApp();
    const { people, talk, follow } = together;

    const following = () => {
      const { step, leader } = people;
      if (!step || !leader) return null;
      return html`
        <p key="follow" class="line">
          <${Face} person=${leader} />
          ${step === "released"
            ? html`<button class="link" onClick=${() => follow.again()}>${followAgain(leader.name)}</button>`
            : html`<span>${step === "gone" ? leaderGone(leader.name) : followText(leader.name)}</span>`}
          <button class="link quiet" onClick=${() => follow.stop()}>${step === "following" ? TEXT.stop : TEXT.close}</button>
        </p>`;
    };

    const picking = () => people.picking && html`
      <p key="pick" class="line">
        <span>${TEXT.pinHint}</span>
        ${state.zoomed && html`<button class="link" onClick=${() => Object.assign(people, { picking: false, picked: Math.round(state.zoomed?.from ?? 0) })}>${TEXT.pinStart}</button>`}
        <button class="link quiet" onClick=${() => (people.picking = false)}>${TEXT.cancel}<kbd aria-hidden="true">${TEXT.escapeKey}</kbd></button>
      </p>`;

    const back = () => {
      follow.touched();
      state.look = null;
    };
    // One chart that is looked at says so itself, and how to come back.
    const looking = () => state.look && !state.look.metric && !state.look.hand && html`
      <p key="look" class="line">
        <span>${lookText(spanText(state.look.from, state.look.to, state.now))}</span>
        <button class="link quiet" onClick=${back}>${TEXT.backToLive}</button>
      </p>`;

    return () => html`
      <div class="strip" role="status">
        ${people.invites.map(({ room, title, from }) => html`
          <p key=${room} class="line"><${Face} person=${from} /><span>${invitedText(from.name, title)}</span>
            <button class="link" onClick=${() => talk.settle({ room, title }).then(() => together.talkIn(room))}>${TEXT.join}</button>
            <button class="link quiet" onClick=${() => talk.quit(room).catch(() => {})}>${TEXT.decline}</button>
          </p>`)}
        ${picking()}${following()}${looking()}
      </div>`;
  },
};
