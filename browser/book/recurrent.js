/* Recurrent networks row by row: SimpleRNN's equation with its numbers, and the LSTM's gates. */
import { t } from "../language/language.js";
import { SIDE, cellAt, sign } from "../journey/parts.js";
import { number, peak } from "../journey/stage.js";
import { total } from "../journey/sums.js";
import { Interpreter } from "../engine/interpreter.js";
import { line } from "./desk.js";
import { file, recurrence } from "./networks.js";

const N = 16, UNITS = N * N;
const PACE = 550; // milliseconds of a row
const FIRST_ROW = 11; // row that is shown first, where most digits have ink

/** @typedef {import("../journey/stage.js").Stage} Stage */
/** @typedef {import("../journey/parts.js").Area} Area */
/** @typedef {import("../journey/stage.js").Rect} Rect */

/** @param {import("./desk.js").Desk} desk @param {import("./book.js").Material} material @param {"rnn" | "lstm"} which @returns {Promise<import("./desk.js").Lesson>} */
export async function lesson(desk, { digit, ink }, which) {
  const { bytes, kernels } = await file(which), inner = recurrence(bytes), network = new Interpreter(bytes, kernels, [...new Set(inner.gates.flat())]);
  network.run(digit);
  const rows = inner.gates.map((tensors) => tensors.map((tensor) => Float32Array.from(network.value(tensor)))), nothing = new Float32Array(UNITS);
  let row = FIRST_ROW, unit = liveliest(rows.map((each) => each[each.length - 1]));
  const slider = desk.slider({ label: t("Row"), from: 0, to: SIDE - 1, by: 1, at: row, digits: 0 }, (value) => { row = value; });
  const unitSlider = desk.slider({ label: t("Unit"), from: 0, to: UNITS - 1, by: 1, at: unit, digits: 0 }, (value) => { unit = value; });
  const next = () => {
    row = (row + 1) % SIDE;
    slider.put(row);
  };
  desk.paces(PACE, next, which === "lstm");
  const states = (/** @type {number} */ at) => (at < 0 ? nothing : rows[at][rows[at].length - 1]);
  return {
    draw: (stage, area) => {
      const y = area.y + 20 * stage.u, size = area.phone ? Math.min(area.w * 0.3, area.h * (which === "rnn" ? 0.23 : 0.3)) : Math.min(area.h * 0.5, area.w * 0.2);
      reading(stage, ink, row, { x: area.x, y, w: size, h: size });
      return which === "rnn" ? equation(stage, area, size, { ...inner, x: ink.subarray(SIDE * row, SIDE * (row + 1)), before: states(row - 1), after: states(row), row, unit }) : gates(stage, area, size, { rows, row, unit, before: row ? rows[row - 1][4] : nothing });
    },
    drag(spot) {
      if (spot.kind === "row" || spot.kind === "trace") slider.put((row = spot.kind === "row" ? spot.row : spot.column));
      else unitSlider.put((unit = spot.row * N + spot.column));
    },
    tall: which === "rnn" ? 1.18 : 0.95,
    least: which === "rnn" ? 1 : 0.92,
  };
}

/** The digit, as far as it has been read. @param {Stage} stage @param {Float32Array} ink @param {number} row @param {Rect} rect */
function reading(stage, ink, row, rect) {
  const { x, y, w } = rect, pixel = w / SIDE;
  stage.picture("digit", ink, [SIDE, SIDE], rect, { ink: true });
  stage.fill([[x, y + (row + 1) * pixel], [x + w, y + (row + 1) * pixel], [x + w, y + w], [x, y + w]], "#8d8b85", 0.75);
  stage.frame(x, y + row * pixel, w, pixel, stage.colour.network);
  stage.text(t("row {row}", { row }), x, y - 6 * stage.u, { weight: 700, colour: stage.colour.network });
  stage.touch("row", 0, rect, 1, SIDE);
}

/** h = tanh(b + W h + U x) of one unit. @param {Stage} stage @param {Area} area @param {number} size
 * @param {{ input: Float32Array, state: Float32Array, bias: Float32Array, x: Float32Array, before: Float32Array, after: Float32Array, row: number, unit: number }} of */
