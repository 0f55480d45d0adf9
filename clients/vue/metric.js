// A metric as reactive state: a reference to what is held, never a copy, and never made reactive inside.

import { computed, shallowRef, toValue, watch } from "vue";
import { usePlotroom } from "./plugin.js";

/** @typedef {import("plotroom-client").Change} Change */

const NO_TIMES = new Float64Array();

/** @type {typeof import("./index.js").useMetric} */
export function useMetric(name, { window = 300 } = {}) {
  const room = usePlotroom();
  /** @type {import("vue").ShallowRef<Change | null>} */
  const change = shallowRef(null);
  // When the name or the window is another one, and when the scope ends, the cleanup ends the subscription before.
  watch(() => /** @type {const} */ ([toValue(name), toValue(window)]), ([wanted, seconds], before, onCleanup) => {
    if (wanted !== before?.[0]) change.value = null;
    if (wanted) onCleanup(room.subscribe(wanted, { window: seconds }, (now) => void (change.value = now)));
  }, { immediate: true });
  return {
    metric: computed(() => change.value?.metric ?? null),
    series: computed(() => change.value?.series ?? []),
    times: computed(() => change.value?.times ?? NO_TIMES),
    values: computed(() => change.value?.values ?? []),
    last: computed(() => change.value?.last ?? null),
    gap: computed(() => change.value?.gap ?? false),
    error: computed(() => change.value?.error ?? ""),
    change,
  };
}
