// Runs before the first paint (a classic script in the head), so that the page never flashes in the other theme.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("plotroom.theme");
  } catch {
    // Storage is refused in some private windows; the system's theme is then followed.
  }
  const light = matchMedia("(prefers-color-scheme: light)").matches;
  document.documentElement.dataset.theme = chosen === "dark" || chosen === "light" ? chosen : light ? "light" : "dark";
})();
