/* The parts that the pictures of all networks share: the digit that goes in, rows of arithmetic, and the ten outputs. */
import { weighted } from "./sums.js";
import { clip, contrasting, decimals, number, peak } from "./stage.js";
import { percent } from "../answers/words.js";
import { t, tn } from "../language/language.js";

/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {import("./stage.js").Rect} Rect */
/** @typedef {import("./stage.js").Spot} Spot */
/** @typedef {import("../engine/digit.js").Box} Box */
/**
 * @typedef {object} Scene What a network makes of a digit, and what the visitor looks at.
 * @property {Float32Array} ink 28 x 28 values from 0 to 1
 * @property {(tensor: number) => Float32Array} values of a tensor that the anatomy keeps
 * @property {Float32Array} logits of the ten digits; of a recurrent network, after each row
 * @property {number} temperature
 * @property {ArrayLike<number>} probabilities
 * @property {number} says the digit
 * @property {number | null} rival another digit that the answer is held against, see rivals.js
 * @property {ArrayLike<number>} eased the probabilities as the bars show them in this frame
 * @property {boolean} quiet nothing is drawn
 * @property {boolean} moving the pen is down
 * @property {Box | null} place of the ink in the 28 x 28 pixels
 * @property {[number, number] | null} tip of the pen: column and row of the 28 x 28 pixels
 * @property {Spot | null} hot what is hovered or pinned
 * @property {boolean} pinned
 * @property {string} words what is looked at, for a screen reader
 * @property {{ sum: number, value: number } | null} check the sum that is shown, bias included, and the engine's value of the same unit
 * @property {Rect | null} landing where the crop box of the drawing ends up
 */
/** @typedef {Rect & { phone: boolean, side: number }} Area side: of the canvas that lies on its upper left corner, or 0 */
/**
 * @typedef {object} Picture Draws one network.
 * @property {(scene: Scene) => void} update called for each digit
 * @property {(stage: Stage, scene: Scene, area: Area) => void} draw
 * @property {import("./stage.js").Walk} walk
 * @property {number[]} [stops] steps of the walk at which it rests where motion is not wanted; all of them
 * @property {(spot: Spot) => boolean} [tap] returns whether it was more than a look
 * @property {(row: number) => void} [scrub]
 * @property {() => number} [row]
 */

export const SIDE = 28;
const READABLE = 27; // pixels of a cell's side, from which its number is written into it
const GUTTER = 92; // units on the right of wide pictures, for names

/** 28 x 28 pixels with the box that the ink was fitted into, and the centre of mass.
 * @param {Stage} stage @param {Scene} scene @param {number} x @param {number} y @param {number} size @param {string} [title] */
export function digit(stage, scene, x, y, size, title = t("28 × 28 pixels")) {
  const { c, u } = stage, pixel = size / SIDE, { place } = scene;
  stage.picture("digit", scene.ink, [SIDE, SIDE], { x, y, w: size, h: size }, { ink: true });
  if (title) stage.text(title, x, y - 6 * u, { fit: size });
  if (place) {
    const box = { x: x + place.left * pixel, y: y + place.top * pixel, w: place.width * pixel, h: place.height * pixel };
    c.setLineDash([3 * u, 3 * u]);
    stage.box(box.x, box.y, box.w, box.h, "#9a978e", 1);
    c.setLineDash([]);
    stage.cross(x + size / 2, y + size / 2, 4 * u, "#f08a24");
    scene.landing = box;
  }
  stage.touch("pixel", 0, { x, y, w: size, h: size }, SIDE, SIDE);
}

/** @param {Stage} stage @param {string} words @param {number} x @param {number} y @param {number} [size] */
export function sign(stage, words, x, y, size = 26) {
  stage.text(words, x, y, { size, weight: 300, align: "center", base: "middle", colour: stage.colour.ink });
}

/** A grid of numbers in their colours. @param {Stage} stage @param {number[]} values @param {number} columns @param {number} x @param {number} y @param {number} size
 * @param {{ gain?: number, ink?: boolean }} [how] */
export function cells(stage, values, columns, x, y, size, { gain = 1, ink = false } = {}) {
  const { c, u } = stage, side = size / columns;
  values.forEach((value, i) => {
    const left = x + (i % columns) * side, top = y + Math.floor(i / columns) * side, colour = ink ? stage.grey(value * gain) : stage.shade(value * gain);
    c.fillStyle = colour;
    c.fillRect(left, top, side + 0.5, side + 0.5);
    if (side > READABLE) stage.text(number(value), left + side / 2, top + side / 2 + u, { size: Math.min(14, side / u / 2.7), align: "center", base: "middle", colour: contrasting(colour), fit: side - 2, tiny: true });
  });
  stage.box(x, y, size, (size * values.length) / columns / columns);
}

/** The width that the ten outputs take. @param {Stage} stage @param {number} w */
export const slots = (stage, w) => (w > 480 * stage.u ? w - GUTTER * stage.u : w);
/** @param {number} x @param {number} w @param {number} d */
export const slotX = (x, w, d) => x + (d + 0.5) * (w / 10);

