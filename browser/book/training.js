/* Small fully connected networks that learn in the browser, before one's eyes: forward, backward, one batch at a time. */
import { ACTIVATIONS, OPTIMIZERS } from "./arithmetic.js";

/** @typedef {{ inputs: Float32Array[], labels: number[] }} Examples */
/**
 * @typedef {object} Settings
 * @property {number[]} widths from the inputs to the ten outputs
 * @property {"ReLU" | "tanh" | "sigmoid"} [activation] of the hidden layers
 * @property {string} [optimizer] @property {number} [rate] @property {number} [decay] of the rate, in each epoch
 * @property {boolean} [shortcuts] adds the input of each hidden layer to its output, where it is as wide
 * @property {number} [l1] @property {number} [l2] @property {number} [seed]
 */
/** @typedef {{ weights: Float32Array, bias: Float32Array, inputs: number, outputs: number }} Dense */

/** @type {Record<string, (y: number) => number>} the slope, from the activation's value */
const SLOPES = { ReLU: (y) => (y > 0 ? 1 : 0), tanh: (y) => 1 - y * y, sigmoid: (y) => y * (1 - y) };

export class SmallNetwork {
  /** @type {Dense[]} */ layers;
  /** The gradients of the last batch, layer by layer. @type {{ weights: Float32Array, bias: Float32Array }[]} */ gradients;
  /** @type {{ step: import("./arithmetic.js").Optimizer["step"] }[]} */ #optimizers;
  epoch = 0;

  /** @param {Settings} settings */
  constructor({ widths, activation = "ReLU", optimizer = "SGD", rate = 0.1, decay = 0, shortcuts = false, l1 = 0, l2 = 0, seed = 1 }) {
    const random = normals(seed);
    this.layers = widths.slice(1).map((outputs, i) => {
      const inputs = widths[i], branches = shortcuts ? widths.length : 1; // branches that are added up begin smaller
      const spread = Math.sqrt((activation === "ReLU" ? 2 : 1) / inputs / branches);
      return { inputs, outputs, weights: Float32Array.from({ length: inputs * outputs }, () => spread * random()), bias: new Float32Array(outputs) };
    });
    this.gradients = this.layers.map(({ weights, bias }) => ({ weights: new Float32Array(weights.length), bias: new Float32Array(bias.length) }));
    this.#optimizers = this.layers.flatMap(() => [OPTIMIZERS[optimizer](), OPTIMIZERS[optimizer]()]);
    Object.assign(this, { activation, rate, decay, shortcuts, l1, l2 });
  }
  /** @type {string} */ activation = "ReLU";
  rate = 0.1;
  decay = 0;
  shortcuts = false;
  l1 = 0;
  l2 = 0;

  /** The values of all layers, the input first, the probabilities last. @param {Float32Array} input @returns {Float32Array[]} */
  forward(input) {
    const values = [input], of = ACTIVATIONS[this.activation], last = this.layers.length - 1;
    this.layers.forEach(({ weights, bias, inputs, outputs }, k) => {
      const from = values[k], to = new Float32Array(outputs);
      for (let o = 0; o < outputs; o++) {
        let sum = bias[o];
        for (let i = 0, w = o * inputs; i < inputs; i++, w++) sum += from[i] * weights[w];
        to[o] = k === last ? sum : of(sum);
      }
      if (this.#joins(k)) for (let o = 0; o < outputs; o++) to[o] += from[o];
      values.push(k === last ? softmaxOf(to) : to);
    });
    return values;
  }

  /** The mean loss and gradients of some examples. @param {Examples} examples @param {number[]} chosen @returns {number} the cross-entropy */
  learnFrom({ inputs, labels }, chosen) {
    for (const { weights, bias } of this.gradients) {
      weights.fill(0);
      bias.fill(0);
    }
    let loss = 0;
    for (const example of chosen) {
      const values = this.forward(inputs[example]), last = values[values.length - 1];
      loss -= Math.log(Math.max(1e-7, last[labels[example]]));
      this.#backward(values, labels[example], 1 / chosen.length);
    }
    return loss / chosen.length;
  }

  /** One step on a batch. @param {Examples} examples @param {number[]} chosen @returns {number} the loss before it */
  step(examples, chosen) {
    const loss = this.learnFrom(examples, chosen), rate = this.rate / (1 + this.decay * this.epoch), { l1, l2 } = this;
    this.layers.forEach(({ weights, bias }, k) => {
      const gradient = this.gradients[k].weights;
      if (l1 || l2) for (let i = 0; i < weights.length; i++) gradient[i] += l1 * Math.sign(weights[i]) + 2 * l2 * weights[i];
      this.#optimizers[2 * k].step(weights, gradient, rate);
      this.#optimizers[2 * k + 1].step(bias, this.gradients[k].bias, rate);
    });
    return loss;
  }

  /** The share that is read right. @param {Examples} examples */
  accuracy({ inputs, labels }) {
    const right = inputs.filter((input, i) => {
      const last = this.forward(input)[this.layers.length];
      return last.every((p, d) => d === labels[i] || p < last[labels[i]]);
    });
    return right.length / inputs.length;
  }

  /** True for a layer with a shortcut around it. @param {number} k */
  #joins(k) {
    return this.shortcuts && k < this.layers.length - 1 && this.layers[k].outputs === this.layers[k].inputs;
  }

  /** @param {Float32Array[]} values @param {number} label @param {number} share of the example in its batch */
  #backward(values, label, share) {
    const slope = SLOPES[this.activation], last = this.layers.length - 1;
    let error = Float32Array.from(values[last + 1], (p, d) => share * (p - (d === label ? 1 : 0)));
    for (let k = last; k >= 0; k--) {
      const { weights, inputs, outputs } = this.layers[k], from = values[k], gradient = this.gradients[k], joined = this.#joins(k);
      const back = joined ? error : new Float32Array(inputs); // what comes back by the shortcut comes back whole
      if (k < last) error = Float32Array.from(error, (e, o) => e * slope(values[k + 1][o] - (joined ? from[o] : 0)));
      for (let o = 0; o < outputs; o++) {
        const e = error[o];
        gradient.bias[o] += e;
        if (e) for (let i = 0, w = o * inputs; i < inputs; i++, w++) {
          gradient.weights[w] += e * from[i];
          back[i] += e * weights[w];
        }
      }
      error = back;
    }
  }
}

/** The order of a new epoch, cut into batches. @param {number} count @param {number} size @param {() => number} random @returns {number[][]} */
export function batches(count, size, random) {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => order.slice(i * size, (i + 1) * size));
}

/** Numbers from 0 to 1, the same ones for a seed (mulberry32). @param {number} seed */
export function uniform(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** @param {number} seed */
function normals(seed) {
  const random = uniform(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** @param {Float32Array} logits */
function softmaxOf(logits) {
  const top = Math.max(...logits), powers = logits.map((value) => Math.exp(value - top)), sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((value) => value / sum);
}
