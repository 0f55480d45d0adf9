// Whose turn it is on a wall that shows several dashboards, and when. Knows nothing of the page.

/** @typedef {{slugs: string[], every: number}} Asked `every` in seconds, 0 for no turns */

/** seconds between two dashboards, when nobody says, and at least. */
const EVERY = 30;
const LEAST = 3;
const MOST = 86_400;
/** ms for which it stays where somebody has touched it. */
const STAYS = 60_000;
/** ms until the cursor goes. */
const CURSOR = 3_000;

/** What `?kiosk=overview,web&every=30` asks for; null when it does not. @param {string} search @returns {Asked | null} */
export function askedOf(search) {
  const query = new URLSearchParams(search);
  if (!query.has("kiosk")) return null;
  const slugs = (query.get("kiosk") ?? "").split(",").map((one) => one.trim()).filter((one) => /^[a-z][a-z0-9_-]*$/.test(one));
  const said = parseFloat(query.get("every") ?? "");
  const every = said > 0 ? Math.min(MOST, Math.max(LEAST, said)) : EVERY;
  // One dashboard has its turns, too, when somebody asks for them: what does not fit is shown screen by screen.
  return { slugs, every: slugs.length > 1 || said > 0 ? every : 0 };
}

/**
 * @typedef {object} World what is outside, to be replaced in tests
 * @property {(ms: number, action: () => void) => () => void} later
 * @property {() => number} now ms
 * @property {(slug: string) => void} show
 * @property {() => boolean} further shows the next screen of what does not fit; whether there was one
 * @property {(still: boolean) => void} setStill nobody is there
 */

export class Turns {
  /** @param {Asked} asked @param {string} first the slug that is shown now @param {World} world */
  constructor({ slugs, every }, first, world) {
    this.slugs = slugs;
    this.every = every;
    this.world = world;
    this.place = slugs.indexOf(first);
    this.touchedAt = -Infinity;
    this.end = () => {};
    this.endStill = () => {};
  }

  start() {
    if (this.slugs.length && this.place < 0) this.go(0);
    this.wait();
    this.rest();
  }

  stop() {
    this.end();
    this.endStill();
    this.world.setStill(false);
  }

  /** Somebody is there. */
  touched() {
    this.touchedAt = this.world.now();
    this.world.setStill(false);
    this.rest();
  }

  rest() {
    this.endStill();
    this.endStill = this.world.later(CURSOR, () => this.world.setStill(true));
  }

  wait() {
    this.end();
    if (this.every) this.end = this.world.later(this.every * 1000, () => this.turn());
  }

  turn() {
    const untouched = this.world.now() - this.touchedAt >= STAYS;
    if (untouched && !this.world.further() && this.slugs.length) this.go((this.place + 1) % this.slugs.length);
    this.wait();
  }

  /** @param {number} place */
  go(place) {
    this.place = place;
    this.world.show(this.slugs[place] ?? "overview");
  }
}
