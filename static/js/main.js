// Starts the page from what the server has put into it.

import { createApp } from "../vendor/vue.runtime.esm-browser.prod.js";
import { makeApp } from "./app.js";
import { base, boot } from "./boot.js";
import { Page } from "./components/page.js";
import { listenKeys } from "./keys.js";
import { askedOf } from "./out/kiosk-turns.js";
import { followTheme, keepRunning } from "./running.js";

const asked = askedOf(location.search);
// A wall is nobody: it is not among the people who look.
if (asked) boot.people = false;
const app = makeApp(boot, base);

// The handshake is under way while the page is built.
keepRunning(app);
if (asked) {
  const { startKiosk } = await import("./out/kiosk.js");
  startKiosk(app, asked);
}
createApp(Page).provide("app", app).mount("#app");
listenKeys(app);
followTheme(app);

addEventListener("popstate", () => {
  const found = /\/d\/([^/]+)$/.exec(location.pathname);
  app.state.slug = found?.[1] ?? "overview";
  app.address.take();
});
