/* Four optimizers side by side: racing down the same valley, or training the same small network on the same digits. */
import { asPercent, number, t } from "../language/language.js";
import { OPTIMIZERS } from "./arithmetic.js";
import { axes, dot, line, plot } from "./desk.js";
import { halved, varied } from "./digits.js";
import { catalog } from "./networks.js";
import { batches, SmallNetwork, uniform } from "./training.js";

export const COLOURS = { SGD: "#2f81d6", momentum: "#8a5cd6", RMSprop: "#2f9e8f", Adam: "#d9480f" };
const TITLES = { SGD: "SGD", momentum: t("momentum"), RMSprop: "RMSprop", Adam: "Adam" };
/** @type {(keyof typeof COLOURS)[]} */ const NAMES = ["SGD", "momentum", "RMSprop", "Adam"];
const DEFAULTS = { SGD: 0.01, momentum: 0.01, RMSprop: 0.001, Adam: 0.001 }; // Keras's learning rates

/** @param {import("./desk.js").Desk} desk @param {import("./book.js").Material} material @param {"valley" | "training"} which */
export const lesson = (desk, material, which) => (which === "valley" ? valley(desk) : training(desk));

// ------------------------------------------------------------------------------------------ the valley

const STEPS = 120, PACE = 60; // milliseconds of a step
const STEEP = 12; // so many times steeper across than along
const [ACROSS, UP] = [/** @type {[number, number]} */ ([-4, 2.6]), /** @type {[number, number]} */ ([-1.5, 1.5])];
const height = (/** @type {number} */ x, /** @type {number} */ y) => (x * x + STEEP * y * y) / 2;

