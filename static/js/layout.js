// Which panels a dashboard has, in which sections, and how wide each is on a grid of twelve columns.

/** @typedef {import("./types.js").Metric} Metric */
/** @typedef {import("./types.js").Family} Family */
/** @typedef {{metric: Metric, width: number}} Place */
/** @typedef {{title: string, slug: string, places: Place[]}} Section */

/** Kinds that need room. */
const WIDE = new Set(["stacked", "heatmap", "top"]);
/** Families that nobody opens the page for. */
const ASIDE = new Set(["system", "self"]);

/**
 * Metrics with something to show: one of ours whose source this machine lacks is left out until it has samples.
 * @param {Iterable<Metric>} metrics
 * @param {Map<string, import("./types.js").CollectorState>} collectors
 */
export function present(metrics, collectors) {
  return [...metrics].filter((metric) => {
    const collector = collectors.get(metric.collector);
    return metric.series.length || collector?.state !== "unavailable" || !bundled(collector);
  });
}

/** Those that have a process in common come from the package as a whole. @param {import("./types.js").CollectorState} collector */
export function bundled({ origin }) {
  return origin === "collectors" || origin.startsWith("collectors.");
}

/**
 * Families that have metrics, in their order; ones that the server has not named come before the last, by name.
 * @param {Metric[]} metrics
 * @param {Family[]} known
 * @returns {(Family & {count: number})[]}
 */
export function families(metrics, known) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { family } of metrics) counts.set(family, (counts.get(family) ?? 0) + 1);
  const named = new Map(known.map((family) => [family.slug, family]));
  const own = named.get("self")?.order ?? Infinity;
  return [...counts]
    .map(([slug, count]) => ({ ...(named.get(slug) ?? { slug, title: slug, order: own - 0.5 }), count }))
    .sort((a, b) => a.order - b.order || (a.title < b.title ? -1 : 1));
}

/**
 * Metrics with a large number of their own, for the overview.
 * @param {Metric[]} metrics
 * @param {Family[]} order
 */
export function tiles(metrics, order) {
  return sorted(metrics.filter((metric) => metric.headline), order).slice(0, 8);
}

/**
 * @param {Metric[]} metrics
 * @param {Family[]} order families as the rail has them
 * @param {string} slug
 * @returns {Section[]}
 */
export function sections(metrics, order, slug) {
  if (slug !== "overview") {
    const own = sorted(metrics.filter(({ family }) => family === slug), order);
    return own.length ? [{ title: "", slug, places: arrange(own, false) }] : [];
  }
  // At a glance: CPU and load, which everybody knows, then the first metric of every other family. The rest follows.
  const glance = order.filter(({ slug: family }) => !ASIDE.has(family)).map(({ slug: family }) => family);
  const leads = ["cpu", ...glance.filter((family) => family !== "cpu")].flatMap((family) => {
    return sorted(metrics.filter((metric) => metric.family === family), order).slice(0, family === "cpu" ? 2 : 1);
  });
  const taken = new Set(leads);
  const rest = order.map(({ slug: family, title }) => ({
    title,
    slug: family,
    places: arrange(sorted(metrics.filter((one) => one.family === family && !taken.has(one)), order), false),
  }));
  return [{ title: "", slug: "", places: arrange(leads, true) }, ...rest].filter(({ places }) => places.length);
}

/** @param {Metric[]} metrics @param {Family[]} order */
function sorted(metrics, order) {
  const place = new Map(order.map(({ slug }, at) => [slug, at]));
  const rank = (/** @type {Metric} */ { family }) => place.get(family) ?? Infinity;
  return metrics.toSorted((a, b) => rank(a) - rank(b) || a.order - b.order || (a.name < b.name ? -1 : 1));
}

/**
 * Rows without holes: two or three panels side by side.
 * @param {Metric[]} metrics
 * @param {boolean} lead whether the first is the largest
 * @returns {Place[]}
 */
export function arrange(metrics, lead) {
  /** @type {Metric[][]} */
  const rows = [];
  let rest = [...metrics];
  while (rest.length) {
    const first = lead && !rows.length;
    const room = rest.slice(0, 3).filter(({ chart }) => WIDE.has(chart)).length;
    const count = first || room >= 2 || rest.length === 2 || rest.length === 4 || (room && rest.length !== 3) ? 2 : 3;
    rows.push(rest.slice(0, count));
    rest = rest.slice(count);
  }
  return rows.flatMap((row, at) => {
    const widths = row.length === 2 && lead && at === 0 ? [8, 4] : row.map(() => 12 / row.length);
    return row.map((metric, which) => ({ metric, width: widths[which] ?? 12 }));
  });
}
