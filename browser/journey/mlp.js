/* MLP: two fields of 16 x 16 units. A network has no order of its own; here a unit of the first layer stands where on the
   picture it looks, one of the second with the digit that it speaks for most. */
import { t, tn } from "../language/language.js";
import { SIDE, both, cellAt, multiply, outputs, pulls, slotX, slots, softmaxStep } from "./parts.js";
import { leadStep, legend, outputSum, outputWeights, rivalOf } from "./rivals.js";
import { byDigit, largest, strongest } from "./sums.js";
import { Walk, number } from "./stage.js";

/** @typedef {import("./parts.js").Scene} Scene */
/** @typedef {import("./parts.js").Area} Area */
/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {import("./stage.js").Rect} Rect */
/** @typedef {import("../engine/anatomy.js").Layer & { weights: Float32Array, bias: Float32Array }} Dense */
/** @typedef {{ kind: "unit1" | "unit2" | "output" | "", unit: number }} Target what the line of arithmetic is about */

const N = 16, UNITS = N * N;
const GAINS = [1 / 5.2, 1 / 3.6]; // of each layer's values: 1 over the 99.7th percentile over 60 drawings
const [TO_ANSWER, FROM_LOUDEST, INTO_LOUDEST, OF_UNIT] = [26, 6, 5, 24]; // links that are drawn
const TOUR = 8; // units that Play visits
const LEAD = 0.6; // of the loudest unit's value, below which another takes its place

export class Mlp {
  walk = new Walk(TOUR, 900);
  #loud = -1;

  /** @param {import("../engine/anatomy.js").Anatomy} anatomy */
  constructor({ layers }) {
    const [one, two, out] = /** @type {Dense[]} */ (layers);
    this.one = one;
    this.two = two;
    this.out = out;
    this.first = byPlace(this.one.weights);
    this.second = byDigit(this.out.weights, UNITS);
    this.place1 = inverse(this.first);
    this.place2 = inverse(this.second.order);
    /** @type {Float32Array} */ this.h1 = new Float32Array(UNITS);
    /** @type {Float32Array} */ this.h2 = this.h1;
  }