function equation(stage, area, size, { input, state, bias, x, before, after, row, unit }) {
  const { u, colour } = stage, { phone } = area, U = input.subarray(SIDE * unit, SIDE * (unit + 1)), W = state.subarray(UNITS * unit, UNITS * (unit + 1));
  const fromRow = x.map((value, i) => value * U[i]), fromState = before.map((value, i) => value * W[i]), [ux, wh] = [total(fromRow), total(fromState)], sum = bias[unit] + wh + ux, h = after[unit];
  const left = phone ? area.x : area.x + size + 50 * u, wide = area.x + area.w - left, gap = 24 * u, each = (wide - 2 * gap) / 3;
  // U x: 28 pixels of this row times 28 weights.
  const top = phone ? area.y + size + 62 * u : area.y + 20 * u, high = 22 * u;
  const field = Math.min(each, (area.y + area.h - top) - high - 132 * u);
  const ofRow = (/** @type {string} */ name, /** @type {Float32Array} */ values, /** @type {number} */ i, /** @type {string} */ words, ink = false) => {
    const at = left + i * (each + gap);
    stage.picture(name, values, [SIDE, 1], { x: at, y: top, w: each, h: high }, ink ? { ink } : { gain: 1 / peak(values) });
    stage.text(words, at, top - 6 * u, { fit: each });
  };
  ofRow("x", x, 0, t("x: this row"), true);
  ofRow("U", U, 1, t("U: unit {unit}'s weights", { unit }));
  ofRow("Ux", fromRow, 2, t("U x, sum {sum}", { sum: number(ux) }));
  const middle = top + high + 34 * u, ofState = (/** @type {string} */ name, /** @type {Float32Array} */ values, /** @type {number} */ i, /** @type {string} */ words, gain = 1 / peak(values)) => {
    const at = left + i * (each + gap) + (each - field) / 2, rect = { x: at, y: middle, w: field, h: field };
    stage.picture(name, values, [N, N], rect, { gain });
    stage.text(words, phone ? left + i * (each + gap) : at, middle - 6 * u, { fit: each });
    return rect;
  };
  ofState("h", before, 0, t("h before: 256 states"), 0.7);
  ofState("W", W, 1, t("W: 256 weights"));
  ofState("Wh", fromState, 2, t("W h, sum {sum}", { sum: number(wh) }));
  for (const [i, words] of /** @type {[number, string][]} */ ([[0, "×"], [1, "="]])) {
    sign(stage, words, left + (i + 1) * (each + gap) - gap / 2, top + high / 2, 20);
    sign(stage, words, left + (i + 1) * (each + gap) - gap / 2, middle + field / 2, 20);
  }
  const below = middle + field + 40 * u, parts = [["b", bias[unit]], ["W h", wh], ["U x", ux], [t("sum"), sum], ["tanh", h]], step = wide / parts.length;
  parts.forEach(([name, value], i) => {
    const at = left + (i + 0.5) * step;
    stage.text(String(name), at, below, { align: "center", size: 14 });
    stage.text(number(Number(value)), at, below + 26 * u, { align: "center", size: (i > 2 ? 24 : 20) - (phone ? 5 : 0), weight: i > 2 ? 700 : 500, colour: i === 4 ? (h > 0 ? stage.plus : stage.minus) : colour.ink });
    if (i) sign(stage, i < 3 ? "+" : i === 3 ? "=" : "→", at - step / 2, below + 18 * u, 20);
  });
  // The new state, with the unit in it.
  const state2 = phone ? { x: area.x + size + 30 * u, y: area.y + 20 * u, w: size, h: size } : { x: area.x, y: area.y + size + 50 * u, w: Math.min(size, area.h - size - 56 * u), h: Math.min(size, area.h - size - 56 * u) };
  stage.picture("new", after, [N, N], state2, { gain: 0.7 });
  stage.text(t("h: the new state"), state2.x, state2.y - 6 * u, { weight: 600, colour: colour.ink });
  const cell = cellAt(state2, N, unit);
  stage.frame(cell.x, cell.y, cell.w, cell.h);
  stage.touch("unit", 0, state2, N, N);
  const formula = `tanh(${number(bias[unit])} ${signed(wh)} ${signed(ux)}) = tanh(${number(sum)}) = ${number(h)}`;
  return `${t("h = tanh(b + W h + U x), in row {row} for unit {unit}: {formula}.", { row, unit, formula })} ${row ? t("W h is what it remembers, U x what it sees now.") : t("Before the first row the state is zero: W h is 0.")}`;
}

const TRACED = [1, 0, 2, 4], COLOURS = ["#8a5cd6", "#2f9e8f", "#2f81d6", "#d9480f"]; // of forget, input and output gate, and the cell

/** The gates of an LSTM at one row, and of one unit through all rows. @param {Stage} stage @param {Area} area @param {number} size
 * @param {{ rows: Float32Array[][], row: number, unit: number, before: Float32Array }} of */
