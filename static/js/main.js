// Starts the page from what the server has put into it.

import { createApp } from "../vendor/vue.runtime.esm-browser.prod.js";
import { makeApp } from "./app.js";
import { Page } from "./components/page.js";
import { listenKeys } from "./keys.js";
import { askedOf } from "./out/kiosk-turns.js";

const boot = JSON.parse(document.getElementById("boot")?.textContent ?? "{}");
// Modules lie in <static>/js/, so the address of this one tells where everything else is.
const base = new URL("../", import.meta.url).href;
const asked = askedOf(location.search);
// A wall is nobody: it is not among the people who look.
if (asked) boot.people = false;
const app = makeApp(boot, base);

// The handshake is under way while the page is built.
app.connection.start();
if (asked) {
  const { startKiosk } = await import("./out/kiosk.js");
  startKiosk(app, asked);
}
createApp(Page).provide("app", app).mount("#app");
listenKeys(app);
setInterval(() => document.hidden || app.tick(), 1000);

document.addEventListener("visibilitychange", () => {
  const slept = app.connection.hidden;
  app.connection.setHidden(document.hidden);
  if (document.hidden) app.frames.halt();
  else {
    app.tick();
    // After a longer absence the answer of the resync draws, once and with everything in it.
    app.frames.resume(!slept);
  }
});

addEventListener("popstate", () => {
  const found = /\/d\/([^/]+)$/.exec(location.pathname);
  app.state.slug = found?.[1] ?? "overview";
  app.address.take();
});

matchMedia("(prefers-color-scheme: light)").addEventListener("change", ({ matches }) => app.followTheme(matches));
