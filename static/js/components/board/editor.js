// The bar of who edits a dashboard, and what only they need: hands for the panels, settings, and what opens over the page.

import { nextTick, onBeforeUnmount, onMounted, ref, watch } from "../../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../../app.js";
import { placed, set } from "../../board/document.js";
import { line, refusalText } from "../../board/fields.js";
import { hands } from "../../board/hands.js";
import { WORDS, notSaved, quickerText } from "../../board/words.js";
import { styled } from "../../script.js";
import { momentText, withKey } from "../../text.js";
import { html } from "../html.js";
import { About } from "./about.js";
import { Adder } from "./adder.js";
import { Conflict } from "./conflict.js";
import { Leave } from "./leave.js";
import { Settings } from "./settings.js";
import { Variables } from "./variables.js";

/** Width below which there is one column; css/board.css has it, too. */
const NARROW = 676;
/** ms in which one may be sure. */
const SURE = 4_000;

export const Editor = {
  props: ["grid"],
  /** @param {{grid: {value: HTMLElement | null}}} props */
  setup(props) {
    const app = useApp();
    const { boards, state, together } = app;
    const session = /** @type {import("../../board/session.js").Session} */ (boards.own.session);
    /** @type {(() => void)[]} */
    const undo = [];
    /** @type {Awaited<ReturnType<typeof hands>> | null} */
    let grip = null;
    let ended = false;
    const sure = ref(false);

    /** Where there is room for a grid one can move panels on it. */
    async function fit() {
      const element = props.grid.value;
      if (!element || ended) return;
      session.narrow = element.clientWidth <= NARROW;
      if (session.narrow) {
        grip?.destroy();
        grip = null;
      } else if (!grip) {
        const made = await hands(element, app.base, (places) => session.do((now) => placed(now, places)));
        if (ended || session.narrow || grip) made.destroy();
        else {
          grip = made;
          await nextTick();
          grip.sync(boards.panels.value);
        }
      }
    }

    async function save() {
      const kept = await session.save(boards.asking, together.people.you?.name ?? "");
      if (!kept) return false;
      boards.saved(kept);
      return true;
    }

    /** Stop editing. */
    function leave() {
      session.forget();
      boards.own.session = null;
      if (!boards.own.kept) app.open("overview");
    }

    async function done() {
      // What was done while it was being saved is not in it.
      if (!session.dirty || (await save() && !session.dirty)) leave();
    }

    /** What was done is given up at the second word only. */
    function discard() {
      if (session.dirty && !sure.value) {
        sure.value = true;
        setTimeout(() => (sure.value = false), SURE);
      } else leave();
    }

    /** @param {KeyboardEvent} event */
    const keyed = (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const at = /** @type {HTMLElement} */ (event.target);
      const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName);
      const key = event.key.toLowerCase();
      if (key === "s") void (event.repeat || save());
      else if (typing) return;
      else if (key === "z" && !event.shiftKey) session.undo();
      else if (key === "y" || key === "z") session.redo();
      else return;
      event.preventDefault();
    };
    /** The browser asks whether to leave. @param {BeforeUnloadEvent} event */
    const unload = (event) => {
      session.flush();
      if (session.dirty) event.preventDefault();
    };

    onMounted(() => {
      styled(`${app.base}css/edit.css`).catch(() => {});
      const sizes = new ResizeObserver(fit);
      if (props.grid.value) sizes.observe(props.grid.value);
      document.addEventListener("keydown", keyed);
      addEventListener("beforeunload", unload);
      undo.push(() => sizes.disconnect(), () => document.removeEventListener("keydown", keyed), () => removeEventListener("beforeunload", unload));
    });
    onBeforeUnmount(() => {
      ended = true;
      for (const end of undo) end();
      grip?.destroy();
    });
    watch(boards.panels, (panels) => grip?.sync(panels), { flush: "post" });

    const icon = (/** @type {string} */ path) => html`<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d=${path} /></svg>`;

    const titleOf = (/** @type {string} */ metric) => app.metrics.value.get(metric)?.title ?? metric;

    const news = () => {
      const { quicker, trouble } = session;
      const text = trouble !== null ? notSaved(trouble ? refusalText(trouble, session.board, titleOf) : WORDS.noAnswer) : quicker?.gone ? WORDS.removed
        : quicker ? quickerText(quicker.version, quicker.by, momentText(quicker.t, state.now)) : "";
      return text && html`<p class=${["news", { bad: trouble !== null }]} role="alert">${text}</p>`;
    };

    const dialog = () => {
      if (session.going) return html`<${Leave} session=${session} save=${save} />`;
      if (session.conflict) return html`<${Conflict} session=${session} save=${save} leave=${leave} />`;
      if (session.panel) return html`<${Settings} key=${session.panel} session=${session} />`;
      if (session.dialog === "add") return html`<${Adder} session=${session} />`;
      if (session.dialog === "about") return html`<${About} session=${session} onLeave=${leave} />`;
      return session.dialog === "variables" && html`<${Variables} session=${session} />`;
    };

    return () => html`
      <div class="edit-bar" role="toolbar" aria-label=${WORDS.editing}>
        <input class="title" value=${session.board.title} aria-label=${WORDS.titleOf} maxlength="120" spellcheck="false"
               onInput=${(/** @type {any} */ { target }) => session.do((now) => set(now, { title: line(target.value) }), "title")}
               onBlur=${() => session.settle()} />
        <button class="btn" type="button" onClick=${() => (session.dialog = "add")}>${icon("M8 3v10M3 8h10")}${WORDS.addPanel}</button>
        <button class="btn" type="button" onClick=${() => (session.dialog = "variables")}>${WORDS.variables}</button>
        <button class="btn" type="button" onClick=${() => (session.dialog = "about")}>${WORDS.about}</button>
        <span class="gap" />
        <button class="btn icon" type="button" aria-label=${WORDS.undo} title=${withKey(WORDS.undo, WORDS.undoKey)} disabled=${!session.edits.past.length}
                onClick=${() => session.undo()}>${icon("M6 4L3 7l3 3M3 7h6a4 4 0 0 1 0 8H7")}</button>
        <button class="btn icon" type="button" aria-label=${WORDS.redo} title=${withKey(WORDS.redo, WORDS.redoKey)} disabled=${!session.edits.future.length}
                onClick=${() => session.redo()}>${icon("M10 4l3 3-3 3M13 7H7a4 4 0 0 0 0 8h2")}</button>
        <button class=${["btn", { bad: sure.value }]} type="button" onClick=${discard}>${sure.value ? WORDS.sureDiscard : session.dirty ? WORDS.discard : WORDS.close}</button>
        <button class="btn main-act" type="button" disabled=${session.saving || !session.dirty} onClick=${done}>
          ${session.saving ? WORDS.saving : WORDS.save}</button>
        ${news()}
        ${!session.narrow && html`<p class="by-touch">${WORDS.touchHint}</p>`}
      </div>
      <p class="hidden" role="status" aria-live="polite">${session.said}</p>
      <p class="hidden" id="moving">${WORDS.movingHint}</p>
      ${!session.board.panels.length && html`
        <div class="empty"><h2>${WORDS.noPanels}</h2>
          <button class="btn" type="button" onClick=${() => (session.dialog = "add")}>${WORDS.addPanel}</button></div>`}
      ${dialog()}`;
  },
};

