/* One picture in three shapes: a vector for the MLP, a picture for the CNN, rows in turn for the RNN. */
import { number, t } from "../language/language.js";
import { clip } from "../journey/stage.js";

const SIDE = 28;

/** @param {import("./desk.js").Desk} desk @param {import("./book.js").Material} material @returns {import("./desk.js").Lesson} */
export function lesson(desk, { ink }) {
  const edge = Math.max(0, ink.findIndex((value, i) => value > 0.5 && i > 8 * SIDE));
  let row = Math.floor(edge / SIDE), column = edge % SIDE;
  const slider = desk.slider({ label: t("Pixel"), from: 0, to: SIDE * SIDE - 1, by: 1, at: row * SIDE + column, digits: 0 }, (value) => { [row, column] = [Math.floor(value / SIDE), value % SIDE]; });
  return {
    draw(stage, area) {
      const { u, colour, c } = stage, { phone } = area, at = row * SIDE + column, value = ink[at];
      const size = phone ? area.w * 0.5 : Math.min(area.h * 0.62, area.w * 0.3), top = area.y + 22 * u;
      const picture = { x: area.x, y: top, w: size, h: size }, pixel = size / SIDE;
      stage.text(t("CNN: a picture, 28 × 28 × 1"), picture.x, top - 7 * u, { size: 13, weight: 600, colour: colour.ink, fit: size });
      stage.picture("digit", ink, [SIDE, SIDE], picture, { ink: true });
      stage.frame(picture.x + column * pixel, picture.y + row * pixel, pixel, pixel, colour.network);
      stage.touch("picture", 0, picture, SIDE, SIDE);
      // Rows in turn, one below the other with a gap; the row that is read now stands out.
      const left = picture.x + size + (phone ? 18 : 50) * u, wide = area.x + area.w - left, gap = Math.max(1, 1.5 * u), high = (size - 27 * gap) / SIDE;
      stage.text(phone ? t("RNN: 28 rows of 28") : t("RNN: 28 rows of 28, one after the other"), left, top - 7 * u, { size: 13, weight: 600, colour: colour.ink, fit: wide });
      const strip = stage.atlas("rows", SIDE, SIDE, 1);
      for (let r = 0; r < SIDE; r++) stage.paint(strip, r, ink, { offset: r * SIDE, ink: true });
      strip.flush();
      for (let r = 0; r < SIDE; r++) {
        c.globalAlpha = r <= row ? 1 : 0.45;
        stage.place(strip, r, left + 34 * u, top + r * (high + gap), wide - 34 * u, high);
        c.globalAlpha = 1;
      }
      const step = (wide - 34 * u) / SIDE;
      stage.frame(left + 34 * u + column * step, top + row * (high + gap), step, high, colour.network);
      stage.touch("rows", 0, { x: left + 34 * u, y: top, w: wide - 34 * u, h: size }, SIDE, SIDE);
      // The vector: 784 values end to end; on a phone it would be half a pixel each, so that it is cut into lines.
      const lines = phone ? 4 : 2, length = (SIDE * SIDE) / lines, below = top + size + 44 * u, room = Math.min((area.y + area.h - below) / lines - 8 * u, 42 * u);
      stage.text(t("MLP: a vector of 784 values, row after row (here in {lines} lines)", { lines }), area.x, below - 8 * u, { size: 13, weight: 600, colour: colour.ink, fit: area.w });
      const vector = stage.atlas("vector", lines, length, 1);
      for (let i = 0; i < lines; i++) stage.paint(vector, i, ink, { offset: i * length, ink: true });
      vector.flush();
      for (let i = 0; i < lines; i++) {
        const y = below + i * (room + 8 * u);
        stage.place(vector, i, area.x, y, area.w, room);
        stage.touch("vector", i, { x: area.x, y, w: area.w, h: room }, length, 1);
        if (Math.floor(at / length) !== i) continue;
        const cell = area.w / length, x = area.x + (at % length) * cell;
        stage.frame(x, y, Math.max(cell, 2), room, colour.network);
        stage.c.globalAlpha = 0.9;
        stage.link(picture.x + (column + 0.5) * pixel, picture.y + (row + 1) * pixel, x + cell / 2, y, 0.7, { colour: colour.network });
        stage.link(picture.x + (column + 1) * pixel, picture.y + (row + 0.5) * pixel, left + 34 * u + column * step, top + row * (high + gap) + high / 2, 0.7, { across: true, colour: colour.network });
        stage.c.globalAlpha = 1;
      }
      stage.text(`t = ${row}`, left + 30 * u, top + (row + 0.5) * (high + gap), { align: "right", base: "middle", weight: 700, colour: colour.network, halo: true });
      return t("The same value, {value}, is picture[{row}, {column}, 0] for the CNN, element {column} of step {row} for the RNN, and element 28 × {row} + {column} = {element} for the MLP.", { value: number(value, 2), row, column, element: at });
    },
    drag(spot) {
      const length = spot.columns, at = spot.kind === "vector" ? spot.number * length + spot.column : spot.row * SIDE + spot.column;
      [row, column] = [Math.floor(at / SIDE), clip(at % SIDE, 0, SIDE - 1)];
      slider.put(at);
    },
    tall: 1.05,
  };
}
