/* "Which ink?": for each network the digit with the importance of its ink in colour, all on one scale. It follows the drawing:
   coarse while the pen moves, complete when it rests. One of the maps can lie over the canvas, on the drawing itself. */
import { listen, load, networks, work } from "../answers/answers.js";
import { windowOf } from "../engine/digit.js";
import { Drawing } from "../grab/drawing.js";
import { leftToRight, number, t } from "../language/language.js";
import { Covering } from "./covering.js";

/** @typedef {import("../answers/state.js").Shown} Shown */
/** @typedef {import("../engine/worker.js").Reading["cut"]} Cut */

const SIDE = 28;
const [POSITIVE, NEGATIVE] = [[255, 176, 32], [64, 148, 255]]; // amber and blue
const GREY = 0.45; // of the ink below the colours
const [MOVING, RESTING] = [1, 4]; // digits that the networks read in one go
const FLAT = 0.7; // of log-odds: a scale is not finer than a doubling of the odds
const INVITATION = t("Draw a digit to see which part of it each answer depends on.");
const WORDS = t("The ink is covered by a small black square, place by place. Amber: covered there, the network is less sure of its answer; blue: it is surer. Two places that can stand in for each other stay dark. All networks share one scale, of log-odds: a change of 0.7 doubles or halves the odds of the answer.");

/** @type {Importance | null} */ let open = null;

/** Called by the page when the panel opens. @param {{ parentElement: Element }} component */
export function mount({ parentElement }) {
  if (open?.root.isConnected && parentElement.contains(open.root)) return;
  open?.end();
  open = new Importance(parentElement);
}

class Importance {
  #covering = new Covering();
  /** @type {Map<string, { figure: HTMLElement, picture: HTMLCanvasElement, button: HTMLButtonElement, range: HTMLElement }>} */ #figures = new Map();
  #layer = Object.assign(document.createElement("canvas"), { className: "importance-layer", width: SIDE, height: SIDE });
  #over = ""; // the network whose map lies over the canvas
  /** @type {Shown | null} */ #shown = null;
  /** @type {Cut} */ #cut = null;
  #moving = false;
  #dirty = true;
  #like = "";