  /** @param {Scene} scene */
  update(scene) {
    this.h1 = scene.values(this.one.output);
    this.h2 = scene.values(this.two.output);
    const best = largest(Array.from(this.h2, (value, i) => value * this.out.weights[scene.says * UNITS + i]));
    const feeds = largest(Array.from(this.h1, (value, i) => value * this.two.weights[best * UNITS + i]));
    if (this.#loud < 0 || this.h1[this.#loud] < LEAD * this.h1[feeds]) this.#loud = feeds;
  }

  /** @param {Stage} stage @param {Scene} scene @param {Area} area */
  draw(stage, scene, area) {
    const { u, label } = stage, { phone } = area;
    const lensHeight = phone ? 2 * area.side + label + 8 * u : Math.min(190 * u, area.h * 0.26), outHeight = Math.min(120 * u, area.h * 0.165);
    const top = area.y + label + lensHeight + (phone ? label + 6 * u : 38 * u), bottom = area.y + area.h - outHeight, space = bottom - top - 22 * u;
    const gap = phone ? 14 * u : Math.min(130 * u, area.w * 0.15), field = Math.min(space, (area.w - gap - 24 * u) / 2), spare = phone ? 0 : Math.max(0, (area.w - 2 * field - gap) / 2 - 12 * u);
    const f1 = { x: area.x + spare, y: top, w: field, h: field }, f2 = { ...f1, x: f1.x + field + gap };
    const target = this.#target(scene), digit = target.kind === "output" ? target.unit : scene.says;
    this.#fields(stage, scene, f1, f2, digit);
    this.#links(stage, scene, f1, f2, { x: area.x, y: bottom, w: area.w, h: 0 }, target, digit);
    stage.text(phone ? t("256 units, by place") : t("first layer: 256 units, each where it looks"), f1.x, f1.y - 6 * u, { halo: true, fit: field + gap * 0.8 });
    stage.text(phone ? t("256 units, by digit") : t("second layer: 256, by the digit they speak for"), f2.x, f2.y - 6 * u, { halo: true, fit: field + spare });
    outputs(stage, scene, { x: area.x, y: bottom, w: area.w, h: outHeight });
    const lens = { ...area, y: area.y + label, h: lensHeight };
    const drawn = this.#lens(stage, scene, lens, target);
    const unit = target.kind === "unit1" ? target.unit : target.kind ? -1 : this.#loud;
    if (unit >= 0) {
      const cell = cellAt(f1, N, this.place1[unit]);
      stage.frame(cell.x, cell.y, cell.w, cell.h);
      if (!phone) stage.link(drawn.last.x + drawn.last.w / 2, drawn.last.y + drawn.last.h + 1, cell.x + cell.w / 2, cell.y, 0.5, { widest: 2.5, colour: stage.colour.network });
    }
    if (scene.hot?.kind === "pixel" && !this.walk.playing) this.#pixel(stage, scene, f1, drawn.first);
    const beside = drawn.column + 106 * u, free = phone ? { x: area.x + 2 * (area.side + 16 * u), y: lens.y, w: area.w - 2 * (area.side + 16 * u), h: area.side } : { x: beside, y: lens.y, w: area.x + area.w - beside, h: lensHeight };
    const rival = rivalOf(scene);
    if (target.kind === "output" && rival !== null) leadStep(stage, scene, free, target.unit, rival);
    else if (target.kind === "output") softmaxStep(stage, scene, free, target.unit);
    else if (scene.hot?.kind !== "pixel") this.#pulls(stage, scene, free, target);
  }

  /** @param {Scene} scene @returns {Target} */
  #target({ hot, says, rival }) {
    if (this.walk.at >= 0) {
      const loud = strongest(UNITS, (i) => this.h2[i] * this.out.weights[says * UNITS + i], TOUR), visited = loud[Math.min(this.walk.at, loud.length - 1)];
      if (visited) return { kind: "unit2", unit: visited[0] };
    }
    const place = hot ? hot.row * N + hot.column : 0;
    if (hot?.kind === "unit1") return { kind: "unit1", unit: this.first[place] };
    if (hot?.kind === "unit2") return { kind: "unit2", unit: this.second.order[place] };
    if (hot?.kind === "output") return { kind: "output", unit: hot.column };
    if (!hot && rival !== null && rival !== says) return { kind: "output", unit: says };
    return { kind: "", unit: -1 };
  }

