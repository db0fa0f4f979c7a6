/* Vanishing gradients: how large the gradient is in each layer of a deep network, with and without shortcuts. */
import { number, t, tn } from "../language/language.js";
import { percent } from "../answers/words.js";
import { line, plot } from "./desk.js";
import { halved, varied } from "./digits.js";
import { catalog } from "./networks.js";
import { batches, SmallNetwork, uniform } from "./training.js";

const WIDTH = 24, BATCH = 20, DIGITS = 300, MAX_BATCHES = 150; // batches
const [LEAST, MOST_SIZE] = [-9, 1]; // powers of ten of a gradient that are shown

/** @typedef {"ReLU" | "tanh" | "sigmoid"} Activation */

/** @param {import("./desk.js").Desk} desk @returns {Promise<import("./desk.js").Lesson>} */
export async function lesson(desk) {
  const { samples } = await catalog(), train = halved(varied(/** @type {any} */ (samples), DIGITS, 1, 1)), test = halved(varied(/** @type {any} */ (samples), 100, 1, 2)), random = uniform(4);
  let depth = 20, /** @type {Activation} */ activation = /** @type {Activation} */ ("sigmoid"), pair = made(), done = 0, queue = batches(DIGITS, BATCH, random), right = [0.1, 0.1];
  desk.slider({ label: t("Layers"), from: 2, to: 40, by: 1, at: depth, digits: 0 }, (value) => { depth = value; again(); });
  desk.choice(t("Activation"), ["sigmoid", "tanh", "ReLU"], (chosen) => { activation = /** @type {Activation} */ (chosen); again(); });
  function made() {
    const widths = [196, ...new Array(depth - 1).fill(WIDTH), 10], settings = { widths, activation, optimizer: "Adam", rate: 0.002, seed: 3 };
    const both = [new SmallNetwork(settings), new SmallNetwork({ ...settings, shortcuts: true })];
    for (const network of both) network.learnFrom(train, [...Array(BATCH).keys()]);
    return both;
  }
  function again() {
    [pair, done, right] = [made(), 0, [0.1, 0.1]];
    desk.pause();
  }
  const step = () => {
    if (done >= MAX_BATCHES) return false;
    if (!queue.length) queue = batches(DIGITS, BATCH, random);
    const chosen = /** @type {number[]} */ (queue.pop());
    for (const network of pair) network.step(train, chosen);
    done += 1;
    if (done % 10 === 0) right = pair.map((network) => network.accuracy(test));
    return true;
  };
  desk.plays(step, () => { for (let i = 0; i < 10; i++) step(); }, false);
  desk.button(t("From nothing"), again);
  return {
    draw(stage, area) {
      const { u, colour } = stage, sizes = pair.map(({ gradients }) => gradients.map(({ weights }) => Math.sqrt(weights.reduce((sum, g) => sum + g * g, 0) / weights.length))), halves = [0, 1].map((i) => plot({ x: area.x + 40 * u + i * (area.w / 2), y: area.y + 24 * u, w: area.w / 2 - (area.phone ? 44 : 60) * u, h: area.h - 56 * u }, [0, depth], [LEAST, MOST_SIZE]));
      halves.forEach((chart, i) => {
        const { rect } = chart, bar = rect.w / depth;
        stage.text(i ? t("with shortcuts") : t("without shortcuts"), rect.x, rect.y - 7 * u, { size: 15, weight: 600, colour: colour.ink, fit: rect.w });
        for (let power = LEAST; power <= MOST_SIZE; power += 2) {
          line(stage, [[rect.x, chart.y(power)], [rect.x + rect.w, chart.y(power)]], colour.edge, 1);
          stage.text(`10${superscript(power)}`, rect.x - 4 * u, chart.y(power), { align: "right", base: "middle" });
        }
        sizes[i].forEach((size, layer) => {
          const power = Math.min(MOST_SIZE, Math.max(LEAST, Math.log10(size + 1e-30))), y = chart.y(power);
          stage.c.fillStyle = i ? colour.network : colour.dim;
          stage.c.fillRect(rect.x + layer * bar + 1, y, Math.max(1, bar - 2), rect.y + rect.h - y);
        });
        stage.text(t("first layer"), rect.x, rect.y + rect.h + 16 * u, { fit: rect.w / 2 - 4 * u });
        stage.text(t("last layer"), rect.x + rect.w, rect.y + rect.h + 16 * u, { align: "right", fit: rect.w / 2 - 4 * u });
      });
      const [without, within] = sizes.map((each) => inPowers(each[1] / each[each.length - 1])), [first, second] = right.map((share) => percent(share));
      return [
        t("The gradient of layer 2 over the last one's: {without} without shortcuts, {within} with them.", { without, within }),
        done ? tn("After {n} batch they read {first} and {second} of 100 other digits.", "After {n} batches they read {first} and {second} of 100 other digits.", done, { first, second }) : t("Play it, and both learn side by side."),
        t("{depth} layers of {width} {activation} units.", { depth, width: WIDTH, activation }),
      ].join(" ");
    },
    tall: 0.8,
    least: 0.65,
  };
}

/** @param {number} share */
function inPowers(share) {
  const power = Math.floor(Math.log10(share + 1e-30));
  return power > -2 ? number(share, 2) : `${number(share / 10 ** power, 1)} × 10${superscript(power)}`;
}

/** @param {number} power */
const superscript = (power) => String(power).replace("-", "⁻").replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]);
