import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import * as en from "../../static/js/lang/en.js";
import * as zh from "../../static/js/lang/zh.js";
import { meantBy } from "../../static/js/time/words.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const before = process.env["TZ"];
afterEach(() => {
  if (before === undefined) delete process.env["TZ"];
  else process.env["TZ"] = before;
});

/** A Friday. */
const NOW = Date.UTC(2026, 10, 27, 15, 30);

/** @param {string} text @param {{now?: number, utc?: boolean, length?: number}} [context] */
const meant = (text, { now = NOW, utc = true, length = 5 * MINUTE } = {}) => meantBy(text, { now, utc, length });

/** @param {import("../../static/js/time/words.js").Meant} found as `from/to` in UTC, without what is zero */
function shown(found) {
  if ("error" in found) return found.error;
  if ("window" in found) return `${found.window} s`;
  return [found.from, found.to].map((time) => new Date(time).toISOString().replace(/(:00)?\.000Z$/, "").replace("T", " ")).join("/");
}

/** @param {[string, string][]} table what is said, and what it means */
function means(table, context = {}) {
  for (const [text, wanted] of table) assert.equal(shown(meant(text, context)), wanted, text);
}

test("a length of time is a window that goes on", () => {
  means([
    ["last 15 min", "900 s"], ["15m", "900 s"], ["past 2 hours", "7200 s"], ["the last 90 seconds", "90 s"], ["1.5 h", "5400 s"], ["1,5h", "5400 s"],
    ["last hour", "3600 s"], ["an hour", "3600 s"], ["half an hour", "1800 s"], ["past week", "604800 s"], ["7d", "604800 s"], ["2 weeks", "1209600 s"],
    ["last 3 months", "7776000 s"], ["1y", "31536000 s"], ["LAST 15 MIN", "900 s"], [" last  15   minutes ", "900 s"], ["now-1h to now", "3600 s"],
    ["everything", "Infinity s"], ["all", "Infinity s"], ["30s", "30 s"],
    ["last two minutes", "120 s"], ["last twelve hours", "43200 s"], ["last 15 min.", "900 s"], ["99999999 years", "Infinity s"], ["now-5000y to now", "Infinity s"],
  ]);
});

test("days, weeks, months and years by their names; what is not over ends now", () => {
  means([
    ["yesterday", "2026-11-26 00:00/2026-11-27 00:00"], ["today", "2026-11-27 00:00/2026-11-27 15:30"],
    ["day before yesterday", "2026-11-25 00:00/2026-11-26 00:00"],
    ["this week", "2026-11-23 00:00/2026-11-27 15:30"], ["last week", "2026-11-16 00:00/2026-11-23 00:00"],
    ["this month", "2026-11-01 00:00/2026-11-27 15:30"], ["last month", "2026-10-01 00:00/2026-11-01 00:00"],
    ["this year", "2026-01-01 00:00/2026-11-27 15:30"], ["previous year", "2025-01-01 00:00/2026-01-01 00:00"],
    ["monday", "2026-11-23 00:00/2026-11-24 00:00"], ["friday", "2026-11-27 00:00/2026-11-27 15:30"], ["last friday", "2026-11-20 00:00/2026-11-21 00:00"],
    ["Sunday", "2026-11-22 00:00/2026-11-23 00:00"], ["wed", "2026-11-25 00:00/2026-11-26 00:00"],
    ["2026-11-01", "2026-11-01 00:00/2026-11-02 00:00"], ["2026/11/1", "2026-11-01 00:00/2026-11-02 00:00"], ["1.11.2026", "2026-11-01 00:00/2026-11-02 00:00"],
    ["2026-10", "2026-10-01 00:00/2026-11-01 00:00"], ["2025", "2025-01-01 00:00/2026-01-01 00:00"],
    ["Nov 3", "2026-11-03 00:00/2026-11-04 00:00"], ["3 November", "2026-11-03 00:00/2026-11-04 00:00"], ["December 24", "2025-12-24 00:00/2025-12-25 00:00"],
    ["Nov 3rd, 2024", "2024-11-03 00:00/2024-11-04 00:00"], ["october", "2026-10-01 00:00/2026-11-01 00:00"], ["feb 29 2024", "2024-02-29 00:00/2024-03-01 00:00"],
  ]);
});

