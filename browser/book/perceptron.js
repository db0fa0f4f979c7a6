/* One unit: 784 weights that are painted with the finger, a bias, and what it makes of the visitor's digit. */
import { t } from "../language/language.js";
import { clip, number } from "../journey/stage.js";
import { weighted } from "../journey/sums.js";
import { sign } from "../journey/parts.js";
import { dot, line } from "./desk.js";
import { open } from "./networks.js";

const SIDE = 28, REACH = 1.6; // pixels of the brush
const FOR = 0.5, AGAINST = -0.25; // the weights of the unit that looks for the digit itself
const EXTENT = 60; // of the number line
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {import("./desk.js").Desk} desk @param {import("./book.js").Material} material @returns {import("./desk.js").Lesson} */
export function lesson(desk, { ink }) {
  const weights = new Float32Array(SIDE * SIDE);
  let bias = 0, paint = 1, cursor = 14 * SIDE + 14, keyed = false;
  const slider = desk.slider({ label: t("Bias"), from: -EXTENT, to: EXTENT, by: 0.5, at: bias, digits: 1 }, (value) => { bias = value; });
  desk.choice(t("The finger paints"), { for: t("for"), against: t("against"), nothing: t("nothing") }, (chosen) => { paint = chosen === "for" ? 1 : chosen === "against" ? -1 : 0; });
  desk.choice(t("Begin with"), { "this digit": t("this digit"), "no weights": t("no weights"), "a unit of the MLP": t("a unit of the MLP") }, (chosen) => { void begin(chosen); });
  const near = (/** @type {number} */ p) => [-1, 0, 1].some((dy) => [-1, 0, 1].some((dx) => ink[p + dy * SIDE + dx] > 0.3));

  /** @param {string} how */
  async function begin(how) {
    if (how === "no weights") weights.fill(0);
    else if (how === "this digit") weights.set(ink.map((value, p) => (value > 0.3 ? FOR : near(p) ? 0 : AGAINST)));
    else {
      const { anatomy: { layers: [layer] } } = await open("mlp"), all = /** @type {Float32Array} */ (layer.weights), unit = strongestUnit(ink, all);
      weights.set(all.subarray(unit * SIDE * SIDE, (unit + 1) * SIDE * SIDE));
      bias = /** @type {Float32Array} */ (layer.bias)[unit];
      slider.put(bias);
    }
    desk.changed();
  }
  void begin("this digit");

  /** @param {number} column @param {number} row */
  const brush = (column, row) => {
    for (let y = row - 2; y <= row + 2; y++) for (let x = column - 2; x <= column + 2; x++) {
      if (x >= 0 && y >= 0 && x < SIDE && y < SIDE && Math.hypot(x - column, y - row) <= REACH) weights[y * SIDE + x] = paint;
    }
  };
  return {
    draw(stage, area) {
      const { u, colour } = stage, { phone } = area, { products, sum } = weighted(ink, weights, 0), z = sum + bias, fires = z > 0;
      const gap = (phone ? 16 : 34) * u, size = Math.min((area.w - 2 * gap) / 3, area.h * 0.62), first = area.x + (area.w - 3 * size - 2 * gap) / 2, y = area.y + 20 * u;
      const xs = [0, 1, 2].map((i) => first + i * (size + gap)), rect = (/** @type {number} */ i) => ({ x: xs[i], y, w: size, h: size });
      stage.picture("digit", ink, [SIDE, SIDE], rect(0), { ink: true });
      stage.picture("weights", weights, [SIDE, SIDE], rect(1));
      stage.picture("products", products, [SIDE, SIDE], rect(2));
      [phone ? t("the digit") : t("the digit: 784 inputs"), phone ? t("paint here") : t("784 weights: paint here"), t("products")].forEach((words, i) => stage.text(words, xs[i], y - 6 * u, { fit: size + gap, weight: i === 1 ? 700 : 400, colour: i === 1 ? colour.ink : colour.dim }));
      sign(stage, "×", xs[0] + size + gap / 2, y + size / 2);
      sign(stage, "=", xs[1] + size + gap / 2, y + size / 2);
      stage.touch("weights", 0, rect(1), SIDE, SIDE);
      const pixel = size / SIDE;
      if (keyed) stage.frame(xs[1] + (cursor % SIDE) * pixel, y + Math.floor(cursor / SIDE) * pixel, pixel, pixel);
      // The sum and the bias on a number line, on which everything above zero goes on.
      const low = y + size + (phone ? 84 : 66) * u, left = area.x + 12 * u, right = area.x + area.w - 12 * u, middle = (left + right) / 2, at = (/** @type {number} */ value) => clip(middle + (value / (2 * EXTENT)) * (right - left), left, right), beside = (/** @type {number} */ value) => clip(at(value), left + 36 * u, right - 36 * u);
      stage.c.fillStyle = colour.soft;
      stage.c.fillRect(middle, low - 12 * u, right - middle, 24 * u);
      line(stage, [[left, low], [right, low]], colour.dim, 1.5 * u);
      line(stage, [[middle, low - 14 * u], [middle, low + 14 * u]], colour.ink, 2 * u);
      stage.text("0", middle, low + 30 * u, { align: "center" });
      stage.text(t("fires"), right - 6 * u, low - 36 * u, { align: "right", colour: colour.ink });
      stage.text(t("silent"), left, low - 36 * u);
      line(stage, [[at(sum), low], [at(z), low]], colour.network, 5 * u);
      dot(stage, at(sum), low, 6, colour.dim);
      dot(stage, at(z), low, 11, fires ? stage.plus : colour.dim);
      stage.text(t("sum {sum}", { sum: number(sum) }), beside(sum), low - 16 * u, { align: "center", halo: true });
      stage.text(t("output {output}", { output: number(Math.max(0, z)) }), beside(z), low + 32 * u, { align: "center", size: 16, weight: 700, halo: true, colour: fires ? stage.plus : colour.ink });
      stage.touch("bias", 0, { x: left, y: low - 22 * u, w: right - left, h: 44 * u });
      const values = { sum: number(sum), bias: number(bias), total: number(z), output: number(Math.max(0, z)) };
      if (fires) return t("The sum of all products is {sum}, with the bias {bias} it is {total}, and ReLU makes {output} of it: the unit fires. Weights say what it looks for, the bias how much of it is enough.", values);
      return t("The sum of all products is {sum}, with the bias {bias} it is {total}, and ReLU makes {output} of it: the unit is silent. Weights say what it looks for, the bias how much of it is enough.", values);
    },
    drag(spot, { x }) {
      keyed = false;
      if (spot.kind === "weights") return brush(spot.column, spot.row);
      const { area, stage: { u } } = desk, { sum } = weighted(ink, weights, 0), left = area.x + 12 * u, right = area.x + area.w - 12 * u;
      bias = clip(((x - (left + right) / 2) / (right - left)) * 2 * EXTENT - sum, -EXTENT, EXTENT);
      slider.put(bias);
    },
    key(key) {
      const step = ARROWS[key];
      keyed = true;
      if (step) cursor = clip((cursor % SIDE) + step[0], 0, SIDE - 1) + SIDE * clip(Math.floor(cursor / SIDE) + step[1], 0, SIDE - 1);
      else if (key === " " || key === "Enter") brush(cursor % SIDE, Math.floor(cursor / SIDE));
      else return false;
      return true;
    },
    keys: t("The weights: arrow keys move over them, Space paints"),
    tall: 0.72,
  };
}

/** The unit whose weights agree most with the digit. @param {Float32Array} ink @param {Float32Array} weights */
function strongestUnit(ink, weights) {
  let best = 0, most = -Infinity;
  for (let unit = 0; unit < weights.length / ink.length; unit++) {
    const { sum } = weighted(ink, weights, unit);
    if (sum > most) [best, most] = [unit, sum];
  }
  return best;
}
