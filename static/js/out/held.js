// A panel that others may know of, and that may lie over the whole page.

import { onBeforeUnmount, onMounted, watch } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { overAll } from "./full.js";

/**
 * @param {import("./panels.js").Held} held
 * @param {() => HTMLElement | null} element null while it is not there
 */
export function useHeld(held, element) {
  const { panels, state } = useApp();
  let forget = () => {};
  let shrink = () => {};

  /** It lies over the whole page, or no longer. */
  function cover() {
    const here = element();
    shrink();
    shrink = state.full === held.id && here ? overAll(here, () => (state.full = "")) : () => {};
  }

  onMounted(() => {
    forget = panels.add(held);
    cover();
  });
  onBeforeUnmount(() => {
    shrink();
    forget();
  });
  watch(() => state.full === held.id, cover, { flush: "post" });
}
