/* Dropout: some of the MLP's 256 units are dark, others in each draw, and the answer is nearly the same. */
import { asPercent, number, t, tn } from "../language/language.js";
import { largest } from "../journey/sums.js";
import { percent } from "../answers/words.js";
import { bars } from "./desk.js";
import { open, through } from "./networks.js";
import { uniform } from "./training.js";

const N = 16, PACE = 650; // milliseconds of a draw

/** @param {import("./desk.js").Desk} desk @param {import("./book.js").Material} material @returns {Promise<import("./desk.js").Lesson>} */
export async function lesson(desk, { ink, facts }) {
  const { anatomy: { layers } } = await open("mlp"), random = uniform(7), whole = through(layers, ink, 0, random), says = largest(whole.p);
  let rate = facts["listing 1.3.2"].dropout, draw = through(layers, ink, rate, random), tally = new Array(10).fill(0), draws = 0;
  const next = () => {
    draw = through(layers, ink, rate, random);
    tally[largest(draw.p)] += 1;
    draws += 1;
  };
  desk.slider({ label: t("Dropout"), from: 0, to: 0.95, by: 0.05, at: rate }, (value) => {
    rate = value;
    [tally, draws] = [new Array(10).fill(0), 0];
    next();
    desk.play();
  });
  next();
  desk.paces(PACE, next);
  desk.button(t("100 draws at once"), () => { for (let i = 0; i < 100; i++) next(); });
  return {
    draw(stage, area) {
      const { u, colour } = stage, { phone } = area, gap = (phone ? 14 : 30) * u, size = phone ? (area.w - 2 * gap) / 3 : Math.min(area.w * 0.19, area.h * 0.7), y = area.y + 22 * u + (phone ? 0 : (area.h - size) / 4);
      stage.picture("digit", ink, [28, 28], { x: area.x, y, w: size, h: size }, { ink: true });
      stage.text(t("the digit"), area.x, y - 7 * u, { fit: size });
      [0, 1].forEach((layer) => {
        const x = area.x + (layer + 1) * (size + gap), cell = size / N, most = Math.max(...draw.values[layer], 1e-6);
        stage.picture(`units${layer}`, draw.values[layer], [N, N], { x, y, w: size, h: size }, { gain: 1 / most });
        stage.c.fillStyle = stage.dark ? "#000" : "#3a3935";
        draw.kept[layer].forEach((kept, i) => {
          const [left, top] = [x + (i % N) * cell, y + Math.floor(i / N) * cell];
          if (!kept) stage.c.fillRect(left, top, cell + 0.4, cell + 0.4);
          else if (stage.dark) stage.box(left + 1, top + 1, cell - 2, cell - 2, colour.edge); // a unit that is silent, not dark
        });
        const n = draw.kept[layer].filter(Boolean).length;
        stage.text(phone ? t("{n} of 256", { n }) : t("layer {layer}: {n} of 256 units", { layer: layer + 1, n }), x, y - 7 * u, { fit: size + gap });
        stage.link(x - gap + 2 * u, y + size / 2, x - 3 * u, y + size / 2, 0.8, { across: true, colour: colour.dim });
      });
      const right = phone ? { x: area.x, y: y + size + 10 * u, w: area.w, h: area.h - size - 32 * u } : { x: area.x + 3 * (size + gap), y: area.y, w: area.w - 3 * (size + gap), h: area.h };
      stage.text(t("this draw, and (outlined) with all units"), right.x, right.y + 13 * u, { fit: right.w });
      const { base, room, slot } = bars(stage, { ...right, y: right.y + 14 * u, h: right.h - 14 * u }, draw.p, largest(draw.p), { words: (share) => percent(share) });
      for (let d = 0; d < 10; d++) {
        const wide = Math.min(0.74 * slot, 52 * u), tall = whole.p[d] * room;
        stage.box(right.x + (d + 0.5) * slot - wide / 2, base - tall, wide, tall, colour.ink, 1.5);
      }
      const [first, second] = draw.kept.map((layer) => layer.filter(Boolean).length);
      return [
        t("Dropout {rate}: {first} units of layer 1 and {second} of layer 2 go on, scaled up by 1 / {share}; this draw says {digit}.", { rate: asPercent(number(100 * rate)), first, second, share: number(1 - rate, 2), digit: largest(draw.p) }),
        tn("{agreeing} of {n} draw says {digit}, as all units together do: no unit is indispensable, because none could be relied on in training.", "{agreeing} of {n} draws say {digit}, as all units together do: no unit is indispensable, because none could be relied on in training.", draws, { n: number(draws), agreeing: number(tally[says]), digit: says }),
      ].join(" ");
    },
    tall: 1.25,
    least: 0.9,
  };
}
