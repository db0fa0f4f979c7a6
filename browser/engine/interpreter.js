/* Runs a LiteRT file, float32 with batches of one. A file is compiled once for the outputs that are wanted: what does not
   lead to them is left out, shapes and other constants are computed once, reshapes and splits become views. */
import { readModel } from "./flatbuffers.js";
import { Memory, PANEL } from "./kernels.js";
import { ACTIVATION, OPERATORS, nameOf, sizeOf } from "./operators.js";

/** @typedef {Float32Array | Int32Array | BigInt64Array | Uint8Array} Values */
/**
 * @typedef {object} Tensor
 * @property {number[]} shape
 * @property {Values} data empty until the operator that makes it is compiled
 * @property {boolean} constant known before anything runs
 * @property {string} name
 */
/** @typedef {{ weights: Float32Array, bias: Float32Array, n: number }} Packed n: outputs, padded to a multiple of 8 */

export const PROBABILITIES = "probabilities";
/** @type {Record<number, new (buffer: ArrayBufferLike) => Values>} */
const TYPES = { 0: Float32Array, 2: Int32Array, 4: BigInt64Array };
const SPARE = 1 << 20; // bytes of memory beside the tensors

export class Interpreter {
  /** @type {Array<() => void>} */ steps = [];
  /** @type {Map<Tensor, Packed>} */ #packed = new Map();

  /** @param {Uint8Array} bytes the file @param {WebAssembly.Module | null} kernels
   * @param {(string | number)[]} wanted names of the signature's outputs, or of any tensor in the file, or tensors by their number;
   * "probabilities" is the softmax */
  constructor(bytes, kernels = null, wanted = [PROBABILITIES]) {
    const file = readModel(bytes);
    const targets = wanted.map((name) => (typeof name === "number" ? name : file.outputs.get(name) ?? file.tensors.findIndex((tensor) => tensor.name === name)));
    targets.forEach((target, i) => { if (target < 0) throw Error(`${wanted[i]} is no output of this network; it has ${[...file.outputs.keys()].join(", ")}`); });
    this.memory = new Memory(2 * file.tensors.reduce((sum, tensor) => sum + 4 * PANEL * Math.ceil(sizeOf(tensor.shape.map(Math.abs)) / PANEL) + 64, SPARE), kernels);
    /** @type {Tensor[]} */
    const tensors = file.tensors.map(({ shape, type, name, bytes }) => ({ shape, name, constant: bytes !== null, data: new (TYPES[type] ?? Uint8Array)(bytes?.buffer ?? new ArrayBuffer(0)) }));
    this.inputs = [...file.inputs.values()].map((index) => this.output(tensors[index], tensors[index].shape.map((side, axis) => (axis ? side : 1))));
    for (const { code, inputs, outputs, options } of needed(file, targets)) {
      const compile = OPERATORS[code];
      if (!compile) throw Error(`the operator ${nameOf(code)} is not known to this interpreter`);
      compile(this, inputs.map((index) => tensors[index]), outputs.map((index) => tensors[index]), options);
    }
    this.outputs = new Map(wanted.map((name, i) => [name, tensors[targets[i]]]));
    this.#packed.clear();
  }

  /** Runs the network on a digit, 28 x 28 values from 0 to 255; every input gets its pixels from 0 to 1, in its own shape.
   * @param {ArrayLike<number>} digit @returns {Float32Array} the first output that was wanted, overwritten by the next run */
  run(digit) {
    for (const input of this.inputs) for (let i = 0; i < input.length; i++) input[i] = digit[i] / 255;
    for (const step of this.steps) step();
    return this.value();
  }

  /** An output's values, overwritten by the next run. @param {string | number} [name] as it was wanted */
  value(name) {
    const tensor = name === undefined ? this.outputs.values().next().value : this.outputs.get(name);
    if (!tensor) throw Error(`${name} was not asked for when this network was compiled`);
    return /** @type {Float32Array} */ (tensor.data);
  }

  // ------------------------------------------------------------------------------------------ for the operators

