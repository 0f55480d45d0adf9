// The card of a person: what one is called oneself, or what one can do with somebody else.

import { onBeforeUnmount, onMounted, ref } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { whisperPlace } from "../people/state.js";
import { TEXT, colourText, invitedDone, refusalText } from "../text.js";
import { onAway } from "./away.js";
import { Face } from "./face.js";
import { html } from "./html.js";

/** @typedef {import("../people/messages.js").Person} Person */

const COLOURS = 12;
const MOST_NAME = 40;
const MOST_TITLE = 60;

export const Card = {
  props: ["people"],
  /** @param {{people: Person[]}} props */
  setup(props) {
    const { together, paint } = useApp();
    const { people, talk, follow } = together;
    const root = ref(/** @type {HTMLElement | null} */ (null));
    const name = ref(people.you?.name ?? "");
    const title = ref("");
    const inviting = ref(false);
    const word = ref("");

    const close = () => (people.card = "");
    let unwatch = () => {};
    const before = document.activeElement;
    onMounted(() => {
      unwatch = onAway(() => root.value?.parentElement, close);
      /** @type {HTMLElement | null | undefined} */ (root.value?.querySelector("input, button"))?.focus();
    });
    onBeforeUnmount(() => {
      unwatch();
      // Where one was when it opened, unless one is somewhere else by now.
      if (root.value?.contains(document.activeElement)) /** @type {HTMLElement | null} */ (before)?.focus();
    });

    /** @param {() => Promise<unknown>} action */
    const attempt = async (action) => {
      word.value = "";
      try {
        await action();
      } catch (error) {
        const { code, message } = /** @type {import("../people/line.js").Refusal} */ (error);
        word.value = refusalText(code, message);
      }
    };

    /** @param {Person} you */
    const own = (you) => html`
      <form onSubmit=${(/** @type {Event} */ event) => {
        event.preventDefault();
        attempt(async () => {
          if (name.value !== you.name) await talk.rename({ name: name.value });
          close();
        });
      }}>
        <label><span>${TEXT.yourName}</span>
          <input value=${name.value} maxlength=${MOST_NAME} autocomplete="nickname" spellcheck="false"
                 onInput=${(/** @type {any} */ event) => (name.value = event.target.value)} /></label>
        <div class="swatches" role="radiogroup" aria-label=${TEXT.yourColour}>
          ${Array.from({ length: COLOURS }, (_, colour) => html`
            <button key=${colour} type="button" role="radio" aria-checked=${you.colour === colour} aria-label=${colourText(colour + 1)}
                    style=${{ backgroundColor: paint(colour).own }} onClick=${() => attempt(() => talk.rename({ colour }))} />`)}
        </div>
        <button class="btn">${TEXT.save}</button>
      </form>`;

    /** @param {Person} person @param {import("../people/state.js").PrivateRoom} room */
    const invite = (person, room) => attempt(async () => {
      await talk.invite(room.room, person.id);
      word.value = invitedDone(person.name, room.title);
      inviting.value = false;
    });

    /** @param {Person} person */
    const rooms = (person) => html`
      <form onSubmit=${(/** @type {Event} */ event) => {
        event.preventDefault();
        attempt(async () => together.talkIn(await talk.open(title.value || TEXT.privateRoom, [person.id])));
      }}>
        ${people.rooms.map((room) => html`<button key=${room.room} type="button" class="btn" onClick=${() => invite(person, room)}>${room.title}</button>`)}
        <label><span>${TEXT.newRoom}</span>
          <input value=${title.value} maxlength=${MOST_TITLE} placeholder=${TEXT.roomTitle}
                 onInput=${(/** @type {any} */ event) => (title.value = event.target.value)} /></label>
        <button class="btn">${TEXT.open}</button>
      </form>`;

    /** @param {Person} person */
    const other = (person) => {
      const following = people.step === "following" && people.leader?.id === person.id;
      return html`
        <div class="acts">
          <button class="btn" onClick=${() => together.talkIn(whisperPlace(person.id))}>${TEXT.whisper}</button>
          <button class="btn" aria-pressed=${following} onClick=${() => {
            if (following) follow.stop();
            else follow.start(person);
            close();
          }}>${following ? TEXT.stop : TEXT.follow}</button>
          <button class="btn" aria-expanded=${inviting.value} onClick=${() => (inviting.value = !inviting.value)}>${TEXT.invite}</button>
        </div>
        ${inviting.value && rooms(person)}`;
    };

    const all = () => html`
      <ul>${props.people.map((person) => html`
        <li key=${person.id}><button onClick=${() => (people.card = person.id)}><${Face} person=${person} /><span class="cut">${person.name}</span></button></li>`)}
      </ul>`;

    return () => {
      const person = people.known[people.card];
      const you = people.you?.id === people.card ? people.you : null;
      const heading = person ? person.name : TEXT.everybody;
      return html`
        <div ref=${root} class="card" role="dialog" aria-label=${heading} onKeydown=${(/** @type {KeyboardEvent} */ event) => event.key === "Escape" && close()}>
          <h2>${person && html`<${Face} person=${person} />`}<span class="cut">${heading}</span>${you && html`<small>${TEXT.you}</small>`}</h2>
          ${you ? own(you) : person ? other(person) : all()}
          <p class="answer" role="status">${word.value}</p>
        </div>`;
    };
  },
};
