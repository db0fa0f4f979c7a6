/* The arithmetic of the CNN: a window times a kernel, the largest of four, and 576 numbers times their weights. */
import { t } from "../language/language.js";
import { SIDE, cells, digit, multiply, sign, softmaxStep, steps } from "./parts.js";
import { leadStep, outputSum, outputWeights, rivalOf } from "./rivals.js";
import { number, peak } from "./stage.js";
import { total, windowSums } from "./sums.js";

/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {import("./stage.js").Rect} Rect */
/** @typedef {import("./parts.js").Scene} Scene */
/** @typedef {import("./cnn.js").Cnn} Cnn */
/** @typedef {import("./cnn.js").Focus} Focus */
/** @typedef {import("./parts.js").Area & { below: number }} LensArea below: units for the arithmetic under the pictures, on a phone */
/** @typedef {{ side: number, map: number, values: ArrayLike<number>, maps: number, gain: number, level: number }} Source the layer before; level -1: the digit */

export const MAPS = 64;
/** The rows from top to bottom; gain: one scale for all maps of a layer, 1 over the 99.7th percentile over 60 drawings. */
export const ROWS = [
  { kind: "conv_1", name: t("Convolution"), side: 26, gain: 1 / 0.32 },
  { kind: "pool_1", name: t("Pooling"), side: 13, gain: 1 / 0.32 },
  { kind: "conv_2", name: t("Convolution"), side: 11, gain: 1 / 0.75 },
  { kind: "pool_2", name: t("Pooling"), side: 5, gain: 1 / 0.75 },
  { kind: "conv_3", name: t("Convolution"), side: 3, gain: 1 / 1.6 },
];

const SIZE = 3, POOLED = 2; // pixels of a window's side

/** One pixel of a map: the window before it, and how its value comes about.
 * @param {Stage} stage @param {Scene} scene @param {LensArea} area @param {Cnn} network @param {Focus} focus
 * @param {(level: number, map: number) => void} mark marks a map in its row */
export function windowLens(stage, scene, area, network, focus, mark) {
  const { u } = stage, { level, x: column, y: row, map } = focus, pooled = level % 2 === 1, { side, gain } = ROWS[level], values = network.values[level];
  const value = values[(row * side + column) * MAPS + map], size = pooled ? POOLED : SIZE, [left, top] = pooled ? [POOLED * column, POOLED * row] : [column, row];
  const before = level ? { ...ROWS[level - 1], values: network.values[level - 1], maps: MAPS, level: level - 1 } : { side: SIDE, gain: 1, values: scene.ink, maps: 1, level: -1 };
  const layer = network.kernels[level >> 1], sums = pooled ? null : windowSums(before.values, before.side, before.maps, layer.weights, map, row, column);
  /** @type {Source} */ const source = { ...before, map: pooled ? map : sums && level ? strongestOf(sums) : 0 };
  const taken = Array.from({ length: size * size }, (_, i) => source.values[((top + Math.floor(i / size)) * source.side + left + (i % size)) * source.maps + source.map]);

  const s = area.h, { y } = area, phone = area.below > 0, sourceX = area.x + (area.side ? area.side + 12 * u : 0), pixel = s / source.side;
  if (source.level >= 0) {
    stage.picture("source", source.values, [source.side, source.side], { x: sourceX, y, w: s, h: s }, { offset: source.map, stride: MAPS, gain: source.gain });
    stage.text(pooled || phone ? t("map {map}", { map: source.map }) : t("map {map}, strongest of 64", { map: source.map }), sourceX, y - 6 * u, { fit: phone ? s : 2 * s });
    mark(source.level, source.map);
  } else digit(stage, scene, sourceX, y, s);
  stage.frame(sourceX + left * pixel, y + top * pixel, size * pixel, size * pixel);
  enlarged(stage, network, focus, { x: area.x + area.w - s, y, w: s, h: s });

  const x = phone ? area.x : sourceX + s + 20 * u, width = (phone ? area.x + area.w : area.x + area.w - s - 20 * u) - x, cellsTop = phone ? y + s + stage.label + 4 * u : y + stage.label;
  const gap = 20 * u, wide = (level ? 84 : 70) * u, g = Math.min((width - 3 * gap - wide) / 3, phone ? area.below - stage.label - 8 * u : s - stage.label), all = 3 * g + 2 * gap, first = x + Math.max(0, width - all - gap - wide) / 2;
  const lens = { x: first, y: cellsTop, w: all, h: g };
  if (!phone) stage.fill([[sourceX + (left + size) * pixel, y + top * pixel], [first, cellsTop], [first, cellsTop + g], [sourceX + (left + size) * pixel, y + (top + size) * pixel]], stage.colour.network, 0.13);
  const place = { number: (level >> 1) + 1, map, row: row + 1, column: column + 1 };
  if (pooled || !sums) {
    maximum(stage, lens, taken, value, gain);
    scene.check = { sum: Math.max(...taken), value };
    scene.words = t("Pooling {number}, map {map}, row {row}, column {column}: the largest of {values} is {value}", { ...place, values: taken.map(number).join(", "), value: number(value) });
    return;
  }
  const bias = layer.bias[map], mine = sums[source.map], others = total(sums) - mine;
  const kernel = Array.from({ length: SIZE * SIZE }, (_, i) => layer.weights[(map * SIZE * SIZE + i) * source.maps + source.map]);
  products(stage, lens, taken, kernel, source);
  const terms = /** @type {[string, number][]} */ ([[t("sum of 9"), mine], ...(level ? [[t("+ 63 others"), others]] : []), [t("+ bias"), bias], ["ReLU", value]]);
  steps(stage, { x: first + all + gap, y: y + (phone ? s + 4 * u : 0), w: wide, h: phone ? area.below - 4 * u : s }, terms.map(([name, v], i) => (i < terms.length - 1 ? [name, number(v)] : [name, number(v), v])));
  scene.check = { sum: mine + others + bias, value };
  scene.words = t("Convolution {number}, map {map}, row {row}, column {column}: window {window}, kernel {kernel}, {steps}", { ...place, window: taken.map(number).join(" "), kernel: kernel.map(number).join(" "), steps: terms.map(([name, v]) => `${name} ${number(v)}`).join(", ") });
}

