// Names shared with the server. Their twin is dashboard/live/wire.py; docs/wire.md explains them.

export const NAMESPACE = "/metrics";
export const ROOMS = "/rooms";
export const AGENTS = "/agents";

/** A message of so many values carries them as one binary attachment, below that as JSON. */
export const BINARY_FROM = 64;

/** Names of events, both ways. */
export const Event = Object.freeze({
  HELLO: "hello",
  CATALOG: "catalog",
  SUBSCRIBE: "subscribe",
  UNSUBSCRIBE: "unsubscribe",
  SAMPLES: "samples",
  SERIES: "series",
  TOP: "top",
  LAGGED: "lagged",
  NOTICE: "notice",
  DASHBOARDS: "dashboards",
  // of people
  WELCOME: "welcome",
  JOIN: "join",
  LEAVE: "leave",
  PEOPLE: "people",
  CROWD: "crowd",
  ME: "me",
  SAY: "say",
  EDIT: "edit",
  MESSAGE: "message",
  WHISPER: "whisper",
  OPEN: "open",
  INVITE: "invite",
  INVITED: "invited",
  QUIT: "quit",
  VIEW: "view",
  FOLLOW: "follow",
  // of agents
  REGISTER: "register",
  CLOCK: "clock",
  DECLARE: "declare",
  STATE: "state",
  RETIRE: "retire",
  KEEP: "keep",
  PUSH: "push",
});

/** Why a request was refused. */
export const Code = Object.freeze({
  BAD_REQUEST: "bad_request",
  UNKNOWN_METRIC: "unknown_metric",
  TOO_MANY_ROOMS: "too_many_rooms",
  FORBIDDEN: "forbidden",
  RATE_LIMITED: "rate_limited",
  UNKNOWN_PERSON: "unknown_person",
  UNKNOWN_MESSAGE: "unknown_message",
  UNAVAILABLE: "unavailable",
});
