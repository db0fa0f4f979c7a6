/* Calls functions of browser/wall/ for the tests in Python: each line is a name with arguments, each result a line. */
import { createInterface } from "node:readline";

const modules = await Promise.all(["show", "layout", "own"].map((name) => import(`../../browser/wall/${name}.js`)));
const functions = Object.assign({}, ...modules);
const foot = (/** @type {number} */ side, /** @type {boolean} */ named) => Math.max(31, 0.2 * side) + (named ? 36 : 0); // as at 1920 x 1080
functions.layout = (/** @type {number} */ small, /** @type {number} */ large, /** @type {number} */ width, /** @type {number} */ height) =>
  functions.fitted({ small, large }, { width, height }, { gap: 8, least: 130, names: 228, foot });
for await (const line of createInterface(process.stdin)) {
  const [name, ...values] = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(functions[name](...values))}\n`);
}
