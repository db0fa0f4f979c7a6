/* What browser/learn/ makes of what the page sends of a training, for the tests in Python: from standard input, to standard output. */
import { readFileSync } from "node:fs";
import { History, nearest } from "../../browser/learn/history.js";

const sent = JSON.parse(readFileSync(0, "utf-8")), history = new History();
await history.take(sent);
const points = history.points.map((_, point) => point), digits = sent.labels.map((/** @type {number} */ _, /** @type {number} */ digit) => digit);
const each = (/** @type {(point: number, digit: number) => unknown} */ of) => points.map((point) => digits.map((/** @type {number} */ digit) => of(point, digit)));
const list = (/** @type {import("../../browser/learn/history.js").Block | null} */ block) => Array.from(block?.values ?? []);
process.stdout.write(JSON.stringify({
  predictions: each((point, digit) => history.prediction(point, digit)),
  probabilities: each((point, digit) => history.probabilities(point, digit)),
  correct: points.map((point) => history.correct(point, digits)),
  positions: points.map((point) => Array.from(history.positions(point))),
  activations: points.map((point) => list(history.activations(point))),
  weights: points.map((point) => [Math.min(...list(history.weights(point))), Math.max(...list(history.weights(point)))]),
  pixels: digits.map((/** @type {number} */ digit) => Array.from(history.pixels(digit))),
  nearest: [0, 1.4, 9].map((seconds) => nearest(history.points, seconds)),
}));
