// SVG as text, piece by piece. Whatever stands in it may come from anywhere.

/** What has no place in XML. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const ENTITIES = new Map([["&", "&amp;"], ["<", "&lt;"], [">", "&gt;"], ['"', "&quot;"]]);

/** @param {string} text */
export const xml = (text) => text.replace(CONTROL, "").replace(/[&<>"]/g, (sign) => ENTITIES.get(sign) ?? sign);

/**
 * @param {string} name
 * @param {Record<string, string | number | null | undefined>} attributes numbers in px; without those that are null
 * @param {string} [inside] markup
 */
export function tag(name, attributes, inside = "") {
  const pairs = Object.entries(attributes).flatMap(([key, value]) => {
    if (value === null || value === undefined) return [];
    return [` ${key}="${typeof value === "number" ? Math.round(value * 100) / 100 : xml(value)}"`];
  });
  return `<${name}${pairs.join("")}${inside ? `>${inside}</${name}>` : "/>"}`;
}

/** A drawing that stands alone. @param {number} width @param {number} height @param {string} inside */
export function svg(width, height, inside) {
  const size = { width, height, viewBox: `0 0 ${width} ${height}` };
  return tag("svg", { "xmlns": "http://www.w3.org/2000/svg", "xmlns:xlink": "http://www.w3.org/1999/xlink", ...size }, inside);
}

/** The ground of all of it. @param {string} fill */
export const ground = (fill) => tag("rect", { width: "100%", height: "100%", fill });
