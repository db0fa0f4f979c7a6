/* Two answers against each other: the network's own, and the one that was meant, or that more than half of the networks give.
   A logit is a sum of values times weights, so what parts two answers is the same sum with the difference of their weights. */

import { number, t, tn } from "../language/language.js";
import { decimals } from "./stage.js";

/** @typedef {import("./parts.js").Scene} Scene */
/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {{ weights: Float32Array, bias: Float32Array }} Outputs of ten outputs, one after another */

/** The digit that the answer is held against now; null where an output is looked at by itself. @param {Scene} scene @returns {number | null} */
export const rivalOf = ({ rival, hot, says }) => (hot?.kind === "output" || rival === says ? null : rival);

/** The weights of an output, less those of its rival. @param {Outputs} layer @param {number} digit @param {number | null} rival */
export function outputWeights({ weights }, digit, rival) {
  const count = weights.length / 10, of = (/** @type {number} */ d) => weights.subarray(d * count, (d + 1) * count);
  if (rival === null) return of(digit);
  const against = of(rival);
  return of(digit).map((weight, i) => weight - against[i]);
}

/** The line of arithmetic of an output, or of two. @param {Scene} scene @param {Outputs} layer @param {number} digit @param {number | null} rival @param {string} from what its weights are for */
export function outputSum({ logits, probabilities }, { bias, weights }, digit, rival, from) {
  if (rival === null) return { bias: bias[digit], value: logits[digit], after: t("logit"), probability: probabilities[digit], titles: /** @type {[string, string]} */ ([from, tn("output {digit}: {n} weight", "output {digit}: {n} weights", weights.length / 10, { digit })]), name: t("Output {digit}", { digit }) };
  return { bias: bias[digit] - bias[rival], value: logits[digit] - logits[rival], after: t("{digit} is ahead by", { digit }), titles: /** @type {[string, string]} */ ([from, t("weights of {digit} less of {rival}", { digit, rival })]), name: t("{digit} against {rival}", { digit, rival }) };
}

/** The meaning of the lead, beside the arithmetic. @param {Stage} stage @param {Scene} scene @param {import("./stage.js").Rect} rect @param {number} digit @param {number} rival */
export function leadStep(stage, { logits, temperature }, { x, y, w, h }, digit, rival) {
  const { u, colour } = stage, lead = logits[digit] - logits[rival], times = Math.exp(Math.abs(lead) / temperature);
  if (w < 110 * u) return;
  const two = lead > 0 ? { winner: digit, loser: rival } : { winner: rival, loser: digit }, rounded = times >= 10 ? Math.round(times) : times;
  const [large, small = ""] = (times >= 1000 ? t("more than 1000 times\nas probable: {winner}, not {loser}", two)
    : tn("{n} times\nas probable: {winner}, not {loser}", "{n} times\nas probable: {winner}, not {loser}", rounded, { ...two, n: times >= 10 ? number(rounded) : decimals(times, 1) })).split("\n");
  stage.text(large, x, y + h / 2 - 4 * u, { size: 22, weight: 700, colour: lead > 0 ? stage.plus : stage.minus, fit: w });
  stage.text(small, x, y + h / 2 + 16 * u, { size: 14, colour: colour.ink, fit: w });
}

/** Which colour speaks for which of the two. @param {Stage} stage @param {number} x @param {number} y @param {number} digit @param {number | null} rival */
export function legend(stage, x, y, digit, rival) {
  if (rival === null || stage.quiet) return;
  const look = { size: 15, weight: 700, halo: true };
  const first = t("for {digit}", { digit });
  stage.text(first, x, y, { ...look, colour: stage.plus });
  stage.text(t("for {digit}", { digit: rival }), x + Math.max(52 * stage.u, stage.c.measureText(first).width + 14 * stage.u), y, { ...look, colour: stage.minus });
}

/** The row from which a digit stays ahead of its rival, counted from 0. @param {ArrayLike<number>} logits ten of each row @param {number} digit @param {number} rival */
export function parting(logits, digit, rival) {
  let row = logits.length / 10 - 1;
  while (row > 0 && logits[10 * (row - 1) + digit] > logits[10 * (row - 1) + rival]) row--;
  return row;
}
