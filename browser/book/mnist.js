/* The first lesson: digits like those that the networks learn from, and how different they may be. */
import { asPercent, number, t } from "../language/language.js";
import { largest } from "../journey/sums.js";
import { varied } from "./digits.js";
import { open } from "./networks.js";

const ACROSS = 10, DOWN = 5;

/** @param {import("./desk.js").Desk} desk @param {import("./book.js").Material} material @returns {Promise<import("./desk.js").Lesson>} */
export async function lesson(desk, { facts }) {
  const { network, anatomy } = await open("mlp"), { samples } = await (await import("./networks.js")).catalog(), { train, test } = facts["listing 1.3.1"];
  let spread = 0.6, seed = 1, sheet = read();
  desk.slider({ label: t("How different"), from: 0, to: 2.5, by: 0.05, at: spread, words: (value) => asPercent(number(100 * value)) }, (value) => { spread = value; sheet = read(); });
  desk.button(t("Other digits"), () => { seed += 1; sheet = read(); });

  function read() {
    const { digits, labels } = varied(/** @type {any} */ (samples), ACROSS * DOWN, spread, seed);
    const says = digits.map((digit) => {
      network.run(digit);
      return largest(network.value(anatomy.logits));
    });
    return { digits, labels, says };
  }
  let hot = -1;
  return {
    draw(stage, area) {
      const { u, colour } = stage, { digits, labels, says } = sheet, { phone } = area, room = phone ? area.h * 0.62 : area.h, size = Math.min((phone ? area.w : area.w * 0.62) / ACROSS, room / DOWN), atlas = stage.atlas("digits", ACROSS * DOWN, 28, 28);
      digits.forEach((digit, i) => stage.paint(atlas, i, digit, { ink: true, gain: 1 / 255 }));
      atlas.flush();
      digits.forEach((_, i) => {
        const x = area.x + (i % ACROSS) * size, y = area.y + Math.floor(i / ACROSS) * size;
        stage.place(atlas, i, x, y, size - 4 * u);
        if (says[i] !== labels[i]) {
          stage.frame(x, y, size - 4 * u, size - 4 * u, stage.minus);
          stage.text(String(says[i]), x + size - 9 * u, y + 15 * u, { size: 15, weight: 700, align: "right", colour: "#fff" });
        }
        if (i === hot) stage.frame(x, y, size - 4 * u, size - 4 * u, colour.network);
      });
      stage.touch("digit", 0, { x: area.x, y: area.y, w: ACROSS * size, h: DOWN * size }, ACROSS, DOWN);
      const wide = phone ? area.w : area.w * 0.34, left = area.x + area.w - wide, top = phone ? area.y + DOWN * size + 30 * u : area.y + 20 * u, each = Math.min(26 * u, (area.y + area.h - top) / 10);
      stage.text(t("MNIST's {train} to learn from, {test} to test", { train: number(60_000), test: number(10_000) }), left, top - 8 * u, { size: 13, weight: 600, colour: colour.ink, fit: wide });
      for (let d = 0; d < 10; d++) {
        const y = top + d * each, most = Math.max(...train), length = wide - 116 * u;
        stage.text(String(d), left + 8 * u, y + each / 2, { base: "middle", align: "center", size: 14, weight: 600, colour: colour.ink });
        stage.c.fillStyle = colour.network;
        stage.c.fillRect(left + 20 * u, y + 2 * u, (train[d] / most) * length, each - 6 * u);
        stage.text(`${number(train[d])} + ${number(test[d])}`, left + wide, y + each / 2, { base: "middle", align: "right", size: 12 });
      }
      const wrong = says.filter((digit, i) => digit !== labels[i]).length, words = t("Bent by {share}: the MLP, which has learned MNIST, reads {right} of these {n} right.", { share: asPercent(number(100 * spread)), right: digits.length - wrong, n: digits.length });
      return `${words} ${hot >= 0 && hot < digits.length ? t("This {digit} it reads as {answer}.", { digit: labels[hot], answer: says[hot] }) : t("They are samples of this page, bent at random and made 28 × 28 pixels in MNIST's way: no file of MNIST's digits comes with the page.")}`;
    },
    hover: (spot) => { hot = spot ? spot.row * ACROSS + spot.column : -1; },
    drag: (spot) => { hot = spot.row * ACROSS + spot.column; },
    tall: 1.33,
    least: 1.05,
  };
}
