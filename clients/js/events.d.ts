// All that travels between a client and a Plotroom, as docs/wire.md and docs/rooms.md tell it; for Socket<Told, Asked> of
// socket.io-client, and for Room.on and Room.emit.

import type { CollectorState, Metric, Series } from "../../static/js/types.js";
import type { Message, Person, Whisper } from "../../static/js/people/messages.js";

export type { CollectorState, Message, Metric, Person, Series, Whisper };

export type Code =
  | "bad_request" | "unknown_metric" | "too_many_rooms" | "forbidden" | "rate_limited"
  | "unknown_person" | "unknown_message" | "unavailable";
export interface Failure { code: Code; message: string }
export interface Refused { ok: false; error: Failure }
/** What a request is answered by, if it is not refused. */
export type Ok<T = {}> = { ok: true } & T;
/** Socket.IO's acknowledgement. */
export type Answer<T> = (answer: Ok<T> | Refused) => void;

// --- /metrics

/** Samples as JSON: times in ms, and a list of values for each series, null where there is a gap. */
export interface PlainSamples { t: number[]; v: (number | null)[][] }
/** Samples in the attachment `b` of the whole message: how many times, and the byte at which the numbers begin. */
export interface PackedSamples { n: number; at: number }

export interface Hello {
  version: string;
  epoch: string;
  /** ms since the epoch. */
  now: number;
  limits: { rooms: number; message: number };
  /** Those that stand. */
  notices: Notice[];
}
export type Samples = { m: string; o: number } & (PlainSamples | (PackedSamples & { b: ArrayBuffer | Uint8Array }));
export interface SeriesTold { m: string; o: number; series: Series[] }
export interface CatalogChange {
  metrics: Metric[];
  gone: string[];
  collectors: CollectorState[];
  gone_collectors: string[];
}
export interface Lagged { metrics: string[] }
export interface Notice {
  level: "info" | "warning" | "error";
  /** Empty when what was told under this topic is over. */
  text: string;
  t: number;
  topic?: string;
}

/** A dashboard in the list of all, see docs/dashboards.md. */
export interface DashboardEntry {
  slug: string;
  title: string;
  version: number;
  /** When it was saved, ms since the epoch. */
  t: number;
  by: string;
  origin: "store" | "file";
  panels: number;
  editable: boolean;
}
export type DashboardChange = DashboardEntry | { slug: string; gone: true };

export interface CatalogRequest {}
export interface CatalogAnswer { metrics: Metric[]; collectors: CollectorState[] }
export interface Wanted {
  name: string;
  /** Offset of the last sample that one has. */
  since?: number | null;
  /** Otherwise: seconds of history, in at most so many `points`. */
  window?: number;
  points?: number;
}
export interface SubscribeRequest { metrics: Wanted[]; epoch?: string | null }
export type Subscribed =
  | { name: string; error: Failure }
  | ({ name: string; offset: number; recovered: boolean; series: Series[] } & (PlainSamples | PackedSamples));
export interface SubscribeAnswer { epoch: string; now: number; metrics: Subscribed[]; b?: ArrayBuffer | Uint8Array }
export interface UnsubscribeRequest { metrics: string[] }

export interface MetricsTold {
  hello: (told: Hello) => void;
  samples: (told: Samples) => void;
  series: (told: SeriesTold) => void;
  /** The newest offset of each metric that one follows. */
  top: (told: Record<string, number>) => void;
  catalog: (told: CatalogChange) => void;
  lagged: (told: Lagged) => void;
  notice: (told: Notice) => void;
  dashboards: (told: DashboardChange) => void;
}
export interface MetricsAsked {
  catalog: (request: CatalogRequest, answer: Answer<CatalogAnswer>) => void;
  subscribe: (request: SubscribeRequest, answer: Answer<SubscribeAnswer>) => void;
  unsubscribe: (request: UnsubscribeRequest, answer: Answer<{}>) => void;
}

// --- /rooms

/** `dashboard:SLUG`, or the name of a private room. */
export type RoomName = string;
/** From when to when, ms. */
export type Span = [from: number, to: number];