test("from one clock to another, of the last day on which that began", () => {
  means([
    ["09:00-10:30", "2026-11-27 09:00/2026-11-27 10:30"], ["09:00 - 10:30", "2026-11-27 09:00/2026-11-27 10:30"], ["from 9:00 to 10:30", "2026-11-27 09:00/2026-11-27 10:30"],
    ["09:00–10:30", "2026-11-27 09:00/2026-11-27 10:30"], ["9-10:30", "2026-11-27 09:00/2026-11-27 10:30"], ["09:00-11", "2026-11-27 09:00/2026-11-27 11:00"],
    ["9am-5pm", "2026-11-27 09:00/2026-11-27 15:30"], ["9-11 am", "2026-11-27 09:00/2026-11-27 11:00"], ["12am to 12pm", "2026-11-27 00:00/2026-11-27 12:00"],
    ["16:00-17:00", "2026-11-26 16:00/2026-11-26 17:00"], ["22:00-02:00", "2026-11-26 22:00/2026-11-27 02:00"], ["15:00-16:00", "2026-11-27 15:00/2026-11-27 15:30"],
    ["09:00:10-09:00:20.5", "2026-11-27 09:00:10/2026-11-27 09:00:20.500Z"], ["20:00-24:00", "2026-11-26 20:00/2026-11-27 00:00"],
    ["yesterday 09:00-10:30", "2026-11-26 09:00/2026-11-26 10:30"], ["09:00-10:30 yesterday", "2026-11-26 09:00/2026-11-26 10:30"], ["monday 22:00-02:00", "2026-11-23 22:00/2026-11-24 02:00"],
    ["yesterday at 9:00 to now", "2026-11-26 09:00/2026-11-27 15:30"], ["noon to 3pm", "2026-11-27 12:00/2026-11-27 15:00"], ["since 09:00", "2026-11-27 09:00/2026-11-27 15:30"],
    ["since 16:00", "2026-11-26 16:00/2026-11-27 15:30"], ["since yesterday", "2026-11-26 00:00/2026-11-27 15:30"], ["since monday 8am", "2026-11-23 08:00/2026-11-27 15:30"],
    ["between 9:00 and 10:00", "2026-11-27 09:00/2026-11-27 10:00"],
  ]);
});

test("from one day to another, both of them whole", () => {
  means([
    ["2026-11-01 to 2026-11-03", "2026-11-01 00:00/2026-11-04 00:00"], ["2026-11-01 - 2026-11-03", "2026-11-01 00:00/2026-11-04 00:00"],
    ["2026-11-01..2026-11-03", "2026-11-01 00:00/2026-11-04 00:00"], ["2026-11-01/2026-11-03", "2026-11-01 00:00/2026-11-04 00:00"],
    ["2026-11-01-2026-11-03", "2026-11-01 00:00/2026-11-04 00:00"], ["2026-11-01 09:00 to 2026-11-03 10:30", "2026-11-01 09:00/2026-11-03 10:30"],
    ["Nov 1 - Nov 3", "2026-11-01 00:00/2026-11-04 00:00"], ["monday to wednesday", "2026-11-23 00:00/2026-11-26 00:00"], ["yesterday 22:00 to today 02:00", "2026-11-26 22:00/2026-11-27 02:00"],
    ["2026-09 to 2026-10", "2026-09-01 00:00/2026-11-01 00:00"], ["2026-11-01 09:00 to 10:30", "2026-11-01 09:00/2026-11-01 10:30"],
  ]);
});

