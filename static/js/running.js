// What keeps a page going: once a second, and when it comes into sight or goes.

/** @param {import("./app.js").App} app */
export function keepRunning(app) {
  app.connection.start();
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
}

/** The page's theme goes with that of the system. @param {import("./app.js").App} app */
export function followTheme(app) {
  matchMedia("(prefers-color-scheme: light)").addEventListener("change", ({ matches }) => app.followTheme(matches));
}
