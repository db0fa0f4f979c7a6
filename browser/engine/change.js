/* Changes of a drawing before it becomes 28 x 28 pixels: turned, squeezed, moved, thickened. The window through which the
   networks see it stays where it was. */
import { throughWindow, windowOf } from "./digit.js";

/** @typedef {import("./digit.js").Box} Box */
/**
 * @typedef {object} Change
 * @property {number} turn degrees, clockwise
 * @property {number} size percent
 * @property {number} squeeze percent of the width
 * @property {number} right pixels of the 28
 * @property {number} down
 * @property {number} thick pixels of the 28 by which strokes are wider
 * @property {number} wiped percent of the ink, from above, that is gone
 */
/** @typedef {[number, number, number, number, number, number]} Matrix a, b, c, d, e, f as canvases have it: x' = ax + cy + e, y' = bx + dy + f */

/** @type {Readonly<Change>} */
export const UNCHANGED = { turn: 0, size: 100, squeeze: 100, right: 0, down: 0, thick: 0, wiped: 0 };

/** The drawing that has been grabbed. */
export class Held {
  /** @type {Float32Array | null} */ #distances = null;
  #thick = { amount: 0, ink: new Uint8Array() };

  /** @param {Uint8Array} ink @param {number} width @param {number} height @param {{ box: Box, place: Box }} cut of the drawing as it was */
  constructor(ink, width, height, cut) {
    this.ink = ink;
    this.width = width;
    this.height = height;
    this.cut = cut;
    this.window = windowOf(cut);
  }

  /** The digit after a change, 28 x 28. @param {Change} change */
  digit(change) {
    return throughWindow(this.#seen(change), this.window);
  }

  /** The ink with thicker or thinner strokes, on the whole canvas. @param {number} amount pixels of the 28 */
  thickened(amount) {
    if (!amount) return this.ink;
    if (amount === this.#thick.amount) return this.#thick.ink;
    this.#distances ??= distances(this.ink, this.width, this.height);
    const by = (amount / 2) * Math.sqrt(this.window.pixel.x * this.window.pixel.y), ink = new Uint8Array(this.ink.length);
    for (let i = 0; i < ink.length; i++) ink[i] = 255 * Math.min(1, Math.max(0, 0.5 + this.#distances[i] + by));
    this.#thick = { amount, ink };
    return ink;
  }

  /** The first row of the canvas that is left where a part of the ink is wiped off from above. @param {number} percent */
  firstRow(percent) {
    if (!percent) return 0;
    const wanted = (percent / 100) * total(this.ink);
    let row = 0;
    for (let sum = 0; row < this.height; row++) {
      if (sum >= wanted) break;
      sum += total(this.ink, row * this.width, (row + 1) * this.width);
    }
    return row;
  }

  /** The ink in the window. @param {Change} change */
  #seen(change) {
    const { width, height, window: { left, top, width: across, height: down } } = this, ink = this.thickened(change.thick), seen = new Uint8Array(across * down);
    const first = this.firstRow(change.wiped), [a, b, c, d, e, f] = inverse(matrixOf(change, this.window));
    for (let row = 0, p = 0; row < down; row++) {
      for (let column = 0; column < across; column++, p++) {
        const x = a * (left + column + 0.5) + c * (top + row + 0.5) + e - 0.5, y = b * (left + column + 0.5) + d * (top + row + 0.5) + f - 0.5;
        if (x <= -1 || y <= -1 || x >= width || y >= height || y < first - 0.5) continue;
        seen[p] = sample(ink, width, height, x, y);
      }
    }
    return seen;
  }
}

/** From the drawing to where it stands after a change; it turns about the middle of the window.
 * @param {Change} change @param {Pick<import("./digit.js").Window, "centre" | "pixel">} window @returns {Matrix} */
export function matrixOf({ turn, size, squeeze, right, down }, { centre: { x, y }, pixel }) {
  const angle = (turn * Math.PI) / 180, wide = (size * squeeze) / 10_000, high = size / 100;
  const a = wide * Math.cos(angle), b = wide * Math.sin(angle), c = -high * Math.sin(angle), d = high * Math.cos(angle);
  return [a, b, c, d, x + right * pixel.x - a * x - c * y, y + down * pixel.y - b * x - d * y];
}

/** @param {Matrix} matrix @returns {Matrix} */
export function inverse([a, b, c, d, e, f]) {
  const area = a * d - b * c;
  return [d / area, -b / area, -c / area, a / area, (c * f - d * e) / area, (b * e - a * f) / area];
}

/** Between the four pixels around a place; beyond the canvas there is no ink.
 * @param {Uint8Array} ink @param {number} width @param {number} height @param {number} x @param {number} y */
function sample(ink, width, height, x, y) {
  const column = Math.floor(x), row = Math.floor(y), right = x - column, down = y - row, p = row * width + column;
  const isLeft = column >= 0, isRight = column + 1 < width, isAbove = row >= 0, isBelow = row + 1 < height;
  const above = (isAbove && isLeft ? ink[p] * (1 - right) : 0) + (isAbove && isRight ? ink[p + 1] * right : 0);
  const below = (isBelow && isLeft ? ink[p + width] * (1 - right) : 0) + (isBelow && isRight ? ink[p + width + 1] * right : 0);
  return above * (1 - down) + below * down + 0.5;
}

/** @param {Uint8Array} values @param {number} begin @param {number} end */
export function total(values, begin = 0, end = values.length) {
  let sum = 0;
  for (let i = begin; i < end; i++) sum += values[i];
  return sum;
}

// ------------------------------------------------------------------------------------------------ distances

const FAR = 1e9;

/** The distance of each pixel from the edge of the ink, in pixels; below 0 outside it.
 * P. Felzenszwalb and D. Huttenlocher, Distance Transforms of Sampled Functions, 2012.
 * @param {Uint8Array} ink @param {number} width @param {number} height */
export function distances(ink, width, height) {
  const inside = Float64Array.from(ink, (value) => (value >= 128 ? FAR : 0)), outside = inside.map((value) => FAR - value);
  for (const field of [inside, outside]) {
    for (let x = 0; x < width; x++) along(field, x, width, height);
    for (let y = 0; y < height; y++) along(field, y * width, 1, width);
  }
  return Float32Array.from(inside, (value, i) => (value ? Math.sqrt(value) - 0.5 : 0.5 - Math.sqrt(outside[i])));
}

/** The lower envelope of parabolas over one line of squared distances, in place.
 * @param {Float64Array} field @param {number} begin @param {number} step @param {number} length */
function along(field, begin, step, length) {
  const values = Float64Array.from({ length }, (_, i) => field[begin + i * step]), places = new Int32Array(length), from = new Float64Array(length + 1);
  const meet = (/** @type {number} */ q, /** @type {number} */ p) => (values[q] + q * q - values[p] - p * p) / (2 * (q - p));
  let last = 0;
  from[0] = -Infinity;
  for (let q = 1; q < length; q++) {
    while (last >= 0 && meet(q, places[last]) <= from[last]) last--;
    last++;
    places[last] = q;
    from[last] = last ? meet(q, places[last - 1]) : -Infinity;
  }
  for (let q = 0, k = 0; q < length; q++) {
    while (k < last && from[k + 1] < q) k++;
    field[begin + q * step] = (q - places[k]) ** 2 + values[places[k]];
  }
}
