// The words of the page, in the language that early.js has chosen. Others than English are run only where they are read.

import * as english from "./en.js";

/** @typedef {typeof english} Words */

/** @type {Record<string, () => Promise<Words>>} */
const OTHERS = { zh: () => import("./zh.js") };

const [tag = ""] = (globalThis.document?.documentElement.lang ?? "").split("-");

/** Without its words a page speaks English. @type {Words} */
export const words = await (OTHERS[tag]?.().catch(() => english) ?? english);
