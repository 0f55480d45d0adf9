// What the package gives; its types are in index.d.ts.

export { connect } from "./connect.js";
export { Refusal } from "./asking.js";
