// Over a chart: pins, the moment somebody looks at, and the mouse of who is followed; below it, one's own mouse is seen.

import { onBeforeUnmount, onMounted, ref, watch } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { Marks, momentAt } from "../marks.js";
import { html } from "./html.js";

/** ms */
const BOX_LASTS = 100;

export const Overlay = {
  props: ["metric", "area"],
  /**
   * @param {{metric: string, area: () => import("../marks.js").Area | null}} props
   * @param {{expose: (exposed: object) => void}} context
   */
  setup(props, { expose }) {
    const { state, together, cross, paint, pins } = useApp();
    const { people, pointing } = together;
    const root = ref(/** @type {HTMLElement | null} */ (null));
    /** @type {Marks | null} */
    let marks = null;
    /** @type {(() => void)[]} */
    const undo = [];

    expose({
      place() {
        marks?.place(props.area());
        // The chart has moved on below the mouse.
        if (mouse && !mouse.buttons) cross.show(under(mouse)?.t ?? null);
      },
    });

    function point() {
      const { crosshair = null, pointer } = pointing.theirs;
      const { name = "", colour = 0 } = people.leader ?? {};
      const { own, ink } = paint(colour);
      const here = pointer?.metric === props.metric ? { t: pointer.t, y: pointer.y, name, colour: own, ink } : null;
      marks?.point({ crosshair, colour: own }, here);
    }

    /** @type {DOMRect | null} where this is; asked anew after a moment, since that makes the browser lay out the page */
    let box = null;
    let boxAt = -Infinity;

    /** The moment below the mouse, and how far up. @param {MouseEvent} event */
    function under(event) {
      const area = props.area();
      if (performance.now() - boxAt > BOX_LASTS) [box, boxAt] = [root.value?.getBoundingClientRect() ?? null, performance.now()];
      if (!area || !box) return null;
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      if (x < area.left || x > area.left + area.width) return null;
      return { t: Math.round(momentAt(area, x)), y: Math.max(0, Math.min(1, 1 - (y - area.top) / area.height)) };
    }

    /** @type {PointerEvent | null} where the mouse was last, above this chart */
    let mouse = null;

    /** @param {PointerEvent} event */
    function moved(event) {
      if (event.pointerType !== "mouse") return;
      mouse = event;
      const at = under(event);
      if (people.picking) marks?.setMoment(at?.t ?? null);
      // What is moved by hand stays below it.
      if (!event.buttons) cross.show(at?.t ?? null);
      together.show(at ? { crosshair: at.t, ...(state.pointing ? { pointer: { metric: props.metric, ...at } } : {}) } : {});
    }

    /** @param {MouseEvent} event */
    function pick(event) {
      const at = under(event);
      if (at) Object.assign(people, { picking: false, picked: at.t });
    }

    onMounted(() => {
      const element = /** @type {HTMLElement} */ (root.value);
      marks = new Marks(element, (id) => together.read(id));
      marks.setPins(pins.value);
      marks.setMoment(state.look?.at ?? null);
      point();
      marks.setOwn(cross);
      const below = /** @type {HTMLElement} */ (element.parentElement);
      const left = (/** @type {PointerEvent} */ event) => {
        // What a finger has pointed at stays there when it is lifted.
        if (event.pointerType !== "mouse") return;
        mouse = null;
        if (people.picking) marks?.setMoment(null);
        cross.show(null);
        together.show({});
      };
      below.addEventListener("pointermove", moved);
      // A hand that lets go is where it is, not where it took hold.
      below.addEventListener("pointerup", moved);
      below.addEventListener("pointerleave", left);
      undo.push(() => below.removeEventListener("pointermove", moved), () => below.removeEventListener("pointerup", moved), () => below.removeEventListener("pointerleave", left));
      undo.push(together.onPointing(point), cross.listen(() => marks?.setOwn(cross)));
    });
    onBeforeUnmount(() => {
      for (const end of undo) end();
    });
    watch(() => state.pointing, () => mouse && moved(mouse));
    watch(pins, () => marks?.setPins(pins.value));
    watch(() => [state.look, people.picking], () => marks?.setMoment(state.look?.at ?? null));

    return () => html`<div ref=${root} class=${["marks", { picking: people.picking }]} onClick=${people.picking ? pick : null} />`;
  },
};
