/* The changes that a grabbed digit can go through, and how far each network follows: the points of its curve. */

/** @typedef {import("../engine/change.js").Change} Change */
/** @typedef {keyof Change} Kind */
/**
 * @typedef {object} Described
 * @property {string} title on its button
 * @property {string} words of an amount, as in "turned 30°"
 * @property {number} low @property {number} high @property {number} neutral
 * @property {number} step by keyboard, and the accuracy with which a limit is found
 * @property {number} grid between two points of a curve
 * @property {string} unit
 */
/** @typedef {{ amount: number, probabilities: Record<string, ArrayLike<number>> }} Point */

/** @type {Record<Kind, Described>} */
export const KINDS = {
  turn: { title: "Turn", words: "turned", low: -180, high: 180, neutral: 0, step: 1, grid: 5, unit: "°" },
  size: { title: "Size", words: "size", low: 20, high: 180, neutral: 100, step: 1, grid: 4, unit: " %" },
  squeeze: { title: "Squeeze", words: "width", low: 20, high: 180, neutral: 100, step: 1, grid: 4, unit: " %" },
  right: { title: "Left, right", words: "moved right by", low: -14, high: 14, neutral: 0, step: 0.25, grid: 0.5, unit: " px" },
  down: { title: "Up, down", words: "moved down by", low: -14, high: 14, neutral: 0, step: 0.25, grid: 0.5, unit: " px" },
  thick: { title: "Thin, thick", words: "thicker by", low: -2.5, high: 5, neutral: 0, step: 0.25, grid: 0.25, unit: " px" },
  wiped: { title: "Rub out", words: "rubbed out", low: 0, high: 100, neutral: 0, step: 1, grid: 2.5, unit: " %" },
};
const STRIDES = [16, 8, 4, 2, 1]; // of the grid, coarse first

/** An amount in words: "−34°", "+2 px". @param {Kind} kind @param {number} amount */
export function inWords(kind, amount) {
  const { unit, low, neutral } = KINDS[kind], sign = amount < 0 ? "−" : amount > 0 && low < 0 && neutral === 0 && kind !== "turn" ? "+" : "";
  return `${sign}${String(Number(Math.abs(amount).toFixed(2)))}${unit}`;
}

/** The amount that is on the scale and nearest to one. @param {Kind} kind @param {number} amount */
export function onScale(kind, amount) {
  const { low, high, step } = KINDS[kind];
  return Math.min(high, Math.max(low, Math.round(amount / step) * step));
}

/** The next amount at which the networks have to be asked: the grid from coarse to fine, then where an answer changes.
 * @param {Kind} kind @param {Point[]} points in the order of their amounts @returns {number | null} */
export function nextAmount(kind, points) {
  const { low, high, neutral, step, grid } = KINDS[kind], count = Math.round((high - low) / grid), known = new Set(points.map(({ amount }) => amount));
  for (const stride of STRIDES) {
    for (let i = 0; i <= count; i += stride) if (!known.has(low + i * grid)) return low + i * grid;
    if (!known.has(high)) return high;
  }
  if (!known.has(neutral)) return neutral;
  const start = points.find(({ amount }) => amount === neutral);
  for (const key of Object.keys(start?.probabilities ?? {})) {
    for (const side of [-1, 1]) {
      const end = limit(points, key, answerOf(start, key), neutral, side), before = end && [...points].sort((a, b) => side * (b.amount - a.amount)).find(({ amount }) => side * (amount - end.amount) < 0);
      if (!end || !before || Math.abs(end.amount - before.amount) <= step * 1.001) continue;
      const middle = onScale(kind, (end.amount + before.amount) / 2);
      if (!known.has(middle)) return middle;
    }
  }
  return null;
}

/** Where a network's answer first becomes another one, from an amount towards one side; null where it holds.
 * @param {Point[]} points in the order of their amounts @param {string} key @param {number} answer @param {number} from @param {number} side -1 or 1 */
export function limit(points, key, answer, from, side) {
  const along = side > 0 ? points : [...points].reverse();
  return along.find((point) => side * (point.amount - from) > 0 && point.probabilities[key] && answerOf(point, key) !== answer) ?? null;
}

/** @param {Point | undefined} point @param {string} key */
export function answerOf(point, key) {
  const probabilities = Array.from(point?.probabilities[key] ?? []);
  return probabilities.indexOf(Math.max(...probabilities));
}

/** Puts a point in its place, in place of one with the same amount. @param {Point[]} points @param {Point} point @returns {Point[]} */
export function withPoint(points, point) {
  return [...points.filter(({ amount }) => amount !== point.amount), point].sort((a, b) => a.amount - b.amount);
}

/** How far a network holds, in words: "holds", "gives up at −52° and 61°". @param {Kind} kind @param {Point[]} points @param {string} key @param {number} answer */
export function rangeInWords(kind, points, key, answer) {
  const ends = [-1, 1].map((side) => limit(points, key, answer, KINDS[kind].neutral, side)).filter((end) => end !== null);
  return ends.length ? `gives up at ${ends.map(({ amount }) => inWords(kind, amount)).join(" and ")}` : "holds";
}
