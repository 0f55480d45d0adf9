// A drawing of the page, such as Plotly's, as text that needs no style sheet any more.

/** What is seen of a shape, and what it is where nothing says anything. @type {Record<string, string>} */
const PAINT = {
  "fill": "rgb(0, 0, 0)", "fill-opacity": "1", "stroke": "none", "stroke-width": "1px", "stroke-opacity": "1", "stroke-dasharray": "none",
  "stroke-linecap": "butt", "stroke-linejoin": "miter", "opacity": "1", "visibility": "visible", "shape-rendering": "auto",
  "image-rendering": "auto", "vector-effect": "none",
};
/** @type {Record<string, string>} */
const WORDS = {
  "font-family": "", "font-size": "", "font-weight": "400", "font-style": "normal", "font-variant-numeric": "normal", "text-anchor": "start",
  "dominant-baseline": "auto", "letter-spacing": "normal",
};
const SHAPES = new Set(["path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "image", "use"]);
/** What only answers to the mouse. */
const ASIDE = ".hoverlayer, .draglayer, .zoomlayer, .spikeline, .crossline, .nsewdrag, title, script";

/**
 * @param {SVGSVGElement} element
 * @param {{left: number, top: number, width: number, height: number}} box where it stands in the picture
 */
export function copyOf(element, { left, top, width, height }) {
  const copy = /** @type {SVGSVGElement} */ (element.cloneNode(true));
  const [from, to] = [[...element.querySelectorAll("*")], [...copy.querySelectorAll("*")]];
  from.forEach((one, place) => {
    const other = to[place];
    if (!other || other.closest(ASIDE)) return;
    const style = getComputedStyle(one);
    if (style.display === "none") other.setAttribute("display", "none");
    else if (SHAPES.has(one.localName)) dress(/** @type {SVGElement} */ (one), /** @type {SVGElement} */ (other), style);
    other.removeAttribute("class");
  });
  for (const one of copy.querySelectorAll(ASIDE)) one.remove();
  if (!element.hasAttribute("viewBox")) copy.setAttribute("viewBox", `0 0 ${width} ${height}`);
  for (const name of ["style", "class"]) copy.removeAttribute(name);
  for (const [name, value] of Object.entries({ x: left, y: top, width, height })) copy.setAttribute(name, `${value}`);
  copy.setAttribute("overflow", "hidden");
  return new XMLSerializer().serializeToString(copy);
}

/** Give a shape what style sheets and variables gave it. @param {SVGElement} one @param {SVGElement} other its copy @param {CSSStyleDeclaration} style */
function dress(one, other, style) {
  const worded = one.localName === "text" || one.localName === "tspan";
  for (const [name, usual] of Object.entries(worded ? { ...PAINT, ...WORDS } : PAINT)) {
    const own = one.style.getPropertyValue(name) || one.getAttribute(name) || "";
    const value = style.getPropertyValue(name);
    if (own ? own.includes("var(") || own === "currentColor" : value !== usual) {
      other.style.removeProperty(name);
      other.setAttribute(name, value);
    }
  }
}
