// What the package gives, as types.

import type {
  AnswerOf, Asked, Code, CollectorState, Message, Metric, Notice, Payload, Person, RequestOf, Series, Span, Told, Whisper,
} from "./events.js";

export type * from "./events.js";

/**
 * Connect to a Plotroom. It comes back by itself whenever the connection is lost, and fetches what was missed.
 *
 * @param url as the server prints it, such as "http://localhost:8420"; below a base path with that, and with or without
 *   the token.
 * @throws TypeError it is no such address, or no token.
 */
export function connect(url: string, options?: Options): Room;

export interface Options {
  /** What the server asks for when others than its own machine can reach it: `plotroom token` shows it. */
  token?: string | undefined;
  /** Where to keep who one is in the rooms. Browsers use their localStorage; in Node one is somebody new each time. */
  storage?: Storage | undefined;
}

export interface Storage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** Ends what was begun; once is enough, and twice does no harm. */
export type Undo = () => void;

export interface Room {
  /**
   * Follow a metric, over the last `window` seconds (300). `onChange` is called when there is something to show, and
   * whenever it has changed, never before `subscribe` has returned.
   */
  subscribe(name: string, options: { window?: number | undefined }, onChange: (change: Change) => void): Undo;
  /** All metrics and collectors, now and whenever one has come, changed or gone. */
  catalog(onChange: (catalog: Catalog) => void): Undo;
  /** How the connection is, now and whenever that changes. */
  status(onChange: (status: Status) => void): Undo;
  /** What everybody is told: first what stands, then each. One with a `topic` takes the place of the one before. */
  notices(onChange: (notice: Notice) => void): Undo;
  /** Be with those who look at a dashboard, until `leave`. */
  people(slug: string, options?: { name?: string | undefined }): People;
  /** Call `listener` with each event of that name; see events.d.ts. */
  on<Name extends keyof Told>(event: Name, listener: (payload: Payload<Name>) => void): Undo;
  /** Ask the server something. Subscriptions that are asked for in this way are one's own to renew. @throws Refusal */
  emit<Name extends keyof Asked>(event: Name, payload: RequestOf<Name>): Promise<AnswerOf<Name>>;
  /** Nobody looks for now: after five seconds no samples come, and when somebody looks again, all that was missed. */
  setHidden(hidden: boolean): void;
  /** End the connection, and with it all that was begun here. */
  close(): void;
}

/** A metric as it is held now. */
export interface Change {
  name: string;
  /** What the catalog says of it; null when the server does not have it. */
  metric: Metric | null;
  /** The series, in the order of `values`. */
  series: Series[];
  /**
   * ms since the epoch, ascending: the window, and the time before it so that a line reaches the edge. Like `values` a
   * view of what is held, good until `onChange` is called again: copy what has to last.
   */
  times: Float64Array;
  /** For each series a value for each time, NaN where there is none. */
  values: Float64Array[];
  /** The newest value of each series. */
  last: { time: number; values: number[] } | null;
  /** Not only newer samples: what came before has changed as well. */
  past: boolean;
  /** Samples are missing inside, and are being fetched. */
  gap: boolean;
  /** Why the server refuses it ("unknown_metric"), or "". */
  error: Code | "";
}

export interface Catalog { metrics: Metric[]; collectors: CollectorState[] }

export interface Status {
  /** `signed_out`: the server asks for a token, or for another one. No browser can tell that of a server elsewhere. */
  phase: "connecting" | "live" | "reconnecting" | "signed_out" | "other_version";
  /** ms since the epoch. */
  since: number;
  /** ms there and back; NaN before it was measured. */
  latency: number;
}

/** Whoever looks at one dashboard. */
export interface People {
  readonly slug: string;
  /** Who is there and what was said, now and whenever that changes. */
  onChange(listener: (circle: Circle) => void): Undo;
  /** Each message of somebody else that is new, changed or taken back. */
  onMessage(listener: (message: Message) => void): Undo;
  /** What is whispered to you, in whichever room; first what came while you were away. */
  onWhisper(listener: (whisper: Whisper) => void): Undo;
  say(text: string, about?: { span?: Span; metric?: string; pin?: number }): Promise<Message>;
  /** Change your own message; with an empty text take it back. */
  edit(id: number, text: string): Promise<Message>;
  /** @param to id of a person */
  whisper(to: string, text: string): Promise<Whisper>;
  /** Be called otherwise, in all rooms. */
  rename(wish: { name?: string; colour?: number }): Promise<Person>;
  leave(): void;
}

export interface Circle {
  /** Whether the server has let us in, and the connection stands. */
  here: boolean;
  you: Person | null;
  people: Person[];
  /** Without those that were taken back. */
  messages: Message[];
}

/** A request was refused (`code` says why), or had no answer (`code` is ""). */
export class Refusal extends Error {
  code: Code | "";
}
