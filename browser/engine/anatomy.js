/* The layers of a network as its LiteRT file has them: what feeds what, with which weights. A picture of a network's inside is
   made of these, and of the values of the tensors that are kept. */
import { PROBABILITIES } from "./interpreter.js";
import { readModel } from "./flatbuffers.js";

/** @typedef {"dense" | "convolution" | "maximum" | "average" | "sum" | "other"} Kind */
/**
 * @typedef {object} Layer
 * @property {Kind} kind
 * @property {number} output the tensor that it computes, after its ReLU
 * @property {number[]} inputs tensors
 * @property {number[]} shape of the output, without the batch
 * @property {string} name the signature's, or ""
 * @property {Float32Array | null} weights (outputs, depth), or (outputs, rows, columns, inputs); of a layer whose sums are shown
 * @property {Float32Array | null} bias
 */
/**
 * @typedef {object} Anatomy
 * @property {"dense" | "convolutional" | "residual" | "recurrent" | "maps"} family how its inside is pictured
 * @property {Layer[]} layers in the order in which they run; of a recurrent network, whose rows are unrolled, only the last
 * @property {number} logits the softmax's input; of a recurrent network, for each of its rows
 * @property {number} states of a recurrent network after each row, else -1
 * @property {number[]} kept tensors whose values are read
 */

/** @type {Record<string, Anatomy["family"]>} */
const FAMILIES = { mlp: "dense", cnn: "convolutional", resnet: "residual" };
const [ADD, AVERAGE_POOL, CONVOLUTION, FULLY_CONNECTED, MAX_POOL, RELU, SOFTMAX] = [0, 1, 3, 9, 17, 19, 25];
/** @type {Record<number, Kind>} */
const KINDS = { [ADD]: "sum", [AVERAGE_POOL]: "average", [CONVOLUTION]: "convolution", [FULLY_CONNECTED]: "dense", [MAX_POOL]: "maximum" };

/** @param {string} key of the network @param {Uint8Array} bytes its file @returns {Anatomy} */
export function anatomy(key, bytes) {
  const { tensors, operators, outputs } = readModel(bytes), names = new Map([...outputs].map(([name, tensor]) => [tensor, name]));
  const family = FAMILIES[key] ?? (outputs.has("states") ? "recurrent" : "maps");
  const logits = operators.find(({ code }) => code === SOFTMAX)?.inputs[0] ?? -1;
  const floats = (/** @type {number | undefined} */ tensor) => (tensor !== undefined && tensor >= 0 && tensors[tensor].bytes ? new Float32Array(/** @type {Uint8Array} */ (tensors[tensor].bytes).buffer) : null);
  /** @type {Layer[]} */ const layers = [];
  for (const { code, inputs, outputs: [output] } of operators) {
    const before = layers.at(-1);
    if (code === RELU && before?.output === inputs[0]) Object.assign(before, { output, name: names.get(output) ?? "" });
    const named = names.has(output) && names.get(output) !== PROBABILITIES && tensors[output].shape.length === 4;
    const sum = code === ADD && inputs.every((tensor) => !tensors[tensor].bytes && tensors[tensor].shape.length === 4);
    const kind = (code === ADD && !sum ? undefined : KINDS[code]) ?? (named && code !== RELU ? "other" : undefined), weighted = kind === "dense" || kind === "convolution";
    if (!kind) continue;
    if (family === "recurrent" && !(kind === "dense" && tensors[inputs[1]].shape[0] === 10)) continue;
    const last = kind === "dense" && tensors[inputs[1]].shape[0] === 10, shown = weighted && (last || family === "dense" || family === "convolutional");
    layers.push({ kind, output, inputs: inputs.filter((tensor) => tensor >= 0 && !tensors[tensor].bytes), shape: tensors[output].shape.slice(1), name: names.get(output) ?? "",
      weights: shown ? floats(inputs[1]) : null, bias: shown ? floats(inputs[2]) : null });
  }
  const states = outputs.get("states") ?? -1;
  /** @type {Record<Anatomy["family"], () => number[]>} */
  const choices = {
    dense: () => layers.map(({ output }) => output),
    convolutional: () => layers.map(({ output }) => output),
    residual: () => layers.flatMap(({ kind, inputs, output }) => (kind === "sum" ? [...inputs, output] : kind === "average" ? [output] : [])),
    recurrent: () => [states],
    maps: () => layers.filter(({ kind, name, shape }) => name || (kind === "average" && shape[0] === 1)).map(({ output }) => output),
  };
  return { family, layers, logits, states, kept: [...new Set([...choices[family](), logits])] };
}