export interface PrivateRoom { room: RoomName; title: string }
/** What somebody looks at. */
export interface View {
  /** Seconds up to now. */
  window?: number | null;
  span?: Span | null;
  /** The chart that is zoomed; all of them without it. */
  metric?: string | null;
  crosshair?: number | null;
  pointer?: { metric: string; t: number; y: number } | null;
  slug?: string | null;
  paused?: number | null;
}

/** What a client of /rooms says when it connects, as Socket.IO's auth. */
export interface RoomsAuth {
  /** The secret by which one is known, told by an earlier `welcome`. */
  person?: string;
  /** Number of the last whisper that one has. */
  whispers?: number;
}
/** How many people there are in the rooms of dashboards; those without anybody are left out. */
export type Crowd = Record<RoomName, number>;
export interface Welcome { you: Person; epoch: string; rooms: PrivateRoom[]; crowd: Crowd; secret?: string }
export type PeopleTold =
  | { room: RoomName; joined: Person; left?: never; changed?: never }
  | { room: RoomName; left: Person; joined?: never; changed?: never }
  | { room: RoomName; changed: Person; joined?: never; left?: never };
export interface Invited { room: PrivateRoom; from: Person }
export interface ViewTold { room: RoomName; from: string; view: View }

export interface JoinRequest { room: RoomName; name?: string | null; since?: number | null; epoch?: string | null }
export interface JoinAnswer {
  epoch: string;
  offset: number;
  recovered: boolean;
  you: Person;
  people: Person[];
  messages: Message[];
}
export interface LeaveRequest { room: RoomName }
export interface MeRequest { name?: string | null; colour?: number | null }
export interface SayRequest {
  room: RoomName;
  /** Markdown. */
  text: string;
  span?: Span | null;
  metric?: string | null;
  /** The moment on the charts that it is pinned to, ms. */
  pin?: number | null;
}
export interface EditRequest { room: RoomName; id: number; text: string }
export interface WhisperRequest { to: string; text: string }
export interface ViewRequest { room: RoomName; view: View }
export interface FollowRequest { room: RoomName; person: string | null }
export interface OpenRequest { title: string; people?: string[] }
export interface InviteRequest { room: RoomName; person: string }
export interface QuitRequest { room: RoomName }

export interface RoomsTold {
  welcome: (told: Welcome) => void;
  people: (told: PeopleTold) => void;
  crowd: (told: { rooms: Crowd }) => void;
  message: (told: { message: Message }) => void;
  whisper: (told: { message: Whisper }) => void;
  invited: (told: Invited) => void;
  view: (told: ViewTold) => void;
  notice: (told: Notice) => void;
}
export interface RoomsAsked {
  join: (request: JoinRequest, answer: Answer<JoinAnswer>) => void;
  leave: (request: LeaveRequest, answer: Answer<{}>) => void;
  me: (request: MeRequest, answer: Answer<{ you: Person }>) => void;
  say: (request: SayRequest, answer: Answer<{ message: Message }>) => void;
  edit: (request: EditRequest, answer: Answer<{ message: Message }>) => void;
  whisper: (request: WhisperRequest, answer: Answer<{ message: Whisper }>) => void;
  view: (request: ViewRequest, answer: Answer<{}>) => void;
  follow: (request: FollowRequest, answer: Answer<{}>) => void;
  open: (request: OpenRequest, answer: Answer<{ room: PrivateRoom; uninvited?: string[] }>) => void;
  invite: (request: InviteRequest, answer: Answer<{}>) => void;
  quit: (request: QuitRequest, answer: Answer<{}>) => void;
}

/** Of both namespaces. */
export type Told = MetricsTold & RoomsTold;
export type Asked = MetricsAsked & RoomsAsked;
/** What comes with an event. */
export type Payload<Name extends keyof Told> = Parameters<Told[Name]>[0];
/** What a request is asked with, and answered by. */
export type RequestOf<Name extends keyof Asked> = Parameters<Asked[Name]>[0];
export type AnswerOf<Name extends keyof Asked> = Extract<Parameters<Parameters<Asked[Name]>[1]>[0], { ok: true }>;
