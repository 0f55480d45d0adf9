// Where a server is, and how it is shown the token there.

import { io } from "../../static/vendor/socket.io.esm.min.js";
import { optionsOf } from "../../static/js/connection.js";
import { NAMESPACE } from "../../static/js/wire.js";

/** @typedef {{origin: string, base: string, token: string}} Address `base` is the path below which the server lives */

/** Chosen by the server; a browser ends a WebSocket that has offered protocols of which none was chosen. */
const PROTOCOL = "plotroom";
/** Stands before the token among the protocols. */
const OFFER = "plotroom.token.";

/**
 * @param {string} url as the server prints it; a token in it goes no further in an address
 * @param {string} [token]
 * @returns {Address}
 */
export function addressOf(url, token) {
  const { protocol, origin, pathname, searchParams } = parse(url);
  if (protocol !== "http:" && protocol !== "https:") throw wrong(url);
  const shown = token ?? searchParams.get("token") ?? "";
  if (!/^[\w-]*$/.test(shown)) throw new TypeError("that is no token; `plotroom token` shows the right one");
  return { origin, base: pathname.replace(/\/+$/, ""), token: shown };
}

/** A socket of socket.io-client, on a connection of its own. @param {Address} address @returns {any} */
export function open({ origin, base, token }) {
  return io(origin + NAMESPACE, { ...optionsOf(base), forceNew: true, ...(token ? shown(token) : {}) });
}

/** HTTP status that the server gives us; 0 when it can't be known. @param {Address} address @returns {Promise<number>} */
export async function probe({ origin, base, token }) {
  // A browser lets no page read what a server of another origin answers.
  if (globalThis.location && globalThis.location.origin !== origin) return 0;
  const { status } = await fetch(`${origin}${base}/healthz`, { redirect: "manual", headers: token ? headers(token) : {} });
  return status;
}

/** Node sends the header; a browser takes none for a WebSocket, and shows the token among its protocols. @param {string} token */
const shown = (token) => ({ extraHeaders: headers(token), protocols: [PROTOCOL, OFFER + token] });

/** @param {string} token */
const headers = (token) => ({ Authorization: `Bearer ${token}` });

/** @param {string} url */
function parse(url) {
  try {
    return new URL(url, globalThis.location?.href);
  } catch {
    throw wrong(url);
  }
}

/** @param {string} url */
const wrong = (url) => new TypeError(`${JSON.stringify(url)} is no address of a Plotroom; write "http://localhost:8420"`);