/** Ten slots: links land at the top on the logits, the bar is the probability, the digit stands below.
 * @param {Stage} stage @param {Scene} scene @param {Rect} rect
 * @param {{ logits: ArrayLike<number>, probabilities: ArrayLike<number>, eased: ArrayLike<number>, says: number }} [answer] @param {boolean} [named] with a gutter for names */
export function outputs(stage, scene, rect, answer = scene, named = true) {
  const { c, u, colour } = stage, { x, y, h } = rect, w = named ? slots(stage, rect.w) : rect.w, slot = w / 10, wide = Math.min(slot * 0.84, 62 * u);
  const { logits, probabilities, eased, says } = answer, size = Math.max(12, stage.least / u), narrow = wide < 4 * size * u, above = 13 * u + (narrow ? size * u + 3 : 0);
  const room = h - 34 * u, base = y + room, tallest = room - above, scale = peak(logits), hot = scene.hot?.kind === "output" ? scene.hot.column : -1;
  for (let d = 0; d < 10; d++) {
    const middle = x + (d + 0.5) * slot, p = scene.quiet ? 0 : eased[d], tall = Math.max(1.5 * u, p * tallest), best = d === says && !scene.quiet;
    c.fillStyle = colour.soft;
    c.fillRect(middle - wide / 2, y + above, wide, tallest);
    c.fillStyle = best ? colour.network : colour.dim;
    c.fillRect(middle - wide / 2, base - tall, wide, tall);
    Object.assign(c, { fillStyle: stage.shade(logits[d] / scale), strokeStyle: colour.dim, lineWidth: 1 });
    c.beginPath();
    c.arc(middle, y + 5 * u, 5 * u, 0, 2 * Math.PI);
    c.fill();
    c.stroke();
    if (d === hot) stage.box(middle - wide / 2 - 3 * u, y + above - 2 * u, wide + 6 * u, tallest + 4 * u, colour.ink, 2 * u);
    const side = scene.quiet || (scene.rival ?? null) === null || (d !== scene.rival && d !== scene.says) ? "" : d === scene.rival ? stage.minus : stage.plus; // of two answers that are compared
    if (side) stage.box(middle - wide / 2 - 3 * u, y + above - 2 * u, wide + 6 * u, tallest + 4 * u, side, 2.5 * u);
    stage.text(String(d), middle, base + 28 * u, side ? { size: 34, weight: 700, align: "center", colour: side } : { size: best ? 34 : 24, weight: best ? 700 : 400, align: "center", colour: best ? colour.network : colour.dim });
    if (!((best && p > 0.3) || d === hot)) continue;
    const inside = !narrow && tall > 1.4 * size * u, half = 2 * size * u;
    stage.text(percent(probabilities[d]), narrow ? clip(middle, x + half, x + w - half) : middle, narrow ? y + above - 4 : inside ? base - tall + 1.15 * size * u : base - tall - 4 * u, { size, weight: 600, align: "center", halo: !inside, colour: inside ? contrasting(best ? colour.network : colour.dim) : colour.ink });
  }
  stage.touch("output", 0, { x, y, w, h }, 10, 1);
  if (rect.w > w) {
    const right = { align: /** @type {const} */ ("right"), size: 14, weight: 600, colour: colour.ink };
    stage.text(t("logits"), x + rect.w, y + 9 * u, right);
    stage.text("softmax", x + rect.w, y + above + tallest / 2 + 5 * u, right);
    stage.text(t("answer"), x + rect.w, base + 26 * u, right);
  }
}

/**
 * @typedef {object} Product
 * @property {ArrayLike<number>} left @property {Float32Array} weights @property {[number, number]} shape of both as a picture
 * @property {number} gain of left @property {number} bias @property {number} value what the engine computed
 * @property {[string, string]} titles @property {boolean} [ink] left is the digit @property {string} [after] what the value is called
 * @property {number} [probability] @property {string} name for a screen reader
 */

/** picture x weights = product, then sum, bias and ReLU: of everything that is fully connected.
 * @param {Stage} stage @param {Scene} scene @param {Area} area @param {Product} product */