/** @param {import("./desk.js").Desk} desk @returns {import("./desk.js").Lesson} */
function valley(desk) {
  let start = [-3.5, 1], rate = 0.1, clock = 0, shown = 0, paths = race();
  desk.slider({ label: t("Learning rate of all"), from: -2, to: 0, by: 0.05, at: -1, words: (value) => number(10 ** value, 2) }, (value) => { rate = 10 ** value; again(); });
  const sliders = [0, 1].map((axis) => desk.slider({ label: axis ? t("Start, up") : t("Start, across"), from: axis ? -1.4 : -3.9, to: 1.4, by: 0.1, at: start[axis], quiet: true }, (value) => { start[axis] = value; again(); }));
  function race() {
    return NAMES.map((name) => {
      const optimizer = OPTIMIZERS[name](), at = Float64Array.from(start), path = [[start[0], start[1]]];
      for (let i = 0; i < STEPS; i++) {
        optimizer.step(at, [at[0], STEEP * at[1]], rate);
        path.push([at[0], at[1]]);
      }
      return path;
    });
  }
  function again() {
    [paths, shown, clock] = [race(), 0, 0];
    desk.play();
  }
  const step = () => { shown = shown >= STEPS ? 0 : shown + 1; };
  desk.plays((passed) => {
    clock += passed;
    if (clock < PACE || shown >= STEPS) return false;
    clock = 0;
    step();
    return true;
  }, step);
  desk.button(t("From the start"), again);
  const fitted = () => {
    const { area } = desk;
    return plot({ x: area.x, y: area.y, w: area.phone ? area.w : area.w * 0.74, h: area.phone ? area.h * 0.66 : area.h }, ACROSS, UP);
  };
  return {
    draw(stage, area) {
      const { u, colour, c } = stage, chart = fitted(), { rect } = chart;
      c.save();
      c.beginPath();
      c.rect(rect.x, rect.y, rect.w, rect.h);
      c.clip();
      for (const level of [0.05, 0.3, 0.8, 1.6, 2.8, 4.4, 6.5, 9, 12, 16]) {
        const a = Math.sqrt(2 * level), b = Math.sqrt((2 * level) / STEEP);
        line(stage, Array.from({ length: 73 }, (_, i) => /** @type {[number, number]} */ ([chart.x(a * Math.cos((i * Math.PI) / 36)), chart.y(b * Math.sin((i * Math.PI) / 36))])), colour.edge, 1.5);
      }
      stage.cross(chart.x(0), chart.y(0), 7 * u, colour.ink);
      NAMES.forEach((name, i) => line(stage, paths[i].slice(0, shown + 1).map(([x, y]) => /** @type {[number, number]} */ ([chart.x(x), chart.y(y)])), COLOURS[name], 2.5 * u));
      NAMES.forEach((name, i) => dot(stage, chart.x(paths[i][shown][0]), chart.y(paths[i][shown][1]), 7, COLOURS[name]));
      c.restore();
      stage.box(rect.x, rect.y, rect.w, rect.h);
      dot(stage, chart.x(start[0]), chart.y(start[1]), 6, colour.ink);
      stage.text(t("start: pull it"), chart.x(start[0]) + 10 * u, chart.y(start[1]) - 10 * u, { weight: 600, colour: colour.ink, halo: true });
      stage.touch("start", 0, rect);
      const losses = paths.map((path) => height(path[shown][0], path[shown][1])), best = losses.indexOf(Math.min(...losses));
      NAMES.forEach((name, i) => {
        const x = area.phone ? area.x + (i % 2) * (area.w / 2) : rect.x + rect.w + 22 * u, y = area.phone ? rect.y + rect.h + 26 * u + Math.floor(i / 2) * 44 * u : rect.y + 30 * u + i * 56 * u;
        dot(stage, x + 7 * u, y, 7, COLOURS[name]);
        stage.text(TITLES[name], x + 22 * u, y + 5 * u, { size: 16, weight: i === best ? 700 : 400, colour: colour.ink });
        stage.text(t("loss {loss}", { loss: losses[i] > 999 ? "> 999" : number(losses[i], 3) }), x + 22 * u, y + 23 * u, { size: 14 });
      });
      const found = NAMES.map((name, i) => (losses[i] > 999 ? t("{optimizer} diverges", { optimizer: TITLES[name] }) : `${TITLES[name]} ${number(losses[i], 3)}`)).join(", ");
      return t("Step {step} of {steps} at a rate of {rate}: {losses}. The valley is {steep} times steeper across than along: SGD jumps from wall to wall where the rate is high, momentum rolls past, RMSprop and Adam measure each direction by its own slopes.", { step: shown, steps: STEPS, rate: number(rate, 2), losses: found, steep: STEEP });
    },
    drag(_, { x, y }) {
      const { rect, low, high, bottom, top } = fitted();
      start = [Math.max(low, Math.min(high, low + ((x - rect.x) / rect.w) * (high - low))), Math.max(bottom, Math.min(top, top - ((y - rect.y) / rect.h) * (top - bottom)))].map((value) => Math.round(20 * value) / 20);
      sliders.forEach((each, axis) => each.put(start[axis]));
      again();
    },
    tall: 0.92,
    least: 0.8,
  };
}

// ------------------------------------------------------------------------------------------ a real training

const DIGITS = 500, EPOCHS = 15, TESTED = 200, BUDGET = 14; // milliseconds of a frame

/** @typedef {{ name: keyof typeof COLOURS, network: SmallNetwork, losses: number[], right: number }} Runner */

