// The browser's timer, as modules are given it: what it gives ends it.

/** @param {number} ms @param {() => void} action @returns {() => void} */
export function later(ms, action) {
  const made = setTimeout(action, ms);
  return () => clearTimeout(made);
}
