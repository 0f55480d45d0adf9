// What everybody is told: that which stands, and what passes.

import { Listeners, told } from "./listeners.js";
import { greeted, told as replaced } from "../../static/js/notices.js";

/** @typedef {import("./events.js").Notice} Notice */

export class Standing {
  /** @param {import("./line.js").Line} connection */
  constructor(connection) {
    /** @type {import("../../static/js/notices.js").Standing[]} */
    this.all = [];
    /** @type {Listeners<Notice>} */
    this.listeners = new Listeners();
    connection.on("notices", (/** @type {any[]} */ notices) => this.greet(notices));
    connection.on("notice", (notice) => {
      if (notice.topic) this.all = replaced(this.all, notice);
      this.listeners.tell(notice);
    });
  }

  /** The server has greeted: what stood before, and is not among these, is over. @param {any[]} notices */
  greet(notices) {
    const before = this.all;
    this.all = greeted(before, notices);
    for (const { topic, level, t } of before) {
      if (!this.all.some((one) => one.topic === topic)) this.listeners.tell(noticeOf({ topic, level, t, text: "" }));
    }
    for (const one of this.all) {
      if (!before.some(({ topic, text }) => topic === one.topic && text === one.text)) this.listeners.tell(noticeOf(one));
    }
  }

  /** @param {(notice: Notice) => void} listener */
  listen(listener) {
    const { all } = this;
    const end = this.listeners.add(listener);
    let ended = false;
    queueMicrotask(() => all.forEach((one) => ended || told(listener, noticeOf(one))));
    return () => {
      ended = true;
      end();
    };
  }

  end() {
    this.listeners.end();
  }
}

/** @param {import("../../static/js/notices.js").Notice} notice */
const noticeOf = ({ topic, level, text, t }) => ({ topic, level: /** @type {Notice["level"]} */ (level), text, t });
