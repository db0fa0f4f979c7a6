/* Softmax: the ten logits of the visitor's digit, and a temperature under the finger. */
import { asPercent, number, t } from "../language/language.js";
import { contrasting } from "../journey/stage.js";
import { largest, softmax } from "../journey/sums.js";
import { percent } from "../answers/words.js";
import { bars, figure } from "./desk.js";
import { open } from "./networks.js";

const [COLDEST, HOTTEST] = [0.1, 10];

/** @param {import("./desk.js").Desk} desk @param {import("./book.js").Material} material @returns {Promise<import("./desk.js").Lesson>} */
export async function lesson(desk, { digit, ink }) {
  const { network, anatomy } = await open("mlp");
  network.run(digit);
  const logits = Array.from(network.value(anatomy.logits)), says = largest(logits), scale = Math.max(...logits.map(Math.abs));
  let temperature = 1;
  // A logarithmic scale: as far to cold as to hot.
  const slider = desk.slider({ label: t("Temperature"), from: -1, to: 1, by: 0.01, at: 0, words: (value) => number(10 ** value, 2) }, (value) => { temperature = 10 ** value; });
  return {
    draw(stage, area) {
      const { u, colour } = stage, p = softmax(logits, temperature), top = 60 * u;
      const picture = area.phone ? 0 : Math.min(area.h - 40 * u, 190 * u), x = area.x + (picture ? picture + 24 * u : 0), w = area.w - (x - area.x), slot = w / 10;
      if (picture) {
        stage.picture("digit", ink, [28, 28], { x: area.x, y: area.y + 20 * u, w: picture, h: picture }, { ink: true });
        stage.text(t("the MLP says {digit}", { digit: says }), area.x, area.y + picture + 40 * u, { size: 15, fit: picture, colour: colour.ink });
      }
      stage.text(t("logits"), x, area.y + 12 * u);
      for (let d = 0; d < 10; d++) {
        const middle = x + (d + 0.5) * slot, value = logits[d], shade = stage.shade(value / scale);
        stage.c.fillStyle = shade;
        stage.c.fillRect(middle - slot * 0.42, area.y + 20 * u, slot * 0.84, 24 * u);
        stage.box(middle - slot * 0.42, area.y + 20 * u, slot * 0.84, 24 * u);
        stage.text(figure(value, 1), middle, area.y + 32 * u, { align: "center", base: "middle", size: area.phone ? 11.5 : 13, weight: 600, colour: contrasting(shade), fit: slot });
      }
      const rect = { x, y: area.y + top - 10 * u, w, h: area.h - top + 10 * u };
      bars(stage, rect, p, says, { words: (share) => percent(share), kind: "heat" });
      if (picture) t("Hold the bars and pull:\ndown is hotter, up is colder.").split("\n").forEach((words, i) => stage.text(words, area.x, area.y + picture + (76 + 18 * i) * u, { fit: picture }));
      return t("e to the power of {logit} / {temperature}, over the sum of all ten such powers, is {share} for the {digit}. Cold, the largest takes all; hot, all become alike. The order never changes, and the sum is always {all}.", { logit: figure(logits[says]), temperature: number(temperature, 2), share: percent(p[says]), digit: says, all: asPercent("100") });
    },
    drag(_, { y }) {
      const { area } = desk, share = Math.min(1, Math.max(0, (y - area.y - area.h * 0.2) / (area.h * 0.65)));
      temperature = Math.min(HOTTEST, Math.max(COLDEST, 10 ** (2 * share - 1)));
      slider.put(Math.log10(temperature));
    },
    tall: 0.95,
    least: 0.7,
  };
}