  /** Memory for a tensor that an operator computes. @param {Tensor} tensor @param {number[]} shape */
  output(tensor, shape) {
    const data = this.memory.floats(sizeOf(shape));
    this.view(tensor, shape, data);
    return data;
  }

  /** A tensor's values, in the network's memory also where they are constant: weights, or an initial state.
   * @param {Tensor} tensor */
  values(tensor) {
    const data = /** @type {Float32Array} */ (tensor.data);
    if (!tensor.constant) return data;
    const copy = this.memory.floats(data.length);
    copy.set(data);
    return copy;
  }

  /** Lays a tensor over values that are there already. @param {Tensor} tensor @param {number[]} shape @param {Values} data */
  view(tensor, shape, data) {
    tensor.shape = shape;
    tensor.data = data;
  }

  /** Gives a tensor values that are known now. @param {Tensor} tensor @param {number[]} shape @param {ArrayLike<number | bigint>} values */
  constant(tensor, shape, values) {
    const Kind = /** @type {any} */ (tensor.data.constructor);
    this.view(tensor, shape, Kind.from(values));
    tensor.constant = true;
  }

  /** Convolves, with the activation that follows.
   * @param {Float32Array} x @param {import("./kernels.js").Window} window @param {Tensor} weights (outputs, a window's floats)
   * @param {Tensor | undefined} bias @param {number} activation @param {Float32Array} y (rows, columns, outputs) */
  convolve(x, window, weights, bias, activation, y) {
    const outputs = weights.shape[0], { convolve } = this.memory.kernels;
    const packed = this.#pack(weights, bias, window.segments * window.length);
    const low = activation === ACTIVATION.RELU ? 0 : -Infinity;
    if (packed.n === outputs) this.steps.push(() => convolve(x, packed.weights, packed.bias, y, window, packed.n, low));
    else {
      const padded = this.memory.floats(window.rows * window.columns * packed.n);
      this.steps.push(() => {
        convolve(x, packed.weights, packed.bias, padded, window, packed.n, low);
        for (let from = 0, to = 0; to < y.length; from += packed.n, to += outputs) for (let i = 0; i < outputs; i++) y[to + i] = padded[from + i];
      });
    }
    if (activation !== ACTIVATION.RELU) this.activate(activation, y);
  }

  /** @param {number} activation @param {Float32Array} y */
  activate(activation, y) {
    if (activation === ACTIVATION.RELU) this.steps.push(() => { for (let i = 0; i < y.length; i++) if (y[i] < 0) y[i] = 0; });
    else if (activation === ACTIVATION.TANH) this.steps.push(() => { for (let i = 0; i < y.length; i++) y[i] = Math.tanh(y[i]); });
    else if (activation !== ACTIVATION.NONE) throw Error(`the activation ${activation} is not known to this interpreter`);
  }

  /** Weights and bias as the kernels want them, once for each tensor: recurrent networks use theirs in every row.
   * @param {Tensor} tensor @param {Tensor | undefined} bias @param {number} depth @returns {Packed} */
  #pack(tensor, bias, depth) {
    const known = this.#packed.get(tensor);
    if (known) return known;
    const outputs = tensor.shape[0], n = PANEL * Math.ceil(outputs / PANEL), from = /** @type {Float32Array} */ (tensor.data);
    const packed = { weights: this.memory.floats(n * depth), bias: this.memory.floats(n), n };
    for (let output = 0; output < outputs; output++) {
      const panel = Math.floor(output / PANEL) * PANEL * depth + (output % PANEL);
      for (let i = 0; i < depth; i++) packed.weights[panel + PANEL * i] = from[output * depth + i];
    }
    if (bias?.data.length) packed.bias.set(/** @type {Float32Array} */ (bias.data));
    this.#packed.set(tensor, packed);
    return packed;
  }
}

/** The operators that lead to the targets, in their order. @param {import("./flatbuffers.js").ModelFile} file @param {number[]} targets */
function needed({ operators }, targets) {
  const wanted = new Set(targets);
  return operators.reverse().filter(({ inputs, outputs }) => {
    if (!outputs.some((index) => wanted.has(index))) return false;
    for (const index of inputs) wanted.add(index);
    return true;
  }).reverse();
}
