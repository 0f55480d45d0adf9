// One metric that somebody looks at: how far it is with its subscription, and what waits for the answer.

import { Event } from "./wire.js";

/** Frames that are held for an answer; when there are more, the answer's gap is asked for like any other. */
const MOST_HELD = 400;

export class Want {
  /** @param {number} every seconds between samples */
  constructor(every) {
    /** How many look at it. */
    this.count = 1;
    /** ms */
    this.every = every * 1000;
    /** @type {import("./extent.js").Span | null} what is shown of it alone, when it is not what all charts show */
    this.span = null;
    /** @type {"new" | "asked" | "live" | "refused" | "later"} */
    this.step = "new";
    /** The server sends its frames, and has since its series were told: they can be drawn, also while it is asked. */
    this.joined = false;
    /** Its list of series was told again since it was asked. */
    this.renamed = false;
    /** @type {{event: string, payload: any}[]} frames that came before the answer */
    this.held = [];
    /** The next subscription asks for a backfill, not for what is missing. */
    this.fresh = false;
    this.error = "";
    /** Of the last request, so that the answer to an earlier one is told apart. */
    this.ticket = 0;
    /** @type {number | null} offset after which the last request asked for samples; null for a backfill */
    this.since = null;
    /** How often in a row an answer had no room for it. */
    this.limited = 0;
    /** How often in a row it was torn again soon after it had been mended. */
    this.mends = 0;
    this.mending = false;
    /** Something was left out while it was asked; the answer may have been made before. */
    this.missed = false;
    /** The server has told that it has come so far. */
    this.top = 0;
    /** Ends what it waits for. */
    this.unwait = () => {};
  }

  /** It has to be asked for. @param {boolean} [fresh] */
  again(fresh = false) {
    this.rest();
    // A backfill that did not come is still needed: what is there may begin later than the span that is shown.
    const unanswered = (this.step === "asked" || this.step === "later") && this.since === null;
    Object.assign(this, { step: "new", held: [], error: "", fresh: this.fresh || fresh || unanswered });
  }

  /** Its frames come no more, or can't be read. */
  part() {
    this.joined = false;
    this.top = 0;
  }

  /** @param {number} ticket @param {number | null} since */
  asked(ticket, since) {
    Object.assign(this, { step: "asked", held: [], fresh: false, renamed: false, missed: false, ticket, since });
  }

  /** @param {string} code */
  refused(code) {
    this.rest();
    this.part();
    Object.assign(this, { step: "refused", error: code, held: [] });
  }

  /** Keep a frame for when the answer is there. @param {string} event @param {any} payload */
  hold(event, payload) {
    if (this.held.length >= MOST_HELD) this.held = this.held.filter((one) => one.event === Event.SERIES).slice(-1);
    this.held.push({ event, payload });
  }

  /** Wait for one thing at a time. @param {() => void} end */
  wait(end) {
    this.rest();
    this.unwait = end;
  }

  rest() {
    this.unwait();
    this.unwait = () => {};
    this.mending = false;
  }
}
