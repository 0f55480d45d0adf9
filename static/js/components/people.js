// In the bar: who is here, oneself first, and the button that opens the talk.

import { computed, onBeforeUnmount, ref } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { TEXT, withKey, listed, talkText } from "../text.js";
import { Card } from "./card.js";
import { Face } from "./face.js";
import { html } from "./html.js";

/** Faces in the bar; of more there is a number. */
const MOST = 5;
const MOST_NARROW = 1;

export const People = {
  setup() {
    const { together } = useApp();
    const { people, talk } = together;
    const here = computed(() => {
      const others = (people.present[people.room] ?? []).filter(({ id }) => id !== people.you?.id);
      return people.you ? [people.you, ...others] : others;
    });
    const unread = computed(() => talk.places().reduce((sum, place) => sum + talk.unread(place), 0) + people.invites.length);
    const screen = matchMedia("(max-width: 720px)");
    const narrow = ref(screen.matches);
    const turned = () => void (narrow.value = screen.matches);
    screen.addEventListener("change", turned);
    onBeforeUnmount(() => screen.removeEventListener("change", turned));
    /** @param {string} card */
    const toggle = (card) => (people.card = people.card === card ? "" : card);

    /** @param {import("../people/messages.js").Person} person */
    const button = (person) => html`
      <button key=${person.id} class=${{ led: people.step === "following" && people.leader?.id === person.id }} title=${person.name}
              aria-label=${person.id === people.you?.id ? listed([person.name, TEXT.you]) : person.name}
              aria-expanded=${people.card === person.id} onClick=${() => toggle(person.id)}><${Face} person=${person} /></button>`;

    return () => {
      if (people.phase === "none") return null;
      // Its place is kept until it is there, so that the bar does not move.
      if (!people.you) return html`<div class="people hold" aria-hidden="true" />`;
      const all = here.value;
      const most = narrow.value ? MOST_NARROW : MOST;
      const shown = all.length > most + 1 ? all.slice(0, most) : all;
      return html`
        <div class=${["people", { away: people.phase === "away" }]}>
          <div class="faces" role="group" aria-label=${TEXT.here}>
            ${shown.map(button)}
            ${all.length > shown.length && html`
              <button key="more" class="more" aria-label=${TEXT.everybody} aria-expanded=${people.card === "all"}
                      onClick=${() => toggle("all")}>+${all.length - shown.length}</button>`}
          </div>
          <button id="talk" class=${["btn icon talkbutton", { unread: unread.value }]} aria-label=${talkText(unread.value)} title=${withKey(TEXT.talk, "m")}
                  aria-keyshortcuts="m" aria-expanded=${people.open} onClick=${() => together.showTalk(!people.open)}>
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M2.5 3h11v8h-6l-3 2.5V11h-2z" /></svg>
            ${unread.value > 0 && html`<b aria-hidden="true">${Math.min(99, unread.value)}</b>`}
          </button>
          ${people.card && html`<${Card} key=${people.card} people=${all} />`}
        </div>`;
    };
  },
};