/** @param {import("./desk.js").Desk} desk @returns {Promise<import("./desk.js").Lesson>} */
async function training(desk) {
  const { samples } = await catalog(), train = halved(varied(/** @type {any} */ (samples), DIGITS, 1.3, 1)), test = halved(varied(/** @type {any} */ (samples), TESTED, 1.3, 2));
  let batch = 32, decay = 0, random = uniform(3), queue = batches(DIGITS, batch, random), epoch = 0, runners = lineUp();
  desk.choice(t("Batch"), { 8: "8", 32: "32", 128: "128", "all 500": t("all 500") }, (chosen) => { batch = chosen === "all 500" ? DIGITS : Number(chosen); again(); }, "32");
  desk.slider({ label: t("Decay of the rate"), from: 0, to: 1, by: 0.05, at: 0 }, (value) => { decay = value; again(); });
  /** @returns {Runner[]} */
  function lineUp() {
    return NAMES.map((name) => ({ name, network: new SmallNetwork({ widths: [196, 32, 10], optimizer: name, rate: DEFAULTS[name], decay }), losses: [], right: 0.1 }));
  }
  function again() {
    [random, epoch] = [uniform(3), 0];
    queue = batches(DIGITS, batch, random);
    runners = lineUp();
    desk.play();
  }
  const step = () => {
    if (epoch >= EPOCHS) return false;
    const chosen = /** @type {number[]} */ (queue.pop());
    for (const runner of runners) runner.losses.push(runner.network.step(train, chosen));
    if (!queue.length) {
      queue = batches(DIGITS, batch, random);
      epoch += 1;
      for (const runner of runners) {
        runner.network.epoch = epoch;
        runner.right = runner.network.accuracy(test);
      }
    }
    return true;
  };
  desk.plays(() => {
    const until = performance.now() + BUDGET;
    while (step()) if (performance.now() > until) return true;
    return false;
  }, () => { const before = epoch; while (step() && epoch === before); });
  desk.button(t("From nothing"), again);
  return {
    draw(stage, area) {
      const { u, colour } = stage, { phone } = area, steps = EPOCHS * Math.ceil(DIGITS / batch), chart = plot({ x: area.x + 30 * u, y: area.y + 16 * u, w: (phone ? area.w : area.w * 0.74) - 40 * u, h: (phone ? area.h * 0.62 : area.h) - 42 * u }, [0, steps], [0, 3]);
      stage.text(t("loss of each batch, the mean of an epoch"), chart.rect.x, chart.rect.y - 4 * u, { fit: chart.rect.w });
      axes(stage, chart, Math.ceil(steps / 5), 1);
      for (const { name, losses } of runners) {
        const window = Math.max(1, Math.ceil(DIGITS / batch));
        let sum = 0;
        line(stage, losses.map((loss, i) => {
          sum += loss - (i >= window ? losses[i - window] : 0);
          return /** @type {[number, number]} */ ([chart.x(i + 1), chart.y(Math.min(3, sum / Math.min(i + 1, window)))]);
        }), COLOURS[name], 2.5 * u);
      }
      const most = Math.max(...runners.map(({ right }) => right));
      runners.forEach(({ name, right }, i) => {
        const wide = phone ? area.w / 2 - 24 * u : area.w * 0.26 - 38 * u, x = phone ? area.x + (i % 2) * (area.w / 2) : chart.rect.x + chart.rect.w + 26 * u, y = phone ? chart.rect.y + chart.rect.h + 48 * u + Math.floor(i / 2) * 44 * u : chart.rect.y + 30 * u + i * 56 * u;
        dot(stage, x + 7 * u, y, 7, COLOURS[name]);
        stage.text(`${TITLES[name]}, ${number(DEFAULTS[name], DEFAULTS[name] < 0.01 ? 3 : 2)}`, x + 22 * u, y + 5 * u, { size: 16, weight: right === most && epoch ? 700 : 400, colour: colour.ink });
        stage.text(t("{share} of others right", { share: asPercent(number(100 * right)) }), x + 22 * u, y + 23 * u, { size: 14, fit: wide });
      });
      const shares = runners.map(({ name, right }) => `${TITLES[name]} ${asPercent(number(100 * right))}`).join(", ");
      return t("Epoch {epoch} of {epochs}, batches of {batch}, decay {decay}, each at Keras's own rate: {shares} of {tested} other digits. The same 196-32-10 network on the same {digits} digits, trained here and now.", { epoch, epochs: EPOCHS, batch, decay: number(decay, 2), shares, tested: TESTED, digits: DIGITS });
    },
    tall: 0.92,
    least: 0.8,
  };
}
