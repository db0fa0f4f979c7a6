/* The calculations of chapter 1: activations, losses, curves to descend, optimizers, convolution and pooling.
   Tests compare each with Keras. */

/** @typedef {(x: number) => number} Function1 */
/** @typedef {{ loss: Function1, slope: Function1, low: number, high: number, minima: number[] }} Curve a loss of one parameter, in the range that is plotted */
/** @typedef {{ values: Float64Array, rows: number, columns: number }} Sheet */
/** @typedef {{ size: [number, number], stride: number, same: boolean }} Sliding size: rows and columns of the window */

const ALPHA = 1.6732632423543772, LAMBDA = 1.0507009873554805; // of SELU; G. Klambauer et al., 2017
const EPSILON = 1e-7; // keeps logarithms and quotients finite, as in Keras

/** By name; ELU's a is the second argument. @type {Record<string, (x: number, a?: number) => number>} */
export const ACTIVATIONS = {
  ReLU: (x) => Math.max(0, x),
  softplus: (x) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x))),
  ELU: (x, a = 1) => (x > 0 ? x : a * Math.expm1(x)),
  SELU: (x) => LAMBDA * (x > 0 ? x : ALPHA * Math.expm1(x)),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  linear: (x) => x,
};

/** Of ten probabilities and the one-hot label. @type {Record<string, (label: ArrayLike<number>, probabilities: ArrayLike<number>) => number>} */
export const LOSSES = {
  "mean squared error": (label, p) => mean(p, (value, i) => (label[i] - value) ** 2),
  "mean absolute error": (label, p) => mean(p, (value, i) => Math.abs(label[i] - value)),
  "categorical cross-entropy": (label, p) => p.length * mean(p, (value, i) => -label[i] * Math.log(inside(value))),
  "binary cross-entropy": (label, p) => mean(p, (value, i) => -(label[i] * Math.log(inside(value)) + (1 - label[i]) * Math.log(1 - inside(value)))),
};

/** x² − x − 1 has every number of figure 1.3.7; the other curve has the minima of figure 1.3.8 and its hill. @type {Record<string, Curve>} */
export const CURVES = {
  "one minimum": { loss: (x) => x * x - x - 1, slope: (x) => 2 * x - 1, low: -1.5, high: 2.5, minima: [0.5] },
  "two minima": { loss: (x) => x ** 4 / 4 - 0.05 * x ** 3 - 1.2533 * x * x, slope: (x) => x * (x + 1.51) * (x - 1.66), low: -2.2, high: 2.3, minima: [-1.51, 1.66] },
};

/** The parameter before each step of gradient descent and after the last. It ends early when it diverges.
 * @param {Curve} curve @param {number} start @param {number} rate @param {number} steps */
export function descend(curve, start, rate, steps) {
  const path = [start];
  while (path.length <= steps && Math.abs(path[path.length - 1]) < 10 * curve.high) {
    const x = path[path.length - 1];
    path.push(x - rate * curve.slope(x));
  }
  return path;
}

/**
 * @typedef {object} Optimizer Changes weights by their gradients, in place.
 * @property {(weights: Float32Array | Float64Array, gradients: ArrayLike<number>, rate: number) => void} step
 */
/** Makers of optimizers, as Keras has them with its default settings. @type {Record<string, () => Optimizer>} */
export const OPTIMIZERS = {
  SGD: () => ({ step: (w, g, rate) => { for (let i = 0; i < w.length; i++) w[i] -= rate * g[i]; } }),
  momentum: () => kept(1, (w, g, rate, [v]) => {
    for (let i = 0; i < w.length; i++) w[i] += v[i] = 0.9 * v[i] - rate * g[i];
  }),
  RMSprop: () => kept(1, (w, g, rate, [v]) => {
    for (let i = 0; i < w.length; i++) {
      v[i] = 0.9 * v[i] + 0.1 * g[i] * g[i];
      w[i] -= (rate * g[i]) / Math.sqrt(v[i] + EPSILON);
    }
  }),
  Adam: () => kept(2, (w, g, rate, [m, v], t) => {
    const step = (rate * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t);
    for (let i = 0; i < w.length; i++) {
      m[i] = 0.9 * m[i] + 0.1 * g[i];
      v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
      w[i] -= (step * m[i]) / (Math.sqrt(v[i]) + EPSILON);
    }
  }),
};

