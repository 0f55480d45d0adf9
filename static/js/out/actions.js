// What can be done with every panel. What an action needs beyond a few lines is loaded when it is chosen.

import { TEXT } from "../text.js";
import { copied } from "./copy.js";

/** @typedef {import("./panels.js").Action} Action */
/** @typedef {import("./panels.js").Held} Held */

/**
 * @param {import("../app.js").App} app
 * @returns {Action[]}
 */
export function ownActions(app) {
  const { state, sheet, boot } = app;
  /** Where a picture is from. */
  const from = () => `${boot.host} · ${TEXT.brand}`;
  /** In a frame there is no dashboard around it. */
  const alone = Boolean(boot.embed);
  const hasData = (/** @type {Held} */ panel) => Boolean(panel.metric && panel.ring()?.length && panel.places().length);
  return [
    {
      id: "full",
      key: "f",
      icon: "M6 2H2v4M10 2h4v4M6 14H2v-4M10 14h4v-4",
      text: ({ id }) => (state.full === id ? TEXT.smaller : TEXT.fullScreen),
      when: () => !alone,
      run: ({ id }) => void (state.full = state.full === id ? "" : id),
    },
    {
      id: "data",
      icon: "M2 3h12v10H2zM2 6.5h12M6 6.5V13",
      text: () => TEXT.viewData,
      when: hasData,
      run: async (panel) => {
        const { DataTable } = await import("./table.js");
        sheet.value = { component: DataTable, panel };
      },
    },
    {
      id: "png",
      apart: true,
      icon: "M8 2v8M5 7l3 3 3-3M2.5 13.5h11",
      text: () => TEXT.savePng,
      run: async (panel) => {
        const { savePng } = await import("./save.js");
        await savePng(panel, from());
      },
    },
    {
      id: "svg",
      text: () => TEXT.saveSvg,
      run: async (panel) => {
        const { saveSvg } = await import("./save.js");
        await saveSvg(panel, from());
      },
    },
    {
      id: "csv",
      text: () => TEXT.saveCsv,
      when: hasData,
      run: async (panel) => {
        const { saveCsv } = await import("./save.js");
        saveCsv(panel);
      },
    },
    {
      id: "link",
      apart: true,
      icon: "M7 9a3 3 0 0 0 4.2 0l2-2A3 3 0 0 0 9 2.8l-.8.8M9 7a3 3 0 0 0-4.2 0l-2 2A3 3 0 0 0 7 13.2l.8-.8",
      text: () => TEXT.copyLink,
      when: () => !alone,
      run: async ({ id }) => ((await copied(addressOf(id))) ? TEXT.copied : TEXT.notCopied),
    },
    {
      id: "embed",
      icon: "M5.5 5L2.5 8l3 3M10.5 5l3 3-3 3",
      text: () => TEXT.embedCode,
      when: () => !alone,
      run: async (panel) => {
        const { EmbedCode } = await import("./embed.js");
        sheet.value = { component: EmbedCode, panel };
      },
    },
  ];
}

/**
 * What can be done with the dashboard as a whole.
 * @param {import("../app.js").App} app
 * @param {() => string} title of the dashboard
 * @returns {Action[]}
 */
export function boardActions(app, title) {
  return [
    {
      id: "board",
      icon: "M8 2v8M5 7l3 3 3-3M2.5 13.5h11",
      text: () => TEXT.saveBoard,
      run: async () => {
        const { saveBoard } = await import("./board.js");
        await saveBoard(app, title());
      },
    },
    {
      id: "kiosk",
      icon: "M2 3h12v8H2zM6 14h4M8 11v3",
      text: () => TEXT.kiosk,
      run: () => {
        const address = new URL(location.href);
        address.searchParams.set("kiosk", app.state.slug);
        location.assign(address);
      },
    },
  ];
}

/** The address of this page as it is, with this panel over all of it. @param {string} id */
function addressOf(id) {
  const address = new URL(location.href);
  address.searchParams.set("panel", id);
  address.hash = "";
  return address.href;
}
