/* The activation functions of table 1.3.1, and ELU's a. */
import { t } from "../language/language.js";
import { ACTIVATIONS } from "./arithmetic.js";
import { axes, curve, dot, figure, line, plot } from "./desk.js";

const WORDS = { ReLU: "max(0, x)", softplus: "ln(1 + eˣ)", ELU: t("x, or a(eˣ − 1) below 0"), SELU: t("1.0507 × (x, or 1.6733 × (eˣ − 1) below 0)"), sigmoid: "1 / (1 + e⁻ˣ)", tanh: "(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)", linear: "x" };
const [LOW, HIGH] = [-4, 4];

/** @param {import("./desk.js").Desk} desk @returns {import("./desk.js").Lesson} */
export function lesson(desk) {
  let name = "ReLU", a = 1, x = 1;
  desk.choice(t("Function"), Object.keys(ACTIVATIONS), (chosen) => { name = chosen; turned.show(name === "ELU"); });
  const turned = desk.slider({ label: "a", from: 0, to: 3, by: 0.1, at: a, digits: 1 }, (value) => { a = value; });
  turned.show(false);
  const slider = desk.slider({ label: "x", from: LOW, to: HIGH, by: 0.05, at: x }, (value) => { x = value; });
  return {
    draw(stage, area) {
      const { u, colour } = stage, chart = plot({ x: area.x + 30 * u, y: area.y + 6 * u, w: area.w - 40 * u, h: area.h - 30 * u }, [LOW, HIGH], [-3.2, 4.2]), of = ACTIVATIONS[name], y = of(x, a);
      axes(stage, chart, 1, 1);
      stage.c.globalAlpha = 0.45;
      for (const other of Object.values(ACTIVATIONS)) if (other !== of) curve(stage, chart, (v) => other(v, 1), colour.dim, 1.2);
      stage.c.globalAlpha = 1;
      curve(stage, chart, (v) => of(v, a), colour.network, 3.5);
      line(stage, [[chart.x(x), chart.y(0)], [chart.x(x), chart.y(y)], [chart.x(0), chart.y(y)]], colour.network, 1.5 * u, [4 * u, 3 * u]);
      dot(stage, chart.x(x), chart.y(y), 9, colour.network);
      stage.text(`${name}(${figure(x)}) = ${figure(y)}`, chart.rect.x + 12 * u, chart.rect.y + 28 * u, { size: 20, weight: 600, colour: colour.network, halo: true });
      stage.touch("x", 0, chart.rect);
      const values = { name, formula: WORDS[/** @type {keyof typeof WORDS} */ (name)], x: figure(x), y: figure(y) };
      if (name !== "ELU") return t("{name}: {formula}. At x = {x} it gives {y}. The thin lines are the others.", values);
      return t("{name}: {formula}, with a = {a}: far to the left it settles at {limit}. At x = {x} it gives {y}. The thin lines are the others.", { ...values, a: figure(a, 1), limit: figure(-a, 1) });
    },
    drag(_, point) {
      const { area, stage: { u } } = desk, chart = plot({ x: area.x + 30 * u, y: 0, w: area.w - 40 * u, h: 1 }, [LOW, HIGH], [0, 1]);
      x = Math.round(20 * chart.value(point.x)) / 20;
      slider.put(x);
    },
    tall: 0.95,
    least: 0.7,
  };
}