  /** @param {Element} parent */
  constructor(parent) {
    this.root = document.createElement("section");
    this.root.className = "importance";
    this.root.innerHTML = '<p class="importance-empty"></p><div class="importance-maps"></div><p class="importance-words"></p>';
    const find = (/** @type {string} */ name) => /** @type {HTMLElement} */ (this.root.querySelector(name));
    find(".importance-empty").textContent = INVITATION;
    find(".importance-words").textContent = WORDS;
    this.maps = find(".importance-maps");
    this.#layer.setAttribute("aria-hidden", "true");
    parent.replaceChildren(this.root);
    load();
    this.ends = [work({ next: () => this.#next() }), listen((shown, { cut, moving }) => this.#update(shown, cut, moving))];
    requestAnimationFrame(() => this.#frame());
  }

  end() {
    for (const end of this.ends) end();
    this.#layer.remove();
  }

  /** @param {Shown} shown @param {Cut} cut @param {boolean} moving */
  #update(shown, cut, moving) {
    const chosen = shown.digits[shown.place];
    Object.assign(this.root.dataset, { empty: String(!chosen) });
    this.#shown = shown;
    this.#cut = cut;
    this.#moving = moving;
    this.#dirty = true;
    if (chosen) this.#covering.begin(chosen.pixels, chosen.probabilities);
  }

  #next() {
    if (!this.root.isConnected || !this.#shown?.digits.length) return null;
    const asked = this.#covering.next(this.#moving ? MOVING : RESTING);
    if (!asked.digits.length) return null;
    return { message: { kind: "ask", digits: asked.digits, calibrated: true }, done: (/** @type {import("../engine/worker.js").Asked} */ { probabilities }) => {
      this.#covering.take(asked, probabilities);
      this.#dirty = true;
    } };
  }

  #frame() {
    if (!this.root.isConnected) {
      this.end();
      return;
    }
    requestAnimationFrame(() => this.#frame());
    if (!this.#dirty) return;
    this.#dirty = false;
    this.#mountFigures();
    this.#draw();
  }

  #mountFigures() {
    const known = networks(), like = known.map(({ key }) => key).join();
    if (like === this.#like) return;
    this.#like = like;
    this.#figures.clear();
    this.maps.replaceChildren(...known.map(({ key, title, colour }) => {
      const figure = document.createElement("figure");
      figure.style.setProperty("--network", colour);
      figure.dataset.importance = key;
      figure.innerHTML = `<figcaption></figcaption><canvas width="${SIDE}" height="${SIDE}" role="img"></canvas><p></p><button type="button" aria-pressed="false"></button>`;
      const find = (/** @type {string} */ name) => /** @type {any} */ (figure.querySelector(name)), button = find("button");
      find("figcaption").textContent = title;
      button.textContent = t("Over the drawing");
      button.setAttribute("aria-label", t("Over the drawing: {network}", { network: title }));
      for (const node of [button, find("canvas")]) node.addEventListener("click", () => this.#lay(key));
      this.#figures.set(key, { figure, picture: find("canvas"), button, range: find("p") });
      return figure;
    }));
  }

  /** @param {string} key */
  #lay(key) {
    this.#over = this.#over === key ? "" : key;
    this.#dirty = true;
  }

  #draw() {
    const { digits = [], place = 0 } = this.#shown ?? {}, chosen = digits[place], maps = new Map([...this.#figures.keys()].map((key) => [key, this.#covering.map(key)]));
    const scale = Math.max(FLAT, ...[...maps.values()].map((values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)));
    this.root.dataset.settled = String(Boolean(chosen) && this.#covering.settled);
    for (const [key, { picture, button, range }] of this.#figures) {
      const values = maps.get(key) ?? new Float32Array(SIDE * SIDE), [low, high] = [Math.min(...values), Math.max(...values)];
      paint(picture, (i) => coloured(values[i] / scale).map((value) => value + GREY * (chosen?.pixels[i] ?? 0)));
      const ends = { low: signed(low), high: signed(high) };
      range.textContent = t("between {low} and {high}", ends);
      picture.setAttribute("aria-label", t("importance of the ink, between {low} and {high}", ends));
      button.setAttribute("aria-pressed", String(this.#over === key));
    }
    const values = maps.get(this.#over), frame = values && digits.length === 1 ? this.#place() : null;
    if (!values || !frame) return this.#layer.remove();
    paint(this.#layer, (i) => tint(values[i] / scale));
    Object.assign(this.#layer.style, frame);
    const canvas = document.querySelector(".st-key-canvas");
    if (canvas && this.#layer.parentElement !== canvas) canvas.append(this.#layer);
  }

  /** Where the 28 x 28 pixels are on the canvas. */
  #place() {
    if (!this.#cut) { // a sample lies under the canvas
      const held = Drawing.onCanvas()?.held;
      this.#cut = held ? { ...held.cut, width: held.width, height: held.height } : null;
    }
    const cut = this.#cut;
    if (!cut) return null;
    const { centre, pixel } = windowOf(cut), share = (/** @type {number} */ length, /** @type {number} */ of) => `${(100 * length) / of}%`;
    return { left: share(centre.x - (SIDE / 2) * pixel.x, cut.width), top: share(centre.y - (SIDE / 2) * pixel.y, cut.height), width: share(SIDE * pixel.x, cut.width), height: share(SIDE * pixel.y, cut.height) };
  }
}

/** @param {HTMLCanvasElement} canvas @param {(i: number) => number[]} colour of a pixel */
function paint(canvas, colour) {
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")), image = new ImageData(SIDE, SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) image.data.set([...colour(i), 255], 4 * i);
  pen.putImageData(image, 0, 0);
}

/** On black. @param {number} share from −1 to 1 */
const coloured = (share) => (share > 0 ? POSITIVE : NEGATIVE).map((value) => value * Math.abs(share));

/** On white ink. @param {number} share from −1 to 1 */
const tint = (share) => (share > 0 ? POSITIVE : NEGATIVE).map((value) => 255 + (value - 255) * Math.min(1, 1.5 * Math.abs(share)));

/** @param {number} value */
const signed = (value) => leftToRight(`${value <= -0.05 ? "−" : value >= 0.05 ? "+" : ""}${number(Math.abs(value), 1)}`);
