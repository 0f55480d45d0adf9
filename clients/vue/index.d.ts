// What the package gives, as types.

import type {
  Catalog, Change, Circle, Code, Message, Metric, Options, People, Person, Room, Series, Status, Undo, Whisper,
} from "plotroom-client";
import type { App, ComputedRef, MaybeRefOrGetter, ShallowRef } from "vue";

export interface PluginOptions extends Options {
  /** The server's address; or a room that `connect` gave, which is then not closed with the application. */
  connection: string | Room;
}

/** `app.use(plotroom, { connection: "http://localhost:8420" })` */
export const plotroom: { install(app: App, options: PluginOptions): void };

/** The connection of the application; what is begun on it has to be ended by who began it. */
export function usePlotroom(): Room;

/** `this.$plotroom` of a component: what is begun there ends with the component. */
export interface Bound extends Pick<Room, "emit" | "on" | "people" | "subscribe"> {
  readonly room: Room;
}

/** What the refs hold of the samples are views, good until they change: copy what has to last. */
export interface LiveMetric {
  metric: ComputedRef<Metric | null>;
  series: ComputedRef<Series[]>;
  times: ComputedRef<Float64Array>;
  values: ComputedRef<Float64Array[]>;
  last: ComputedRef<Change["last"]>;
  gap: ComputedRef<boolean>;
  error: ComputedRef<Code | "">;
  /** All of it at once, as `subscribe` of plotroom-client tells it. */
  change: Readonly<ShallowRef<Change | null>>;
}

/** Follow a metric; an empty name follows none. */
export function useMetric(
  name: MaybeRefOrGetter<string>, options?: { window?: MaybeRefOrGetter<number | undefined> | undefined },
): LiveMetric;

export interface Presence {
  /** Whether one is in the room, and the connection stands. */
  here: ComputedRef<boolean>;
  you: ComputedRef<Person | null>;
  people: ComputedRef<Person[]>;
}

export interface LiveRoom extends Presence, Pick<People, "edit" | "rename" | "say" | "whisper"> {
  messages: ComputedRef<Message[]>;
  /** What others have whispered to us since we are here, or while we were away. */
  whispers: Readonly<ShallowRef<Whisper[]>>;
}

export interface Naming { name?: MaybeRefOrGetter<string | undefined> | undefined }

/** Be with those who look at a dashboard; an empty slug is nowhere. */
export function useRoom(slug: MaybeRefOrGetter<string>, options?: Naming): LiveRoom;
/** Who looks at a dashboard; to know, one has to be there. */
export function usePresence(slug: MaybeRefOrGetter<string>, options?: Naming): Presence;

export function useCatalog(): Readonly<ShallowRef<Catalog>>;
export function useStatus(): Readonly<ShallowRef<Status>>;

declare module "vue" {
  interface ComponentCustomProperties { $plotroom: Bound }
}

export type { Catalog, Change, Circle, Message, Metric, Person, Room, Series, Status, Undo, Whisper };
