// The words of the page, in the language that early.js has chosen. English is at hand; another one is fetched only where
// it is read, and early.js has then asked for it already.

import * as english from "./en.js";

/** @typedef {typeof english} Words */

/** @type {Record<string, () => Promise<Words>>} */
const OTHERS = { zh: () => import("./zh.js") };

const [tag = ""] = (globalThis.document?.documentElement.lang ?? "").split("-");

/** Without its words a page speaks English. @type {Words} */
export const words = await (OTHERS[tag]?.().catch(() => english) ?? english);
