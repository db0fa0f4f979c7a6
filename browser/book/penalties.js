/* L1 and L2: a small network learns before one's eyes, and its weights are pictures. */
import { asPercent, number, t } from "../language/language.js";
import { batches, SmallNetwork, uniform } from "./training.js";
import { halved, varied } from "./digits.js";
import { catalog } from "./networks.js";
import { figure, line } from "./desk.js";

const SIDE = 14, DIGITS = 400, BATCH = 20, BATCHES = 4; // in each frame
const RATE = 0.15, SMALL = 0.01; // a weight below is as good as none
const MAX_BATCHES = 3000; // batches

/** @param {import("./desk.js").Desk} desk @returns {Promise<import("./desk.js").Lesson>} */
export async function lesson(desk) {
  const { samples } = await catalog(), train = halved(varied(/** @type {any} */ (samples), DIGITS, 1.3, 1)), test = halved(varied(/** @type {any} */ (samples), 200, 1.3, 2)), random = uniform(5);
  let network = fresh(), law = "none", strength = 0.003, queue = batches(DIGITS, BATCH, random), done = 0;
  /** @type {{ right: number, done: number }[]} */ let course = [];
  desk.choice(t("Penalty"), { none: t("none"), l1: "l1", l2: "l2" }, (chosen) => { law = chosen; amount.show(law !== "none"); again(); });
  const amount = desk.slider({ label: t("Strength"), from: -4, to: -1, by: 0.1, at: Math.log10(strength), words: (value) => number(10 ** value, 4) }, (value) => { strength = 10 ** value; again(false); });
  amount.show(false);
  function fresh() {
    return new SmallNetwork({ widths: [SIDE * SIDE, 10], rate: RATE });
  }
  /** @param {boolean} [anew] */
  function again(anew = true) {
    if (anew) network = fresh();
    Object.assign(network, { l1: law === "l1" ? strength : 0, l2: law === "l2" ? strength : 0 });
    [done, course] = [0, []];
    desk.play();
  }
  const learn = () => {
    for (let i = 0; i < BATCHES; i++) {
      if (!queue.length) queue = batches(DIGITS, BATCH, random);
      network.step(train, /** @type {number[]} */ (queue.pop()));
      done += 1;
    }
    if (done % 40 === 0) course.push({ right: network.accuracy(test), done });
  };
  desk.plays(() => {
    if (done >= MAX_BATCHES) return false;
    learn();
    return true;
  }, () => { for (let i = 0; i < 25; i++) learn(); });
  desk.button(t("From nothing"), () => again());
  return {
    draw(stage, area) {
      const { u, colour } = stage, { phone } = area, across = 5, { weights } = network.layers[0], gap = 10 * u, size = phone ? (area.w - 4 * gap) / across : Math.min((area.w * 0.66 - 4 * gap) / across, (area.h - 60 * u) / 2);
      const atlas = stage.atlas("weights", 10, SIDE, SIDE);
      for (let d = 0; d < 10; d++) stage.paint(atlas, d, weights, { offset: d * SIDE * SIDE, gain: 1 });
      atlas.flush();
      for (let d = 0; d < 10; d++) {
        const x = area.x + (d % across) * (size + gap), y = area.y + 18 * u + Math.floor(d / across) * (size + 28 * u);
        stage.place(atlas, d, x, y, size);
        stage.text(t("weights of {digit}", { digit: d }), x, y - 5 * u, { fit: size });
      }
      // How many weights there are of each size.
      const left = phone ? area.x : area.x + area.w * 0.7, top = phone ? area.y + 2 * size + 74 * u : area.y + 18 * u, wide = area.x + area.w - left, high = area.y + area.h - top - 24 * u, bins = 41, counts = new Array(bins).fill(0);
      for (const weight of weights) counts[Math.max(0, Math.min(bins - 1, Math.round((weight + 1) * ((bins - 1) / 2))))] += 1;
      const most = Math.max(...counts);
      stage.text(t("how many weights have which value"), left, top - 5 * u, { fit: wide });
      counts.forEach((count, i) => {
        const tall = Math.sqrt(count / most) * high, value = (i / (bins - 1)) * 2 - 1;
        stage.c.fillStyle = stage.shade(value || 0.02);
        stage.c.fillRect(left + (i / bins) * wide, top + high - tall, wide / bins - 1, tall);
        stage.box(left + (i / bins) * wide, top + high - tall, wide / bins - 1, tall, colour.edge);
      });
      line(stage, [[left, top + high], [left + wide, top + high]], colour.dim, 1);
      [-1, 0, 1].forEach((value) => stage.text(figure(value, 0), left + ((value + 1) / 2) * wide, top + high + 16 * u, { align: value < 0 ? "left" : value ? "right" : "center" }));
      let none = 0, largest = 0;
      for (const weight of weights) {
        if (Math.abs(weight) < SMALL) none += 1;
        largest = Math.max(largest, Math.abs(weight));
      }
      const values = { penalty: law === "none" ? t("No penalty") : `${law}(${number(strength, 4)})`, batches: number(done), zero: asPercent(number((100 * none) / weights.length)), largest: number(largest, 2) };
      const words = course.length ? t("{penalty}, after {batches} batches: {right} of 200 other digits are read right; {zero} of the weights are nearly zero, the largest is {largest}.", { ...values, right: asPercent(number(100 * course[course.length - 1].right)) }) : t("{penalty}, after {batches} batches: {zero} of the weights are nearly zero, the largest is {largest}.", values);
      return `${words} ${law === "l1" ? t("l1 adds the weights' sizes to the loss, and what is not needed becomes zero.") : law === "l2" ? t("l2 adds their squares, and large ones shrink most.") : t("Nothing holds them back, and the noise they began with stays.")}`;
    },
    tall: 1.35,
    least: 0.9,
  };
}
