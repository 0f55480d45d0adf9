// The drawer beside the charts: where one can talk, what was said there, and the notes that are pinned to moments.

import { computed, nextTick, onBeforeUnmount, onMounted, ref, watch } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { standing } from "../people/messages.js";
import { whisperOf, whisperPlace } from "../people/state.js";
import { messageId } from "../people/together.js";
import { reveal } from "../reveal.js";
import { TEXT, clockText, dayOf, dayTitle, excerpt, labelled, momentText, whisperTo, withKey, withText } from "../text.js";
import { Composer } from "./composer.js";
import { Face } from "./face.js";
import { html } from "./html.js";
import { MessageRow } from "./message.js";

/** @typedef {import("../people/messages.js").Message & import("../people/messages.js").Whisper} Message */

export const NOTES = "notes";
/** Messages of the same person within so many ms are under one name. */
const SOON = 300_000;
/** px from the end within which one reads the newest. */
const END = 48;

export const Talk = {
  props: ["title"],
  /** @param {{title: string}} props */
  setup(props) {
    const { state, together, lookAt } = useApp();
    const { people, talk } = together;
    const list = ref(/** @type {HTMLElement | null} */ (null));
    let atEnd = true;

    const tabs = computed(() => {
      const whispers = new Set([...Object.keys(people.whispers), ...(whisperOf(people.place) ? [whisperOf(people.place)] : [])]);
      return [
        { place: people.room, title: props.title, person: null },
        ...people.rooms.map(({ room, title }) => ({ place: room, title, person: null })),
        ...[...whispers].map((id) => ({ place: whisperPlace(id), title: people.known[id]?.name ?? id, person: people.known[id] ?? null })),
        { place: NOTES, title: TEXT.notes, person: null },
      ];
    });
    const place = computed(() => (tabs.value.some((tab) => tab.place === people.place) ? people.place : people.room));
    const messages = computed(() => standing(/** @type {Message[]} */ (talk.of(place.value))));
    const notes = computed(() => together.pins().toReversed());

    const read = () => {
      if (!document.hidden && place.value !== NOTES) talk.seen(place.value);
    };
    const toEnd = async () => {
      await nextTick();
      if (list.value && atEnd) list.value.scrollTop = list.value.scrollHeight;
    };
    /** Show the message that somebody wants to read, or the newest. */
    const show = async () => {
      const { reading } = people;
      if (!reading) return toEnd();
      atEnd = false;
      await nextTick();
      reveal(messageId(reading));
      people.reading = 0;
    };
    onMounted(() => {
      read();
      show();
      document.addEventListener("visibilitychange", read);
    });
    onBeforeUnmount(() => document.removeEventListener("visibilitychange", read));
    watch(() => [messages.value.length, place.value], () => {
      read();
      toEnd();
    });
    watch(place, () => (atEnd = !people.reading));
    watch(() => people.reading, (id) => id && show());
    const scrolled = () => {
      if (list.value) atEnd = list.value.scrollHeight - list.value.scrollTop - list.value.clientHeight < END;
    };
    // Markdown, and pictures of faces, come later than the text.
    const sizes = new ResizeObserver(() => toEnd());
    onMounted(() => list.value?.firstElementChild && sizes.observe(list.value.firstElementChild));
    onBeforeUnmount(() => sizes.disconnect());

    /** @param {KeyboardEvent} event */
    const keyed = (event) => {
      const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!way) return;
      event.preventDefault();
      const at = tabs.value.findIndex((tab) => tab.place === place.value);
      const next = tabs.value[(at + way + tabs.value.length) % tabs.value.length];
      people.place = next?.place ?? people.room;
      nextTick().then(() => document.getElementById(`tab-${people.place}`)?.focus());
    };

    /** @param {typeof tabs.value[number]} tab */
    const tab = ({ place: where, title, person }) => {
      const unread = where === NOTES ? 0 : talk.unread(where);
      return html`
        <button key=${where} id=${`tab-${where}`} role="tab" aria-selected=${where === place.value} tabindex=${where === place.value ? 0 : -1}
                aria-controls="said" onClick=${() => (people.place = where)}>
          ${person && html`<${Face} person=${person} />`}<span class="cut">${title}</span>${unread > 0 && html`<b>${unread}</b>`}
        </button>`;
    };

    const said = () => messages.value.map((message, at) => {
      const before = messages.value[at - 1];
      const day = !before || dayOf(before.t) !== dayOf(message.t);
      const again = !day && before?.from.id === message.from.id && message.t - before.t < SOON;
      return html`
        ${day && html`<li key=${`day-${message.id}`} class="day">${dayTitle(message.t, state.now)}</li>`}
        <${MessageRow} key=${message.id} message=${message} again=${again} />`;
    });

    const noted = () => notes.value.map(({ id, from, pin = 0, text, t }) => html`
      <li key=${id} class="note-row"><button onClick=${() => lookAt({ at: pin, exact: true })}>
        <${Face} person=${from} /><b>${momentText(pin, state.now)}</b><span>${excerpt(text)}</span>
        <small>${(people.known[from.id] ?? from).name}, ${clockText(t)}</small>
      </button></li>`);

    /** Who hears what is said here. */
    const company = () => {
      const { you, present, rooms } = people;
      const room = rooms.find((one) => one.room === place.value);
      if (!room) return whisperOf(place.value) && html`<p class="company">${TEXT.silentWhisper}</p>`;
      const others = (present[room.room] ?? []).filter(({ id }) => id !== you?.id).map(({ name }) => name);
      return html`
        <p class="company"><span>${others.length ? withText(others) : TEXT.onlyYou}</span>
          <button class="link quiet" onClick=${() => talk.quit(room.room).catch(() => {})}>${TEXT.quit}</button></p>`;
    };

    return () => {
      const whispering = people.known[whisperOf(place.value)];
      const onNotes = place.value === NOTES;
      const empty = onNotes ? !notes.value.length && TEXT.noNotes : !messages.value.length && TEXT.silent;
      return html`
        <aside class="talk" aria-label=${TEXT.talk}>
          <header>
            <div class="tabs" role="tablist" aria-label=${TEXT.places} onKeydown=${keyed}>${tabs.value.map(tab)}</div>
            <button class="btn icon" aria-label=${labelled(TEXT.close, TEXT.talk)} title=${withKey(TEXT.close, "m")} onClick=${() => together.showTalk(false)}>
              <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M4 4l8 8M12 4l-8 8" /></svg></button>
          </header>
          ${company()}
          <div ref=${list} class="said" id="said" role="tabpanel" tabindex="0" onScroll=${scrolled}>
            <ol aria-live=${onNotes ? null : "polite"}>${onNotes ? noted() : said()}</ol>
            ${empty && html`<p class="silent">${empty}</p>`}
          </div>
          ${!onNotes && html`<${Composer} place=${place.value}
            label=${whispering ? whisperTo(whispering.name) : TEXT.writeHere} />`}
        </aside>`;
    };
  },
};
