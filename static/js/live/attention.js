// Whether somebody is at a chart, with a mouse or a finger: from then on all of it is Plotly's.

/**
 * @param {HTMLElement} element
 * @param {() => void} come somebody has come, before anything else hears of it
 * @returns {{readonly here: boolean, end: () => void}}
 */
export function attention(element, come) {
  let here = false;
  const controller = new AbortController();
  const { signal } = controller;
  const arrive = () => {
    if (here) return;
    here = true;
    come();
  };
  element.addEventListener("pointerenter", arrive, { capture: true, signal });
  element.addEventListener("pointerdown", arrive, { capture: true, signal });
  element.addEventListener("pointerleave", (event) => {
    // A finger that was lifted has left what it asked for on the chart, until another place is touched. While a button is
    // held, Plotly's cover for dragging lies between mouse and chart.
    if (event.pointerType !== "touch" && !event.buttons) here = false;
  }, { signal });
  document.addEventListener("pointerup", (event) => {
    if (here && event.pointerType !== "touch" && !element.matches(":hover")) here = false;
  }, { signal });
  document.addEventListener("pointerdown", (event) => {
    if (!element.contains(/** @type {Node} */ (event.target))) here = false;
  }, { capture: true, signal });
  return {
    get here() {
      return here;
    },
    end: () => controller.abort(),
  };
}
