/* Networks whose maps are shown live, without their sums: ResNet v2, DenseNet, the Y-network. */
import { digit, outputs, slotX, slots } from "./parts.js";
import { legend, outputWeights, rivalOf } from "./rivals.js";
import { activeMaps } from "./shares.js";
import { Walk, number, peak } from "./stage.js";
import { percent } from "../answers/words.js";
import { t, tn } from "../language/language.js";

/** @typedef {import("./parts.js").Scene} Scene */
/** @typedef {import("./parts.js").Area} Area */
/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {import("./stage.js").Rect} Rect */
/** @typedef {import("../engine/anatomy.js").Layer} Layer */
/** @typedef {{ layer: Layer, side: number, maps: number, values: Float32Array, order: number[], gain: number }} Row */

const [BESIDE, PHONE] = [12, 6]; // maps of each layer that are shown
const LINKS = 20; // from averages to the answer
const GROWN = 1.3; // times a layer's gain, by which the largest value may exceed it before the gain follows

export class Maps {
  walk;
  /** @type {Row[]} */ #rows = [];
  /** @type {Map<number, number>} the largest value seen, by layer */ #peaks = new Map();
  /** @type {{ row: number, map: number } | null} */ #chosen = null;

  /** @param {import("../engine/anatomy.js").Anatomy} anatomy */
  constructor({ layers, kept }) {
    const shown = layers.filter(({ output, shape }) => kept.includes(output) && shape.length === 3 && shape[0] > 1), stageOf = (/** @type {Layer} */ { name }) => /^stage\d+/.exec(name)?.[0];
    this.layers = shown.filter((layer, i) => !stageOf(layer) || stageOf(layer) !== (shown[i + 1] && stageOf(shown[i + 1]))); // of a stage, its last block
    this.average = layers.find(({ kind, output }) => kind === "average" && kept.includes(output));
    this.out = /** @type {import("./mlp.js").Dense} */ (layers.at(-1));
    this.walk = new Walk(this.layers.length, 900);
  }

  /** @param {Scene} scene */
  update(scene) {
    this.#rows = this.layers.map((layer, i) => {
      const [side, , maps] = layer.shape, values = scene.values(layer.output), seen = this.#peaks.get(i) ?? 0, largest = peak(values);
      if (largest > GROWN * seen) this.#peaks.set(i, largest);
      return { layer, side, maps, values, order: activeMaps(values, maps, this.#rows[i]?.order ?? null, BESIDE, scene.moving), gain: 1.6 / (this.#peaks.get(i) ?? 1) };
    });
  }