test("moments that need no calendar: ISO 8601 with its zone, since the epoch, and so long ago", () => {
  means([
    ["2026-11-01T09:00:00Z/2026-11-01T10:00:00Z", "2026-11-01 09:00/2026-11-01 10:00"], ["2026-11-01T09:00+01:00 to 2026-11-01T09:00Z", "2026-11-01 08:00/2026-11-01 09:00"],
    ["2026-11-01T09:00:00.250Z to 2026-11-01T09:00:01-0030", "2026-11-01 09:00:00.250Z/2026-11-01 09:30:01"], ["2026-11-01T09:00 - 2026-11-01T10:00", "2026-11-01 09:00/2026-11-01 10:00"],
    ["1793523600000 - 1793527200000", "2026-11-01 09:00/2026-11-01 10:00"], ["1793523600 to 1793527200", "2026-11-01 09:00/2026-11-01 10:00"],
    ["2 hours ago to 1 hour ago", "2026-11-27 13:30/2026-11-27 14:30"], ["now-2h to now-1h", "2026-11-27 13:30/2026-11-27 14:30"], ["2h ago to now", "2026-11-27 13:30/2026-11-27 15:30"],
    ["an hour ago - half an hour ago", "2026-11-27 14:30/2026-11-27 15:00"],
  ]);
});

test("a moment alone is in the middle of as much as is shown", () => {
  means([
    ["09:00", "2026-11-27 08:57:30/2026-11-27 09:02:30"], ["18:00", "2026-11-26 17:57:30/2026-11-26 18:02:30"], ["yesterday 9pm", "2026-11-26 20:57:30/2026-11-26 21:02:30"],
    ["2026-11-01T09:00:00Z", "2026-11-01 08:57:30/2026-11-01 09:02:30"], ["2 hours ago", "2026-11-27 13:27:30/2026-11-27 13:32:30"], ["2026-11-01 noon", "2026-11-01 11:57:30/2026-11-01 12:02:30"],
  ]);
});

test("in Chinese", () => {
  means([
    ["最近15分钟", "900 s"], ["过去两小时", "7200 s"], ["最近 7 天", "604800 s"], ["全部", "Infinity s"], ["昨天", "2026-11-26 00:00/2026-11-27 00:00"], ["今天", "2026-11-27 00:00/2026-11-27 15:30"],
    ["前天", "2026-11-25 00:00/2026-11-26 00:00"], ["本周", "2026-11-23 00:00/2026-11-27 15:30"], ["上周", "2026-11-16 00:00/2026-11-23 00:00"], ["上个月", "2026-10-01 00:00/2026-11-01 00:00"],
    ["去年", "2025-01-01 00:00/2026-01-01 00:00"], ["周一", "2026-11-23 00:00/2026-11-24 00:00"], ["上周日", "2026-11-22 00:00/2026-11-23 00:00"], ["星期三 9点到10点半", "2026-11-25 09:00/2026-11-25 10:30"],
    ["昨天9点到10点半", "2026-11-26 09:00/2026-11-26 10:30"], ["从 09：00 到 10：30", "2026-11-27 09:00/2026-11-27 10:30"], ["下午2点到3点", "2026-11-27 14:00/2026-11-27 15:00"],
    ["11月3日", "2026-11-03 00:00/2026-11-04 00:00"], ["2026年11月1日至2026年11月3日", "2026-11-01 00:00/2026-11-04 00:00"], ["2小时前到现在", "2026-11-27 13:30/2026-11-27 15:30"],
    ["9点30分～10点", "2026-11-27 09:30/2026-11-27 10:00"],
  ]);
});

test("every language suggests spans, and gives examples, in words that can be read", () => {
  for (const { TEXT } of [en, zh]) {
    for (const said of [...TEXT.suggested, ...TEXT.spanExample.split(/, |、/)]) assert.ok(!("error" in meant(said)), said);
    assert.deepEqual(meant(TEXT.suggested[0] ?? ""), { window: 30 });
    assert.deepEqual(meant(TEXT.suggested.at(-1) ?? ""), { window: Infinity });
  }
});

test("what can't be read, is not yet, or goes backwards is said to be that", () => {
  means([
    ["", "unread"], ["whenever", "unread"], ["last 5 parsecs", "unread"], ["25:00-26:00", "unread"], ["09:60-10:00", "unread"], ["2026-02-31", "unread"], ["2026-13-01", "unread"], ["13pm-2pm", "unread"],
    ["week", "unread"], ["5", "unread"], ["-", "unread"], ["09:00-", "unread"], ["to to to", "unread"], ["2026-11-01T25:00Z", "unread"],
    ["2026-12-01", "future"], ["2026-12-01 to 2026-12-03", "future"], ["2027", "future"], ["2026-11-27T16:00Z", "future"],
    ["2026-11-03 to 2026-11-01", "order"], ["2026-11-03 10:00 to 2026-11-03 09:00", "order"], ["1 hour ago to 2 hours ago", "order"],
    ["11/03/2026", "american"], ["3/4", "american"], ["0.2 s", "short"],
  ]);
  assert.deepEqual(meant("  Whenever "), { error: "unread", part: "Whenever" });
});

