// Whether the collector of a metric does its work, and how old its newest sample is: a word on each panel that shows it.

import { computed } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { LATE } from "../head.js";
import { CALM, TROUBLE } from "../standing.js";
import { TEXT, ailing, listed, reasonOf, stale } from "../text.js";
import { html } from "./html.js";

/** @typedef {import("../types.js").Metric} Metric */

/**
 * @param {() => Metric | Metric[]} metric or several, of which the worst is told
 * @param {{value: boolean}} near whether its samples are asked for
 */
export function useHealth(metric, near) {
  const { state, store, collectors, connection } = useApp();

  /** What keeps its collector from working. */
  const trouble = computed(() => {
    const found = [metric()].flat().flatMap((one) => {
      const collector = collectors.value.get(one.collector);
      if (!collector || CALM.has(collector.state)) return [];
      return { state: collector.state, reason: reasonOf(collector), bad: TROUBLE.has(collector.state) };
    });
    return found.find(({ bad }) => bad) ?? found[0] ?? null;
  });

  /** Seconds since the newest sample, where that is too long ago. */
  const old = computed(() => {
    if (state.pausedAt || state.status.phase !== "live" || !near.value) return 0;
    return Math.max(0, ...[metric()].flat().map(({ name, every }) => {
      const ring = store.ring(name);
      if (!ring?.length) return 0;
      // `now` makes this run once a second.
      const age = (state.now - Date.now() + connection.serverNow() - ring.last) / 1000;
      return age > LATE * every + 1 ? Math.round(age) : 0;
    }));
  });

  return {
    trouble,
    /** Beside the title: in what trouble it is, and for how long there has been no sample. */
    ails: () => trouble.value && html`
      <span class=${["chip", { bad: trouble.value.bad }]} title=${listed([trouble.value.reason, old.value > 0 ? stale(old.value) : ""].filter(Boolean))}>${ailing(trouble.value.state, old.value)}</span>`,
    /** Beside the title: how old it is. */
    ages: () => old.value > 0 && html`<span class="chip">${stale(old.value)}</span>`,
    /** In place of what would be shown, while there is nothing. */
    word: () => trouble.value?.reason || TEXT.waiting,
  };
}
