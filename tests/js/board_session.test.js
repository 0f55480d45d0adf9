import assert from "node:assert/strict";
import { test } from "node:test";
import { Session } from "../../static/js/board/session.js";

/** @returns {any} */
const board = () => ({ slug: "x", title: "X", panels: [{ id: "p1", x: 0, y: 0, w: 4, h: 4 }, { id: "p2", x: 4, y: 0, w: 4, h: 4 }] });
const begun = () => new Session(board(), 1, board(), () => () => {});

/** A key on the panel p1, and what the page hears of it. @param {Session} session @param {string} key @param {object} [held] */
function press(session, key, held = {}) {
  const heard = { own: true };
  session.keyed({
    key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held, preventDefault: () => {}, stopPropagation: () => (heard.own = false),
  }, "p1", "One");
  return heard.own;
}

test("Enter and space open the settings of a panel, and the page hears nothing of it: to it space means to pause", () => {
  for (const key of ["Enter", " "]) {
    const session = begun();
    assert.equal(press(session, key), false);
    assert.equal(session.panel, "p1");
    assert.equal(session.dirty, false);
  }
});

test("keys of the page and of the browser stay theirs", () => {
  const session = begun();
  assert.equal(press(session, "t"), true);
  assert.equal(press(session, " ", { ctrlKey: true }), true);
  assert.deepEqual([session.panel, session.dirty], ["", false]);
});

test("arrows, d and delete change the document, and are told", () => {
  const session = begun();
  assert.equal(press(session, "ArrowDown"), false);
  assert.match(session.said, /^One: /);
  press(session, "d");
  assert.equal(session.board.panels.length, 3);
  press(session, "Delete");
  assert.deepEqual(session.board.panels.map(({ id }) => id).sort(), ["p2", "p3"]);
});

test("the settings of a panel take the place of what is open, and leave nothing to come back after them", () => {
  const session = begun();
  session.dialog = "variables";
  press(session, "Enter");
  assert.deepEqual([session.panel, session.dialog], ["p1", ""]);
});
