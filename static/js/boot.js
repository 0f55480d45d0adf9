// What the server has put into the page, and where its files are.

/** @type {import("./types.js").Boot} */
export const boot = JSON.parse(document.getElementById("boot")?.textContent ?? "{}");
// Modules lie in <static>/js/, so the address of this one tells where everything else is.
export const base = new URL("../", import.meta.url).href;
