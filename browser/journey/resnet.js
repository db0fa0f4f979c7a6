/* ResNet: three stages of three blocks. The shortcut is a highway that carries a map on, a block's branch adds a correction.
   One map of each stage is shown, because the shortcut keeps a map's number; any other can be chosen from the mosaic. */
import { t } from "../language/language.js";
import { both, cellAt, digit, multiply, outputs, sign, slotX, slots, softmaxStep, steps } from "./parts.js";
import { leadStep, legend, outputSum, outputWeights, rivalOf } from "./rivals.js";
import { Walk, number, peak } from "./stage.js";
import { blockSum, byDigit } from "./sums.js";

/** @typedef {import("./parts.js").Scene} Scene */
/** @typedef {import("./parts.js").Area} Area */
/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {import("./stage.js").Rect} Rect */
/** @typedef {{ stage: number, number: number, shortcut: Float32Array, branch: Float32Array, value: Float32Array }} Block */

const STAGES = [{ side: 28, maps: 16, gain: 1 / 4.5 }, { side: 14, maps: 32, gain: 1 / 5.5 }, { side: 7, maps: 64, gain: 1 / 7 }]; // gain: as in cnn.js
const BLOCKS = 3, AVERAGES = 64, AVERAGE_GAIN = 1 / 2.2;
const LINKS = 24; // from the averages to the answer
const LEAD = 0.6; // of the most active map's mean, below which it takes over

export class ResNet {
  walk = new Walk(3 * BLOCKS, 800);
  /** @type {Block[]} */ #blocks = [];
  /** @type {(number | null)[]} the most active map of each stage */ #active = [null, null, null];
  /** @type {(number | null)[]} what the visitor chose */ #chosen = [null, null, null];
  /** @type {{ block: number, x: number, y: number } | null} */ #pixel = null;
  #averages = new Float32Array(AVERAGES);

  /** @param {import("../engine/anatomy.js").Anatomy} anatomy */
  constructor({ layers }) {
    this.sums = layers.filter(({ kind }) => kind === "sum");
    this.average = /** @type {import("../engine/anatomy.js").Layer} */ (layers.find(({ kind }) => kind === "average"));
    this.out = /** @type {import("./mlp.js").Dense} */ (layers.at(-1));
    this.order = byDigit(this.out.weights, AVERAGES).order;
  }

