// The languages of the page: each is one file beside this one, all with the same keys. early.js knows their tags, too.

/** What each calls itself. @type {Record<string, string>} */
export const LANGUAGES = { en: "English", zh: "简体中文" };
