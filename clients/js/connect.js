// The way into a room: from an address and a token.

import { addressOf, open, probe } from "./address.js";
import { Line } from "./line.js";
import { Room } from "./room.js";
import { savedFor } from "./saved.js";
import { Timers } from "./timers.js";
import { Store } from "../../static/js/store.js";

/** @type {typeof import("./index.js").connect} */
export function connect(url, { token, storage } = {}) {
  const address = addressOf(url, token);
  const timers = new Timers();
  const connection = new Line({
    store: new Store(),
    base: address.base,
    version: "",
    connect: () => open(address),
    probe: () => probe(address),
    later: (ms, action) => timers.later(ms, action),
  });
  const room = new Room(connection, timers, savedFor(address.origin + address.base, storage));
  connection.start();
  return room;
}
