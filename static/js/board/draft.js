// Unsaved work, kept in this browser until it is saved or given up.

/** @typedef {import("./types.js").Board} Board */
/** @typedef {{dashboard: Board, base: number, t: number}} Draft `base` is the version that it was made from */

const PREFIX = "plotroom.draft.";

/** @param {string} slug @returns {Draft | null} */
export function draftOf(slug) {
  try {
    const found = JSON.parse(localStorage.getItem(PREFIX + slug) ?? "null");
    return Array.isArray(found?.dashboard?.panels) && Number.isFinite(found.base) ? found : null;
  } catch {
    return null;
  }
}

/** @param {string} slug @param {Draft | null} draft null to give it up */
export function keepDraft(slug, draft) {
  try {
    if (draft) localStorage.setItem(PREFIX + slug, JSON.stringify(draft));
    else localStorage.removeItem(PREFIX + slug);
  } catch {
    // Storage is refused or full: a reload then loses what was not saved, of which leaving warns.
  }
}

/** Dashboards that have never been saved, and are only here. @returns {{slug: string, title: string}[]} */
export function draftsOfNew() {
  try {
    const slugs = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length));
    return slugs.flatMap((slug) => {
      const { base, dashboard } = draftOf(slug) ?? {};
      return base === 0 && dashboard ? [{ slug, title: `${dashboard.title || slug}` }] : [];
    });
  } catch {
    return [];
  }
}
