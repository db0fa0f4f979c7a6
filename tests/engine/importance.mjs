/* Measures the importance of the ink of digits as the page does, for the tests in Python: after few looks, and when it is settled. */
import { readFileSync } from "node:fs";
import { Interpreter } from "../../browser/engine/interpreter.js";
import { compileKernels } from "../../browser/engine/kernels.js";
import { calibrate } from "../../browser/engine/worker.js";
import { Covering } from "../../browser/importance/covering.js";

const { files, digits } = JSON.parse(readFileSync(0, "utf-8"));
const kernels = await compileKernels([readFileSync(new URL("../../browser/engine/kernels.wasm", import.meta.url))]);
const networks = Object.entries(files).map(([key, { file, temperature }]) => [key, new Interpreter(new Uint8Array(readFileSync(file)), kernels), temperature]);
const answers = (digit) => Object.fromEntries(networks.map(([key, network, temperature]) => [key, calibrate(network.run(digit), temperature)]));

const covering = new Covering(), all = new Uint8Array(Buffer.from(digits, "base64")), results = [];
for (let at = 0; at < all.length; at += 784) {
  const digit = all.slice(at, at + 784);
  covering.begin(digit, answers(digit));
  const maps = () => Object.fromEntries(networks.map(([key]) => [key, Array.from(covering.map(key))])), looks = [];
  for (let asked = covering.next(4); asked.digits.length; asked = covering.next(4)) {
    covering.take(asked, asked.digits.map(answers));
    if (looks.length < 12) looks.push(maps());
  }
  results.push({ early: looks.at(-1), maps: maps(), settled: covering.settled });
}
process.stdout.write(JSON.stringify(results));
