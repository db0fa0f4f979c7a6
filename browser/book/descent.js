/* Gradient descent on a curve: the start under the finger, the rate on a slider, the steps by themselves. */
import { t, tn } from "../language/language.js";
import { CURVES, descend } from "./arithmetic.js";
import { axes, curve, dot, figure, line, plot } from "./desk.js";

/** @typedef {import("./desk.js").Desk} Desk */

const PACE = 260, FIRST = 2500; // milliseconds of a step, and of the first one, which is the printed one
const RESTS = 0.01; // slope below which it has come to rest
const MAX_STEPS = { "one minimum": 300, "two minima": 300 };
const STARTS = { "one minimum": -0.5, "two minima": -2 };
const HIGHS = { "one minimum": [-1.6, 2.9], "two minima": [-2.3, 0.9] };

/** @param {Desk} desk @param {import("./book.js").Material} material @param {"one minimum" | "two minima"} which @returns {import("./desk.js").Lesson} */
export function lesson(desk, { facts }, which) {
  const known = CURVES[which], print = facts[which === "one minimum" ? "figure 1.3.7" : "figure 1.3.8"];
  let start = print.start ?? STARTS[which], rate = print.rate ?? 0.01, clock = 0, shown = 1, wait = FIRST;
  let path = descend(known, start, rate, MAX_STEPS[which]);
  const again = () => {
    path = descend(known, start, rate, MAX_STEPS[which]);
    [clock, shown, wait] = [0, 1, PACE];
  };
  const startSlider = desk.slider({ label: t("Start"), from: known.low, to: known.high, by: 0.01, at: start }, (value) => { start = value; again(); desk.play(); });
  desk.slider({ label: t("Learning rate"), from: 0.01, to: which === "one minimum" ? 1.1 : 0.7, by: 0.01, at: rate }, (value) => { rate = value; again(); desk.play(); });
  const step = () => { shown = shown >= path.length - 1 ? 1 : shown + 1; };
  desk.plays((passed) => {
    clock += passed;
    if (clock < wait) return false;
    [clock, wait] = [0, PACE];
    if (shown >= path.length - 1) return false;
    shown = Math.min(path.length - 1, shown + Math.ceil(shown / 15)); // the first ones can be counted
    return true;
  }, step);
  desk.button(t("From the start"), again);

  /** @param {import("../journey/stage.js").Stage} stage @param {import("../journey/parts.js").Area} area */
  const draw = (stage, { x, y, w, h }) => {
    const { u, colour } = stage, two = which === "two minima", [bottom, top] = HIGHS[which];
    const upper = plot({ x: x + 30 * u, y: y + 18 * u, w: w - 40 * u, h: (two ? h * 0.58 : h) - 42 * u }, [known.low, known.high], [bottom, top]);
    stage.text(two ? t("loss") : t("loss = x² − x − 1"), upper.rect.x, y + 12 * u, { fit: upper.rect.w });
    axes(stage, upper, 0.5, 1);
    curve(stage, upper, known.loss, colour.dim);
    if (two) {
      const lower = plot({ x: upper.rect.x, y: y + h * 0.58 + 14 * u, w: upper.rect.w, h: h * 0.42 - 36 * u }, [known.low, known.high], [-6, 6]);
      stage.text(t("its derivative: zero at both minima and on the hill"), lower.rect.x, lower.rect.y - 5 * u, { fit: lower.rect.w });
      axes(stage, lower, 0.5, 3);
      curve(stage, lower, known.slope, colour.dim);
      for (const zero of [known.minima[0], 0, known.minima[1]]) dot(stage, lower.x(zero), lower.y(0), 4, colour.dim);
      dot(stage, lower.x(path[shown]), lower.y(Math.min(6, Math.max(-6, known.slope(path[shown])))), 6, colour.network);
    }
    const place = (/** @type {number} */ i) => /** @type {[number, number]} */ ([upper.x(path[i]), upper.y(known.loss(path[i]))]);
    const named = () => { for (const minimum of known.minima) stage.text(two ? short(minimum) : t("minimum {loss} at {place}", { loss: short(known.loss(minimum)), place: short(minimum) }), upper.x(minimum), Math.min(upper.y(known.loss(minimum)) + 19 * u, upper.rect.y + upper.rect.h - 4 * u), { align: "center", colour: colour.ink, halo: true }); };
    stage.c.save();
    stage.c.beginPath();
    stage.c.rect(upper.rect.x, upper.rect.y - 10 * u, upper.rect.w, upper.rect.h + 10 * u);
    stage.c.clip();
    line(stage, Array.from({ length: shown + 1 }, (_, i) => place(i)), colour.network, 2 * u, [4 * u, 3 * u]);
    for (let i = Math.max(1, shown - 40); i < shown; i++) dot(stage, ...place(i), 3.5, colour.network);
    slope(stage, upper, known, path[shown - 1]);
    dot(stage, ...place(0), 7, colour.ink);
    dot(stage, ...place(shown), 9, colour.network);
    stage.c.restore();
    named();
    stage.text(t("start"), place(0)[0], place(0)[1] - 12 * u, { align: "center", weight: 600, colour: colour.ink, halo: true });
    stage.touch("start", 0, upper.rect);
    return words();
  };

  const words = () => {
    const before = path[shown - 1], after = path[shown], slope = known.slope(before), end = path[path.length - 1];
    const factor = slope < 0 ? `(${short(slope, 3)})` : short(slope, 3);
    const sum = t("Step {step}: slope {slope}, so next {before} − {rate} × {factor} = {after}.", { step: shown, slope: short(slope, 3), before: short(before, 3), rate: figure(rate), factor, after: short(after, 3) });
    if (Math.abs(end) >= 10 * known.high) return `${sum} ${t("The steps are too long: the parameter diverges.")}`;
    if (Math.abs(known.slope(end)) > 0.3) return `${sum} ${tn("After {n} step it is still on its way, or jumping to and fro.", "After {n} steps it is still on its way, or jumping to and fro.", path.length - 1)}`;
    const at = known.minima.reduce((best, each) => (Math.abs(each - end) < Math.abs(best - end) ? each : best)), place = short(at);
    if (Math.abs(at - end) > 0.2) return `${sum} ${t("On top of the hill the slope is zero, too: it hardly moves.")}`;
    const lowest = known.minima.every((each) => known.loss(each) >= known.loss(at));
    const ends = lowest ? t("It ends in the lowest place there is, {place}.", { place }) : t("It ends at {place}, a minimum but not the lowest one: where it ends depends on where it starts.", { place });
    return Math.abs(known.slope(after)) < RESTS ? `${sum} ${ends}` : `${sum} ${t("It is on its way.")} ${ends}`;
  };

  return {
    draw,
    drag: (_, { x }) => {
      const area = desk.area, u = desk.stage.u, axis = plot({ x: area.x + 30 * u, y: 0, w: area.w - 40 * u, h: 1 }, [known.low, known.high], [0, 1]);
      start = Math.round(100 * axis.value(x)) / 100;
      startSlider.put(start);
      again();
      desk.play();
    },
    tall: which === "one minimum" ? 0.92 : 1.12,
    least: which === "one minimum" ? 0.7 : 0.9,
  };
}

/** The tangent whose slope decides the step. @param {import("../journey/stage.js").Stage} stage @param {import("./desk.js").Plot} upper @param {import("./arithmetic.js").Curve} known @param {number} x */
function slope(stage, upper, known, x) {
  const reach = 0.35, y = known.loss(x), s = known.slope(x);
  line(stage, [[upper.x(x - reach), upper.y(y - reach * s)], [upper.x(x + reach), upper.y(y + reach * s)]], stage.plus, 2 * stage.u);
}

/** Without zeros at its end. @param {number} value @param {number} [decimals] */
const short = (value, decimals = 2) => figure(value, decimals).replace(/[.,]?0+$/, "");
