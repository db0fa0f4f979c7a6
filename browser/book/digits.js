/* Digits to look at and to learn from: the page's ten samples, slanted, squeezed, bent and thickened at random, and made into
   28 x 28 pixels in the way of every drawing. The page carries none of MNIST's. */
import { fromInk } from "../engine/digit.js";
import { uniform } from "./training.js";

/** @typedef {[number, number][][]} Strokes points from 0 to 1 */

const SIDE = 64; // pixels of the drawing that is made into 28 x 28
const MARGIN = 12;
const HALF = 14; // pixels of a digit's side, at half the size

/** @param {Record<string, Strokes>} samples by digit @param {number} count @param {number} spread from 0, all alike, to 1 and beyond @param {number} seed
 * @returns {{ digits: Uint8Array[], labels: number[] }} */
export function varied(samples, count, spread, seed) {
  const random = uniform(seed), digits = [], labels = [];
  for (let i = 0; i < count; i++) {
    const label = i % 10, found = fromInk(drawn(changed(samples[label], spread, random), 2.4 + 1.4 * spread * random()), SIDE, SIDE);
    if (!found) continue;
    digits.push(found.pixels);
    labels.push(label);
  }
  return { digits, labels };
}

/** Digits as 14 x 14 values from 0 to 1, for networks that learn in seconds. @param {{ digits: Uint8Array[], labels: number[] }} from @returns {import("./training.js").Examples} */
export function halved({ digits, labels }) {
  const inputs = digits.map((digit) => Float32Array.from({ length: HALF * HALF }, (_, i) => {
    const at = 2 * Math.floor(i / HALF) * 28 + 2 * (i % HALF);
    return (digit[at] + digit[at + 1] + digit[at + 28] + digit[at + 29]) / 1020;
  }));
  return { inputs, labels };
}

/** @param {Strokes} strokes @param {number} spread @param {() => number} random @returns {Strokes} in pixels */
function changed(strokes, spread, random) {
  const around = () => spread * (2 * random() - 1);
  const slant = 0.35 * around(), turn = 0.3 * around(), wide = 1 + 0.3 * around(), bend = 0.12 * around(), swing = 0.12 * around(), jitter = 0.03 * spread;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)], scale = SIDE - 2 * MARGIN;
  return strokes.map((stroke) => stroke.map(([x, y]) => {
    const [u, v] = [wide * (x - 0.5) + slant * (0.5 - y) + bend * Math.sin(5 * y), y - 0.5 + swing * Math.sin(5 * x)];
    return /** @type {[number, number]} */ ([MARGIN + scale * (0.5 + cos * u - sin * v + jitter * (random() - 0.5)), MARGIN + scale * (0.5 + sin * u + cos * v + jitter * (random() - 0.5))]);
  }));
}

/** @param {Strokes} strokes @param {number} radius @returns {Uint8Array} */
function drawn(strokes, radius) {
  const ink = new Uint8Array(SIDE * SIDE);
  for (const stroke of strokes) for (let i = 0; i + 1 < stroke.length; i++) {
    const [[ax, ay], [bx, by]] = [stroke[i], stroke[i + 1]], dx = bx - ax, dy = by - ay, length = dx * dx + dy * dy || 1, reach = radius + 1;
    for (let y = Math.max(0, Math.floor(Math.min(ay, by) - reach)); y <= Math.min(SIDE - 1, Math.max(ay, by) + reach); y++) {
      for (let x = Math.max(0, Math.floor(Math.min(ax, bx) - reach)); x <= Math.min(SIDE - 1, Math.max(ax, bx) + reach); x++) {
        const t = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length)), far = Math.hypot(x - ax - t * dx, y - ay - t * dy);
        const value = Math.round(255 * Math.min(1, Math.max(0, radius + 0.5 - far)));
        if (value > ink[y * SIDE + x]) ink[y * SIDE + x] = value;
      }
    }
  }
  return ink;
}
