// Runs before the first paint (a classic script in the head): the page never flashes in the other theme, and its
// language is known when the first words are looked up.
(() => {
  const root = document.documentElement;
  /** How the tag of each language reads. @type {Record<string, string>} */
  const TAGS = { en: "en", zh: "zh-CN" };

  const saved = (/** @type {string} */ key) => {
    try {
      return localStorage.getItem(`plotroom.${key}`);
    } catch {
      // Storage is refused in some private windows; the system's choice is then followed.
      return null;
    }
  };

  // Where the system decides about colours, it decides about the ground that they are on.
  const asked = new URLSearchParams(location.search);
  const theme = matchMedia("(forced-colors: active)").matches ? null : asked.get("theme") ?? saved("theme");
  const light = matchMedia("(prefers-color-scheme: light)").matches;
  root.dataset["theme"] = theme === "dark" || theme === "light" ? theme : light ? "light" : "dark";

  const wanted = [asked.get("lang"), saved("language"), ...navigator.languages];
  const language = wanted.map((tag) => (tag ?? "").toLowerCase().split("-")[0] ?? "").find((tag) => Object.hasOwn(TAGS, tag)) ?? "en";
  root.lang = TAGS[language] ?? "en";
})();
