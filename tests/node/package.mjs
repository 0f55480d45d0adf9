// Somebody who has installed plotroom-client, for tests/test_clients_js.py: `node package.mjs WHAT OPTIONS`, as JSON.
// It prints lines of JSON, the last of them what was seen, and ends because nothing is left that would keep it running.

import { connect, Refusal } from "plotroom-client";

const [what, options] = [process.argv[2] ?? "", JSON.parse(process.argv[3] ?? "{}")];

/** @param {unknown} line */
const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** @template T @param {(resolve: (value: T) => void) => void} begin @returns {Promise<T>} */
const until = (begin) => new Promise(begin);

const tasks = {
  /** Follows a metric to a number, and tells on the way when it has come so far. */
  async follow({ url, metric, last, steps }) {
    const room = connect(url);
    const phases = [];
    room.status(({ phase }) => phases.at(-1) === phase || phases.push(phase));
    let catalog = [];
    room.catalog(({ metrics }) => (catalog = metrics.map(({ name }) => name)));
    let refused = "";
    room.subscribe("nothing.here", {}, ({ error }) => (refused = error));
    let calls = 0;
    let short = 0;
    const end = room.subscribe(metric, { window: 0.05 }, ({ times }) => (short = times.length));
    const seen = await until((resolve) => {
      room.subscribe(metric, { window: 3600 }, ({ metric: one, series, times, values, last: newest, gap }) => {
        calls++;
        while (steps.length && newest && newest.values[0] >= steps[0]) print(steps.shift());
        if (newest?.values[0] !== last || gap) return;
        const ours = times instanceof Float64Array && values.every((column) => column instanceof Float64Array);
        resolve({ name: one?.name, series: series.length, times: [...times], values: values.map((column) => [...column]), ours });
      });
    });
    end();
    end();
    print({ ...seen, phases, catalog, refused, short, calls });
    room.close();
  },

  /** Two in a room: what one says, changes and whispers, and what the other gets of it, also after the line was lost. */
  async talk({ url, through }) {
    const [ada, bob] = [connect(through), connect(url)];
    const here = (/** @type {any} */ people, count) => until((resolve) => {
      const end = people.onChange((circle) => circle.here && circle.people.length === count && (end(), resolve(circle)));
    });
    const heard = (/** @type {any} */ people, kind) => until((resolve) => {
      const end = people[kind]((one) => (end(), resolve(one)));
    });
    const hers = ada.people("overview", { name: "Ada" });
    await here(hers, 1);
    const his = bob.people("overview", { name: "Bob" });
    const circle = await here(hers, 2);
    await here(his, 2);
    const first = heard(hers, "onMessage");
    const { id, from } = await his.say("look at 10:32", { pin: 5 });
    const said = await first;
    const second = heard(hers, "onMessage");
    await his.edit(id, "look at 10:33");
    const edited = await second;
    const whispers = heard(his, "onWhisper");
    await hers.whisper(from.id, "psst");
    const whisper = await whispers;
    const refusal = await his.say("").catch((error) => error);

    const away = until((resolve) => hers.onChange((now) => now.here || resolve(true)));
    print("cut");
    await away;
    const missed = heard(hers, "onMessage");
    await his.say("while you were away");
    print("mend");
    const late = await missed;
    const you = await here(hers, 2);

    const other = ada.people("overview");
    const joined = await here(other, 2);
    other.leave();
    hers.leave();
    await here(his, 1);
    print({
      names: circle.people.map((/** @type {any} */ one) => one.name).sort(), said, edited, whisper: whisper.text,
      refusal: [refusal instanceof Refusal, refusal.code], late: late.text, same: you.you.id === circle.you.id,
      messages: joined.messages.length,
    });
    for (const room of [ada, bob]) room.close();
  },

  /** What docs/clients.md asks of a client that is judged: the address and the metric come last. */
  async judged() {
    const [url, metric] = process.argv.slice(-2);
    const room = connect(url);
    let held;
    const end = room.subscribe(metric, { window: 600 }, (change) => (held = change));
    await until((resolve) => process.stdin.resume().on("end", resolve));
    const { series, times, values } = held;
    print({ series: series.map((/** @type {any} */ { labels }) => labels) });
    times.forEach((/** @type {number} */ time, /** @type {number} */ at) => {
      print([time, ...values.map((/** @type {Float64Array} */ column) => (Number.isNaN(column[at]) ? null : column[at]))]);
    });
    end();
    room.close();
  },

  /** How a connection comes to be, with each of these. */
  async enter({ ways }) {
    print(await Promise.all(ways.map(async ([url, token]) => {
      const room = connect(url, token === null ? {} : { token });
      const phase = await until((resolve) => room.status(({ phase: now }) => (now === "live" || now === "signed_out") && resolve(now)));
      room.close();
      return phase;
    })));
  },

  /** The notices of a server, until one says "end"; asked of it in its own words as well. */
  async notices({ url }) {
    const room = connect(url);
    const told = [];
    const ended = until((resolve) => room.notices(({ text, topic }) => (text === "end" ? resolve(true) : told.push([topic ?? "", text]))));
    const raw = until((resolve) => room.on("notice", resolve));
    const live = until((resolve) => room.status(({ phase }) => phase === "live" && resolve(true)));
    await live;
    print(Object.keys(await room.emit("catalog", {})).sort());
    await ended;
    print({ told, raw: (await raw).text, late: await until((resolve) => room.notices(resolve)) });
    room.close();
  },
};

await tasks[/** @type {keyof tasks} */ (what)](options);
