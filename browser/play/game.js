/* The rules of the two games, without a page: six digits against the clock, and digits that fool the networks. */

export const ROUNDS = 6;
export const SECONDS = 10; // to draw a digit
const GUESSES = 3; // that are remembered of a round

/** @typedef {{ pixels: Uint8Array, outlier: boolean, answers: Record<string, number>, majority: number }} Seen
 * a digit as the networks see it; answers: the digit of each, by key */
/** @typedef {{ label: number, seconds: number | null, seen: Seen | null }} Played
 * a round; seconds: null where the time ran out; seen: null where nothing was drawn */
/** @typedef {{ right: Record<string, [number, number]>, fooled: number, best: number }} Scores
 * right: by key, drawings that a network read right, and all; fooled: networks; best: digits of one game drawn in time */

/** The digit that most networks answer; of several, that with the highest mean probability, as in recognition.prediction.majority.
 * @param {ArrayLike<number>[]} probabilities */
export function majority(probabilities) {
  const votes = Array(10).fill(0);
  for (const each of probabilities) {
    votes[largest(each)] += 1;
    for (let digit = 0; digit < 10; digit++) votes[digit] += each[digit] / probabilities.length / 2;
  }
  return largest(votes);
}

/** The place of the largest value. @param {ArrayLike<number>} values */
export function largest(values) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** Adds one drawing to the scores of each network that saw it. @param {Scores} scores @param {Seen} seen @param {number} label */
export function count({ right }, { answers }, label) {
  for (const [key, digit] of Object.entries(answers)) {
    const [hits, all] = right[key] ?? [0, 0];
    right[key] = [hits + Number(digit === label), all + 1];
  }
}

export class ClockGame {
  /** @type {"ready" | "drawing" | "over" | "end"} over: a round; end: the last one */ phase = "ready";
  /** @type {number[]} */ targets = [];
  /** @type {Played[]} */ played = [];
  /** @type {number[]} what the networks have taken the drawing for, one after another */ guesses = [];
  /** @type {Seen | null} */ #seen = null;
  #begun = 0;

  /** @param {() => number} random from 0 to below 1 */
  constructor(random = Math.random) {
    this.random = random;
  }

  /** The digit to draw, or that was to be drawn. */
  get target() {
    return this.targets[Math.max(0, this.phase === "drawing" ? this.played.length : this.played.length - 1)];
  }

  get last() {
    return this.played[this.played.length - 1];
  }

  /** Begins the next round, or another game. @param {number} now milliseconds */
  next(now) {
    if (this.phase === "ready" || this.phase === "end") {
      this.targets = this.#shuffled().slice(0, ROUNDS);
      this.played = [];
    }
    Object.assign(this, { phase: "drawing", guesses: [] });
    this.#seen = null;
    this.#begun = now;
  }

  /** The seconds that are left. @param {number} now */
  left(now) {
    return Math.max(0, SECONDS - (now - this.#begun) / 1000);
  }

  /** The networks see a digit, or none. @param {Seen | null} seen @param {boolean} settled the pen is up @param {number} now */
  see(seen, settled, now) {
    if (this.phase !== "drawing") return;
    this.#seen = seen;
    if (!seen) return;
    if (seen.majority !== this.guesses[this.guesses.length - 1]) this.guesses = [...this.guesses, seen.majority].slice(-GUESSES);
    if (settled && seen.majority === this.target && this.left(now) > 0) this.#end((now - this.#begun) / 1000);
  }

  /** Ends the round when its time is up; returns whether it has. @param {number} now */
  tick(now) {
    if (this.phase !== "drawing" || this.left(now) > 0) return false;
    this.#end(null);
    return true;
  }

  /** @param {number | null} seconds */
  #end(seconds) {
    this.played.push({ label: this.target, seconds, seen: this.#seen });
    this.phase = this.played.length === ROUNDS ? "end" : "over";
  }

  #shuffled() {
    const digits = [...Array(10).keys()];
    for (let i = 9; i > 0; i--) {
      const j = Math.floor(this.random() * (i + 1));
      [digits[i], digits[j]] = [digits[j], digits[i]];
    }
    return digits;
  }
}

/** Digits that people can read and the networks cannot. A drawing counts once, and begins on an empty canvas. */
export class FoolGame {
  fresh = false; // the drawing began on an empty canvas
  counted = false;
  /** @type {Seen | null} */ seen = null;
  /** @type {Played[]} */ played = [];

  empty() {
    Object.assign(this, { fresh: true, counted: false, seen: null });
  }

  /** The visitor says what it is: returns the keys of the networks that were fooled, or why it does not count.
   * @param {number} label @returns {string[] | "stale" | "doubted" | "counted" | "nothing"} */
  say(label) {
    if (!this.seen) return "nothing";
    if (this.counted) return "counted";
    if (!this.fresh) return "stale";
    if (this.seen.outlier) return "doubted";
    this.counted = true;
    const fooled = Object.keys(this.seen.answers).filter((key) => this.seen?.answers[key] !== label);
    if (fooled.length) this.played.push({ label, seconds: null, seen: this.seen });
    return fooled;
  }
}
