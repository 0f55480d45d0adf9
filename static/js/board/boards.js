// The dashboards that people have made: which there are, the one that is open, and what its variables are set to.

import { computed, shallowReactive, watch } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { makeAsking } from "./asking.js";
import { draftOf, draftsOfNew, keepDraft } from "./draft.js";
import { having } from "./offered.js";
import { bindingsOf, expanded, parsed, written } from "./variables.js";

/** @typedef {import("./types.js").Board} Board */
/** @typedef {import("./types.js").Kept} Kept */
/** @typedef {import("./types.js").Listed} Listed */
/** @typedef {import("./session.js").Session} Session */
/** @typedef {ReturnType<typeof makeBoards>} Boards */

/**
 * @typedef {object} Open what is open
 * @property {Listed[]} listed by title
 * @property {Kept | null} kept the newest version of the dashboard that is open
 * @property {Kept | null} older the version of it that is looked at in place of that
 * @property {number} version of it that is asked for, 0 for the newest
 * @property {string | null} trouble why it can't be shown
 * @property {Session | null} session of whoever edits it
 * @property {import("./draft.js").Draft | null} draft unsaved work on it that was left behind
 * @property {{slug: string, title: string}[]} drafts that nobody has saved yet, of this browser
 * @property {Record<string, string[]>} selection values of variables that somebody has chosen
 * @property {import("./offered.js").Only | null} only the label value that is looked at, of one that makes itself
 * @property {"" | "new" | "versions" | "deleted"} dialog
 * @property {boolean} copying whether the new one is to begin with what is on the page
 */

/**
 * @param {object} page
 * @param {import("../types.js").Boot} page.boot
 * @param {import("../state.js").State} page.state
 * @param {{value: Map<string, import("../types.js").Metric>}} page.metrics
 * @param {{readonly value: import("../types.js").Metric[]}} page.present those that have something to show
 * @param {import("../connection.js").Connection} page.connection
 * @param {import("../address.js").Address} page.address
 * @param {(seconds: number, keep?: boolean) => void} page.setWindow
 * @param {() => number} page.ownWindow what somebody has chosen for all pages
 * @param {string} page.all the word for all values of a variable
 */