  /** @param {Stage} stage @param {Scene} scene @param {Rect} f1 @param {Rect} f2 @param {number} digit */
  #fields(stage, scene, f1, f2, digit) {
    const fields = /** @type {[Rect, Float32Array, ArrayLike<number>, string][]} */ ([[f1, this.h1, this.first, "unit1"], [f2, this.h2, this.second.order, "unit2"]]);
    fields.forEach(([field, values, order, kind], i) => {
      stage.picture(kind, Float32Array.from(order, (unit) => values[unit]), [N, N], field, { gain: GAINS[i] });
      lattice(stage, field);
      stage.touch(kind, 0, field, N, N);
    });
    const { c, u, colour } = stage, { digits } = this.second, cell = f2.w / N;
    Object.assign(c, { strokeStyle: colour.dim, lineWidth: 1.2 * u });
    c.beginPath();
    for (let i = 0; i < UNITS; i++) {
      const { x, y } = cellAt(f2, N, i);
      if (i % N < N - 1 && digits[i] !== digits[i + 1]) { c.moveTo(x + cell, y); c.lineTo(x + cell, y + cell); }
      if (i < UNITS - N && digits[i] !== digits[i + N]) { c.moveTo(x, y + cell); c.lineTo(x + cell, y + cell); }
    }
    c.stroke();
    for (let d = 0; d < 10; d++) {
      const first = digits.indexOf(d), last = digits.lastIndexOf(d), on = d === digit && !scene.quiet;
      if (first >= 0) stage.text(String(d), f2.x + f2.w + 12 * u, f2.y + ((first + last) / 2 / N + 0.5) * cell, { size: on ? 18 : 13, weight: on ? 700 : 400, align: "center", base: "middle", colour: on ? colour.network : colour.dim });
    }
  }

  /** @param {Stage} stage @param {Scene} scene @param {Rect} f1 @param {Rect} f2 @param {Rect} out @param {Target} target @param {number} digit */
  #links(stage, scene, f1, f2, out, { kind, unit }, digit) {
    const across = (/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ strength) => {
      const a = cellAt(f1, N, this.place1[from]), b = cellAt(f2, N, this.place2[to]);
      stage.link(a.x + a.w / 2, a.y + a.h / 2, b.x + b.w / 2, b.y + b.h / 2, strength, { across: true, widest: kind ? 3.5 : 2, alpha: kind ? 1 : 0.5 });
    };
    const down = (/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ strength) => {
      const a = cellAt(f2, N, this.place2[from]);
      stage.link(a.x + a.w / 2, a.y + a.h / 2, slotX(out.x, slots(stage, out.w), to), out.y + 5 * stage.u, strength, { widest: 4 });
    };
    const rival = rivalOf(scene), weights = outputWeights(this.out, digit, rival), speak = strongest(UNITS, (i) => this.h2[i] * weights[i], TO_ANSWER), into = (/** @type {number} */ to, /** @type {number} */ most) => strongest(UNITS, (i) => this.h1[i] * this.two.weights[to * UNITS + i], most);
    if (kind === "unit1") for (const [to, s] of strongest(UNITS, (j) => this.h1[unit] * this.two.weights[j * UNITS + unit], OF_UNIT)) across(unit, to, s);
    else if (kind === "unit2") for (const [from, s] of into(unit, OF_UNIT)) across(from, unit, s);
    else if (scene.hot?.kind !== "pixel") for (const [to] of speak.slice(0, FROM_LOUDEST)) for (const [from, s] of into(to, INTO_LOUDEST)) across(from, to, s);
    if (kind === "unit2") for (const [d, s] of strongest(10, (d) => this.h2[unit] * this.out.weights[d * UNITS + unit], 10)) down(unit, d, s);
    else for (const [from, s] of speak) down(from, s < 0 ? rival ?? digit : digit, s);
    legend(stage, out.x, out.y - 6 * stage.u, digit, rival);
    if (kind === "unit2") frameCell(stage, f2, this.place2[unit]);
    if (kind === "output") for (const [from, s] of speak.slice(0, TOUR)) frameCell(stage, f2, this.place2[from], s > 0 ? stage.plus : stage.minus);
  }

  /** @param {Stage} stage @param {Scene} scene @param {Area} area @param {Target} target */
  #lens(stage, scene, area, { kind, unit }) {
    const { one, two, out, first, second, h1, h2 } = this, row = (/** @type {Dense} */ layer, /** @type {number} */ of) => layer.weights.subarray(of * UNITS, (of + 1) * UNITS);
    if (kind === "unit2") {
      const drawn = multiply(stage, scene, area, { left: sorted(h1, first), weights: sorted(row(two, unit), first), shape: [N, N], gain: GAINS[0], bias: two.bias[unit], value: h2[unit], titles: [t("first layer"), weightsOf(unit, UNITS)], name: t("Second layer, unit {unit}", { unit }) });
      return drawn;
    }
    if (kind === "output") return multiply(stage, scene, area, { left: sorted(h2, second.order), weights: sorted(outputWeights(out, unit, rivalOf(scene)), second.order), shape: [N, N], gain: GAINS[1], ...outputSum(scene, out, unit, rivalOf(scene), t("second layer")) });
    const shown = kind === "unit1" ? unit : Math.max(0, this.#loud);
    return multiply(stage, scene, area, { left: scene.ink, weights: one.weights.subarray(shown * SIDE * SIDE, (shown + 1) * SIDE * SIDE), shape: [SIDE, SIDE], gain: 1, bias: one.bias[shown], value: h1[shown], titles: [t("28 × 28 pixels"), weightsOf(shown, SIDE * SIDE)], ink: true, name: t("First layer, unit {unit}", { unit: shown }) });
  }

  /** The effect of a unit on each of the ten logits: value x weight, of the first layer through those of the second that are not 0.
   * @param {Stage} stage @param {Scene} scene @param {Rect} rect @param {Target} target */
  #pulls(stage, scene, rect, { kind, unit }) {
    const { h1, h2, two, out } = this, from = kind ? unit : Math.max(0, this.#loud), toSecond = (/** @type {number} */ j) => (kind === "unit2" ? Number(j === from) * h2[j] : h2[j] > 0 ? h1[from] * two.weights[j * UNITS + from] : 0);
    const through = Float32Array.from({ length: UNITS }, (_, j) => toSecond(j)), all = Array.from({ length: 10 }, (_, d) => through.reduce((sum, value, j) => sum + value * out.weights[d * UNITS + j], 0));
    pulls(stage, rect, rect.w < 150 * stage.u ? t("pull on the logits") : t("unit {unit}: its pull on the ten logits", { unit: from }), all);
    scene.words = both(scene.words, t("Its pull on the logits, {pulls}", { pulls: all.map((value, d) => `${d}: ${number(value)}`).join(", ") }));
  }

  /** The units that one pixel moves most. @param {Stage} stage @param {Scene} scene @param {Rect} field @param {Rect} picture */
  #pixel(stage, scene, field, picture) {
    const { row, column } = /** @type {import("./stage.js").Spot} */ (scene.hot), pixel = row * SIDE + column, side = picture.w / SIDE, x = picture.x + (column + 0.5) * side, y = picture.y + (row + 0.5) * side;
    for (const [unit, s] of strongest(UNITS, (i) => scene.ink[pixel] * this.one.weights[i * SIDE * SIDE + pixel], OF_UNIT)) {
      const cell = cellAt(field, N, this.place1[unit]);
      stage.link(x, y, cell.x + cell.w / 2, cell.y + cell.h / 2, s, { widest: 3.5 });
    }
    stage.frame(x - side / 2, y - side / 2, side, side);
    scene.words = "";
  }
}