export function multiply(stage, scene, area, { left, weights, shape, gain, bias, value, titles, ink = false, after = "ReLU", probability, name }) {
  const { u } = stage, { phone, y } = area, gap = (phone ? 16 : 24) * u, { products, sum } = weighted(left, weights, 0), lower = y + area.side + stage.label + 8 * u;
  const size = phone ? area.side : Math.min(area.h, (area.w - 3 * gap - 88 * u) / 3), second = area.x + size + gap;
  const places = phone ? [[second, y], [area.x, lower], [second, lower]] : [0, 1, 2].map((i) => [area.x + i * (size + gap), y]);
  const [first, middle, last] = places.map(([left, top]) => ({ x: left, y: top, w: size, h: size })), column = last.x + size + (phone ? gap : 20 * u);
  if (ink) digit(stage, scene, first.x, first.y, size, titles[0]);
  else {
    stage.picture("left", left, shape, first, { gain });
    stage.text(titles[0], first.x, first.y - 6 * u, { fit: size + gap });
  }
  stage.picture("weights", weights, shape, middle, { gain: 1 / (0.75 * peak(weights)) });
  stage.text(phone ? `× ${titles[1]}` : titles[1], middle.x, middle.y - 6 * u, { fit: phone ? size : size + gap });
  stage.picture("products", products, shape, last, { gain: 1 / Math.max(0.05, peak(products)) });
  stage.text(t("product"), last.x, last.y - 6 * u, { fit: size + gap });
  if (!phone) sign(stage, "×", middle.x - gap / 2, y + size / 2);
  sign(stage, "=", last.x - gap / 2, last.y + size / 2);
  /** @type {Step[]} */ const lines = [[t("sum of all"), number(sum)], [t("+ bias"), number(bias)], [after, number(value), value]];
  if (probability !== undefined) lines.push(["softmax", percent(probability), value]);
  steps(stage, { x: column, y: last.y, w: area.x + area.w - column, h: size }, lines);
  scene.check = { sum: sum + bias, value };
  const n = left.length, said = { part: name, sum: number(sum), bias: number(bias), step: after, value: number(value) };
  if (probability === undefined) scene.words = tn("{part}: sum of {n} product {sum}, bias {bias}, {step} {value}", "{part}: sum of {n} products {sum}, bias {bias}, {step} {value}", n, said);
  else scene.words = tn("{part}: sum of {n} product {sum}, bias {bias}, {step} {value}, probability {probability}", "{part}: sum of {n} products {sum}, bias {bias}, {step} {value}, probability {probability}", n, { ...said, probability: percent(probability) });
  return { first, last, column };
}

/** @typedef {[string, string, number?]} Step of arithmetic: its name, its value in words, and its sign where it is a result */

/** Steps below one another, the result large. @param {Stage} stage @param {Rect} rect @param {Step[]} lines */
export function steps(stage, { x, y, w, h }, lines) {
  const { u, colour } = stage, each = h / lines.length, label = Math.max(12 * u, stage.least), size = Math.min(24, (each - label - 2) / u);
  lines.forEach(([name, words, result], i) => {
    const top = y + i * each + (each - label - size * u) / 2;
    stage.text(name, x, top + 0.85 * label, { halo: true, fit: w });
    stage.text(words, x, top + label + 0.85 * size * u, { size: result === undefined ? Math.min(18, size) : size, weight: result === undefined ? 500 : 700, colour: result === undefined ? colour.ink : result > 0 ? stage.plus : result < 0 ? stage.minus : colour.dim, fit: w });
  });
}

/** The contributions to the ten logits: bars up and down from zero. @param {Stage} stage @param {Rect} rect @param {string} title @param {ArrayLike<number>} values ten */
export function pulls(stage, { x, y, w, h }, title, values) {
  const { c, u, colour } = stage, slot = w / 10, scale = peak(values), zero = y + (h - stage.label) / 2, tallest = (h - stage.label) / 2 - 2 * u;
  if (slot < 9 * u || h < 50) return;
  stage.text(title, x, y - 6 * u, { fit: w });
  for (let d = 0; d < 10; d++) {
    const tall = (values[d] / scale) * tallest;
    c.fillStyle = values[d] < 0 ? stage.minus : stage.plus;
    c.fillRect(x + (d + 0.18) * slot, zero - Math.max(0, tall), slot * 0.64, Math.max(1, Math.abs(tall)));
    stage.text(String(d), x + (d + 0.5) * slot, y + h - 2 * u, { align: "center", size: 13, colour: colour.ink });
  }
  c.fillStyle = colour.edge;
  c.fillRect(x, zero - 0.5, w, 1);
}

/** From a logit to its probability. @param {Stage} stage @param {Scene} scene @param {Rect} rect @param {number} d */
export function softmaxStep(stage, { logits, temperature, probabilities }, { x, y, w, h }, d) {
  const { u } = stage, logit = logits[logits.length - 10 + d], scaled = logit / temperature;
  if (w < 90 * u) return;
  const others = Math.log(Array.from(logits.subarray(-10)).reduce((sum, value, other) => sum + (other === d ? 0 : Math.exp(value / temperature)), 0));
  /** @type {Step[]} */ const lines = [[temperature === 1 ? t("logit ÷ 1") : t("logit ÷ temperature {temperature}", { temperature: decimals(temperature, 2) }), number(scaled)], [t("{power} beside the nine others", { power: `e^${number(scaled)}` }), `e^${number(scaled)} : e^${number(others)}`], [t("its part of the sum of all ten"), percent(probabilities[d]), logit]];
  steps(stage, { x, y, w, h }, lines);
}

/** Two sentences, or the one of them that there is. @param {string} first @param {string} second */
export const both = (first, second) => (first && second ? t("{first}. {second}", { first, second }) : first || second);

/** A cell of a grid in a rectangle. @param {Rect} rect @param {number} columns @param {number} place */
export function cellAt(rect, columns, place) {
  const side = rect.w / columns;
  return { x: rect.x + (place % columns) * side, y: rect.y + Math.floor(place / columns) * side, w: side, h: side };
}

/** @param {number} value @param {number} count */
export const within = (value, count) => clip(value, 0, count - 1);
