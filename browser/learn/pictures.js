/* The pictures of a training: curves, ten bars over time, the map on which digits part, and what a digit excites. */
import { asPercent, number, t } from "../language/language.js";
import { fitted } from "./history.js";

/** @typedef {import("./history.js").History} History */
/** @typedef {import("./history.js").Block} Block */
/** @typedef {{ ink: string, soft: string, accent: string, train: string, held: string, right: string }} Colours as CSS resolves them */

const SIDE = 28;
const [POSITIVE, NEGATIVE] = [[255, 176, 32], [64, 148, 255]]; // amber and blue
const MAX_LOSS = 2.5; // of the curve; guessing costs 2.3
const CLASSES = [...Array(10).keys()];

/** Sets a canvas to the size that it is shown in; returns what draws on it, in CSS pixels. @param {HTMLCanvasElement} canvas */
export function fit(canvas) {
  const scale = devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
  const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = false;
  return { context, width, height };
}

/** A digit, white on black. @param {HTMLCanvasElement} canvas @param {ArrayLike<number>} pixels */
export function digit(canvas, pixels) {
  Object.assign(canvas, { width: SIDE, height: SIDE });
  const image = new ImageData(SIDE, SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) image.data.set([pixels[i], pixels[i], pixels[i], 255], 4 * i);
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}

/** The ten probabilities over time: a row for each digit, the brighter the more probable.
 * @param {HTMLCanvasElement} canvas @param {History} history @param {number} followed @param {number} point @param {Colours} colours */
export function strip(canvas, history, followed, point, colours) {
  const { context, width, height } = fit(canvas), { points } = history, all = history.sent?.seconds ?? 1, row = height / 10;
  const x = (/** @type {number} */ i) => (width * Math.min(all, points[i]?.seconds ?? 0)) / all;
  context.fillStyle = colours.accent;
  points.forEach((_, i) => {
    const right = i + 1 < points.length ? x(i + 1) : Math.min(width, x(i) + 3);
    history.probabilities(i, followed).forEach((probability, at) => {
      context.globalAlpha = 0.06 + 0.94 * probability;
      context.fillRect(x(i), at * row + 1, right - x(i) + 0.5, row - 2);
    });
  });
  context.globalAlpha = 1;
  cursor(context, x(point), height, colours);
}

/** Two curves. @param {HTMLCanvasElement} canvas @param {History} history @param {"accuracy" | "loss"} kind @param {number} point @param {Colours} colours */
export function curves(canvas, history, kind, point, colours) {
  const { context, width, height } = fit(canvas), { points } = history, all = history.sent?.seconds ?? 1, size = letter(canvas), left = 3.4 * size, bottom = 1.4 * size, top = size / 2 + 1;
  const most = kind === "accuracy" ? 1 : MAX_LOSS, ticks = kind === "accuracy" ? ["0", "50", "100"].map(asPercent) : ["0", number(MAX_LOSS / 2, 2), number(MAX_LOSS, 1)];
  const y = (/** @type {number} */ value) => top + (height - top - bottom) * (1 - Math.min(1, value / most));
  const x = (/** @type {number} */ i) => left + ((width - left - 2) * Math.min(all, points[i]?.seconds ?? 0)) / all;
  Object.assign(context, { font: `${size}px ${getComputedStyle(canvas).fontFamily}`, fillStyle: colours.soft, strokeStyle: colours.soft, textBaseline: "middle", textAlign: "right" });
  ticks.forEach((words, i) => {
    const at = y((most * i) / 2);
    context.globalAlpha = 0.3;
    line(context, [[left, at], [width, at]]);
    context.globalAlpha = 1;
    context.fillText(words, left - 5, at);
  });
  context.fillText(t("{seconds} s", { seconds: number(all) }), width, height - size / 2);
  const [training, held] = kind === "accuracy" ? /** @type {const} */ (["accuracy", "heldAccuracy"]) : /** @type {const} */ (["loss", "heldLoss"]);
  context.lineWidth = 2;
  context.strokeStyle = colours.train;
  line(context, points.map((each, i) => [x(i), y(each[training])]));
  context.strokeStyle = colours.held;
  context.setLineDash([6, 3]);
  line(context, points.map((each, i) => [x(i), y(each[held])]));
  context.setLineDash([]);
  cursor(context, x(point), height - bottom, colours);
}

/** Each digit where it stands on the map, as the digit that it is. @param {HTMLCanvasElement} canvas @param {Float32Array} places
 * @param {ArrayLike<number>} labels @param {number} shown of them can be followed @param {number} followed @param {string[]} palette by digit @param {Colours} colours */