  /** @param {Scene} scene */
  update(scene) {
    this.#blocks = this.sums.map(({ inputs: [shortcut, branch], output }, i) => ({ stage: Math.floor(i / BLOCKS), number: (i % BLOCKS) + 1, shortcut: scene.values(shortcut), branch: scene.values(branch), value: scene.values(output) }));
    this.#averages = new Float32Array(scene.values(this.average.output));
    STAGES.forEach(({ maps }, s) => {
      const means = meansOf(this.#blocks[BLOCKS * s + 2].value, maps), best = means.indexOf(Math.max(...means)), now = this.#active[s];
      if (now === null || means[now] < LEAD * means[best]) this.#active[s] = best;
    });
  }

  /** @param {import("./stage.js").Spot} spot */
  tap(spot) {
    if (spot.kind !== "mosaic") return false;
    const map = spot.row * spot.columns + spot.column;
    if (map < STAGES[spot.number].maps) this.#chosen[spot.number] = this.#chosen[spot.number] === map ? null : map;
    return true;
  }

  /** The map that is shown of a stage. @param {number} s @param {Scene} scene */
  #map(s, { hot }) {
    if (hot?.kind === "average" && s === 2) return this.order[hot.column];
    const map = hot?.kind === "mosaic" && hot.number === s ? hot.row * hot.columns + hot.column : -1;
    return map >= 0 && map < STAGES[s].maps ? map : /** @type {number} */ (this.#chosen[s] ?? this.#active[s]);
  }

  /** @param {Stage} stage @param {Scene} scene @param {Area} area */
  draw(stage, scene, area) {
    const { u, label } = stage, { phone } = area, { hot } = scene, lensHeight = phone ? area.side || 104 * u : Math.min(150 * u, area.h * 0.22), outHeight = Math.min(108 * u, area.h * 0.16), strip = 15 * u;
    if (this.walk.at >= 0) this.#pixel = { block: this.walk.at, x: -1, y: -1 };
    else if (hot?.kind === "block") this.#pixel = { block: hot.number, x: hot.column, y: hot.row };
    else if (hot?.kind === "pixel") this.#pixel = { block: 0, x: hot.column, y: hot.row };
    const small = Math.min(108 * u, area.h * 0.15), top = area.y + label + lensHeight + (phone ? small + 2 * label + 26 * u : 26 * u + label), bottom = area.y + area.h - outHeight - 17 * u - label - strip, each = (bottom - top) / 3;
    const tile = Math.min((each - label) * (phone ? 0.9 : 0.97), phone ? area.w * 0.15 : 110 * u), picker = phone ? 0 : tile + 26 * u;
    const rows = { x: area.x + picker, w: area.w - picker, y: top, each, tile, phone }, out = { x: area.x, y: area.y + area.h - outHeight, w: area.w, h: outHeight };
    STAGES.forEach((_, s) => {
      if (!phone) this.#mosaic(stage, scene, s, { x: area.x, y: top + s * each, w: tile, h: tile });
      this.#stage(stage, scene, s, rows);
    });
    this.#strip(stage, scene, { x: area.x, y: bottom + label - 5 * u, w: area.w, h: strip }, out, { x: rows.x + rows.w - tile / 2, y: top + 2 * each + tile });
    outputs(stage, scene, out);
    const lens = { ...area, y: area.y + label, h: lensHeight };
    if ((hot?.kind === "output" || (!hot && rivalOf(scene) !== null)) && !this.walk.playing) this.#last(stage, scene, lens, hot ? hot.column : scene.says);
    else this.#lens(stage, scene, lens, small);
    if (hot?.kind === "mosaic") scene.words = both(t("Stage {stage}, map {map} of {maps}; Enter keeps it", { stage: hot.number + 1, map: this.#map(hot.number, scene), maps: STAGES[hot.number].maps }), scene.words);
    if (hot?.kind !== "average") return;
    const map = this.order[hot.column], average = this.#averages[map], pull = average * this.out.weights[scene.says * AVERAGES + map];
    scene.words = t("Average of the last map {map}: {average}, its pull on {digit}: {pull}", { map, average: number(average), digit: scene.says, pull: number(pull) });
  }

  /** All maps of a stage, to choose from. @param {Stage} stage @param {Scene} scene @param {number} s @param {Rect} rect */
  #mosaic(stage, scene, s, rect) {
    const { maps, side, gain } = STAGES[s], columns = Math.ceil(Math.sqrt(maps)), atlas = stage.atlas(`mosaic${s}`, maps, side, side), { value } = this.#blocks[BLOCKS * s + 2], chosen = this.#map(s, scene);
    for (let map = 0; map < maps; map++) stage.paint(atlas, map, value, { offset: map, stride: maps, gain });
    atlas.flush();
    for (let map = 0; map < maps; map++) {
      const { x, y, w } = cellAt(rect, columns, map);
      stage.c.drawImage(atlas.canvas, (map % atlas.columns) * side, Math.floor(map / atlas.columns) * side, side, side, x, y, w - 1, w - 1);
      if (map === chosen) stage.frame(x, y, w - 1, w - 1, stage.colour.network);
    }
    stage.touch("mosaic", s, rect, columns, columns);
  }

  /** Three blocks: highway, branch and sum, lines as thick as the values that they carry.
   * @param {Stage} stage @param {Scene} scene @param {number} s @param {{ x: number, w: number, y: number, each: number, tile: number, phone: boolean }} rows */
  #stage(stage, scene, s, { x, w, y: first, each, tile, phone }) {
    const { c, u, colour } = stage, { side, maps, gain } = STAGES[s], map = this.#map(s, scene), y = first + s * each, pitch = (w - tile) / BLOCKS, small = tile * (phone ? 0.66 : 0.76);
    const show = (/** @type {string} */ name, /** @type {Float32Array} */ data, /** @type {number} */ left, /** @type {number} */ top, /** @type {number} */ size, /** @type {number} */ block) => {
      const rect = { x: left, y: top, w: size, h: size };
      stage.picture(name, data, [side, side], rect, { offset: map, stride: maps, gain });
      stage.touch("block", block, rect, side, side);
      if (block === (this.#pixel?.block ?? 8) && name !== "in") stage.frame(left, top, size, size, colour.network, name === "branch" ? 2 : 3);
    };
    for (let b = 0; b < BLOCKS; b++) {
      const k = BLOCKS * s + b, { shortcut, branch, value } = this.#blocks[k], left = x + b * pitch + tile, right = x + (b + 1) * pitch, middle = (left + right) / 2, below = y + tile * 0.42, high = y + tile * 0.2, join = right - 15 * u;
      const carried = meanOf(shortcut, map, maps), added = meanOf(branch, map, maps), scale = Math.max(carried, added, 1e-6);
      Object.assign(c, { globalAlpha: 0.85, strokeStyle: colour.network, lineWidth: (1 + (9 * carried) / scale) * u });
      c.beginPath();
      c.moveTo(left, high);
      c.lineTo(right, high);
      c.stroke();
      Object.assign(c, { lineWidth: (1 + (9 * added) / scale) * u, strokeStyle: stage.dark ? "#86847b" : "#a9a396" });
      c.beginPath();
      c.moveTo(left, below + small / 2);
      c.lineTo(middle - small / 2, below + small / 2);
      c.moveTo(middle + small / 2, below + small / 2);
      c.bezierCurveTo(join - 8 * u, below + small / 2, join, below + small * 0.3, join, high);
      c.stroke();
      c.globalAlpha = 1;
      if (b === 0) show("in", shortcut, x, y, tile, k);
      show("branch", branch, middle - small / 2, below, small, k);
      show("sum", value, right, y, tile, k);
      Object.assign(c, { fillStyle: colour.bg, strokeStyle: colour.network, lineWidth: 2 * u });
      c.beginPath();
      c.arc(join, high, 9 * u, 0, 2 * Math.PI);
      c.fill();
      c.stroke();
      stage.text("+", join, high + 0.5 * u, { size: 15, weight: 600, align: "center", base: "middle", colour: colour.ink });
    }
    stage.text(t("stage {stage}: map {map} of {maps}, {size}", { stage: s + 1, map, maps, size: `${side}×${side}` }), phone ? x : x - tile - 26 * u, y - 5 * u, { halo: true });
    if (s < 2) stage.link(x + w - tile / 2, y + tile, x + tile / 2, y + each, 0.45, { widest: 7, colour: colour.network, alpha: 0.6 });
  }

  /** The averages of the 64 last maps, and their pull on the answer. @param {Stage} stage @param {Scene} scene @param {Rect} rect @param {Rect} out @param {{ x: number, y: number }} from */
  #strip(stage, scene, rect, out, from) {
    const { c, u, colour } = stage, cell = rect.w / AVERAGES, target = scene.hot?.kind === "output" ? scene.hot.column : scene.says, here = this.order.indexOf(this.#map(2, scene));
    const rival = rivalOf(scene), weights = outputWeights(this.out, target, rival), pulls = this.order.map((map) => this.#averages[map] * weights[map]), scale = peak(pulls), least = pulls.map(Math.abs).sort((a, b) => b - a)[LINKS];
    pulls.forEach((pull, i) => {
      if (Math.abs(pull) >= least) stage.link(rect.x + (i + 0.5) * cell, rect.y + rect.h, slotX(out.x, slots(stage, out.w), pull < 0 ? rival ?? target : target), out.y + 5 * u, pull / scale, { widest: 5 });
    });
    legend(stage, out.x, out.y - 3 * u, target, rival);
    stage.link(from.x, from.y, rect.x + (here + 0.5) * cell, rect.y, 0.5, { widest: 4, colour: colour.network });
    this.order.forEach((map, i) => {
      c.fillStyle = stage.shade(this.#averages[map] * AVERAGE_GAIN);
      c.fillRect(rect.x + i * cell, rect.y, cell - 1, rect.h);
    });
    stage.box(rect.x, rect.y, rect.w - 1, rect.h);
    stage.frame(rect.x + here * cell, rect.y, cell - 1, rect.h, colour.network);
    stage.text(t("the average of each of the 64 last maps, by the digit it speaks for"), rect.x, rect.y - 5 * u, { halo: true, fit: rect.w * 0.9 });
    stage.touch("average", 0, rect, AVERAGES, 1);
  }

  /** shortcut + branch = sum, for one pixel of one block. @param {Stage} stage @param {Scene} scene @param {Area} area @param {number} small size of the pictures on a phone */
  #lens(stage, scene, area, small) {
    const { u } = stage, { phone } = area, k = this.#pixel?.block ?? 8, { stage: s, number: b, shortcut, branch, value } = this.#blocks[k], { side, maps, gain } = STAGES[s], map = this.#map(s, scene);
    const sum = blockSum(shortcut, branch, map, maps), inside = this.#pixel && this.#pixel.x >= 0 && this.#pixel.x < side && this.#pixel.y < side ? this.#pixel : strongestPixel(branch, map, maps, side), at = inside.y * side + inside.x;
    digit(stage, scene, area.x + (area.side && area.side + 12 * u), area.y, area.h);
    const y = phone ? area.y + area.h + stage.label + 4 * u : area.y, gap = (phone ? 18 : 24) * u, start = phone ? area.x : area.x + area.h + 28 * u, width = area.w - (start - area.x);
    const size = Math.min(phone ? small : area.h - stage.label, (width - 2 * gap - (phone ? 0 : 70 * u)) / 3), [a, r] = [shortcut[at * maps + map], branch[at * maps + map]];
    const pictures = /** @type {[ArrayLike<number>, number, number, string, number][]} */ ([[shortcut, map, maps, b > 1 || !s ? t("shortcut") : t("shortcut, 1×1"), a], [branch, map, maps, t("branch"), r], [sum, 0, 1, t("sum"), sum[at]]]);
    pictures.forEach(([data, offset, stride, name, v], i) => {
      const x = start + i * (size + gap), pixel = size / side, rect = { x, y, w: size, h: size };
      stage.picture(`lens${i}`, data, [side, side], rect, { offset, stride, gain });
      stage.text(name, x, y - 6 * u, { fit: size + gap * 0.8 });
      stage.frame(x + inside.x * pixel, y + inside.y * pixel, pixel, pixel);
      stage.text(number(v), x + size / 2, y + size + stage.label - 2 * u, { size: 15, weight: 600, align: "center", colour: v < 0 ? stage.minus : stage.plus });
      if (i < 2) sign(stage, i ? "=" : "+", x + size + gap / 2, y + size / 2);
      stage.touch("block", k, rect, side, side);
    });
    const after = value[at * maps + map], x = phone ? area.x + 2 * ((area.side || area.h) + 12 * u) : start + 3 * (size + gap) - gap + 12 * u, w = area.x + area.w - x;
    stage.text(t("stage {stage}, block {block}", { stage: s + 1, block: b }), x, area.y + 14 * u, { size: 15, weight: 600, colour: stage.colour.ink, fit: w });
    stage.text(t("map {map} of {maps}", { map, maps }), x, area.y + 16 * u + stage.label, { fit: w });
    steps(stage, { x, y: area.y + 20 * u + stage.label, w, h: area.h - 20 * u - stage.label }, [[t("ReLU of the sum"), number(after), after]]);
    scene.check = { sum: sum[at], value: after };
    scene.words = t("Stage {stage}, block {block}, map {map}, row {row}, column {column}: shortcut {shortcut} plus branch {branch} is {sum}, after ReLU {value}", { stage: s + 1, block: b, map, row: inside.y + 1, column: inside.x + 1, shortcut: number(a), branch: number(r), sum: number(sum[at]), value: number(after) });
  }

  /** The last step: 64 averages, each with a weight for each output. @param {Stage} stage @param {Scene} scene @param {Area} area @param {number} d */
  #last(stage, scene, area, d) {
    const { u } = stage, { order, out } = this, rival = rivalOf(scene), weights = outputWeights(out, d, rival), drawn = multiply(stage, scene, area, { left: Float32Array.from(order, (map) => this.#averages[map]), weights: Float32Array.from(order, (map) => weights[map]), shape: [8, 8], gain: AVERAGE_GAIN, ...outputSum(scene, out, d, rival, t("64 averages")) }), x = drawn.column + 106 * u;
    if (area.phone) return;
    const free = { ...area, x, w: area.x + area.w - x };
    if (rival === null) softmaxStep(stage, scene, free, d);
    else leadStep(stage, scene, free, d, rival);
  }
}

/** The mean magnitude of one map. @param {Float32Array} values @param {number} map @param {number} maps */
function meanOf(values, map, maps) {
  let sum = 0;
  for (let i = map; i < values.length; i += maps) sum += Math.abs(values[i]);
  return (sum * maps) / values.length;
}

/** @param {Float32Array} values @param {number} maps */
const meansOf = (values, maps) => Array.from({ length: maps }, (_, map) => meanOf(values, map, maps));

/** @param {Float32Array} values @param {number} map @param {number} maps @param {number} side */
function strongestPixel(values, map, maps, side) {
  let best = 0, most = -1;
  for (let i = 0; i < side * side; i++) if (Math.abs(values[i * maps + map]) > most) [best, most] = [i, Math.abs(values[i * maps + map])];
  return { x: best % side, y: Math.floor(best / side) };
}
