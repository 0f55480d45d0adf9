// Plotly reads some HTML in every text that it is given.

/** That made harmless: names and labels come from anywhere. @param {string} text */
export function escape(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Such a text as it was. @param {string} text */
export function plain(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