export function map(canvas, places, labels, shown, followed, palette, colours) {
  const { context, width, height } = fit(canvas), family = getComputedStyle(canvas).fontFamily, size = Math.max(letter(canvas), height / 22);
  Object.assign(context, { textAlign: "center", textBaseline: "middle" });
  for (let i = labels.length - 1; i >= 0; i--) {
    const { x, y } = spot(places, i, width, height);
    context.globalAlpha = i < shown ? 1 : 0.6;
    context.font = `${i < shown ? 700 : 400} ${size}px ${family}`;
    context.fillStyle = palette[labels[i]];
    context.fillText(String(labels[i]), x, y);
  }
  context.globalAlpha = 1;
  if (followed >= labels.length) return;
  const { x, y } = spot(places, followed, width, height);
  Object.assign(context, { strokeStyle: colours.ink, lineWidth: 2.5 });
  context.beginPath();
  context.arc(x, y, size * 0.85, 0, 7);
  context.stroke();
}

/** Where a digit stands on a map of this size. @param {Float32Array} places @param {number} i @param {number} width @param {number} height */
export function spot(places, i, width, height) {
  return { x: width / 2 + places[2 * i] * (width / 2 - 14), y: height / 2 - places[2 * i + 1] * (height / 2 - 14) };
}

/** Draws what a digit excites: maps, a state, or units, each as the weights that it looks for with a bar below.
 * @param {HTMLCanvasElement} canvas @param {Block} activations @param {Block | null} weights @param {Colours} colours */
export function excited(canvas, activations, weights, colours) {
  const { context, width, height } = fit(canvas), [n, high, wide] = activations.shape, foot = weights ? 7 : 0, gap = 3;
  const { columns, side } = fitted(n, width + gap, height + gap, foot);
  for (let i = 0; i < n; i++) {
    const x = (i % columns) * side, y = Math.floor(i / columns) * (side + foot), inner = side - gap;
    const values = activations.values.subarray(i * high * wide, (i + 1) * high * wide);
    if (!weights) {
      context.drawImage(painted(values, wide, high), x, y, inner, inner);
      continue;
    }
    const [, rows, across] = weights.shape, each = rows * across;
    context.drawImage(painted(weights.values.subarray(i * each, (i + 1) * each), across, rows), x, y, inner, inner);
    Object.assign(context, { fillStyle: colours.soft, globalAlpha: 0.25 });
    context.fillRect(x, y + inner + 1, inner, 4);
    Object.assign(context, { fillStyle: colours.held, globalAlpha: 1 });
    context.fillRect(x, y + inner + 1, (inner * Math.max(0, values[0])) / 127, 4);
  }
}

/** The ten bars. @param {HTMLElement} list @param {number[]} probabilities @param {number} label @param {number} says the digit that it is read as @param {(probability: number) => string} say */
export function bars(list, probabilities, label, says, say) {
  if (!list.childElementCount) list.innerHTML = CLASSES.map((i) => `<li><b>${i}</b><i><span></span></i><em></em></li>`).join("");
  [...list.children].forEach((row, i) => {
    row.className = i === label ? "meant" : i === says ? "mistaken" : "";
    const fill = /** @type {HTMLElement} */ (row.querySelector("span")), words = /** @type {HTMLElement} */ (row.querySelector("em"));
    fill.style.width = `${100 * probabilities[i]}%`;
    words.textContent = probabilities[i] >= 0.01 ? say(probabilities[i]) : "";
  });
}

/** Amber above zero, blue below. @param {ArrayLike<number>} values -127 to 127 @param {number} wide @param {number} high */
function painted(values, wide, high) {
  const image = new ImageData(wide, high), picture = new OffscreenCanvas(wide, high);
  for (let i = 0; i < wide * high; i++) {
    const share = Math.abs(values[i]) / 127, colour = values[i] > 0 ? POSITIVE : NEGATIVE;
    image.data.set([share * colour[0], share * colour[1], share * colour[2], 255], 4 * i);
  }
  picture.getContext("2d")?.putImageData(image, 0, 0);
  return picture;
}

/** The size of the letters on a canvas, as the style sheet has it. @param {HTMLCanvasElement} canvas */
const letter = (canvas) => parseFloat(getComputedStyle(canvas).fontSize);

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} height @param {Colours} colours */
function cursor(context, x, height, colours) {
  Object.assign(context, { strokeStyle: colours.ink, lineWidth: 1.5 });
  line(context, [[x, 0], [x, height]]);
}

/** @param {CanvasRenderingContext2D} context @param {number[][]} points */
function line(context, points) {
  context.beginPath();
  points.forEach(([x, y]) => context.lineTo(x, y));
  context.stroke();
}
