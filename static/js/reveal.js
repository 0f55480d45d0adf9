// Brings a part of the page into view, and lets it be seen which one that is.

/** ms that it is marked. */
const SHINES = 1_600;

/** @param {string} id @param {ScrollLogicalPosition} [block] @returns {boolean} whether it is there */
export function reveal(id, block = "center") {
  const target = document.getElementById(id);
  if (!target) return false;
  target.scrollIntoView({ block });
  target.classList.add("found");
  setTimeout(() => target.classList.remove("found"), SHINES);
  return true;
}
