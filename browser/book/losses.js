/* Loss functions of table 1.3.2 on the probabilities of the visitor's digit: push a bar, and each loss follows. */
import { number, t } from "../language/language.js";
import { clip } from "../journey/stage.js";
import { largest, softmax } from "../journey/sums.js";
import { percent } from "../answers/words.js";
import { LOSSES, pushed } from "./arithmetic.js";
import { axes, bars, curve, dot, line, plot } from "./desk.js";
import { open } from "./networks.js";

const NAMES = { "mean squared error": t("mean squared error"), "mean absolute error": t("mean absolute error"), "categorical cross-entropy": t("categorical cross-entropy"), "binary cross-entropy": t("binary cross-entropy") };
const COLOURS = ["#8a5cd6", "#2f9e8f", "#d9480f", "#2f81d6"]; // of the losses
const HIGHEST = 5; // of the plotted losses
const PHONE_BARS = 0.4; // of the picture's height
const SPREAD = 6; // a temperature at which there is something to push

/** @param {import("./desk.js").Desk} desk @param {import("./book.js").Material} material @returns {Promise<import("./desk.js").Lesson>} */
export async function lesson(desk, { digit }) {
  const { network, anatomy } = await open("mlp");
  network.run(digit);
  let p = Array.from(softmax(network.value(anatomy.logits), SPREAD)), label = largest(p);
  const slider = desk.slider({ label: t("Probability of the label"), from: 0, to: 1, by: 0.01, at: p[label], words: percent }, (value) => { p = pushed(p, label, value); });
  desk.slider({ label: t("The label, in truth"), from: 0, to: 9, by: 1, at: label, digits: 0 }, (value) => {
    label = value;
    slider.put(p[label]);
  });
  return {
    draw(stage, area) {
      const { u, colour } = stage, { phone } = area, oneHot = p.map((_, d) => (d === label ? 1 : 0)), left = { x: area.x, y: area.y, w: phone ? area.w : area.w * 0.48, h: phone ? area.h * PHONE_BARS : area.h - 34 * u };
      stage.text(t("push a bar: the others make room"), left.x, left.y + 12 * u, { weight: 600, colour: colour.ink, fit: left.w });
      const { base, slot } = bars(stage, { ...left, y: left.y + 14 * u, h: left.h - 14 * u }, p, label, { words: percent, kind: "bar" });
      oneHot.forEach((value, d) => {
        const x = left.x + d * slot + slot * 0.18, y = base + 32 * u;
        stage.c.fillStyle = stage.grey(value);
        stage.c.fillRect(x, y, slot * 0.64, 20 * u);
        stage.box(x, y, slot * 0.64, 20 * u, colour.edge);
        stage.text(String(value), x + slot * 0.32, y + 10 * u, { align: "center", base: "middle", weight: 600, colour: value ? "#15171b" : "#fff" });
      });
      const names = /** @type {(keyof typeof NAMES)[]} */ (Object.keys(NAMES)), values = names.map((name) => LOSSES[name](oneHot, p));
      const chart = phone ? plot({ x: area.x + 26 * u, y: area.y + area.h * PHONE_BARS + 148 * u, w: area.w - 36 * u, h: area.h * (1 - PHONE_BARS) - 168 * u }, [0, 1], [0, HIGHEST]) : plot({ x: area.x + area.w * 0.54, y: area.y + 14 * u, w: area.w * 0.45, h: area.h - 140 * u }, [0, 1], [0, HIGHEST]);
      axes(stage, chart, 0.5, 1);
      stage.text(t("loss, for each probability of the label"), chart.rect.x, chart.rect.y - 4 * u, { fit: chart.rect.w });
      names.forEach((name, i) => {
        curve(stage, chart, (x) => LOSSES[name](oneHot, pushed(p, label, Math.max(1e-4, x))), COLOURS[i], 2.5);
        dot(stage, chart.x(p[label]), chart.y(Math.min(HIGHEST, values[i])), 7, COLOURS[i]);
        const y = phone ? base + (76 + 20 * i) * u : chart.rect.y + chart.rect.h + (38 + 22 * i) * u;
        stage.c.fillStyle = COLOURS[i];
        stage.c.fillRect(chart.rect.x, y - 10 * u, 12 * u, 12 * u);
        stage.text(NAMES[name], chart.rect.x + 20 * u, y, { size: 14, colour: colour.ink, fit: chart.rect.w - 76 * u });
        stage.text(number(values[i], 3), chart.rect.x + chart.rect.w, y, { size: 16, weight: 700, align: "right", colour: colour.ink });
      });
      line(stage, [[chart.x(p[label]), chart.rect.y], [chart.x(p[label]), chart.rect.y + chart.rect.h]], colour.dim, u, [4 * u, 4 * u]);
      return t("The label {label} as one-hot is a 1 among nine zeros, and its probability is {share}. Categorical cross-entropy is −ln {probability} = {loss}: it looks at the label's bar alone, and grows without end where the network is sure and wrong; the squared error cannot exceed {most}.", { label, share: percent(p[label]), probability: number(p[label], 3), loss: number(values[2], 3), most: number(0.2, 1) });
    },
    drag(spot, { y }) {
      const { area, stage: { u } } = desk, h = (area.phone ? area.h * PHONE_BARS : area.h - 34 * u) - 14 * u, room = h - 46 * u, top = area.y + 34 * u;
      p = pushed(p, spot.column, clip(1 - (y - top) / room, 0, 1));
      slider.put(p[label]);
    },
    tall: 1.4,
    least: 1.1,
  };
}