test("no text takes long to be found unreadable", () => {
  for (const text of ["-".repeat(200), "1-".repeat(100), `${"9 ".repeat(100)}-`, "a ago ".repeat(40), "到".repeat(200)]) {
    const begin = performance.now();
    meant(text);
    assert.ok(performance.now() - begin < 200, text.slice(0, 10));
  }
});

/** The changes of clocks around which everything is tried: zone, a day on which they are put forward, and one on which back. */
const ZONES = /** @type {[string, [number, number, number], [number, number, number], number][]} */ ([
  ["Europe/Berlin", [2026, 2, 29], [2026, 9, 25], HOUR],
  ["America/New_York", [2026, 2, 8], [2026, 10, 1], HOUR],
  ["Australia/Lord_Howe", [2026, 9, 4], [2026, 3, 5], HOUR / 2],
  ["Africa/Cairo", [2026, 3, 24], [2026, 9, 29], HOUR],
]);

test("days are as long as they are where clocks are changed", () => {
  for (const [zone, forward, back, change] of ZONES) {
    process.env["TZ"] = zone;
    for (const [[year, month, day], length] of /** @type {[[number, number, number], number][]} */ ([[forward, DAY - change], [back, DAY + change]])) {
      const iso = new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);
      const whole = /** @type {{from: number, to: number}} */ (meant(iso, { utc: false, now: Date.UTC(2027, 0) }));
      assert.equal(whole.to - whole.from, length, `${zone} ${iso}`);
      assert.equal(new Date(whole.to).getDate(), new Date(year, month, day + 1).getDate(), zone);
      const next = /** @type {{from: number, to: number}} */ (meant("yesterday", { utc: false, now: new Date(year, month, day + 1, 12).getTime() }));
      assert.deepEqual(next, whole, `${zone}: yesterday`);
    }
  }
});

test("a clock that was left out is said to be that, and one that came twice means both", () => {
  process.env["TZ"] = "Europe/Berlin";
  const local = { utc: false, now: Date.UTC(2026, 11, 1) };
  means([
    ["2026-03-29 02:30 to 2026-03-29 04:00", "skipped"], ["2026-03-29 02:30", "skipped"],
    ["2026-03-29 01:00-03:00", "2026-03-29 00:00/2026-03-29 01:00"],
    ["2026-10-25 02:00-03:00", "2026-10-25 00:00/2026-10-25 02:00"],
    ["2026-10-25 01:30-02:30", "2026-10-24 23:30/2026-10-25 00:30"],
    ["2026-10-24 22:00-02:00", "2026-10-24 20:00/2026-10-25 00:00"],
    ["2026-10-25 02:30 UTC to 2026-10-25 03:30 UTC", "2026-10-25 02:30/2026-10-25 03:30"], ["2026-10-25 02:30-03:30 UTC", "2026-10-25 02:30/2026-10-25 03:30"],
  ], local);
  means([["2026-03-29 02:30 to 2026-03-29 04:00", "2026-03-29 02:30/2026-03-29 04:00"]], { ...local, utc: true });
});

test("weeks and months begin by the clock of the place", () => {
  process.env["TZ"] = "America/Los_Angeles";
  const monday = new Date(2026, 10, 2, 1).getTime();
  means([
    ["this week", "2026-11-02 08:00/2026-11-02 09:00"], ["last week", "2026-10-26 07:00/2026-11-02 08:00"], ["this month", "2026-11-01 07:00/2026-11-02 09:00"],
    ["22:00-02:00", "2026-11-02 06:00/2026-11-02 09:00"], ["last 24 hours", "86400 s"],
  ], { utc: false, now: monday });
  process.env["TZ"] = "Asia/Kathmandu";
  means([["today", "2026-11-26 18:15/2026-11-27 15:30"], ["09:00-10:30", "2026-11-27 03:15/2026-11-27 04:45"]], { utc: false });
});
