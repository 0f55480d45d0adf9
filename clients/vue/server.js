// The server as reactive state: what it has, and how the connection to it is.

import { onScopeDispose, shallowRef } from "vue";
import { usePlotroom } from "./plugin.js";

/** @type {typeof import("./index.js").useCatalog} */
export function useCatalog() {
  const catalog = shallowRef(/** @type {import("plotroom-client").Catalog} */ ({ metrics: [], collectors: [] }));
  onScopeDispose(usePlotroom().catalog((now) => void (catalog.value = now)));
  return catalog;
}

/** @type {typeof import("./index.js").useStatus} */
export function useStatus() {
  const status = shallowRef(/** @type {import("plotroom-client").Status} */ ({ phase: "connecting", since: Date.now(), latency: NaN }));
  onScopeDispose(usePlotroom().status((now) => void (status.value = now)));
  return status;
}
