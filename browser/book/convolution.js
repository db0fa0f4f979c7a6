/* A window that slides over the visitor's digit: convolution, pooling, padding, strides, windows of any shape. */
import { t } from "../language/language.js";
import { cells, sign } from "../journey/parts.js";
import { clip, number, peak } from "../journey/stage.js";
import { FILTERS, averageOf, largestOf, places, slide, taken, weighing } from "./arithmetic.js";

/** @typedef {import("./arithmetic.js").Sliding} Sliding */
/** @typedef {{ title: (size: string) => string, weights: number[] | null, value: (window: number[], inside: boolean[]) => number }} Work weights: null for pooling */

const SIDE = 28;
const PACE = 70; // milliseconds of a place
/** @type {Record<string, [number, number]>} */ const WINDOWS = { "3 × 3": [3, 3], "5 × 5": [5, 5], "1 × 7": [1, 7], "7 × 1": [7, 1] };
/** @type {Record<string, [number, number]>} */ const POOLS = { "2 × 2": [2, 2], "4 × 4": [4, 4], "1 × 4": [1, 4], "4 × 1": [4, 1] };

/** @param {import("./desk.js").Desk} desk @param {import("./book.js").Material} material @param {"filters" | "pooling" | "strides"} which @returns {import("./desk.js").Lesson} */
export function lesson(desk, { ink }, which) {
  /** @type {Sliding} */ const how = { size: which === "pooling" ? [2, 2] : [3, 3], stride: which === "pooling" ? 2 : 1, same: false };
  let filter = which === "strides" ? "blur" : "upright edges", average = false;
  // It starts where there is something to see: on the digit's first edge.
  const edge = ink.findIndex((value, i) => value > 0.3 && i > 5 * SIDE && i % SIDE > 5);
  let row = 0, column = 0, clock = 0;

  if (which === "filters") desk.choice(t("Filter"), { "upright edges": t("upright edges"), "level edges": t("level edges"), outlines: t("outlines"), blur: t("blur"), nothing: t("nothing") }, (chosen) => { filter = chosen; });
  if (which === "pooling") {
    desk.choice(t("Keeps"), { "the largest": t("the largest"), "the average": t("the average") }, (chosen) => { average = chosen === "the average"; });
    desk.choice(t("Window"), Object.keys(POOLS), (chosen) => { how.size = POOLS[chosen]; how.stride = Math.max(...how.size); fit(); });
  }
  if (which === "strides") {
    desk.choice(t("Padding"), ["valid", "same"], (chosen) => { how.same = chosen === "same"; fit(); });
    desk.choice(t("Stride"), ["1", "2", "3"], (chosen) => { how.stride = Number(chosen); fit(); });
    desk.choice(t("Window"), Object.keys(WINDOWS), (chosen) => { how.size = WINDOWS[chosen]; fit(); });
  }
  const extent = () => [places(SIDE, how.size[0], how.stride, how.same), places(SIDE, how.size[1], how.stride, how.same)];
  const rows = desk.slider({ label: t("Row"), from: 0, to: SIDE - 1, by: 1, at: 0, digits: 0, quiet: true }, (value) => { row = value; fit(); });
  const columns = desk.slider({ label: t("Column"), from: 0, to: SIDE - 1, by: 1, at: 0, digits: 0, quiet: true }, (value) => { column = value; fit(); });
  const fit = () => {
    const [down, across] = extent();
    Object.assign(rows.input, { max: String(down.count - 1) });
    Object.assign(columns.input, { max: String(across.count - 1) });
    [row, column] = [clip(row, 0, down.count - 1), clip(column, 0, across.count - 1)];
    rows.put(row);
    columns.put(column);
  };
  [row, column] = [Math.floor(Math.max(0, edge) / SIDE / how.stride), Math.floor((Math.max(0, edge) % SIDE) / how.stride)];
  fit();
  const next = () => {
    const [down, across] = extent();
    column += 1;
    if (column >= across.count) [column, row] = [0, (row + 1) % down.count];
    fit();
  };
  desk.plays((passed) => {
    clock += passed;
    if (clock < PACE) return false;
    for (; clock >= PACE; clock -= PACE) next();
    return true;
  }, next);

  /** @returns {Work} */
  const work = () => {
    if (which === "pooling") return { title: (size) => (average ? t("{size}: averages", { size }) : t("{size}: maxima", { size })), weights: null, value: average ? averageOf : largestOf };
    const [high, wide] = how.size, weights = which === "filters" ? FILTERS[filter] : Array(high * wide).fill(1 / (high * wide));
    return { title: (size) => (which === "filters" ? t("{size}: what the filter finds", { size }) : t("{size}: the average of each window", { size })), weights, value: weighing(weights) };
  };

  return {
    draw(stage, area) {
      const { u, colour } = stage, { phone } = area, { title, weights, value } = work(), sheet = slide(ink, SIDE, how, value), [high, wide] = how.size, [down, across] = extent();
      const top = row * how.stride - down.before, left = column * how.stride - across.before, { window, within } = taken(ink, SIDE, top, left, high, wide), result = sheet.values[row * sheet.columns + column];
      // Zeros around the picture are drawn where the window can lie on them.
      const margin = how.same ? Math.max(down.before, across.before, 1) : 0, shown = SIDE + 2 * margin, lens = phone ? 172 * u : 0;
      const size = phone ? Math.min((area.w - 16 * u) / 2, area.h - lens - 40 * u) : Math.min(area.h - 26 * u, area.w * 0.36), y = area.y + 20 * u, pixel = size / shown, picture = { x: area.x + margin * pixel, y: y + margin * pixel, w: SIDE * pixel, h: SIDE * pixel };
      if (margin) {
        stage.c.fillStyle = colour.soft;
        stage.c.fillRect(area.x, y, size, size);
      }
      stage.picture("digit", ink, [SIDE, SIDE], picture, { ink: true });
      stage.text(margin ? t("28 × 28, in a frame of zeros") : t("28 × 28 pixels"), area.x, y - 6 * u, { fit: size });
      stage.frame(picture.x + left * pixel, picture.y + top * pixel, wide * pixel, high * pixel, colour.network);
      stage.touch("place", 0, picture, SIDE, SIDE);
      const grow = size / Math.max(sheet.rows, sheet.columns) * (which === "strides" ? Math.max(sheet.rows, sheet.columns) / SIDE : 1), out = { x: area.x + area.w - grow * sheet.columns, y, w: grow * sheet.columns, h: grow * sheet.rows };
      stage.picture(`found${sheet.rows}x${sheet.columns}`, sheet.values, [sheet.columns, sheet.rows], out, { gain: weights && which === "filters" ? 1 / Math.max(0.2, peak(sheet.values)) : 1, ink: which !== "filters" });
      stage.text(title(`${sheet.rows} × ${sheet.columns}`), area.x + area.w, y - 6 * u, { align: "right", fit: size });
      stage.frame(out.x + column * grow, out.y + row * grow, grow, grow, colour.network);
      stage.touch("result", 0, out, sheet.columns, sheet.rows);
      const middle = phone ? { x: area.x, y: y + size + 32 * u, w: area.w, h: lens } : { x: area.x + size + 26 * u, y: y + 12 * u, w: area.w - 2 * size - 52 * u, h: size - 12 * u };
      arithmetic(stage, middle, { window, within, weights, high, wide, result, which, average });
      const at = { row, column, values: window.map((v) => number(v)).join(", "), result: number(result) }, counts = { stride: how.stride, window: Math.max(high, wide), rows: sheet.rows, columns: sheet.columns };
      const words = weights ? t("Row {row}, column {column}: {sum} = {result}.", { ...at, sum: sum(window, weights) }) : average ? t("Row {row}, column {column}: the average of {values} = {result}.", at) : t("Row {row}, column {column}: the largest of {values} = {result}.", at);
      if (which !== "strides") return words;
      return `${words} ${how.same ? t("same: 28 / {stride}, rounded up, so {rows} × {columns} values.", counts) : t("valid: (28 − {window}) / {stride} + 1, rounded down, so {rows} × {columns} values.", counts)}`;
    },
    drag(spot) {
      const [down, across] = extent();
      if (spot.kind === "result") [row, column] = [spot.row, spot.column];
      else [row, column] = [Math.round((spot.row - how.size[0] / 2 + down.before) / how.stride), Math.round((spot.column - how.size[1] / 2 + across.before) / how.stride)];
      fit();
    },
    tall: 1.12,
    least: 0.95,
  };
}

