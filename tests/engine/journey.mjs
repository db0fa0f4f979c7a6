/* What the journey shows of a network for digits: the kept values, and sums that its arithmetic gives. */
import { readFileSync } from "node:fs";
import { anatomy } from "../../browser/engine/anatomy.js";
import { Interpreter } from "../../browser/engine/interpreter.js";
import { compileKernels } from "../../browser/engine/kernels.js";
import { outputSum, outputWeights, parting } from "../../browser/journey/rivals.js";
import { blockSum, softmax, total, weighted, windowSums } from "../../browser/journey/sums.js";

const { key, file, digits, temperature } = JSON.parse(readFileSync(0, "utf-8"));
const bytes = new Uint8Array(readFileSync(file)), known = anatomy(key, bytes), { layers, family, logits, states } = known;
const kernels = await compileKernels([readFileSync(new URL("../../browser/engine/kernels.wasm", import.meta.url))]);
const network = new Interpreter(bytes, kernels, known.kept), pixels = new Uint8Array(Buffer.from(digits, "base64")), results = [];

const dense = (layer, values) => Array.from(layer.bias, (bias, unit) => weighted(values, layer.weights, unit).sum + bias);

/** Sums before the ReLU of every unit of a fully connected network. */
const units = (ink) => layers.map((layer, i) => dense(layer, i ? network.value(layers[i - 1].output) : ink));

/** Sums of some pixels of each convolution, and of the outputs. */
function windows(ink) {
  const sums = [0, 2, 4].map((at) => {
    const { weights, bias, shape: [side, , maps] } = layers[at], [source, from, inputs] = at ? [network.value(layers[at - 1].output), layers[at - 1].shape[0], 64] : [ink, 28, 1];
    return Array.from({ length: 64 }, (_, i) => {
      const map = (7 * i) % maps, row = (3 * i) % side, column = (5 * i) % side;
      return { map, row, column, sum: total(windowSums(source, from, inputs, weights, map, row, column)) + bias[map] };
    });
  });
  return { sums, outputs: dense(layers.at(-1), network.value(layers.at(-2).output)) };
}

/** The sum of shortcut and branch of the last map of each block, with the value after it, and the outputs. */
function blocks() {
  const sums = layers.filter(({ kind }) => kind === "sum").map(({ inputs: [shortcut, branch], output, shape: [, , maps] }) => ({
    sum: Array.from(blockSum(network.value(shortcut), network.value(branch), maps - 1, maps)),
    value: Array.from(network.value(output)).filter((_, i) => i % maps === maps - 1),
  }));
  return { sums, outputs: dense(layers.at(-1), network.value(layers.find(({ kind }) => kind === "average").output)) };
}

/** By how much each output is ahead of the next one, from the difference of their weights; of a recurrent network, from which row. */
function leads() {
  const values = Array.from(network.value(logits)), out = layers.at(-1);
  if (family === "recurrent") return values.slice(0, 10).map((_, d) => parting(values, d, (d + 1) % 10));
  if (family === "maps") return null;
  const scene = { logits: values, probabilities: values }, before = family === "residual" ? layers.find(({ kind }) => kind === "average") : layers.at(-2);
  return values.map((_, d) => {
    const rival = (d + 1) % 10, { sum } = weighted(network.value(before.output), outputWeights(out, d, rival), 0), { bias, value } = outputSum(scene, out, d, rival, "");
    return [sum + bias, value];
  });
}

for (let at = 0; at < pixels.length; at += 784) {
  const digit = pixels.subarray(at, at + 784), ink = Float32Array.from(digit, (value) => value / 255);
  network.run(digit);
  const values = Object.fromEntries(layers.filter(({ output, name }) => name && known.kept.includes(output)).map(({ output, name }) => [name, Array.from(network.value(output))]));
  const sums = { dense: units, convolutional: windows, residual: blocks }[family]?.(ink) ?? null;
  results.push({ values, sums, leads: leads(), logits: Array.from(network.value(logits)), states: states < 0 ? null : Array.from(network.value(states)), probabilities: Array.from(softmax(network.value(logits).subarray(-10), temperature)) });
}
process.stdout.write(JSON.stringify({ family, kept: known.kept.length, results }));