/** The title of a unit's weights. @param {number} unit @param {number} count */
const weightsOf = (unit, count) => tn("unit {unit}: {n} weight", "unit {unit}: {n} weights", count, { unit });

/** @param {Stage} stage @param {Rect} field @param {number} place @param {string} [colour] */
function frameCell(stage, field, place, colour) {
  const { x, y, w, h } = cellAt(field, N, place);
  stage.frame(x, y, w, h, colour);
}

/** @param {Stage} stage @param {Rect} field */
function lattice(stage, { x, y, w }) {
  const { c, u, colour } = stage, cell = w / N;
  Object.assign(c, { globalAlpha: 0.5, strokeStyle: colour.bg, lineWidth: Math.max(1, 1.2 * u) });
  c.beginPath();
  for (let i = 1; i < N; i++) {
    c.moveTo(x + i * cell, y);
    c.lineTo(x + i * cell, y + w);
    c.moveTo(x, y + i * cell);
    c.lineTo(x + w, y + i * cell);
  }
  c.stroke();
  c.globalAlpha = 1;
}

/** @param {ArrayLike<number>} values @param {ArrayLike<number>} order */
const sorted = (values, order) => Float32Array.from(order, (i) => values[i]);

/** @param {ArrayLike<number>} order @returns {Int32Array} each unit's place */
function inverse(order) {
  const places = new Int32Array(order.length);
  for (let place = 0; place < order.length; place++) places[order[place]] = place;
  return places;
}

/** Units in a 16 x 16 order by the centre of their weights, raised to the fourth power, where there is ever ink.
 * @param {Float32Array} weights (256, 784) */
function byPlace(weights) {
  const reach = 11; // pixels from the middle
  const centres = Array.from({ length: UNITS }, (_, unit) => {
    let x = 0, y = 0, all = 0;
    for (let p = 0; p < SIDE * SIDE; p++) {
      const column = p % SIDE, row = Math.floor(p / SIDE);
      if (Math.hypot(column - 13.5, row - 13.5) > reach) continue;
      const weight = weights[unit * SIDE * SIDE + p] ** 4;
      x += weight * column;
      y += weight * row;
      all += weight;
    }
    return { unit, x: x / all, y: y / all };
  }).sort((a, b) => a.y - b.y);
  return Array.from({ length: N }, (_, row) => centres.slice(row * N, (row + 1) * N).sort((a, b) => a.x - b.x)).flat().map(({ unit }) => unit);
}
