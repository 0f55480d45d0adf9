// The address of the page and what somebody has chosen are kept the same: a copied address shows what its owner sees, and
// back and forward go through what was chosen.

import { watch } from "../vendor/vue.runtime.esm-browser.prod.js";
import { later as inTime } from "./later.js";

/**
 * @template T
 * @typedef {object} Held what a key of the address holds
 * @property {() => T | null} read what the address is to say now; null or "" for nothing
 * @property {(said: T | null) => unknown} write take what the address says, null for nothing; not called for nothing at the start;
 *   false when that can't be read
 * @property {(listener: () => void) => () => void} [changed] calls the listener after each change and gives what ends that;
 *   not needed where `read` depends on reactive state alone
 * @property {boolean} [local] it belongs to one dashboard: another one begins without it
 */

/**
 * @typedef {{[name: string]: string[]}} Family values by what their keys have behind the dot
 *
 * @typedef {object} World what is outside, to be replaced in tests
 * @property {{pathname: string, search: string, hash: string}} location
 * @property {{pushState: (data: null, unused: string, address: string) => void, replaceState: (data: null, unused: string, address: string) => void}} history
 * @property {() => number} now ms
 * @property {(ms: number, action: () => void) => () => void} later
 */

/** ms between two changes of one movement; what is farther apart are two steps for who goes back. */
const PAUSE = 1_000;
/** ms between two changes of the address while something moves: browsers refuse more than a hundred in half a minute. */
const EVERY = 400;

/** @returns {World} */
const browser = () => ({ location, history, now: () => performance.now(), later: inTime });

export class Address {
  /** @param {World} [world] */
  constructor(world = browser()) {
    this.world = world;
    /** Gets what can't be read of what the address says. @type {(key: string, said: string) => void} */
    this.unread = () => {};
    /** @type {Map<string, Held<any>>} by key; one that ends with a dot is a family */
    this.held = new Map();
    /** @type {Set<string>} keys that are or were held: what else the address says is left as it is */
    this.known = new Set();
    /** @type {(() => void) | null} ends the wait for the next change */
    this.waiting = null;
    /** @type {"" | "step" | "quiet"} whether what changes now is a step of its own for who goes back; "" for each change one */
    this.mode = "quiet";
    this.movedAt = -Infinity;
    this.writtenAt = -Infinity;
  }

  /**
   * Hold something in the address, and take what the address says of it now. A key such as `var.` holds all that begin
   * with it: `read` gives, and `write` takes, `{host: ["a", "b"]}` for `var.host=a&var.host=b`.
   * @template {string} K
   * @param {K} key
   * @param {K extends `${string}.` ? Held<Family> : Held<string>} held
   * @returns {() => void} ends it, and takes it out of the address
   */
  register(key, held) {
    this.settle();
    this.held.set(key, held);
    this.known.add(key);
    const said = this.said(key);
    if (said !== null) this.give(key, held, said);
    const unwatch = watch(() => JSON.stringify(held.read()), () => this.changed());
    const unlisten = held.changed?.(() => this.changed());
    return () => {
      unwatch();
      unlisten?.();
      this.settle();
      this.held.delete(key);
    };
  }

  /** What the address says of a key now; null for nothing. @param {string} key @returns {string | Family | null} */
  said(key) {
    const query = new URLSearchParams(this.world.location.search);
    if (!key.endsWith(".")) return query.get(key) || null;
    /** @type {Family} */
    const family = {};
    for (const [name, value] of query) if (name.startsWith(key)) (family[name.slice(key.length)] ??= []).push(value);
    return Object.keys(family).length ? family : null;
  }

  /** What is about to change is part of a movement: all of it is one step. */
  moves() {
    const now = this.world.now();
    if (now - this.movedAt >= PAUSE) {
      this.write();
      this.mode = "step";
    } else this.mode ||= "quiet";
    this.movedAt = now;
  }

  /** What is about to change was not chosen here: it is no step. */
  settle() {
    if (!this.mode) this.write();
    this.mode ||= "quiet";
    this.changed();
  }

  /** Go to another dashboard. @param {string} path with its hash */
  open(path) {
    this.write();
    for (const held of this.held.values()) if (held.local) held.write(null);
    const [pathname = "", hash] = path.split("#");
    this.put("pushState", pathname + this.query(false) + (hash ? `#${hash}` : ""));
  }

  /** Somebody went back or forward: take what the address says. */
  take() {
    this.mode = "quiet";
    for (const [key, held] of this.held) this.give(key, held, this.said(key));
    this.changed();
  }

  // --- inside

  /** @param {string} key @param {Held<any>} held @param {string | Family | null} said */
  give(key, held, said) {
    if (held.write(said) === false && typeof said === "string") this.unread(key, said);
  }

  changed() {
    if (this.waiting) return;
    const { later, now } = this.world;
    const moving = now() - this.movedAt < PAUSE;
    this.waiting = later(moving ? Math.max(0, this.writtenAt + EVERY - now()) : 0, () => {
      this.waiting = null;
      this.write();
    });
  }

  /** Let the address say what is chosen now. */
  write() {
    const { mode } = this;
    this.waiting?.();
    this.waiting = null;
    this.mode = "";
    const { location } = this.world;
    const query = this.query(true);
    if (query === asWritten(location.search)) return;
    this.put(mode === "quiet" ? "replaceState" : "pushState", location.pathname + query + location.hash);
  }

  /** @param {"pushState" | "replaceState"} how @param {string} address */
  put(how, address) {
    this.writtenAt = this.world.now();
    try {
      this.world.history[how](null, "", address);
    } catch {
      // The browser finds it too often; the next change brings it all.
    }
  }

  /** @param {boolean} strange whether with what nobody here knows */
  query(strange) {
    /** @type {[string, string][]} */
    const pairs = [];
    for (const [key, held] of this.held) {
      const said = held.read();
      if (typeof said === "string") pairs.push([key, said]);
      else for (const [name, values] of Object.entries(said ?? {})) for (const value of values) pairs.push([key + name, value]);
    }
    const known = (/** @type {string} */ name) => [...this.known].some((key) => (key.endsWith(".") ? name.startsWith(key) : name === key));
    if (strange) for (const pair of new URLSearchParams(this.world.location.search)) if (!known(pair[0])) pairs.push(pair);
    return written(pairs.filter(([, value]) => value !== ""));
  }
}

/** A query as people can read it: what needs no escape has none. @param {[string, string][]} pairs */
function written(pairs) {
  const text = (/** @type {string} */ part) => encodeURIComponent(part).replaceAll("%20", "+").replace(/%(?:3A|2C|2F|40|7B|7D|3D)/g, decodeURIComponent);
  return pairs.length ? `?${pairs.map(([key, value]) => `${text(key).replaceAll("=", "%3D")}=${text(value)}`).join("&")}` : "";
}

/** @param {string} search */
const asWritten = (search) => written([...new URLSearchParams(search)]);
