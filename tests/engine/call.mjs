/* Calls functions of browser/answers/ for the tests in Python: each line is a name with arguments, each result a line. */
import { createInterface } from "node:readline";

globalThis.matchMedia = () => ({ matches: false }); // render.js asks whether motion is wanted as it is loaded
const modules = await Promise.all(["words", "state", "render"].map((name) => import(`../../browser/answers/${name}.js`)));
const functions = Object.assign({}, ...modules);
for await (const line of createInterface(process.stdin)) {
  const [name, ...values] = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(functions[name](...values))}\n`);
}
