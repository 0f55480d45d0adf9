// Starts the page of one panel, for a frame in another page.

import { createApp } from "../vendor/vue.runtime.esm-browser.prod.js";
import { makeApp } from "./app.js";
import { Embedded } from "./components/embedded.js";

const boot = JSON.parse(document.getElementById("boot")?.textContent ?? "{}");
const base = new URL("../", import.meta.url).href;
const app = makeApp(boot, base);

app.connection.start();
createApp(Embedded).provide("app", app).mount("#app");
setInterval(() => document.hidden || app.tick(), 1000);

document.addEventListener("visibilitychange", () => {
  const slept = app.connection.hidden;
  app.connection.setHidden(document.hidden);
  if (document.hidden) app.frames.halt();
  else {
    app.tick();
    app.frames.resume(!slept);
  }
});

// A theme that the address asks for stays.
if (!new URLSearchParams(location.search).has("theme")) {
  matchMedia("(prefers-color-scheme: light)").addEventListener("change", ({ matches }) => app.followTheme(matches));
}
