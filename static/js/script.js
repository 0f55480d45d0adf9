// Libraries that are no modules, each loaded once, when something needs it first.

import { notLoaded } from "./text.js";

/** @type {Map<string, Promise<any>>} */
const loading = new Map();

/** @param {string} name @param {() => Promise<any>} load @returns {Promise<any>} what it gave the first time, unless that failed */
export function once(name, load) {
  const known = loading.get(name) ?? load();
  loading.set(name, known);
  known.catch(() => loading.delete(name));
  return known;
}

/**
 * @param {Element | null} present the element that loads it already
 * @param {string} address
 * @param {string} name under which it offers itself
 * @returns {Promise<any>}
 */
export function loaded(present, address, name) {
  const found = () => /** @type {any} */ (window)[name];
  if (present && name in window) return Promise.resolve(found());
  return new Promise((resolve, reject) => {
    const script = /** @type {HTMLScriptElement} */ (present ?? document.createElement("script"));
    script.addEventListener("load", () => resolve(found()));
    script.addEventListener("error", () => reject(new Error(notLoaded(address))));
    if (!present) {
      script.src = address;
      document.head.append(script);
    }
  });
}

/** Styles that are needed only sometimes. @param {string} address @returns {Promise<void>} when they are there */
export function styled(address) {
  return once(address, () => new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = address;
    link.addEventListener("load", () => resolve(undefined));
    link.addEventListener("error", () => reject(new Error(notLoaded(address))));
    document.head.append(link);
  }));
}
