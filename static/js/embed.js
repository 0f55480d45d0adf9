// Starts the page of one panel, for a frame in another page.

import { createApp } from "../vendor/vue.runtime.esm-browser.prod.js";
import { makeApp } from "./app.js";
import { base, boot } from "./boot.js";
import { Embedded } from "./components/embedded.js";
import { followTheme, keepRunning } from "./running.js";

const app = makeApp(boot, base);

keepRunning(app);
createApp(Embedded).provide("app", app).mount("#app");
// A theme that the address asks for stays.
if (!new URLSearchParams(location.search).has("theme")) followTheme(app);
