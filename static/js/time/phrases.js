// The many ways to write one span, told in the few that words.js reads: a part of a day as two clocks, the previous hour as Grafana would.

/** Clocks between which a part of a day is; a night goes on into the next one. @type {[RegExp, string][]} */
const PARTS = [
  [/\bmorning\b|上午|早上|早晨/, "06:00-12:00"], [/\bafternoon\b|下午/, "12:00-18:00"],
  [/\bevening\b|晚上/, "18:00-24:00"], [/\bnight\b|夜里|夜间/, "22:00-06:00"],
];
/** Words for words, in this order. @type {[RegExp, string][]} */
const SAME = [
  [/^(?:in|during|over|within|for) (?=(?:the )?(?:last|past) )/, ""],
  [/^(?:the )?(?:previous|last full|last whole) hour$|^[前上]一?个?小时$/, "now-1h/h"], [/^(?:the )?(?:previous|last full|last whole) minute$|^[前上]一?分钟$/, "now-1m/m"],
  [/^(?:this|the current) hour$|^(?:这一?个?|本)小时$/, "now/h"],
  [/^(?:the )?previous day$/, "yesterday"],
  [/^wtd$/, "now/w"], [/^mtd$/, "now/mo"], [/^ytd$/, "now/y"], [/^(week|month|year) (?:to date|so far)$/, "this $1"],
  [/ so far$/, ""],
  [/ ?o['’]?clock\b/, ":00"],
  [/\btonight\b|今晚/, "today 18:00-24:00"], [/\bthis (?=morning|afternoon|evening)/, "today "], [/\blast night\b/, "yesterday 22:00-06:00"],
  [/昨晚/, "昨天晚上"], [/昨夜/, "昨天夜里"], [/今早|今晨/, "今天早上"], [/上一(?=周|个?月|年|个?星期)/, "上"],
  // Without a space a clock would seem to be a part of the day's name.
  [/([日号])(?=\d)/g, "$1 "],
];

/** Numbers of hours as people spell them. */
const NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
const NUMBER = new RegExp(`\\b(?:${NUMBERS.join("|")})\\b`, "g");
const CHINESE = "一二三四五六七八九";
const CHINESE_HOUR = /(?<![一二三四五六七八九十])(二?十)?([一二两三四五六七八九])?(?=[点时])/g;

/** "Half past nine" and "九点一刻" as the clock shows it. @param {string} words */
function byTheClock(words) {
  return words
    .replace(NUMBER, (name) => `${NUMBERS.indexOf(name) + 1}`)
    .replace(/\bhalf past (\d{1,2})\b/, "$1:30")
    .replace(/\b(?:a )?quarter (?:past|after) (\d{1,2})\b/, "$1:15")
    .replace(/\b(?:a )?quarter (?:to|of|before) (\d{1,2})\b/, (_, hour) => `${hourBefore(Number(hour))}:45`)
    .replace(/\b(\d{1,2})(?: min(?:ute)?s?)? past (\d{1,2})\b/, (_, minute, hour) => `${hour}:${minute.padStart(2, "0")}`)
    .replace(CHINESE_HOUR, (said, tens = "", one = "") => (said ? `${(tens.length * 10 || 0) + (one === "两" ? 2 : CHINESE.indexOf(one || " ") + 1)}` : ""))
    .replace(/差一刻(\d{1,2})([点时])/, (_, hour, sign) => `${hourBefore(Number(hour))}${sign}45分`)
    .replace(/([点时])一刻/, "$115分").replace(/([点时])三刻/, "$145分");
}

/** @param {number} hour */
const hourBefore = (hour) => (hour === 1 ? 12 : (hour + 23) % 24);

/** Lower case, with plain spaces, colons and hyphens. @param {string} text */
export function plain(text) {
  // To Grafana "m" is a minute and "M" a month.
  const grafana = text.replace(/\bnow\s*[-/]\s*[\d\w]+(?:\/\w+)?/gi, (said) => said.replace(/(?<=[\d/])M\b/g, "mo"));
  return grafana.normalize("NFKC").toLowerCase().replace(/[\u2010-\u2012\u2212]/g, "-").replace(/[,，、。]+(?=\s|$)/g, " ").replace(/([a-z])\.(?=\s|$)/g, "$1").replace(/\s+/g, " ").trim();
}

/** @param {string} words plain ones */
export function spelled(words) {
  const said = SAME.reduce((before, [from, to]) => before.replace(from, to), byTheClock(words)).trim();
  for (const [part, clocks] of PARTS) {
    // Beside a clock it says which half of the day that is of.
    if (part.test(said) && !/\d[:：点时]|\d ?[ap]m\b|[上下]午\d|[早晚]上\d/.test(said)) return said.replace(part, ` ${clocks} `).replace(/\s+/g, " ").replace(/ on /, " ").trim();
  }
  return said;
}
