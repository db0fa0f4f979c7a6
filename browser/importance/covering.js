/* The importance of each part of the ink to an answer: how far its log-odds, ln(p / (1 − p)), fall when a small black square
   covers that part. They show changes that a confidence of 99.99 % hides.
   Source: M. Zeiler and R. Fergus, Visualizing and Understanding Convolutional Networks, 2013. */

/** @typedef {Record<string, ArrayLike<number>>} Probabilities ten of each network, by key */

const SIDE = 28, PATCH = 4, STEP = 2; // pixels of the digit, of the square, and from one place of the square to the next
const ACROSS = (SIDE - PATCH) / STEP + 1; // places of the square side by side
const PLACES = Array.from({ length: ACROSS * ACROSS }, (_, place) => ({ x: STEP * (place % ACROSS), y: STEP * Math.floor(place / ACROSS) }));
const COARSE = PLACES.map(({ x, y }) => x % PATCH === 0 && y % PATCH === 0); // these squares lie side by side
const MIN_PROBABILITY = 1e-30; // probabilities are raised to this, so that log-odds stay finite

/** The maps of one drawing after another: of the newest where it has been measured, else of those before. */
export class Covering {
  #digit = new Uint8Array(SIDE * SIDE);
  /** @type {Record<string, number>} */ #labels = {};
  /** @type {Record<string, number>} of the whole digit */ #odds = {};
  /** @type {Record<string, Float64Array>} by place; not a number where nothing is known */ #falls = {};
  /** The drawing for which a place was measured last. */ #measured = new Int32Array(PLACES.length);
  #drawing = 0;

  /** Another digit, or other answers to it. @param {Uint8Array} digit @param {Probabilities} probabilities */
  begin(digit, probabilities) {
    const labels = Object.fromEntries(Object.entries(probabilities).map(([key, values]) => [key, largest(values)])), same = digit.every((value, i) => value === this.#digit[i]);
    if (same && JSON.stringify(labels) === JSON.stringify(this.#labels)) return;
    for (const [key, label] of Object.entries(labels)) if (label !== this.#labels[key]) this.#falls[key] = new Float64Array(PLACES.length).fill(NaN);
    this.#digit = digit.slice();
    this.#labels = labels;
    this.#odds = {};
    this.#drawing += 1;
    PLACES.forEach((place, i) => {
      if (coversInk(digit, place)) return;
      this.#measured[i] = this.#drawing;
      for (const falls of Object.values(this.#falls)) falls[i] = 0;
    });
  }

  /** The next digits to ask about: the digit itself first, then covered; those whose squares lie side by side first, and of these
   * the one whose turn was longest ago. @param {number} most */
  next(most) {
    const known = Object.keys(this.#odds).length > 0, drawing = this.#drawing, digit = this.#digit;
    const due = PLACES.map((_, i) => i).filter((i) => this.#measured[i] < drawing).sort((a, b) => Number(COARSE[b]) - Number(COARSE[a]) || this.#measured[a] - this.#measured[b]).slice(0, most);
    return { drawing, places: due, digits: due.length ? [...(known ? [] : [digit]), ...due.map((i) => covered(digit, PLACES[i]))] : [] };
  }

  /** Takes what the networks said. @param {ReturnType<Covering["next"]>} asked @param {Probabilities[]} probabilities */
  take({ drawing, places, digits }, probabilities) {
    if (drawing !== this.#drawing) return;
    const odds = (/** @type {Probabilities} */ each) => Object.fromEntries(Object.entries(each).filter(([key]) => key in this.#labels).map(([key, values]) => [key, logOdds(values, this.#labels[key])]));
    if (digits.length > places.length) this.#odds = odds(probabilities[0]);
    places.forEach((place, i) => {
      this.#measured[place] = drawing;
      for (const [key, value] of Object.entries(odds(probabilities[i + digits.length - places.length]))) this.#falls[key][place] = this.#odds[key] - value;
    });
  }

  /** Everything has been measured for this drawing. */
  get settled() {
    return this.#measured.every((drawing) => drawing === this.#drawing);
  }

  /** For each pixel the mean over the squares that cover it. @param {string} key @returns {Float32Array} */
  map(key) {
    const falls = this.#falls[key], sums = new Float64Array(SIDE * SIDE), counts = new Uint8Array(SIDE * SIDE);
    PLACES.forEach(({ x, y }, i) => {
      if (!falls || Number.isNaN(falls[i])) return;
      for (let row = y; row < y + PATCH; row++) for (let column = x; column < x + PATCH; column++) {
        sums[row * SIDE + column] += falls[i];
        counts[row * SIDE + column] += 1;
      }
    });
    return Float32Array.from(sums, (sum, i) => sum / Math.max(1, counts[i]));
  }
}

/** @param {ArrayLike<number>} probabilities @param {number} label */
function logOdds(probabilities, label) {
  const others = Array.from(probabilities).reduce((sum, value, digit) => (digit === label ? sum : sum + value), 0);
  return Math.log(Math.max(probabilities[label], MIN_PROBABILITY)) - Math.log(Math.max(others, MIN_PROBABILITY));
}

/** @param {Uint8Array} digit @param {{ x: number, y: number }} place */
function coversInk(digit, { x, y }) {
  for (let row = y; row < y + PATCH; row++) for (let column = x; column < x + PATCH; column++) if (digit[row * SIDE + column]) return true;
  return false;
}

/** @param {Uint8Array} digit @param {{ x: number, y: number }} place */
function covered(digit, { x, y }) {
  const copy = digit.slice();
  for (let row = y; row < y + PATCH; row++) copy.fill(0, row * SIDE + x, row * SIDE + x + PATCH);
  return copy;
}

/** @param {ArrayLike<number>} values */
const largest = (values) => Array.from(values).indexOf(Math.max(...Array.from(values)));
