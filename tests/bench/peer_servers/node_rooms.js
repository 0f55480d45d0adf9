/**
 * What a user of Node's socket.io writes for our work: `node node_rooms.js PORT`. See flask_socketio_rooms.py.
 */

import { createServer } from "node:http";
import { setImmediate, setTimeout } from "node:timers/promises";
import { Server } from "socket.io";

const http = createServer((request, response) => response.end("ready"));
const io = new Server(http, { perMessageDeflate: false, cors: { origin: "*" } });

io.on("connection", (socket) => {
  socket.on("sub", (/** @type {string[]} */ rooms, /** @type {(answer: string) => void} */ answer) => {
    socket.join(rooms);
    answer("ok");
  });
  socket.on("tick", publish);
});

/** @param {{n: number, rooms: number, size: number, every: number}} wanted */
async function publish({ n, rooms, size, every }) {
  let due = Date.now() / 1000;
  for (let tick = 0; tick < n; tick++) {
    for (let room = 0; room < rooms; room++) {
      const stamp = `${((performance.timeOrigin + performance.now()) / 1000).toFixed(6)} `;
      io.to(`r${room}`).emit("sample", stamp.padEnd(size, "x"));
    }
    due += every;
    if (every) await setTimeout(Math.max(0, 1000 * due - Date.now()));
    else await setImmediate();
  }
}

http.listen(Number(process.argv[2]), "127.0.0.1");
