// What is kept from one visit to the next: who one is in the rooms of a server.

/**
 * @param {string} server its address; who one is there is no business of others
 * @param {import("./index.js").Storage | undefined} storage
 * @returns {import("./talk.js").Saved}
 */
export function savedFor(server, storage) {
  const kept = storage ?? browsers() ?? new Map();
  const get = kept instanceof Map ? (/** @type {string} */ key) => kept.get(key) ?? null : kept.getItem.bind(kept);
  const set = kept instanceof Map ? kept.set.bind(kept) : kept.setItem.bind(kept);
  const key = (/** @type {string} */ name) => `plotroom.${name} ${server}`;
  return { get: (name) => get(key(name)), set: (name, value) => void set(key(name), value) };
}

/** Refused in frames without storage of their own, and by some who browse privately. */
function browsers() {
  try {
    return globalThis.document ? globalThis.localStorage : undefined;
  } catch {
    return undefined;
  }
}
