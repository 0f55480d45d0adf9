// The variables of a dashboard: what each is called, and the label that has its values.

import { useApp } from "../../app.js";
import { ALL, renamed, set, withoutVariable } from "../../board/document.js";
import { defaultOf, natural, toggled, valuesOf } from "../../board/variables.js";
import { WORDS } from "../../board/words.js";
import { html } from "../html.js";
import { Drawer } from "./drawer.js";

/** @typedef {import("../../board/types.js").Variable} Variable */

const MOST = 20;
/** Values of a label that can be looked through. */
const MOST_VALUES = 200;

export const Variables = {
  props: ["session"],
  /** @param {{session: import("../../board/session.js").Session}} props */
  setup(props) {
    const { session } = props;
    const { metrics } = useApp();
    const all = () => session.board.variables ?? [];
    /** @param {Variable[]} variables @param {string} [key] */
    const put = (variables, key) => session.do((now) => set(now, { variables }), key);
    /** @param {number} place @param {Partial<Variable>} changes @param {string} [key] */
    const change = (place, changes, key) => put(all().map((one, at) => (at === place ? { ...one, ...changes } : one)), key && `variable ${place} ${key}`);

    /** Labels of a metric. @param {string} name */
    const labelsOf = (name) => natural((metrics.value.get(name)?.series ?? []).flatMap(({ labels }) => Object.keys(labels)));
    /** Metrics that have labels. */
    const labelled = () => [...metrics.value.values()].filter(({ series }) => series.some(({ labels }) => Object.keys(labels).length));

    const add = () => {
      const used = new Set(all().map(({ name }) => name));
      const metric = labelled().find(({ name }) => labelsOf(name).some((one) => !used.has(one)))?.name ?? labelled()[0]?.name ?? "";
      const of = labelsOf(metric).find((one) => !used.has(one)) ?? labelsOf(metric)[0] ?? "";
      put([...all(), { name: freeName(of, used), metric, of }]);
    };

    /** Values of another label are others: none of them is chosen at first. @param {number} place @param {string} metric @param {string} of */
    const setLabel = (place, metric, of) => change(place, { metric, of, ...(of === all()[place]?.of ? {} : { default: [ALL] }) });
    /** A metric from another place brings its own labels. @param {number} place @param {string} metric */
    const setMetric = (place, metric) => {
      const labels = labelsOf(metric);
      const { of = "" } = all()[place] ?? {};
      setLabel(place, metric, labels.includes(of) ? of : labels[0] ?? of);
    };
    /** Of several that are chosen at first one stays. @param {number} place @param {boolean} multi */
    const setSeveral = (place, multi) => change(place, { multi, ...(multi ? {} : { default: defaultOf(/** @type {Variable} */ (all()[place])).slice(0, 1) }) });

    /** Which values are chosen until somebody chooses others. @param {Variable} variable @param {number} place */
    const atFirst = (variable, place) => {
      const chosen = defaultOf(variable);
      // Values that are gone stay among them while they are chosen.
      const values = natural([...chosen.filter((value) => value !== ALL), ...valuesOf(variable, metrics.value).slice(0, MOST_VALUES)]);
      return html`
        <div class="label" role="group" aria-label=${WORDS.atFirst}>
          <span class="name">${WORDS.atFirst}</span>
          <span class="values">${[ALL, ...values].map((value) => {
            const on = chosen.includes(value);
            return html`<button key=${value} type="button" class=${["value", { on }]} aria-pressed=${on}
              onClick=${() => change(place, { default: toggled(chosen, value, variable.multi ?? true) })}>${value === ALL ? WORDS.all : value}</button>`;
          })}</span>
        </div>`;
    };

    /** @param {Variable} variable @param {number} place */
    const one = ({ name, label, metric, of, multi = true, default: given }, place) => html`
      <fieldset key=${place} class="field variable"><legend>$${name}</legend>
        <div class="pair">
          <label class="field"><span>${WORDS.name}</span>
            <input value=${name} maxlength="40" spellcheck="false" onChange=${(/** @type {any} */ { target }) => {
              const used = new Set(all().filter((_, at) => at !== place).map((other) => other.name));
              session.do((now) => renamed(now, name, freeName(target.value, used)));
              target.value = all()[place]?.name ?? "";
            }} /></label>
          <label class="field"><span>${WORDS.label}</span>
            <input value=${label ?? ""} placeholder=${name} maxlength="120"
                   onChange=${(/** @type {any} */ { target }) => change(place, { label: target.value.trim() || null })} /></label>
        </div>
        <div class="pair">
          <label class="field"><span>${WORDS.ofMetric}</span>
            <select value=${metric} onChange=${(/** @type {any} */ { target }) => setMetric(place, target.value)}>
              ${[...new Set([metric, ...labelled().map((each) => each.name)])].map((each) => html`<option key=${each} value=${each}>${each}</option>`)}
            </select></label>
          <label class="field"><span>${WORDS.ofLabel}</span>
            <select value=${of} onChange=${(/** @type {any} */ { target }) => setLabel(place, metric, target.value)}>
              ${[...new Set([of, ...labelsOf(metric)])].map((each) => html`<option key=${each} value=${each}>${each}</option>`)}
            </select></label>
        </div>
        ${atFirst({ name, metric, of, multi, default: given }, place)}
        <div class="row">
          <label class="check"><input type="checkbox" checked=${multi} onChange=${(/** @type {any} */ { target }) => setSeveral(place, target.checked)} />${WORDS.several}</label>
          <button class="link" type="button" onClick=${() => session.do((now) => withoutVariable(now, name))}>${WORDS.remove}</button>
        </div>
      </fieldset>`;

    return () => html`
      <${Drawer} title=${WORDS.variables} onClose=${() => (session.dialog = "")}>${() => html`
        <p class="hint">${WORDS.variablesHint}</p>
        ${all().map(one)}
        ${all().length < MOST && labelled().length > 0 && html`<button class="btn" type="button" onClick=${add}>${WORDS.addVariable}</button>`}`}
      <//>`;
  },
};

/** What can stand behind a $, and none of `used`. @param {string} wanted @param {Set<string>} used */
function freeName(wanted, used) {
  const plain = wanted.toLowerCase().replace(/[^a-z0-9_]+/g, "_").replace(/^[^a-z]+|_+$/g, "").slice(0, 36) || "name";
  let name = plain;
  for (let number = 2; used.has(name); number++) name = `${plain}${number}`;
  return name;
}
