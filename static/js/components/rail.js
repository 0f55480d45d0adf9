// The side bar: brand, search, dashboards with the number of their metrics, and the collectors at its foot.

import { computed, nextTick, onBeforeUnmount, ref, watch } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { eachText, WORDS } from "../board/words.js";
import { offered } from "../board/offered.js";
import { bundled, families } from "../layout.js";
import { CALM, TROUBLE, byStanding } from "../standing.js";
import { TEXT, absent, labelled, moreText, othersThere, reasonOf, running, titled } from "../text.js";
import { Drafts } from "./board/drafts.js";
import { html } from "./html.js";
import { Language } from "./language.js";

const MOST_FOUND = 30;
const MOST_TROUBLES = 4;

export const Rail = {
  setup() {
    const { state, shown, collectors, boot, boards, open, together } = useApp();
    const chosen = ref(0);
    const known = boot.families.map(titled);
    const groups = computed(() => families(shown.value, known));
    /** What each family offers for one disk, one host and so on. */
    const singles = computed(() => new Map(groups.value.map(({ slug }) => [slug, offered(shown.value.filter(({ family }) => family === slug))])));
    /** Families of which these are shown. */
    const unfolded = ref(new Set(boards.own.only ? [state.slug] : []));
    const found = computed(() => matching(shown.value, state.search));

    /** @param {MouseEvent} event @param {string} slug @param {{anchor?: string, only?: import("../board/offered.js").Only}} [where] */
    const follow = (event, slug, where) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
      event.preventDefault();
      open(slug, where);
    };

    /** @param {string} slug @param {string} title @param {number | string} [count] */
    const link = (slug, title, count) => {
      const on = state.slug === slug && !boards.own.only;
      return html`
        <a class=${["nav", { on: on && !state.search }]} href=${`${boot.base}/d/${slug}`} key=${slug}
           aria-current=${on ? "page" : null} onClick=${(/** @type {MouseEvent} */ event) => follow(event, slug)}>
          <span class="cut">${title}</span>${crowd(together.talk.others(slug))}${count !== undefined && html`<i>${count}</i>`}
        </a>`;
    };

    /** @param {{slug: string, title: string, count: number}} family */
    const family = ({ slug, title, count }) => {
      const own = singles.value.get(slug) ?? [];
      if (!own.length) return link(slug, title, count);
      const open = unfolded.value.has(slug);
      return html`
        <div class="unfolds" key=${slug}>
          ${link(slug, title, count)}
          <button class="unfold" type="button" aria-expanded=${open} aria-label=${eachText(title)} title=${WORDS.unfold} onClick=${() => {
            const set = new Set(unfolded.value);
            if (!set.delete(slug)) set.add(slug);
            unfolded.value = set;
          }}><svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true"><path d="M6 4l4 4-4 4" /></svg></button>
          ${open && own.map((only) => single(slug, only))}
        </div>`;
    };

    /** @param {string} slug @param {import("../board/offered.js").Only} only */
    const single = (slug, only) => {
      const { label, value } = only;
      const on = state.slug === slug && boards.own.only?.label === label && boards.own.only.value === value;
      const query = new URLSearchParams({ [`only.${label}`]: value });
      return html`
        <a class=${["nav single", { on }]} key=${`${label}=${value}`} href=${`${boot.base}/d/${slug}?${query}`} aria-current=${on ? "page" : null}
           title=${`${label}: ${value}`} onClick=${(/** @type {MouseEvent} */ event) => follow(event, slug, { only })}><span class="cut">${value}</span></a>`;
    };

    /** What people have made. */
    const made = () => html`
      <div class="h">${WORDS.madeByYou}</div>
      ${boards.own.listed.map(({ slug, title }) => link(slug, title))}
      <${Drafts} link=${link} />
      <button class="nav make" type="button" aria-haspopup="dialog" onClick=${() => Object.assign(boards.own, { dialog: "new", copying: false })}>
        <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true"><path d="M8 3v10M3 8h10" /></svg>${WORDS.newDashboard}
      </button>`;

    /** How many others are there. @param {number} others */
    const crowd = (others) => others > 0 && html`<b class="others" title=${othersThere(others)} aria-label=${othersThere(others)}>${others}</b>`;

    /** @param {import("../types.js").Metric} metric @param {number} place */
    const hit = (metric, place) => html`
      <a class=${["nav hit", { on: place === chosen.value }]} id=${`hit-${place}`} role="option" key=${metric.name}
         aria-selected=${place === chosen.value} href=${`${boot.base}/d/${metric.family}#${metric.name}`}
         onClick=${(/** @type {MouseEvent} */ event) => follow(event, metric.family, { anchor: metric.name })}>
        <span class="cut">${metric.title}</span><small class="cut">${metric.name}</small>
      </a>`;

    /** @param {KeyboardEvent} event */
    const keyed = (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const metric = found.value[chosen.value];
      if (step) chosen.value = Math.max(0, Math.min(found.value.length - 1, chosen.value + step));
      else if (event.key === "Enter" && state.search && metric) {
        open(metric.family, { anchor: metric.name });
        /** @type {HTMLElement} */ (event.target).blur();
      } else if (event.key === "Escape") {
        state.search = "";
        /** @type {HTMLElement} */ (event.target).blur();
      } else return;
      event.preventDefault();
    };

    const search = () => html`
      <label class="search">
        <span class="hidden">${TEXT.search}</span>
        <input id="search" type="search" placeholder=${TEXT.search} autocomplete="off" spellcheck="false" value=${state.search}
               role="combobox" aria-expanded=${Boolean(state.search)} aria-controls="found"
               aria-activedescendant=${state.search && found.value.length ? `hit-${chosen.value}` : null}
               onKeydown=${keyed} onInput=${(/** @type {any} */ event) => {
                 state.search = event.target.value;
                 chosen.value = 0;
               }} />
        <kbd aria-hidden="true">/</kbd>
      </label>`;

    const foot = () => {
      const all = byStanding(collectors.value.values());
      const calm = all.filter((one) => CALM.has(one.state));
      // What this machine lacks is only counted; a plugin whose source is away is told by name.
      const away = all.filter((one) => one.state === "unavailable" && bundled(one)).length;
      const rest = all.filter((one) => !CALM.has(one.state) && one.state !== "stopped" && !(one.state === "unavailable" && bundled(one)));
      return html`
        <button class="foot" aria-haspopup="dialog" onClick=${() => (state.dialog = "collectors")}>
          <span class="row"><span class=${["dot", { idle: !calm.length }]} />${calm.length ? running(calm.length) : TEXT.noCollectors}</span>
          ${rest.slice(0, MOST_TROUBLES).map((one) => html`
            <span class="row" key=${one.collector} title=${one.reason}>
              <span class=${["dot", TROUBLE.has(one.state) ? "bad" : "warn"]} />
              <span class="cut">${labelled(one.collector, reasonOf(one))}</span>
            </span>`)}
          ${rest.length > MOST_TROUBLES && html`<span class="row">${moreText(rest.length - MOST_TROUBLES)}</span>`}
          ${away > 0 && html`<span class="row"><span class="dot idle" />${absent(away)}</span>`}
        </button>`;
    };

    // On a narrow screen it lies over the page: whoever opens it is in it, and comes back to where they were.
    const root = ref(/** @type {HTMLElement | null} */ (null));
    const narrow = matchMedia("(max-width: 720px)");
    const widened = () => void (state.menu &&= narrow.matches);
    narrow.addEventListener("change", widened);
    onBeforeUnmount(() => narrow.removeEventListener("change", widened));
    watch(() => state.menu, async (open) => {
      await nextTick();
      const inside = root.value?.contains(document.activeElement);
      if (open && !inside) /** @type {HTMLElement | null | undefined} */ (root.value?.querySelector("a, input"))?.focus();
      else if (!open && inside) /** @type {HTMLElement | null} */ (document.querySelector(".btn.menu"))?.focus();
    });

    return () => html`
      <nav ref=${root} class=${["rail", { open: state.menu }]} id="rail" aria-label=${TEXT.families}>
        <a class="brand" href=${`${boot.base}/`} onClick=${(/** @type {MouseEvent} */ event) => follow(event, "overview")}>
          <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
            <rect x="2.5" y="2.5" width="19" height="19" rx="5" /><path d="M5.5 13.5h3l2-6 3.5 9 2-5h2.5" />
          </svg>${TEXT.brand}
        </a>
        ${search()}
        <div class="list">
          ${state.search
            ? html`<div id="found" role="listbox" aria-label=${TEXT.search}>
                ${found.value.map(hit)}
              </div>${!found.value.length && html`<p class="none" role="status">${TEXT.noMatch}</p>`}`
            : html`<div>
                <div class="h">${TEXT.madeForYou}</div>
                ${link("overview", TEXT.overview, shown.value.length)}
                ${groups.value.map(family)}
                ${made()}
              </div>`}
        </div>
        ${foot()}
        <${Language} />
      </nav>`;
  },
};

/**
 * Metrics that have every word in their name, title or unit; those whose title begins with it first.
 * @param {import("../types.js").Metric[]} metrics
 * @param {string} text
 */
export function matching(metrics, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const first = words[0] ?? "";
  return metrics
    .map((metric) => ({ metric, text: `${metric.title} ${metric.name} ${metric.help} ${metric.collector}`.toLowerCase() }))
    .filter((one) => words.every((word) => one.text.includes(word)))
    .sort((a, b) => rank(a.text, first) - rank(b.text, first) || a.text.length - b.text.length)
    .slice(0, MOST_FOUND)
    .map(({ metric }) => metric);
}

/** @param {string} text @param {string} word */
function rank(text, word) {
  const at = text.indexOf(word);
  return at === 0 ? 0 : text.includes(` ${word}`) ? 1 : 2;
}
