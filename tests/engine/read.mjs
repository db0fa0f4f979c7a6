/* Reads a job from standard input for the tests in Python: networks run on digits, or drawings become digits. */
import { readFileSync } from "node:fs";
import { fromInk } from "../../browser/engine/digit.js";
import { Interpreter } from "../../browser/engine/interpreter.js";
import { compileKernels } from "../../browser/engine/kernels.js";
import { calibrate, crc32, groupsOf } from "../../browser/engine/worker.js";

import { OPERATORS, nameOf } from "../../browser/engine/operators.js";

const job = JSON.parse(readFileSync(0, "utf-8"));
const engine = new URL("../../browser/engine/", import.meta.url);
const modules = { plain: [], simd: ["kernels.wasm"], relaxed: ["kernels-relaxed.wasm"] };

/** @param {string} base64 */
const bytes = (base64) => new Uint8Array(Buffer.from(base64, "base64"));

async function run({ file, kernels, outputs, temperature, digits }) {
  const compiled = await compileKernels(modules[kernels].map((name) => readFileSync(new URL(name, engine))));
  if (!compiled && kernels !== "plain") return null; // this Node.js has no relaxed SIMD
  const network = new Interpreter(new Uint8Array(readFileSync(file)), compiled, outputs);
  const pixels = bytes(digits), results = [];
  for (let at = 0; at < pixels.length; at += 784) {
    network.run(pixels.subarray(at, at + 784));
    results.push(Object.fromEntries([...network.outputs.keys()].map((name) => [name, Array.from(network.value(name))])));
    if (temperature) results.at(-1).calibrated = Array.from(calibrate(network.value(), temperature));
  }
  return results;
}

function normalize({ ink, width, height }) {
  const pixels = bytes(ink), digit = fromInk(pixels, width, height);
  return { digit: digit && Array.from(digit.pixels), crc32: crc32(pixels), groups: groupsOf(pixels, width, height) };
}

try {
  if (job.operators) process.stdout.write(JSON.stringify(Object.keys(OPERATORS).map(Number).map(nameOf)));
  else process.stdout.write(JSON.stringify(job.drawings ? job.drawings.map(normalize) : await run(job)));
} catch (error) {
  process.stdout.write(JSON.stringify({ error: error.message }));
}
