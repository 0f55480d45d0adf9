// The plugin: one connection for the whole application, and in each component what ends with it.

import { connect } from "plotroom-client";
import { inject } from "vue";
import { Bound } from "./bound.js";

/** @typedef {import("plotroom-client").Room} Room */

/** @type {import("vue").InjectionKey<Room>} */
const ROOM = Symbol("plotroom");

/** @type {typeof import("./index.js").plotroom} */
export const plotroom = {
  install(app, { connection, ...options }) {
    const room = typeof connection === "string" ? connect(connection, options) : connection;
    app.provide(ROOM, room);
    // Each component has its own, made before its setup and ended when it has gone; a global property would be one for all.
    app.mixin({
      beforeCreate() {
        this.$plotroom = new Bound(room);
      },
      unmounted() {
        this.$plotroom.end();
      },
    });
    const unwatch = watchHidden(room);
    const { unmount } = app;
    app.unmount = () => {
      unmount();
      unwatch();
      if (room !== connection) room.close();
    };
  },
};

/** @type {typeof import("./index.js").usePlotroom} */
export function usePlotroom() {
  const room = inject(ROOM, null);
  if (!room) throw new Error('there is no connection here; begin with app.use(plotroom, { connection: "http://localhost:8420" })');
  return room;
}

/** A tab that nobody sees gets no samples, and what it has missed when it is seen again. @param {Room} room */
function watchHidden(room) {
  if (!globalThis.document) return () => {};
  const look = () => room.setHidden(document.hidden);
  document.addEventListener("visibilitychange", look);
  return () => document.removeEventListener("visibilitychange", look);
}
