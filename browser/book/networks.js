/* The trained networks that lessons look into: opened from their LiteRT files, in the page itself. */
import { t } from "../language/language.js";
import { anatomy } from "../engine/anatomy.js";
import { readModel } from "../engine/flatbuffers.js";
import { Interpreter } from "../engine/interpreter.js";
import { compileKernels } from "../engine/kernels.js";
import { softmax } from "../journey/sums.js";

/** @typedef {import("../answers/answers.js").Catalog} Catalog */
/** @typedef {{ catalog: Catalog, key: string, recipe: string, bytes: Uint8Array, kernels: WebAssembly.Module | null }} File */

const base = new URL("../../../", import.meta.url);
const absolute = (/** @type {string} */ address) => new URL(address, base).href;

/** @type {Promise<Catalog> | null} */ let fetching = null;
/** @type {Promise<WebAssembly.Module | null> | null} */ let compiling = null;

/** The catalog of all networks, and the page's samples. */
export function catalog() {
  const tag = /** @type {HTMLScriptElement} */ (document.querySelector("script[data-catalog]"));
  return (fetching ??= fetched(/** @type {string} */ (tag.dataset.catalog)).then((response) => response.json()));
}

/** A network's file; trained by the book's recipe where that is here. @param {string} key @returns {Promise<File>} */
export async function file(key) {
  const known = await catalog(), recipe = known.recipes.book?.[key]?.url ? "book" : "drawn", { url } = known.recipes[recipe]?.[key] ?? {};
  if (!url) throw Error(t("the file of {network} is not here", { network: key }));
  compiling ??= Promise.all(known.kernels.map((/** @type {string} */ each) => fetched(each).then((response) => response.arrayBuffer()))).then(compileKernels).catch(() => null);
  const [bytes, kernels] = await Promise.all([fetched(url).then((response) => response.arrayBuffer()), compiling]);
  return { catalog: known, key, recipe, bytes: new Uint8Array(bytes), kernels };
}

/** A network whose anatomy's values can be read. @param {string} key */
export async function open(key) {
  const { bytes, kernels } = await file(key), known = anatomy(key, bytes);
  return { anatomy: known, network: new Interpreter(bytes, kernels, known.kept) };
}

/** @typedef {{ kept: boolean[][], values: Float32Array[], p: ArrayLike<number> }} Draw of units that are not dark; values: of each layer */

/** The MLP with some units dark. @param {import("../engine/anatomy.js").Layer[]} layers @param {Float32Array} ink @param {number} rate @param {() => number} random @returns {Draw} */
export function through(layers, ink, rate, random) {
  /** @type {Draw} */ const draw = { kept: [], values: [], p: [] };
  let values = ink;
  layers.forEach(({ weights, bias, shape }, k) => {
    const from = values, outputs = shape[shape.length - 1], last = k === layers.length - 1, kept = Array.from({ length: outputs }, () => last || random() >= rate);
    values = Float32Array.from({ length: outputs }, (_, unit) => {
      if (!kept[unit]) return 0;
      let sum = /** @type {Float32Array} */ (bias)[unit];
      for (let i = 0, w = unit * from.length; i < from.length; i++, w++) sum += from[i] * /** @type {Float32Array} */ (weights)[w];
      return last ? sum : Math.max(0, sum) / (1 - rate);
    });
    if (last) draw.p = softmax(values, 1);
    else {
      draw.kept.push(kept);
      draw.values.push(values);
    }
  });
  return draw;
}

/** @param {string} address */
async function fetched(address) {
  const response = await fetch(absolute(address));
  if (!response.ok) throw Error(t("{address} was answered with {status}", { address, status: response.status }));
  return response;
}

const [ADD, FULLY_CONNECTED, MULTIPLY, TANH] = [0, 9, 18, 28];

/** The inner tensors of each row of a recurrent network, and its weights.
 * @param {Uint8Array} bytes @returns {{ gates: number[][], input: Float32Array, state: Float32Array, bias: Float32Array }}
 * gates: for each row, of an LSTM: input, forget and output gate, candidate, cell, new state; of a SimpleRNN: the new state */
export function recurrence(bytes) {
  const { tensors, operators } = readModel(bytes), floats = (/** @type {number} */ i) => new Float32Array(/** @type {Uint8Array} */ (tensors[i].bytes).buffer);
  const products = operators.filter(({ code }) => code === FULLY_CONNECTED), of = (/** @type {number} */ depth) => products.find(({ inputs: [, w] }) => tensors[w].shape[1] === depth && tensors[w].shape[0] > 10);
  const input = of(28), state = of(256), long = input && tensors[input.inputs[1]].shape[0] === 1024;
  if (!input || !state) throw Error("this network is not recurrent");
  const bias = long ? operators.find(({ code, inputs: [, b] }) => code === ADD && b !== undefined && tensors[b].bytes && tensors[b].shape[0] === 1024)?.inputs[1] : input.inputs[2];
  const rows = operators.filter(({ code, inputs, outputs: [out] }) => (long ? code === MULTIPLY : code === TANH) && tensors[out].shape[1] === 256 && inputs.every((i) => !tensors[i].bytes));
  const weights = { input: floats(input.inputs[1]), state: floats(state.inputs[1]), bias: floats(/** @type {number} */ (bias)) };
  if (!long) return { gates: rows.map(({ outputs: [h] }) => [h]), ...weights };
  const made = new Map(operators.flatMap((operator) => operator.outputs.map((out) => [out, operator]))), from = (/** @type {number} */ tensor) => /** @type {import("../engine/flatbuffers.js").FileOperator} */ (made.get(tensor));
  const gates = rows.filter(({ inputs: [, b] }) => from(b)?.code === TANH && from(from(b).inputs[0])?.code === ADD).map(({ inputs: [output, squashed], outputs: [h] }) => {
    const cell = from(squashed).inputs[0], [forgotten, added] = from(cell).inputs.map(from);
    return [added.inputs[0], forgotten.inputs[0], output, added.inputs[1], cell, h];
  });
  return { gates, ...weights };
}
