// Puts a text where it can be pasted from.

/** @param {string} text @returns {Promise<boolean>} whether it is there */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without https a browser has no clipboard of that kind, or the person has forbidden it.
    return copiedByHand(text);
  }
}

/** @param {string} text */
function copiedByHand(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "hidden";
  // Within what lies on top: the rest of the page may not take the focus.
  (document.querySelector("dialog[open]") ?? document.querySelector(".panel[popover]") ?? document.body).append(field);
  field.select();
  try {
    return document.execCommand("copy");
  } finally {
    field.remove();
  }
}
