// What the package gives; its types are in index.d.ts.

export { plotroom, usePlotroom } from "./plugin.js";
export { useMetric } from "./metric.js";
export { usePresence, useRoom } from "./room.js";
export { useCatalog, useStatus } from "./server.js";
