/* Calls the arithmetic of the book's lessons for the tests in Python: each job is a name with arguments. */
import { readFileSync } from "node:fs";
import { ACTIVATIONS, CURVES, FILTERS, LOSSES, OPTIMIZERS, averageOf, descend, entering, largestOf, pushed, slide, throughBlock, weighing } from "../../browser/book/arithmetic.js";
import { PLANS, build } from "../../browser/book/graph.js";
import { recurrence, through } from "../../browser/book/networks.js";
import { anatomy } from "../../browser/engine/anatomy.js";
import { Interpreter } from "../../browser/engine/interpreter.js";
import { halved, varied } from "../../browser/book/digits.js";
import { SmallNetwork, batches, uniform } from "../../browser/book/training.js";

const jobs = {
  activation: ({ name, x, a }) => x.map((value) => ACTIVATIONS[name](value, a)),
  loss: ({ name, label, probabilities }) => LOSSES[name](label, probabilities),
  curve: ({ name, x }) => ({ loss: x.map(CURVES[name].loss), slope: x.map(CURVES[name].slope), minima: CURVES[name].minima }),
  descend: ({ name, start, rate, steps }) => descend(CURVES[name], start, rate, steps),
  optimize: ({ name, start, rate, steps }) => {
    const weights = Float64Array.from(start), optimizer = OPTIMIZERS[name]();
    return Array.from({ length: steps }, () => {
      optimizer.step(weights, weights.map((value, i) => (i + 1) * value), rate);
      return Array.from(weights);
    });
  },
  convolve: ({ picture, how, filter }) => sheet(slide(picture, 28, how, weighing(FILTERS[filter]))),
  pool: ({ picture, how, average }) => sheet(slide(picture, 28, how, average ? averageOf : largestOf)),
  gradients: ({ settings, input, label }) => {
    const network = new SmallNetwork(settings), examples = { inputs: [Float32Array.from(input)], labels: [label] };
    network.learnFrom(examples, [0]);
    return { layers: network.layers.map(plain), gradients: network.gradients.map(plain), probabilities: Array.from(network.forward(examples.inputs[0]).at(-1)) };
  },
  learn: ({ settings, samples, epochs, count }) => {
    const network = new SmallNetwork({ widths: [196, 24, 10], ...settings }), train = halved(varied(samples, count, 0.8, 1)), test = halved(varied(samples, 200, 0.8, 2)), random = uniform(3);
    for (; network.epoch < epochs; network.epoch++) for (const batch of batches(train.labels.length, 32, random)) network.step(train, batch);
    return { accuracy: network.accuracy(test), weights: Array.from(network.layers[0].weights), before: Array.from(new SmallNetwork({ widths: [196, 24, 10], ...settings }).layers[0].weights) };
  },
  graph: ({ plan }) => build(PLANS[plan] ?? plan),
  entering: ({ layers, growth }) => Array.from({ length: layers }, (_, i) => entering(i + 1, growth)),
  blocks: ({ key, file, digit }) => {
    const bytes = bytesOf(file), sums = anatomy(key, bytes).layers.filter(({ kind, shape }) => kind === "sum" && shape.length === 3);
    const network = new Interpreter(bytes, null, sums.flatMap(({ inputs, output }) => [...inputs, output]));
    network.run(Uint8Array.from(digit));
    return sums.map(({ inputs, output }) => {
      const [around, branch, given] = [...inputs, output].map((tensor) => Float32Array.from(network.value(tensor))), [whole, cut] = [true, false].map((shortcut) => throughBlock(around, branch, shortcut, key === "resnet"));
      return { off: Math.max(...given.map((value, i) => Math.abs(value - whole[i]))), cut: Math.max(...cut.map((value, i) => Math.abs(value - (key === "resnet" ? Math.max(0, branch[i]) : branch[i])))), lost: Math.max(...cut.map((value, i) => Math.abs(value - whole[i]))) };
    });
  },
  pushed: ({ probabilities, d, value }) => pushed(probabilities, d, value),
  dropout: ({ file, ink, rates }) => rates.map((rate) => {
    const { kept, p } = through(anatomy("mlp", bytesOf(file)).layers, Float32Array.from(ink), rate, uniform(1));
    return { kept: kept.map((layer) => layer.filter(Boolean).length), p: Array.from(p) };
  }),
  recurrence: ({ file, digit }) => {
    const bytes = bytesOf(file), { gates, input, state, bias } = recurrence(bytes), network = new Interpreter(bytes, null, [...new Set(gates.flat())]);
    network.run(digit);
    return { gates: gates.map((row) => row.map((tensor) => Array.from(network.value(tensor)))), input: Array.from(input), state: Array.from(state), bias: Array.from(bias) };
  },
};

const bytesOf = (file) => new Uint8Array(readFileSync(file));
const plain = ({ weights, bias }) => ({ weights: Array.from(weights), bias: Array.from(bias) });
const sheet = ({ values, rows, columns }) => ({ values: Array.from(values), rows, columns });

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf-8")).map(({ job, ...values }) => jobs[job](values))));
