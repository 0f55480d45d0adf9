// Whether the collector of a metric does its work, and how old its newest sample is: a word on each panel that shows it.

import { computed } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { CALM, TROUBLE } from "../standing.js";
import { TEXT, reasonOf, stale, stateText } from "../text.js";
import { html } from "./html.js";

/** Periods, and a second more, without a sample after which the newest one counts as old. */
const LATE = 3;

/**
 * @param {() => import("../types.js").Metric} metric
 * @param {{value: boolean}} near whether its samples are asked for
 */
export function useHealth(metric, near) {
  const { state, store, collectors, connection } = useApp();

  /** What keeps its collector from working. */
  const trouble = computed(() => {
    const collector = collectors.value.get(metric().collector);
    if (!collector || CALM.has(collector.state)) return null;
    return { state: collector.state, reason: reasonOf(collector), bad: TROUBLE.has(collector.state) };
  });

  /** Seconds since the newest sample, where that is too long ago. */
  const old = computed(() => {
    if (state.pausedAt || state.status.phase !== "live" || !near.value) return 0;
    const ring = store.ring(metric().name);
    if (!ring?.length) return 0;
    // `now` makes this run once a second.
    const age = (state.now - Date.now() + connection.serverNow() - ring.last) / 1000;
    return age > LATE * metric().every + 1 ? Math.round(age) : 0;
  });

  return {
    trouble,
    /** Beside the title: in what trouble it is. */
    ails: () => trouble.value && html`
      <span class=${["chip", { bad: trouble.value.bad }]} title=${trouble.value.reason}>${stateText(trouble.value.state)}</span>`,
    /** Beside the title: how old it is. */
    ages: () => old.value > 0 && html`<span class="chip">${stale(old.value)}</span>`,
    /** In place of what would be shown, while there is nothing. */
    word: () => trouble.value?.reason || TEXT.waiting,
  };
}
