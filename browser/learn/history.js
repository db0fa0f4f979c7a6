/* The history of a training: its points, as the page sends them, and the images of an early layer that the browser has kept. */

/** @typedef {{ shape: number[], values: Int8Array | Uint8Array }} Block values in rows, the last axis fastest */
/** @typedef {{ seconds: number, examples: number, loss: number, accuracy: number, heldLoss: number, heldAccuracy: number }} Point */
/**
 * @typedef {object} Sent what ui/learn/view.py sends
 * @property {string} training its name
 * @property {number} seconds that it takes
 * @property {number} taught how many of the digits are learned from; they come first
 * @property {number} followed the digit whose activations are sent
 * @property {number[][]} points each: seconds, examples, loss, accuracy, held-out loss, held-out accuracy
 * @property {number[]} labels of the digits
 * @property {Record<string, number[]>} shapes of the arrays that are packed, in this order
 * @property {string} packed the arrays, a byte for each value, compressed and in base64
 */

const SIGNED = ["positions", "activations", "weights"];

export class History {
  /** @type {Sent | null} */ sent = null;
  /** @type {Record<string, Block>} */ blocks = {};
  /** @type {Point[]} */ points = [];
  #of = ""; // the training and the followed digit of what has been seen
  /** @type {Map<number, Block>} by point */ #activations = new Map();
  /** @type {Map<number, Block>} by point */ #weights = new Map();

  /** @param {Sent} sent */
  async take(sent) {
    const blocks = await unpack(sent.packed, sent.shapes);
    if (this.sent?.training !== sent.training) this.#weights.clear();
    if (this.#of !== `${sent.training} ${sent.followed}`) this.#activations.clear();
    this.#of = `${sent.training} ${sent.followed}`;
    [this.sent, this.blocks] = [sent, blocks];
    this.points = sent.points.map(([seconds, examples, loss, accuracy, heldLoss, heldAccuracy]) => ({ seconds, examples, loss, accuracy, heldLoss, heldAccuracy }));
    const { activations, weights } = blocks, newest = this.points.length - 1, [n] = activations.shape;
    for (let i = 0; i < n; i++) this.#activations.set(newest - n + 1 + i, part(activations, i));
    if (weights.values.length) this.#weights.set(newest, weights);
  }

  /** The number of digits. */
  get count() {
    return this.sent?.labels.length ?? 0;
  }

  /** The pixels of a digit. @param {number} digit */
  pixels(digit) {
    return part(this.blocks.digits, digit).values;
  }

  /** Its ten probabilities at a point, 0 to 1. @param {number} point @param {number} digit */
  probabilities(point, digit) {
    return Array.from(part(part(this.blocks.probabilities, point), digit).values, (value) => value / 255);
  }

  /** The digit that it is read as. @param {number} point @param {number} digit */
  prediction(point, digit) {
    return part(this.blocks.predictions, point).values[digit];
  }

  /** The number of these digits that are read as their labels. @param {number} point @param {number[]} digits */
  correct(point, digits) {
    return digits.filter((digit) => this.prediction(point, digit) === this.sent?.labels[digit]).length;
  }

  /** Where the digits stand on the map, from -1 to 1: x, y, x, y and so on. @param {number} point */
  positions(point) {
    return Float32Array.from(part(this.blocks.positions, point).values, (value) => value / 127);
  }

  /** The followed digit's activations, (maps, h, w), as far as they have been seen. @param {number} point */
  activations(point) {
    return seen(this.#activations, point);
  }

  /** The first layer's weights, (n, h, w), as far as they have been seen. @param {number} point */
  weights(point) {
    return seen(this.#weights, point);
  }
}

/** The newest at this point or before; else the first after it. @template T @param {Map<number, T>} by @param {number} point @returns {T | null} */
export function seen(by, point) {
  const known = [...by.keys()].sort((a, b) => a - b), at = known.filter((each) => each <= point).at(-1) ?? known[0];
  return by.get(at) ?? null;
}

/** One of a block along its first axis. @param {Block} block @param {number} at @returns {Block} */
export function part({ shape: [, ...shape], values }, at) {
  const size = shape.reduce((product, each) => product * each, 1);
  return { shape, values: values.subarray(at * size, (at + 1) * size) };
}

/** @param {string} packed @param {Record<string, number[]>} shapes */
export async function unpack(packed, shapes) {
  const compressed = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const stream = new Blob([compressed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = await new Response(stream).arrayBuffer();
  /** @type {Record<string, Block>} */ const blocks = {};
  let at = 0;
  for (const [name, shape] of Object.entries(shapes)) {
    const size = shape.reduce((product, each) => product * each, 1);
    blocks[name] = { shape, values: new (SIGNED.includes(name) ? Int8Array : Uint8Array)(bytes, at, size) };
    at += size;
  }
  return blocks;
}

/** The point of the curves at a time. @param {Point[]} points @param {number} seconds */
export function nearest(points, seconds) {
  return points.reduce((best, { seconds: at }, i) => (Math.abs(at - seconds) < Math.abs(points[best].seconds - seconds) ? i : best), 0);
}

/** Columns and side of n squares that fill an area best. @param {number} n @param {number} width @param {number} height @param {number} [foot] below each */
export function fitted(n, width, height, foot = 0) {
  let best = { columns: 1, side: 0 };
  for (let columns = 1; columns <= n; columns++) {
    const side = Math.min(width / columns, height / Math.ceil(n / columns) - foot);
    if (side > best.side) best = { columns, side };
  }
  return best;
}
