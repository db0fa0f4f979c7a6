/* The arithmetic that the journey shows, from the weights in the network's file and the values that the engine computed. */

/** The products of values with a unit's weights, and their sum without the bias.
 * @param {ArrayLike<number>} values @param {Float32Array} weights of all units @param {number} unit */
export function weighted(values, weights, unit) {
  const products = Float32Array.from(values, (value, i) => value * weights[unit * values.length + i]);
  return { products, sum: total(products) };
}

/** The contributions of the source maps to one pixel of a map, without the bias: a convolution's sums, without padding and with a stride of 1.
 * @param {ArrayLike<number>} source (side, side, inputs) @param {number} side @param {number} inputs
 * @param {Float32Array} weights (maps, size, size, inputs) @param {number} map @param {number} row @param {number} column @param {number} [size] of the window */
export function windowSums(source, side, inputs, weights, map, row, column, size = 3) {
  const sums = new Float64Array(inputs);
  for (let t = 0; t < size * size; t++) {
    const from = ((row + Math.floor(t / size)) * side + column + (t % size)) * inputs, of = (map * size * size + t) * inputs;
    for (let k = 0; k < inputs; k++) sums[k] += source[from + k] * weights[of + k];
  }
  return sums;
}

/** One map of a shortcut plus one of its branch. @param {Float32Array} shortcut (places, maps) @param {Float32Array} branch @param {number} map @param {number} maps */
export function blockSum(shortcut, branch, map, maps) {
  return Float32Array.from({ length: shortcut.length / maps }, (_, i) => shortcut[i * maps + map] + branch[i * maps + map]);
}

/** @param {ArrayLike<number>} logits @param {number} temperature */
export function softmax(logits, temperature) {
  const values = Array.from(logits), largest = Math.max(...values), powers = values.map((value) => Math.exp((value - largest) / temperature)), sum = total(powers);
  return Float32Array.from(powers, (value) => value / sum);
}

/** @param {ArrayLike<number>} values */
export function total(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}

/** The place of the largest. @param {ArrayLike<number>} values */
export function largest(values) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** Those of `count` things whose value is strongest, strongest first, each with its value over the strongest.
 * @param {number} count @param {(i: number) => number} value @param {number} most @returns {[number, number][]} */
export function strongest(count, value, most) {
  /** @type {[number, number][]} */ const all = [];
  for (let i = 0; i < count; i++) {
    const v = value(i);
    if (v) all.push([i, v]);
  }
  const top = all.sort((a, b) => Math.abs(b[1]) - Math.abs(a[1])).slice(0, most), scale = top.length ? Math.abs(top[0][1]) : 1;
  return top.map(([i, v]) => [i, v / scale]);
}

/** Units in the order of the digit that they speak for most, and in it by how much.
 * @param {Float32Array} weights (10, units) @param {number} units */
export function byDigit(weights, units) {
  const all = Array.from({ length: units }, (_, unit) => {
    const digit = largest(Array.from({ length: 10 }, (_, d) => weights[d * units + unit]));
    return { unit, digit, weight: weights[digit * units + unit] };
  }).sort((a, b) => a.digit - b.digit || b.weight - a.weight);
  return { order: all.map(({ unit }) => unit), digits: all.map(({ digit }) => digit) };
}
