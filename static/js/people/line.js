// The namespace of people on its socket: asked with promises, and told of who one is.

import { Code, Event } from "../wire.js";

/** ms for an answer. */
const WITHIN = 10_000;

/** Codes of refusals that may be over soon; "" is no answer. @type {string[]} */
export const PASSING = ["", Code.RATE_LIMITED, Code.UNAVAILABLE];

/** A request was refused, or had no answer: `code` is the server's, or "" for none. */
export class Refusal extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** What the server tells of people. */
const TOLD = [Event.WELCOME, Event.PEOPLE, Event.CROWD, Event.MESSAGE, Event.WHISPER, Event.INVITED, Event.VIEW];

export class Line {
  /**
   * @param {any} socket of the namespace; null for none, on which everything is refused
   * @param {{told: (event: string, payload: any) => void, ended: () => void}} listener
   */
  constructor(socket, { told, ended }) {
    this.socket = socket;
    for (const event of TOLD) socket?.on(event, (/** @type {any} */ payload) => told(event, payload));
    socket?.on("disconnect", ended);
  }

  /**
   * @param {string} event
   * @param {object} payload
   * @returns {Promise<any>} the answer; fails with a `Refusal`
   */
  ask(event, payload) {
    return new Promise((resolve, reject) => {
      if (!this.socket?.connected) {
        reject(new Refusal("", ""));
        return;
      }
      this.socket.timeout(WITHIN).emit(event, payload, (/** @type {unknown} */ error, /** @type {any} */ answer) => {
        if (error) reject(new Refusal("", ""));
        else if (answer?.ok) resolve(answer);
        else reject(new Refusal(answer?.error?.code ?? "bad_request", answer?.error?.message ?? ""));
      });
    });
  }
}