export function makeBoards({ boot, state, metrics, present, connection, address, setWindow, ownWindow, all }) {
  const asking = makeAsking(boot.base);
  const { dashboards = [], dashboard = null } = boot;
  /** @type {Open} */
  const initial = {
    listed: byTitle(dashboards), kept: dashboard, older: null, version: 0, trouble: null, session: null, draft: null, drafts: draftsOfNew(), selection: {},
    only: null, dialog: "", copying: false,
  };
  const own = shallowReactive(initial);
  /** Counts questions, so that an answer that was overtaken is not taken. */
  let asked = 0;
  /** Whether one comes to it, and not back or by an address that says which span: then it shows its own. */
  let arriving = !address.said("window");

  const entry = computed(() => own.listed.find(({ slug }) => slug === state.slug) ?? null);
  /** Whether what is open was made by somebody. */
  const here = computed(() => Boolean(entry.value || own.session || own.kept || own.draft?.base === 0));
  /** Whether another can be made from what is open: it was made, or makes itself and has something. */
  const copied = computed(() => {
    const { slug } = state;
    if (here.value) return true;
    return (own.only ? having(present.value, own.only) : present.value).some(({ family }) => slug === "overview" || family === slug);
  });
  /** @type {{readonly value: Board | null}} as it is shown */
  const board = computed(() => own.session?.edits.now ?? (own.version ? own.older : own.kept)?.dashboard ?? null);
  /** New ones that are not saved. What is saved meanwhile, perhaps by somebody else, is no new one. */
  const drafts = computed(() => {
    const known = new Set(own.listed.map(({ slug }) => slug));
    return byTitle(own.drafts.filter(({ slug }) => !known.has(slug)));
  });
  /** @type {{readonly value: string}} */
  const title = computed(() => board.value?.title ?? entry.value?.title ?? own.draft?.dashboard.title ?? state.slug);
  const bindings = computed(() => (board.value ? bindingsOf(board.value, own.selection, metrics.value) : new Map()));
  const panels = computed(() => (board.value ? expanded(board.value, bindings.value, all, own.session !== null) : []));

  address.register("var.", {
    local: true,
    read: () => Object.fromEntries(Object.entries(own.selection).map(([name, values]) => [name, [written(values)]])),
    write: (said) => {
      own.selection = Object.fromEntries(Object.entries(said ?? {}).map(([name, values]) => [name, values.flatMap(parsed)]));
    },
  });
  address.register("only.", {
    local: true,
    read: () => (own.only ? { [own.only.label]: [own.only.value] } : null),
    write: (said) => {
      const [[label, [value]] = ["", [""]]] = /** @type {[string, string[]][]} */ (Object.entries(said ?? {}));
      own.only = label && value ? { label, value } : null;
    },
  });
  address.register("version", {
    local: true,
    read: () => (own.version ? `${own.version}` : null),
    write: (said) => void (own.version = Math.max(0, Math.floor(Number(said))) || 0),
  });

  /** Get the newest, and the older one that is looked at. */
  async function load() {
    const turn = ++asked;
    const { slug } = state;
    const { version } = own;
    own.trouble = null;
    try {
      const [kept, older] = await Promise.all([asking.get(slug), version ? asking.get(slug, version) : null]);
      if (turn === asked) take(kept, older);
    } catch (error) {
      if (turn === asked) own.trouble = /** @type {Error} */ (error).message;
    }
  }

  /** @param {Kept} kept @param {Kept | null} older */
  function take(kept, older) {
    const first = !own.kept;
    Object.assign(own, { kept, older });
    if (first) entered();
  }

  /** A dashboard may have a span of its own, and unsaved work from before. */
  function entered() {
    own.draft = own.session ? null : draftOf(state.slug);
    const window = board.value?.window;
    if (!window || !arriving) return;
    address.settle();
    setWindow(window, false);
  }

  // What the page shows is another dashboard now.
  watch(() => state.slug, () => {
    const left = own.kept?.dashboard.window;
    own.session?.flush();
    asked++;
    arriving = false;
    Object.assign(own, { kept: null, older: null, session: null, draft: null, trouble: null, dialog: "" });
    if (left && state.window === left) {
      address.settle();
      setWindow(ownWindow(), false);
    }
    // In a moment the address has said which version is asked for.
    if (entry.value) queueMicrotask(load);
    else own.draft = draftOf(state.slug);
  }, { flush: "sync" });
  /** Look again which drafts there are. */
  const look = () => void (own.drafts = draftsOfNew());
  watch(() => own.session, look);
  addEventListener("storage", look);
  watch(() => own.version, (version) => {
    if (!version) own.older = null;
    else if (own.older?.version !== version) load();
  });
  if (entry.value && (!own.kept || own.version)) load();
  else entered();

  /** Somebody has saved a dashboard, or removed it. @param {Listed | {slug: string, gone: true}} news */
  function told(news) {
    const { slug } = news;
    const others = own.listed.filter((one) => one.slug !== slug);
    const gone = "gone" in news;
    own.listed = gone ? others : byTitle([...others, news]);
    if (slug !== state.slug) return;
    const { version, by, t } = gone ? { version: 0, by: "", t: 0 } : news;
    const { session, kept } = own;
    if (session) session.overtaken({ version, by, t, gone });
    else if (gone) Object.assign(own, { kept: null, older: null });
    else if (version !== kept?.version) load();
  }
  connection.on("dashboards", told);

  /** What was told while the line was lost is not told again. */
  async function refresh() {
    const listed = await asking.list().catch(() => null);
    if (!listed) return;
    own.listed = byTitle(listed);
    const now = entry.value;
    if (now && now.version !== own.kept?.version) told(now);
    else if (!now && own.kept) told({ slug: state.slug, gone: true });
  }
  let met = false;
  connection.on("catalog", ({ whole }) => {
    if (whole && met) refresh();
    met ||= Boolean(whole);
  });

  return {
    own, asking, here, copied, title, drafts, board, bindings, panels, entry, load, told,

    /** One has come to another dashboard: perhaps to one thing of a family. @param {import("./offered.js").Only | null} only */
    narrow(only) {
      arriving = true;
      address.settle();
      own.only = only;
    },

    /** @param {string} name @param {string[] | null} values null for what the dashboard says itself */
    choose(name, values) {
      const { [name]: _, ...rest } = own.selection;
      own.selection = values ? { ...rest, [name]: values } : rest;
    },

    /**
     * Edit what is open, or what is given.
     * @param {Board} [given]
     * @param {number} [base] the version that it was made from
     * @param {Board | null} [saved] that version
     */
    async edit(given = own.kept?.dashboard, base = own.kept?.version ?? 0, saved = own.kept?.dashboard ?? null) {
      const { slug } = state;
      const { begun } = await import("./session.js");
      if (!given || own.session || slug !== state.slug) return;
      address.settle();
      Object.assign(own, { session: begun(given, base, saved), older: null, version: 0, draft: null, dialog: "" });
    },

    /** Edit it; of what nobody can change, make another. */
    change() {
      if (own.session || own.version) return;
      if (entry.value?.editable) this.edit();
      else if (copied.value) Object.assign(own, { dialog: "new", copying: true });
    },

    /** Go on with what was left behind. */
    async resume() {
      const { draft, kept } = own;
      const { slug } = state;
      if (!draft) return;
      const same = draft.base === kept?.version;
      const from = !draft.base || same ? null : await asking.get(state.slug, draft.base).catch(() => null);
      if (slug === state.slug) await this.edit(draft.dashboard, draft.base, draft.base ? from?.dashboard ?? kept?.dashboard ?? null : null);
    },

    /** Give up work that was left behind. @param {string} [slug] of what it was on */
    forget(slug = state.slug) {
      keepDraft(slug, null);
      if (slug === state.slug) own.draft = null;
      look();
    },

    /** What is open was saved here: nobody need ask the server for it. @param {Kept} kept */
    saved(kept) {
      const { slug, title, panels } = kept.dashboard;
      own.kept = kept;
      told({ slug, title, version: kept.version, t: kept.t, by: kept.by, origin: "store", panels: panels.length, editable: true });
    },

    /** Make the older version that is looked at the newest again. @param {string} by */
    async bringBack(by = "") {
      const { older, kept } = own;
      if (!older || !kept) return;
      own.trouble = null;
      try {
        await asking.put(older.dashboard, kept.version, by);
        own.version = 0;
        await load();
      } catch (error) {
        own.trouble = /** @type {Error} */ (error).message;
      }
    },

    /** Run what leads away, unless there is unsaved work: then ask first. @param {() => void} go */
    leaving(go) {
      const { session } = own;
      if (session?.dirty && !session.going) session.going = go;
      else go();
    },
  };
}

/** @template {{title: string}} T @param {T[]} listed @returns {T[]} */
function byTitle(listed) {
  return listed.toSorted((a, b) => a.title.localeCompare(b.title));
}