  /** @param {Stage} stage @param {Scene} scene @param {Area} area */
  draw(stage, scene, area) {
    const { u, colour, label } = stage, { phone } = area, { hot } = scene, lens = phone ? area.side || 130 * u : Math.min(150 * u, area.h * 0.24), outHeight = Math.min(108 * u, area.h * 0.18), count = phone ? PHONE : BESIDE;
    const gutter = phone ? 0 : Math.max(104 * u, 9.5 * stage.least), width = area.w - gutter, pitch = width / count, top = area.y + label + lens + 28 * u, bottom = area.y + area.h - outHeight - 26 * u, each = (bottom - top) / this.#rows.length;
    const focus = this.#focus(scene), s = Math.min(pitch * 0.9, each - (phone ? label : 8 * u));
    this.#rows.forEach(({ layer, side, maps, values, order, gain }, row) => {
      const y = top + row * each + (each - s) / 2, atlas = stage.atlas(`row${row}`, count, side, side), said = { name: plain(layer), shown: Math.min(count, maps), maps, size: `${side}×${side}` };
      order.slice(0, count).forEach((map, i) => stage.paint(atlas, i, values, { offset: map, stride: maps, gain }));
      atlas.flush();
      order.slice(0, count).forEach((map, i) => {
        const rect = { x: area.x + (i + 0.5) * pitch - s / 2, y, w: s, h: s };
        stage.place(atlas, i, rect.x, y, s);
        stage.touch("map", row * 1000 + map, rect, side, side);
        if (focus.row === row && focus.map === map) stage.frame(rect.x, y, s, s, colour.network, 2.5);
      });
      const words = { align: /** @type {const} */ ("right"), halo: true, fit: gutter - 4 * u }, right = area.x + area.w;
      if (phone) return stage.text(t("{name}: {shown} of {maps}, {size}", said), right, y - 5 * u, { ...words, fit: width });
      stage.text(said.name, right, y + s / 2 - 1 * u, { ...words, size: 13, weight: 600, colour: colour.ink });
      stage.text(t("{size} · {shown} of {maps}", said), right, y + s / 2 + Math.max(13 * u, stage.least), { ...words });
    });
    const out = { x: area.x, y: area.y + area.h - outHeight, w: area.w, h: outHeight };
    this.#links(stage, scene, out, { x: area.x, y: bottom + 2 * u, w: width, h: 8 * u });
    outputs(stage, scene, out);
    this.#lens(stage, scene, { ...area, y: area.y + label, h: lens }, focus);
    if (hot?.kind === "output") scene.words = t("Output {digit}: logit {logit}, probability {percent}", { digit: hot.column, logit: number(scene.logits[hot.column]), percent: percent(scene.probabilities[hot.column]) });
  }

  /** @param {Scene} scene */
  #focus({ hot }) {
    if (this.walk.at >= 0) return { row: this.walk.at, map: this.#rows[this.walk.at].order[0] };
    if (hot?.kind === "map") this.#chosen = { row: Math.floor(hot.number / 1000), map: hot.number % 1000 };
    const { row, map } = this.#chosen ?? { row: 0, map: -1 };
    return { row, map: map < 0 ? this.#rows[0].order[0] : map };
  }

  /** The digit, and one map enlarged. @param {Stage} stage @param {Scene} scene @param {Area} area @param {{ row: number, map: number }} focus */
  #lens(stage, scene, { x, y, h, phone, w, side: before }, { row, map }) {
    const { u, colour } = stage, { side, maps, values, layer, gain } = this.#rows[row], left = x + (before && before + 12 * u), size = h, at = phone ? x + w - size : left + size + 40 * u, rect = { x: at, y, w: size, h: size };
    digit(stage, scene, left, y, size);
    stage.picture("enlarged", values, [side, side], rect, { offset: map, stride: maps, gain });
    stage.touch("map", row * 1000 + map, rect, side, side);
    stage.text(t("map {map} of {maps}", { map, maps }), at, y - 6 * u, { fit: size + 20 * u });
    const { hot } = scene, pixel = hot?.kind === "map" ? hot : null, value = pixel ? values[(pixel.row * side + pixel.column) * maps + map] : null;
    if (pixel && value !== null) {
      const cell = size / side;
      stage.frame(at + pixel.column * cell, y + pixel.row * cell, cell, cell);
      scene.words = t("{layer}, map {map}, row {row}, column {column}: {value}", { layer: plain(layer), map, row: pixel.row + 1, column: pixel.column + 1, value: number(value) });
    }
    if (phone) return;
    stage.link(left + size + 2 * u, y + size / 2, at - 2 * u, y + size / 2, 0.5, { across: true, widest: 3, colour: colour.network });
    const words = at + size + 20 * u;
    stage.text(plain(layer), words, y + 24 * u, { size: 18, weight: 600, colour: colour.ink, fit: x + w - words });
    stage.text(t("one of {maps} maps of {size}; the {shown} that your ink excites most are below", { maps, size: `${side}×${side}`, shown: BESIDE }), words, y + 44 * u, { fit: x + w - words });
    if (pixel && value !== null) stage.text(number(value), words, y + 78 * u, { size: 26, weight: 700, colour: value > 0 ? stage.plus : value < 0 ? stage.minus : colour.dim });
    if (pixel) stage.text(t("row {row}, column {column}", { row: pixel.row + 1, column: pixel.column + 1 }), words, y + 96 * u, { fit: x + w - words });
  }

  /** The averages of the last maps, where the network takes them, and their pull on the answer. @param {Stage} stage @param {Scene} scene @param {Rect} out @param {Rect} rect */
  #links(stage, scene, out, rect) {
    if (!this.average) return;
    const averages = scene.values(this.average.output), count = averages.length, target = scene.hot?.kind === "output" ? scene.hot.column : scene.says, cell = rect.w / count, { c, u } = stage;
    const rival = rivalOf(scene), weights = outputWeights(this.out, target, rival), pulls = Array.from(averages, (value, i) => value * weights[i]), scale = peak(pulls), least = pulls.map(Math.abs).sort((a, b) => b - a)[LINKS] ?? 0, gain = 1 / peak(averages);
    averages.forEach((value, i) => {
      c.fillStyle = stage.shade(value * gain);
      c.fillRect(rect.x + i * cell, rect.y, cell + 0.5, rect.h);
      if (Math.abs(pulls[i]) >= least) stage.link(rect.x + (i + 0.5) * cell, rect.y + rect.h, slotX(out.x, slots(stage, out.w), pulls[i] < 0 ? rival ?? target : target), out.y + 5 * u, pulls[i] / scale, { widest: 4 });
    });
    legend(stage, out.x, out.y - 3 * u, target, rival);
    const title = tn("{n} average", "{n} averages", count);
    if (rect.w < out.w) stage.text(title, out.x + out.w, rect.y + 8 * u, { align: "right" });
    else stage.text(title, rect.x, rect.y - 4 * u, { halo: true });
  }
}

/** A layer's name in words: "stage1_block6_join" is stage 1, block 6; "left_conv_1" left convolution 1. @param {Layer} layer */
function plain({ name, kind }) {
  const [, stage, block, part] = /^stage(\d+)_block(\d+)_?(.*)/.exec(name) ?? [], [, side, number] = /^(left|right)_conv_(\d+)$/.exec(name) ?? [];
  if (stage) return part === "c_conv" ? t("stage {stage}, block {block}, branch", { stage, block }) : t("stage {stage}, block {block}", { stage, block });
  if (side) return side === "left" ? t("left convolution {number}", { number }) : t("right convolution {number}", { number });
  return (name || kind).replaceAll("_", " ");
}
