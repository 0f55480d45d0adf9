// The words of dashboards that people make, in the language of the page. Others than English are run only where they are read.

import * as english from "../lang/board/en.js";

/** @typedef {typeof english} Words */

/** @type {Record<string, () => Promise<Words>>} */
const OTHERS = { zh: () => import("../lang/board/zh.js") };

const [tag = ""] = (globalThis.document?.documentElement.lang ?? "").split("-");

/** Without its words a page speaks English. @type {Words} */
const words = await (OTHERS[tag]?.().catch(() => english) ?? english);

export const {
  WORDS, addedText, bothTitle, cellText, changedText, chosenText, conflictText, copiedTitle, copyText, discardText, draftText, eachText, emptyText,
  movedText, noTrace, notSaved, ofPanel, onlyTitle, otherText, placeText, quickerText, removedText, restText, sizeText, unreadText, variableText, versionText,
} = words;