/** The window, its weights and their products; of pooling the window alone, and what is kept.
 * @param {import("../journey/stage.js").Stage} stage @param {import("../journey/stage.js").Rect} rect
 * @param {{ window: number[], within: boolean[], weights: number[] | null, high: number, wide: number, result: number, which: string, average: boolean }} of */
function arithmetic(stage, rect, { window, within, weights, high, wide, result, which, average }) {
  const { u, colour } = stage, { x, y, w, h } = rect, longest = Math.max(high, wide), three = weights && wide <= 3 && high <= 3, narrow = w < 300 * u;
  const gap = 22 * u, side = three ? Math.min((w - 2 * gap) / 3, h - 66 * u, 150 * u) : Math.min(w * 0.62, h - 66 * u, 170 * u), cell = side / longest;
  const block = cell * wide, total = three ? 3 * block + 2 * gap : block, first = x + (w - total) / 2, top = y + Math.max(0, (h - side - 64 * u) / 2) * (narrow ? 0.3 : 1) + 10 * u;
  /** @type {[string, number[], { gain?: number, ink?: boolean }][]} */ const parts = [[t("window"), window, { ink: true }]];
  if (three && weights) parts.push([t("filter"), weights, { gain: 1 / peak(weights) }], [t("products"), window.map((v, i) => v * weights[i]), { gain: 1 / peak(weights) }]);
  parts.forEach(([name, values, look], i) => {
    const left = first + i * (block + gap);
    cells(stage, values, wide, left, top, block, look);
    stage.text(name, left + block / 2, top - 6 * u, { align: "center", fit: block + gap - 6 * u });
    if (i) sign(stage, i === 1 ? "×" : "=", left - gap / 2, top + (cell * high) / 2, 18);
  });
  within.forEach((is, i) => {
    if (!is) stage.box(first + (i % wide) * cell + 2, top + Math.floor(i / wide) * cell + 2, cell - 4, cell - 4, "#8a887f", 1); // a zero of the padding
  });
  if (which === "pooling" && !average) {
    const at = window.indexOf(result);
    stage.frame(first + (at % wide) * cell, top + Math.floor(at / wide) * cell, cell, cell, colour.network);
  }
  stage.text(which === "pooling" ? (average ? t("average") : t("largest")) : three ? t("sum") : t("average of {n}", { n: window.length }), x + w / 2, top + cell * high + 24 * u, { align: "center" });
  stage.text(number(result), x + w / 2, top + cell * high + 52 * u, { size: 26, weight: 700, align: "center", colour: result < 0 ? stage.minus : result > 0 ? stage.plus : colour.dim });
}

/** @param {number[]} window @param {number[]} weights */
function sum(window, weights) {
  if (new Set(weights).size === 1) return `(${window.map((v) => number(v)).join(" + ")}) / ${weights.length}`;
  return window.map((value, i) => [weights[i], value]).filter(([weight]) => weight).map(([weight, value], i) => `${i ? (weight < 0 ? " − " : " + ") : weight < 0 ? "−" : ""}${Math.abs(weight)} × ${number(value)}`).join("");
}
