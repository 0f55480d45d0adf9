// Who looks at a dashboard and what they say, as reactive state.

import { computed, onScopeDispose, shallowRef, toValue, watch } from "vue";
import { usePlotroom } from "./plugin.js";

/** @typedef {import("plotroom-client").Circle} Circle */
/** @typedef {import("plotroom-client").People} People */
/** @typedef {import("plotroom-client").Whisper} Whisper */

/** @type {Circle} */
const NOBODY = { here: false, you: null, people: [], messages: [] };

/** @type {typeof import("./index.js").useRoom} */
export function useRoom(slug, { name } = {}) {
  const room = usePlotroom();
  const circle = shallowRef(NOBODY);
  /** @type {import("vue").ShallowRef<Whisper[]>} */
  const whispers = shallowRef([]);
  /** @type {People | null} */
  let people = null;
  const leave = () => {
    people?.leave();
    people = null;
  };
  watch(() => toValue(slug), (wanted) => {
    leave();
    circle.value = NOBODY;
    if (!wanted) return;
    people = room.people(wanted, { name: toValue(name) });
    people.onChange((now) => void (circle.value = now));
    people.onWhisper((one) => void (whispers.value = [...whispers.value, one]));
  }, { immediate: true });
  watch(() => toValue(name), (wanted) => void (wanted && people?.rename({ name: wanted }).catch(() => {})));
  onScopeDispose(leave);

  const there = () => {
    if (!people) throw new Error("there is no room to say it in: the slug is empty, or the component has gone");
    return people;
  };
  return {
    here: computed(() => circle.value.here),
    you: computed(() => circle.value.you),
    people: computed(() => circle.value.people),
    messages: computed(() => circle.value.messages),
    whispers,
    say: async (text, about) => there().say(text, about),
    edit: async (id, text) => there().edit(id, text),
    whisper: async (to, text) => there().whisper(to, text),
    rename: async (wish) => there().rename(wish),
  };
}

/** @type {typeof import("./index.js").usePresence} */
export function usePresence(slug, options) {
  const { here, you, people } = useRoom(slug, options);
  return { here, you, people };
}