function gates(stage, area, size, { rows, row, unit, before }) {
  const { u, colour } = stage, { phone } = area, [i, f, o, candidate, cell, state] = rows[row], left = phone ? area.x : area.x + size + 40 * u, wide = area.x + area.w - left, gap = (phone ? 16 : 26) * u;
  const field = Math.min((wide - 4 * gap) / 5, phone ? 999 : area.h * 0.34), top = phone ? area.y + size + 46 * u : area.y + 20 * u;
  const put = (/** @type {string} */ title, /** @type {Float32Array} */ values, /** @type {number} */ column, /** @type {number} */ line, gate = false) => {
    const rect = { x: left + column * (field + gap), y: top + line * (field + 46 * u), w: field, h: field }, mark = cellAt(rect, N, unit);
    stage.picture(`gate${line}${column}`, values, [N, N], rect, gate ? { ink: true } : { gain: 0.8 });
    stage.text(title, rect.x, rect.y - 6 * u, { fit: field + gap - 4 * u });
    stage.frame(mark.x, mark.y, mark.w, mark.h, gate ? colour.network : colour.ink);
    stage.text(number(values[unit]), rect.x + field / 2, rect.y + field + 17 * u, { size: 15, weight: 700, align: "center", colour: colour.ink });
    stage.touch("unit", 10 * line + column, rect, N, N);
  };
  const between = (/** @type {string} */ words, /** @type {number} */ column, /** @type {number} */ line) => sign(stage, words, left + (column + 1) * (field + gap) - gap / 2, top + line * (field + 46 * u) + field / 2, phone ? 15 : 20);
  put(t("forget"), f, 0, 0, true);
  put(t("cell before"), before, 1, 0);
  put(t("input"), i, 2, 0, true);
  put(t("candidate"), candidate, 3, 0);
  put(t("cell"), cell, 4, 0);
  ["×", "+", "×", "="].forEach((words, at) => between(words, at, 0));
  put(t("output"), o, 0, 1, true);
  put(t("tanh(cell)"), cell.map(Math.tanh), 1, 1);
  put(t("state"), state, 2, 1);
  ["×", "="].forEach((words, at) => between(words, at, 1));
  // One unit through all rows.
  const chart = phone ? { x: area.x + size + 22 * u, y: area.y + 20 * u, w: area.w - size - 22 * u, h: 0 } : { x: left + 3 * (field + gap) + 10 * u, y: top + field + 46 * u, w: 2 * field + gap - 10 * u, h: 0 };
  chart.h = phone ? size - 20 * u : area.y + area.h - chart.y - 20 * u;
  const xAt = (/** @type {number} */ k) => chart.x + ((k + 0.5) / SIDE) * chart.w, reach = Math.max(1, ...rows.map((each) => Math.abs(each[4][unit]))), yAt = (/** @type {number} */ v) => chart.y + chart.h * (0.5 - (0.48 * v) / reach);
  stage.box(chart.x, chart.y, chart.w, chart.h);
  line(stage, [[chart.x, yAt(0)], [chart.x + chart.w, yAt(0)]], colour.dim, 1);
  line(stage, [[xAt(row), chart.y], [xAt(row), chart.y + chart.h]], colour.network, 2 * u);
  TRACED.forEach((gate, k) => line(stage, rows.map((each, at) => /** @type {[number, number]} */ ([xAt(at), yAt(each[gate][unit])])), COLOURS[k], 2.2 * u));
  stage.touch("trace", 0, chart, SIDE, 1);
  stage.text(t("unit {unit}, row by row", { unit }), chart.x, chart.y - 6 * u, { weight: 600, colour: colour.ink });
  TRACED.forEach((gate, k) => stage.text([t("forget"), t("input"), t("output"), t("cell")][k], chart.x + (k * chart.w) / 4, chart.y + chart.h + 15 * u, { colour: COLOURS[k], weight: 700, fit: chart.w / 4 }));
  if (!phone) stage.text(t("drag over the rows, touch a unit"), area.x, area.y + size + 44 * u, { fit: size });
  return t("Row {row}, unit {unit}: cell = forget {forget} × {before} + input {input} × {candidate} = {cell}; state = output {output} × tanh({cell}) = {state}. A gate is white where it is open.", { row, unit, forget: number(f[unit]), before: bracketed(before[unit]), input: number(i[unit]), candidate: bracketed(candidate[unit]), cell: number(cell[unit]), output: number(o[unit]), state: number(state[unit]) });
}

/** A number that is multiplied. @param {number} value */
const bracketed = (value) => (value < 0 ? `(${number(value)})` : number(value));
/** A number that is added. @param {number} value */
const signed = (value) => `${value < 0 ? "\u2212" : "+"} ${number(Math.abs(value))}`;

/** The unit whose state changes most. @param {Float32Array[]} states */
function liveliest(states) {
  let best = 0, most = 0;
  for (let unit = 0; unit < UNITS; unit++) {
    const values = states.map((state) => state[unit]), range = Math.max(...values) - Math.min(...values);
    if (range > most) [best, most] = [unit, range];
  }
  return best;
}
