/* The changes that a grabbed digit can go through, and how far each network follows: the points of its curve. */

import { asPercent, language, leftToRight, t } from "../language/language.js";

/** @typedef {import("../engine/change.js").Change} Change */
/** @typedef {keyof Change} Kind */
/**
 * @typedef {object} Described
 * @property {string} title on its button
 * @property {(amount: string) => string} says an amount in words, as in "turned 30°"
 * @property {number} low @property {number} high @property {number} neutral
 * @property {number} step by keyboard, and the accuracy with which a limit is found
 * @property {number} grid between two points of a curve
 * @property {(amount: string) => string} unit writes an amount with its unit
 */
/** @typedef {{ amount: number, probabilities: Record<string, ArrayLike<number>> }} Point */

const [degrees, pixels] = [(/** @type {string} */ amount) => `${amount}°`, (/** @type {string} */ amount) => t("{amount} px", { amount })];
const AMOUNT = new Intl.NumberFormat(language, { maximumFractionDigits: 2, numberingSystem: "latn" });

/** @type {Record<Kind, Described>} */
export const KINDS = {
  turn: { title: t("Turn"), says: (amount) => t("turned {amount}", { amount }), low: -180, high: 180, neutral: 0, step: 1, grid: 5, unit: degrees },
  size: { title: t("Size"), says: (amount) => t("size {amount}", { amount }), low: 20, high: 180, neutral: 100, step: 1, grid: 4, unit: asPercent },
  squeeze: { title: t("Squeeze"), says: (amount) => t("width {amount}", { amount }), low: 20, high: 180, neutral: 100, step: 1, grid: 4, unit: asPercent },
  right: { title: t("Left, right"), says: (amount) => t("moved right by {amount}", { amount }), low: -14, high: 14, neutral: 0, step: 0.25, grid: 0.5, unit: pixels },
  down: { title: t("Up, down"), says: (amount) => t("moved down by {amount}", { amount }), low: -14, high: 14, neutral: 0, step: 0.25, grid: 0.5, unit: pixels },
  thick: { title: t("Thin, thick"), says: (amount) => t("thicker by {amount}", { amount }), low: -2.5, high: 5, neutral: 0, step: 0.25, grid: 0.25, unit: pixels },
  wiped: { title: t("Rub out"), says: (amount) => t("rubbed out {amount}", { amount }), low: 0, high: 100, neutral: 0, step: 1, grid: 2.5, unit: asPercent },
};
const STRIDES = [16, 8, 4, 2, 1]; // of the grid, coarse first

/** An amount in words: "−34°", "+2 px". @param {Kind} kind @param {number} amount */
export function inWords(kind, amount) {
  const { unit, low, neutral } = KINDS[kind], sign = amount < 0 ? "−" : amount > 0 && low < 0 && neutral === 0 && kind !== "turn" ? "+" : "";
  return leftToRight(unit(`${sign}${AMOUNT.format(Math.abs(amount))}`));
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

/** The range in which a network holds, in words: "holds", "gives up at −52° and 61°". @param {Kind} kind @param {Point[]} points @param {string} key @param {number} answer */
export function rangeInWords(kind, points, key, answer) {
  const ends = [-1, 1].map((side) => limit(points, key, answer, KINDS[kind].neutral, side)).filter((end) => end !== null);
  const [one, other] = ends.map(({ amount }) => inWords(kind, amount));
  if (other) return t("gives up at {one} and {other}", { one, other });
  return one ? t("gives up at {one}", { one }) : t("holds");
}
