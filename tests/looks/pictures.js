// Runs in an empty page: a browser can decode, shrink, compare and encode pictures, so that no library is needed for it.

/** @param {string} base64 @param {string} type @param {number} shrunk by how much */
async function pointsOf(base64, type, shrunk) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type }));
  const canvas = new OffscreenCanvas(Math.floor(image.width / shrunk), Math.floor(image.height / shrunk));
  const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  pen.imageSmoothingQuality = "high";
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return { canvas, points: pen.getImageData(0, 0, canvas.width, canvas.height) };
}

/** A screenshot as it is kept. @param {string} png @param {number} shrunk */
async function keptAs(png, shrunk) {
  const { canvas } = await pointsOf(png, "image/png", shrunk);
  const blob = await canvas.convertToBlob({ type: "image/webp", quality: 0.85 });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** Mean colours of blocks, as an image has them: four numbers each. @param {ImageData} image @param {number} block @param {number} width @param {number} height */
function means({ data, width: stride }, block, width, height) {
  if (block === 1) return data.subarray(0, 4 * stride * height);
  const [columns, rows] = [Math.floor(width / block), Math.floor(height / block)];
  const sums = new Float64Array(4 * columns * rows);
  for (let y = 0; y < rows * block; y++) {
    for (let x = 0; x < columns * block; x++) {
      const to = 4 * (Math.floor(y / block) * columns + Math.floor(x / block));
      for (let part = 0; part < 3; part++) sums[to + part] += (data[4 * (y * stride + x) + part] ?? 0) / block / block;
    }
  }
  return sums;
}

/**
 * The share of blocks whose mean colour is another one; 1 where the sizes are.
 * @param {string} webp @param {string} png @param {number} shrunk @param {{block: number, other: number, taller: number}} rule
 */
async function apart(webp, png, shrunk, { block, other, taller }) {
  const before = (await pointsOf(webp, "image/webp", 1)).points;
  const now = (await pointsOf(png, "image/png", shrunk)).points;
  const height = Math.min(before.height, now.height);
  if (before.width !== now.width || Math.max(before.height, now.height) > height * (1 + taller)) return 1;
  const [one, two] = [means(before, block, now.width, height), means(now, block, now.width, height)];
  let count = 0;
  const far = (/** @type {number} */ at) => Math.abs((one[at] ?? 0) - (two[at] ?? 0)) > other;
  for (let at = 0; at < one.length; at += 4) if (far(at) || far(at + 1) || far(at + 2)) count++;
  return count / (one.length / 4);
}

/** How wide this browser's fonts are. @param {string[]} fonts */
function widths(fonts) {
  const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(1, 1).getContext("2d"));
  return fonts.map((font) => {
    pen.font = font;
    return Math.round(100 * pen.measureText("Plotroom 0123456789 GiB/s, Wm").width);
  });
}
