// Moving and resizing panels with the mouse or a finger: GridStack, on the cells that the page has drawn.

import { loaded, once, styled } from "../script.js";
import { COLUMNS } from "./place.js";

/** @typedef {import("./types.js").Place} Place */

/** px of a row with the gap below it, and half of that gap: as css/board.css has them. */
const ROW = 72;
const GAP = 6;

/**
 * @param {HTMLElement} element the grid, whose children are the cells
 * @param {string} base address of the static files
 * @param {(places: Map<string, Place>) => void} moved where the panels are now, by the hand that moved one
 */
export async function hands(element, base, moved) {
  const [library] = await Promise.all([
    once("gridstack", () => loaded(null, `${base}vendor/gridstack-all.js`, "GridStack")), styled(`${base}vendor/gridstack.min.css`),
  ]);
  const grid = library.init({
    column: COLUMNS, cellHeight: ROW, margin: GAP, float: false, auto: false, handle: ".cover", alwaysShowResizeHandle: true, resizable: { handles: "e,se,s,sw,w" },
    animate: !matchMedia("(prefers-reduced-motion: reduce)").matches, draggable: { handle: ".cover" },
  }, element);
  /** While the page places them nobody has moved anything. */
  let placing = true;

  grid.on("change", () => {
    if (placing) return;
    moved(new Map(grid.engine.nodes.map((/** @type {any} */ { id, x, y, w, h }) => [id, { x, y, w, h }])));
  });

  return {
    /** Place the cells as the document has them. @param {(Place & {id: string})[]} panels */
    sync(panels) {
      placing = true;
      grid.batchUpdate();
      for (const { el } of [...grid.engine.nodes]) if (!element.contains(el)) grid.removeWidget(el, false, false);
      const places = new Map(panels.map((one) => [one.id, one]));
      for (const cell of /** @type {Iterable<any>} */ (element.children)) {
        const place = places.get(cell.dataset.panel);
        if (!place) continue;
        const { id, x, y, w, h } = place;
        const node = cell.gridstackNode;
        if (!node) grid.makeWidget(cell, { id, x, y, w, h });
        else if (node.x !== x || node.y !== y || node.w !== w || node.h !== h) grid.update(cell, { x, y, w, h });
      }
      grid.batchUpdate(false);
      placing = false;
    },

    /** Leave the cells as the page has drawn them. */
    destroy() {
      grid.destroy(false);
      bare(element, ["board"]);
      for (const cell of element.children) bare(/** @type {HTMLElement} */ (cell), ["cell", "grid-stack-item"]);
    },
  };
}

/** Places that the page gives, as css/board.css reads them. */
const OURS = new Set(["--x", "--y", "--w", "--h"]);

/** Without what the library has put on it and leaves there. @param {HTMLElement} element @param {string[]} classes that the page has given it */
function bare(element, classes) {
  element.className = classes.join(" ");
  for (const name of [...element.style]) if (!OURS.has(name)) element.style.removeProperty(name);
  for (const name of element.getAttributeNames()) if (name.startsWith("gs-")) element.removeAttribute(name);
}
