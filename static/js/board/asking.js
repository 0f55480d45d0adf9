// What is asked of the server about dashboards that people have made, over HTTP.

/** @typedef {import("./types.js").Board} Board */
/** @typedef {import("./types.js").Kept} Kept */

/** The server has said no, or nothing. */
export class Refused extends Error {
  /**
   * @param {number} status of HTTP; 0 when there was no answer
   * @param {{error?: {code?: string, message?: string}, current?: Kept}} answer
   */
  constructor(status, { error = {}, current }) {
    super(error.message ?? "");
    this.status = status;
    this.code = error.code ?? "";
    /** What somebody else has saved meanwhile. */
    this.current = current ?? null;
  }
}

/** @typedef {ReturnType<typeof makeAsking>} Asking */

/**
 * @param {string} base path under which the server lives
 * @param {typeof fetch} [ask]
 */
export function makeAsking(base, ask = (...request) => fetch(...request)) {
  const root = `${base}/api/v1/dashboards`;

  /** @param {string} address @param {RequestInit} [options] @returns {Promise<any>} */
  async function answer(address, options = {}) {
    let response;
    try {
      response = await ask(address, options);
    } catch {
      throw new Refused(0, {});
    }
    const body = await response.json().catch(() => ({}));
    if (!response.ok) throw new Refused(response.status, body ?? {});
    return body;
  }

  /** @param {string} slug */
  const of = (slug) => `${root}/${encodeURIComponent(slug)}`;
  /** @param {string} method @param {object} content @returns {RequestInit} */
  const sending = (method, content) => ({ method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(content) });

  return {
    /** @param {boolean} [deleted] those that can be brought back @returns {Promise<import("./types.js").Listed[]>} */
    list: (deleted = false) => answer(root + (deleted ? "?deleted=true" : "")).then((found) => found.dashboards),
    /** @param {string} slug @param {number} [version] the newest when it is left out @returns {Promise<Kept>} */
    get: (slug, version) => answer(`${of(slug)}${version ? `?version=${version}` : ""}`),
    /** @param {string} slug @returns {Promise<import("./types.js").Version[]>} the newest first */
    versions: (slug) => answer(`${of(slug)}/versions`).then((found) => found.versions.toSorted(byVersion)),
    /** @param {Board} dashboard @param {number} over the version that it was made from, 0 for a new one @param {string} by @returns {Promise<{version: number}>} */
    put: (dashboard, over, by) => answer(of(dashboard.slug), sending("PUT", { dashboard, base: over, by })),
    /** @param {string} slug @param {number} over @returns {Promise<unknown>} */
    remove: (slug, over) => answer(`${of(slug)}?base=${over}`, { method: "DELETE" }),
  };
}

/** @param {{version: number}} a @param {{version: number}} b */
const byVersion = (a, b) => b.version - a.version;
