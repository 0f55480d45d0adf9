// How wide labels are, so that a chart can leave room for them without being drawn twice.

const pen = typeof document === "undefined" ? null : document.createElement("canvas").getContext("2d");

/** px that a label needs. @param {string} text */
export function textWidth(text) {
  if (!pen) return 6.5 * text.length;
  const style = getComputedStyle(document.body);
  // On a large wall everything is larger.
  pen.font = `${style.getPropertyValue("--step--1") || "11px"} ${style.fontFamily}`;
  return pen.measureText(text).width;
}

/** As much of a label as there is room for. @param {string} text @param {number} most px */
export function fitted(text, most) {
  if (textWidth(text) <= most) return text;
  let short = text;
  while (short.length > 1 && textWidth(`${short}…`) > most) short = short.slice(0, -1);
  return `${short}…`;
}
