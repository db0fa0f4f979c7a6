/* A network of two branches as the Functional API builds it: its layers with their shapes and parameters, and its Keras code. */

import { t } from "../language/language.js";

/** @typedef {"Conv2D" | "Dilated" | "MaxPooling2D" | "Dropout"} Step */
/** @typedef {{ branches: Step[][], inputs: 1 | 2, merge: "Concatenate" | "Add" }} Plan branches: one or two */
/** @typedef {import("./diagram.js").Node & { parameters: number }} Layer */
/** @typedef {{ layers: Layer[], code: string, parameters: number, problem: string }} Built problem: why it cannot be built, or "" */

const FILTERS = 32; // of the first convolution of a branch; they double from one to the next
const DROPOUT = 0.4;
const BRANCHES = ["left", "right"];

/** @type {Record<string, Plan>} */
export const PLANS = {
  "Y-network": { branches: [["Conv2D", "Dropout", "MaxPooling2D", "Conv2D", "Dropout", "MaxPooling2D", "Conv2D", "Dropout", "MaxPooling2D"], ["Dilated", "Dropout", "MaxPooling2D", "Dilated", "Dropout", "MaxPooling2D", "Dilated", "Dropout", "MaxPooling2D"]], inputs: 2, merge: "Concatenate" },
  "one branch": { branches: [["Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D"]], inputs: 1, merge: "Concatenate" },
  "a small fork": { branches: [["Conv2D", "MaxPooling2D"], ["Dilated", "MaxPooling2D"]], inputs: 1, merge: "Add" },
};

/** @param {Plan} plan @returns {Built} */
export function build({ branches, inputs, merge }) {
  /** @type {Layer[]} */ const layers = [], lines = ["import keras", "from keras import layers", ""];
  const put = (/** @type {string} */ name, /** @type {string} */ kind, /** @type {number[]} */ shape, /** @type {string[]} */ from, parameters = 0) => layers.push({ name, kind, output: `(None, ${shape.join(", ")})`, from, parameters });
  const names = branches.length > 1 && inputs === 2 ? BRANCHES.map((branch) => `${branch}_input`) : ["input"];
  for (const name of names) {
    put(name, "InputLayer", [28, 28, 1], []);
    lines.push(`${name} = keras.Input((28, 28, 1), name="${name}")`);
  }
  const ends = branches.map((steps, b) => {
    const side = branches.length > 1 ? `${BRANCHES[b]}_` : "", variable = branches.length > 1 ? BRANCHES[b] : "x", begin = names[b] ?? names[0];
    let shape = [28, 28, 1], last = begin, filters = FILTERS, before = begin;
    /** @type {Record<string, number>} */ const counts = {};
    lines.push("");
    for (const step of steps) {
      const kind = step === "Dilated" ? "Conv2D" : step, short = { Conv2D: "conv", Dilated: "conv", MaxPooling2D: "pool", Dropout: "dropout" }[step], name = `${side}${short}_${(counts[short] = (counts[short] ?? 0) + 1)}`;
      if (kind === "Conv2D") {
        put(name, kind, [shape[0], shape[1], filters], [last], (9 * shape[2] + 1) * filters);
        const settings = [`${filters}, 3, padding="same", activation="relu"`, step === "Dilated" ? "dilation_rate=2" : "", `name="${name}"`].filter(Boolean);
        lines.push(`${variable} = layers.Conv2D(`, ...settings.map((each) => `    ${each},`), `)(${before})`);
        shape = [shape[0], shape[1], filters];
        filters *= 2;
      } else if (kind === "MaxPooling2D") {
        shape = [Math.floor(shape[0] / 2), Math.floor(shape[1] / 2), shape[2]];
        put(name, kind, shape, [last]);
        lines.push(`${variable} = layers.MaxPooling2D(2, name="${name}")(${before})`);
      } else {
        put(name, kind, shape, [last]);
        lines.push(`${variable} = layers.Dropout(${DROPOUT}, name="${name}")(${before})`);
      }
      last = name;
      before = variable;
    }
    return { shape, last, variable: before };
  });
  let { shape, last, variable } = ends[0], problem = ends.some((end) => end.shape[0] < 1) ? t("Nothing is left to pool: each pooling halves 28, and after four it is 1.") : "";
  if (branches.length > 1) {
    const [a, b] = ends, like = merge === "Add" ? a.shape.join() === b.shape.join() : a.shape[0] === b.shape[0];
    const shapes = { first: a.shape.join(" × "), second: b.shape.join(" × ") };
    if (!like) problem = merge === "Add" ? t("Add cannot join {first} and {second}: both have to be the same.", shapes) : t("Concatenate cannot join {first} and {second}: height and width have to be the same.", shapes);
    shape = merge === "Add" ? a.shape : [a.shape[0], a.shape[1], a.shape[2] + b.shape[2]];
    put("join", merge, shape, [a.last, b.last]);
    lines.push("", `x = layers.${merge}(name="join")([${a.variable}, ${b.variable}])`);
    [last, variable] = ["join", "x"];
  }
  const flat = shape[0] * shape[1] * shape[2];
  put("flatten", "Flatten", [flat], [last]);
  put("dropout", "Dropout", [flat], ["flatten"]);
  put("digits", "Dense", [10], ["dropout"], 10 * (flat + 1));
  lines.push(`x = layers.Flatten(name="flatten")(${variable})`, `x = layers.Dropout(${DROPOUT}, name="dropout")(x)`, 'outputs = layers.Dense(10, activation="softmax", name="digits")(x)', `model = keras.Model(${names.length > 1 ? `[${names.join(", ")}]` : names[0]}, outputs)`);
  return { layers, code: `${lines.join("\n")}\n`, parameters: layers.reduce((sum, { parameters }) => sum + parameters, 0), problem };
}
