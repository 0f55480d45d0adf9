// Templates without a compiler: tagged literals that become Vue's render calls, allowed by a strict policy.

import htm from "../../vendor/htm.module.js";
import { h } from "../../vendor/vue.runtime.esm-browser.prod.js";

export const html = htm.bind(h);