/** @type {Record<string, number[]>} */
export const FILTERS = {
  "upright edges": [1, 0, -1, 2, 0, -2, 1, 0, -1],
  "level edges": [1, 2, 1, 0, 0, 0, -1, -2, -1],
  outlines: [-1, -1, -1, -1, 8, -1, -1, -1, -1],
  blur: Array(9).fill(1 / 9),
  nothing: [0, 0, 0, 0, 1, 0, 0, 0, 0],
};

/** The number of places of a window along one side, and of the zeros before it. @param {number} side @param {number} size @param {number} stride @param {boolean} same */
export function places(side, size, stride, same) {
  if (!same) return { count: Math.max(0, Math.floor((side - size) / stride) + 1), before: 0 };
  const count = Math.ceil(side / stride);
  return { count, before: Math.floor(Math.max(0, (count - 1) * stride + size - side) / 2) };
}

/** Slides a window over a picture and makes one value of each place; the values outside the picture are 0.
 * @param {ArrayLike<number>} picture @param {number} side @param {Sliding} how @param {(window: number[], inside: boolean[]) => number} value @returns {Sheet} */
export function slide(picture, side, { size: [high, wide], stride, same }, value) {
  const down = places(side, high, stride, same), across = places(side, wide, stride, same), values = new Float64Array(down.count * across.count);
  for (let row = 0; row < down.count; row++) for (let column = 0; column < across.count; column++) {
    const { window, within } = taken(picture, side, row * stride - down.before, column * stride - across.before, high, wide);
    values[row * across.count + column] = value(window, within);
  }
  return { values, rows: down.count, columns: across.count };
}

/** The values that a window covers. @param {ArrayLike<number>} picture @param {number} side @param {number} top @param {number} left @param {number} high @param {number} wide */
export function taken(picture, side, top, left, high, wide) {
  const window = [], within = [];
  for (let y = top; y < top + high; y++) for (let x = left; x < left + wide; x++) {
    const is = y >= 0 && x >= 0 && y < side && x < side;
    within.push(is);
    window.push(is ? picture[y * side + x] : 0);
  }
  return { window, within };
}

/** @param {number[]} kernel @returns {(window: number[]) => number} */
export const weighing = (kernel) => (window) => window.reduce((sum, value, i) => sum + value * kernel[i], 0);
/** Of what lies in the picture. @param {number[]} window @param {boolean[]} within */
export const largestOf = (window, within) => Math.max(...window.filter((_, i) => within[i]));
/** Of what lies in the picture. @param {number[]} window @param {boolean[]} within */
export const averageOf = (window, within) => window.reduce((sum, value) => sum + value, 0) / Math.max(1, within.filter(Boolean).length);

/** Gives one probability a value; the others share the rest as before. @param {number[]} p @param {number} d @param {number} value */
export function pushed(p, d, value) {
  const rest = 1 - p[d];
  return p.map((each, i) => (i === d ? value : rest > 1e-9 ? (each / rest) * (1 - value) : (1 - value) / (p.length - 1)));
}

export const STEM = 2; // growth rates of maps that enter a DenseNet's first block

/** The number of maps that go into a layer of a dense block, counted from 1. @param {number} layer @param {number} growth */
export const entering = (layer, growth) => (STEM + layer - 1) * growth;

/** An optimizer that remembers values beside each weight. @param {number} memories
 * @param {(w: Float32Array | Float64Array, g: ArrayLike<number>, rate: number, kept: Float64Array[], t: number) => void} step @returns {Optimizer} */
function kept(memories, step) {
  /** @type {Float64Array[]} */ let all = [];
  let t = 0;
  return {
    step: (w, g, rate) => {
      if (!t) all = Array.from({ length: memories }, () => new Float64Array(w.length));
      step(w, g, rate, all, ++t);
    },
  };
}

/** @param {ArrayLike<number>} values @param {(value: number, i: number) => number} of */
function mean(values, of) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += of(values[i], i);
  return sum / values.length;
}

/** @param {number} probability */
const inside = (probability) => Math.min(1 - EPSILON, Math.max(EPSILON, probability));

/** The output of a residual block: its branch, with its shortcut or without, and the ReLU after them, where it has one.
 * @param {Float32Array} around @param {Float32Array} branch @param {boolean} shortcut @param {boolean} relu */
export const throughBlock = (around, branch, shortcut, relu) => branch.map((value, i) => {
  const sum = value + (shortcut ? around[i] : 0);
  return relu ? Math.max(0, sum) : sum;
});