/** @param {Stage} stage @param {Cnn} network @param {Focus} focus @param {Rect} rect */
function enlarged(stage, network, { level, map, x, y, step }, rect) {
  const { kind, side, gain } = ROWS[level], values = network.values[level], pixel = rect.w / side;
  if (step < 0) stage.picture("target", values, [side, side], rect, { offset: map, stride: MAPS, gain });
  else stage.picture("target", Float32Array.from({ length: side * side }, (_, i) => (i <= step ? values[i * MAPS + map] : 0)), [side, side], rect, { gain }); // as far as the window has come
  stage.text(t("map {map} of {maps}", { map, maps: MAPS }), rect.x, rect.y - 6 * stage.u, { fit: rect.w });
  stage.frame(rect.x + x * pixel, rect.y + y * pixel, pixel, pixel);
  stage.touch(kind, map, rect, side, side);
}

/** @param {Stage} stage @param {Rect} lens @param {number[]} taken @param {number[]} kernel @param {Source} source */
function products(stage, { x, y, w, h }, taken, kernel, source) {
  const gap = (w - 3 * h) / 2, at = (/** @type {number} */ i) => x + i * (h + gap), gain = 1 / peak(kernel);
  cells(stage, taken, SIZE, at(0), y, h, source.level < 0 ? { ink: true } : { gain: source.gain });
  cells(stage, kernel, SIZE, at(1), y, h, { gain });
  cells(stage, taken.map((value, i) => value * kernel[i]), SIZE, at(2), y, h, { gain });
  sign(stage, "×", at(1) - gap / 2, y + h / 2, 20);
  sign(stage, "=", at(2) - gap / 2, y + h / 2, 20);
  [t("window"), t("kernel"), t("products")].forEach((name, i) => stage.text(name, at(i) + h / 2, y - 5 * stage.u, { align: "center", fit: h + gap }));
}

/** @param {Stage} stage @param {Rect} lens @param {number[]} taken @param {number} value @param {number} gain */
function maximum(stage, { x, y, w, h }, taken, value, gain) {
  const { u } = stage, at = taken.indexOf(Math.max(...taken)), half = h / POOLED;
  cells(stage, taken, POOLED, x, y, h, { gain });
  stage.frame(x + (at % POOLED) * half, y + Math.floor(at / POOLED) * half, half, half);
  stage.text(t("largest"), x + h + 18 * u, y + h / 2 - 8 * u, { fit: w - h - 18 * u });
  stage.text(number(value), x + h + 18 * u, y + h / 2 + 18 * u, { size: 26, weight: 700, colour: value > 0 ? stage.plus : stage.colour.dim });
  stage.text(t("only it goes on"), x + h + 18 * u, y + h / 2 + 18 * u + stage.label, { fit: w - h - 18 * u });
}

/** The last step: 64 maps of 3 x 3, laid side by side as 24 x 24, are 576 numbers; each has a weight for each output.
 * @param {Stage} stage @param {Scene} scene @param {LensArea} area @param {Cnn} network @param {number} d */
export function flattened(stage, scene, area, { values, out }, d) {
  const rival = rivalOf(scene);
  const features = 9 * MAPS, tile = (/** @type {Float32Array} */ from) => Float32Array.from({ length: features }, (_, i) => {
    const x = i % 24, y = Math.floor(i / 24);
    return from[((y % 3) * 3 + (x % 3)) * MAPS + Math.floor(y / 3) * 8 + Math.floor(x / 3)];
  });
  const drawn = multiply(stage, scene, area, { left: tile(values[4]), weights: tile(outputWeights(out, d, rival)), shape: [24, 24], gain: ROWS[4].gain, ...outputSum(scene, out, d, rival, t("576 numbers")) }), x = drawn.column + 106 * stage.u;
  if (area.phone) return;
  const free = { ...area, x, w: area.x + area.w - x };
  if (rival === null) softmaxStep(stage, scene, free, d);
  else leadStep(stage, scene, free, d, rival);
}

/** @param {ArrayLike<number>} values */
function strongestOf(values) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (Math.abs(values[i]) > Math.abs(values[best])) best = i;
  return best;
}
