// A wall of charts left open, played faster than time: the page's own rings, scheduler and charts, fed by hand.

import { Frames } from "/static/js/frame.js";

const START = 1_772_366_400_000;
const value = (series, step) => 50 + 30 * Math.sin((step + 40 * series) / 900) + 10 * Math.sin(step * (series + 1)) + (step % 37 === 0 ? NaN : 0);

window.soakOpen = async (how) => {
  const root = document.getElementById("stages");
  Object.assign(root.style, { display: "grid", gridTemplateColumns: `repeat(6, ${how.width}px)` });
  window.frames48 = new Frames();
  window.soak = { step: 0, charts: [], drawn: 0 };
  for (let at = 0; at < how.charts; at++) {
    const stage = new Stage({ ...how.given[at % how.given.length], width: how.width, height: how.height, window: 300_000, capacity: 400 }, templates);
    await stage.open();
    const drawable = { visible: () => true, draw: () => (stage.ring.length ? (soak.drawn++, stage.draw(), true) : false) };
    frames48.add(drawable);
    soak.charts.push({ stage, drawable });
  }
};

/** Live on for so many seconds of the played time, `speed` of them in each real one. */
window.soakPlay = (seconds, speed) => new Promise((done) => {
  const end = soak.step + seconds;
  const began = performance.now();
  const first = soak.step;
  const timer = setInterval(() => {
    const to = Math.min(end, first + Math.floor(((performance.now() - began) / 1000) * speed));
    for (; soak.step < to; soak.step++) {
      for (const { stage, drawable } of soak.charts) {
        stage.append([START + soak.step * 1000], stage.ring.series.map((_, which) => [value(which, soak.step)]));
        frames48.mark(drawable);
      }
    }
    if (soak.step < end) return;
    clearInterval(timer);
    requestAnimationFrame(() => done(soak.drawn));
  }, 10);
});

/** What people do now and then: a picture is taken, the theme and the size change. */
window.soakDisturb = (hour) => {
  const { stage } = soak.charts[hour % soak.charts.length];
  stage.chart.settle();
  document.documentElement.dataset.theme = hour % 2 ? "light" : "dark";
  stage.resize(stage.outer.clientWidth, hour % 2 ? 150 : 160);
  for (const one of soak.charts) frames48.mark(one.drawable);
};
