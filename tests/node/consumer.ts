// How somebody uses plotroom-client in TypeScript; tests/test_clients_js.py compiles it strictly.

import { connect, Refusal, type Asked, type Change, type Told } from "plotroom-client";
import { Ring } from "plotroom-client/page/ring";
import { io, type Socket } from "socket.io-client";

const room = connect("http://localhost:8420", { token: "x" });
const undo: () => void = room.subscribe("system.cpu", { window: 60 }, ({ metric, times, values, last, gap, error }: Change) => {
  const first: number | undefined = times[0];
  const value: number | undefined = values[0]?.[0];
  if (metric && !gap && error === "unknown_metric") console.log(metric.title, first, value, last?.time);
});
undo();
room.catalog(({ collectors }) => console.log(collectors[0]?.state));
room.status(({ phase }) => console.log(phase === "live"));
// @ts-expect-error there is no such phase
room.status(({ phase }) => console.log(phase === "dead"));

const people = room.people("overview", { name: "Ada" });
people.onChange(({ you, messages }) => console.log(you?.name, messages[0]?.from.colour));
try {
  await people.say("look", { pin: 3 });
} catch (error) {
  if (error instanceof Refusal) console.log(error.code);
}

room.on("people", (told) => console.log(told.joined?.name));
const { message } = await room.emit("say", { room: "dashboard:overview", text: "hi" });
console.log(message.id);
// @ts-expect-error there is no such event
void room.emit("sing", {});
// @ts-expect-error who says something has to say what
void room.emit("say", { room: "dashboard:overview" });

const socket: Socket<Told, Asked> = io("http://localhost:8420/metrics");
socket.on("samples", (frame) => console.log("t" in frame ? frame.t[0] : frame.b.byteLength));
socket.emit("subscribe", { metrics: [{ name: "system.cpu" }] }, (answer) => {
  console.log(answer.ok ? answer.metrics.length : answer.error.code);
});

new Ring(3).append({ times: Float64Array.of(1), columns: [] }, 1);
