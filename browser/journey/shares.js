/* The shares of a logit of the CNN: for each map its share, gradient times value. For ReLUs and maxima these add up exactly:
   to scale a map by 1 + e changes the logit by e times its share. */

/** @typedef {{ first: number[], second: number[][], third: number[][], last: number[] }} Shares
 * first: from the digit to each shown map of convolution 1; second, third: from map to map; last: from the maps of convolution 3 to the logit */

const MAPS = 64, SIZE = 3;
const [POOLED_1, SIDE_2, POOLED_2, SIDE_3] = [13, 11, 5, 3];
const AHEAD = 2; // a map leaves its place while the pen is down when this many times the shown ones are more active

/** @param {import("./cnn.js").Cnn} network @param {ArrayLike<number>} weights of the logit, or of the difference of two @returns {Shares} */
export function shares(network, weights) {
  const [, pool1, conv2, pool2, conv3] = network.values, [, second, third] = network.kernels.map((layer) => layer.weights);
  const [first2, second2, third2] = [0, 2, 4].map((row) => network.order(row)), features = SIDE_3 * SIDE_3 * MAPS;
  const gradient3 = new Float32Array(features), last = new Float32Array(MAPS);
  for (let i = 0; i < features; i++) {
    gradient3[i] = conv3[i] > 0 ? weights[i] : 0;
    last[i % MAPS] += conv3[i] * weights[i];
  }
  const winners = maxima(conv2, backwards(gradient3, SIDE_3, third, POOLED_2));
  const share = (/** @type {Float32Array} */ source, /** @type {number} */ side, /** @type {Float32Array} */ kernel, /** @type {number} */ from, /** @type {number} */ to, /** @type {[number, number][]} */ gradients, /** @type {number} */ wide) => {
    let sum = 0;
    for (const [place, gradient] of gradients) {
      const row = Math.floor(place / wide), column = place % wide;
      for (let t = 0; t < SIZE * SIZE; t++) sum += gradient * source[((row + Math.floor(t / SIZE)) * side + column + (t % SIZE)) * MAPS + from] * kernel[(to * SIZE * SIZE + t) * MAPS + from];
    }
    return sum;
  };
  const gradients3 = (/** @type {number} */ map) => /** @type {[number, number][]} */ (Array.from({ length: SIDE_3 * SIDE_3 }, (_, place) => [place, gradient3[place * MAPS + map]])).filter(([, gradient]) => gradient);
  return {
    first: first2.map((from) => winners.reduce((sum, places, to) => sum + (places.length ? share(pool1, POOLED_1, second, from, to, places, SIDE_2) : 0), 0)),
    second: first2.map((from) => second2.map((to) => share(pool1, POOLED_1, second, from, to, winners[to], SIDE_2))),
    third: second2.map((from) => third2.map((to) => share(pool2, POOLED_2, third, from, to, gradients3(to), SIDE_3))),
    last: third2.map((map) => last[map]),
  };
}

/** For each map the places whose value was the largest of its four neighbours, with their gradient.
 * @param {Float32Array} values (11, 11, 64) @param {Float32Array} gradient of the pooled ones, (5, 5, 64) @returns {[number, number][][]} */
function maxima(values, gradient) {
  return Array.from({ length: MAPS }, (_, map) => {
    /** @type {[number, number][]} */ const found = [];
    for (let place = 0; place < POOLED_2 * POOLED_2; place++) {
      const g = gradient[place * MAPS + map];
      if (!g) continue;
      let best = -1, most = 0;
      for (let v = 0; v < 4; v++) {
        const at = (2 * Math.floor(place / POOLED_2) + (v >> 1)) * SIDE_2 + 2 * (place % POOLED_2) + (v & 1);
        if (values[at * MAPS + map] > most) [best, most] = [at, values[at * MAPS + map]];
      }
      if (best >= 0) found.push([best, g]);
    }
    return found;
  });
}

/** The gradient of a convolution's input. @param {Float32Array} gradient of its output, (side, side, 64) @param {number} side @param {Float32Array} kernel @param {number} from side of the input */
function backwards(gradient, side, kernel, from) {
  const to = new Float32Array(from * from * MAPS);
  for (let place = 0; place < side * side; place++) for (let map = 0; map < MAPS; map++) {
    const g = gradient[place * MAPS + map];
    if (!g) continue;
    for (let t = 0; t < SIZE * SIZE; t++) {
      const at = ((Math.floor(place / side) + Math.floor(t / SIZE)) * from + (place % side) + (t % SIZE)) * MAPS, k = (map * SIZE * SIZE + t) * MAPS;
      for (let i = 0; i < MAPS; i++) to[at + i] += g * kernel[k + i];
    }
  }
  return to;
}

/** The maps that the ink excites most: by their spread, so that one that is bright everywhere comes last. While the pen is down
 * a map keeps its place until it falls well behind.
 * @param {Float32Array} values (places, maps) @param {number} maps @param {number[] | null} before @param {number} count @param {boolean} moving
 * @param {Float32Array | null} [bias] what a map has where there is no ink @returns {number[]} */
export function activeMaps(values, maps, before, count, moving, bias = null) {
  const places = values.length / maps, mean = new Float64Array(maps), spread = new Float64Array(maps);
  for (let p = 0, i = 0; p < places; p++) for (let map = 0; map < maps; map++, i++) {
    const value = Math.max(0, values[i] - (bias ? Math.max(0, bias[map]) : 0));
    mean[map] += value / places;
    spread[map] += (value * value) / places;
  }
  const score = Array.from(spread, (square, map) => square - mean[map] ** 2), best = [...score.keys()].sort((a, b) => score[b] - score[a]);
  if (!before || before.length !== Math.min(count, maps) || !moving) return best.slice(0, count);
  const keep = new Set(best.slice(0, AHEAD * count)), fresh = best.filter((map) => !before.includes(map));
  return before.map((map) => (keep.has(map) ? map : /** @type {number} */ (fresh.shift())));
}
