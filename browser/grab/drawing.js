/* The drawing as it stands on the canvas, with what the server has put under it: for the networks and for the eye. */
import { fromInk, inkOf } from "../engine/digit.js";
import { Held, matrixOf } from "../engine/change.js";
import { layersOf } from "../page/layers.js";

/** @typedef {import("../engine/change.js").Change} Change */

const SIDE = 280; // pixels of the canvas component's height
const RUBBER = 11; // pixels of it that a finger rubs out to each side
const OUTSIDE = 0.28; // opacity of ink that has left the window
const [PAPER, SURROUND] = ["#000", "#23262c"];

export class Drawing {
  /** @type {HTMLCanvasElement} what the networks read */ #read;
  /** @type {HTMLCanvasElement} the same at the screen's own pixels */ #seen;
  /** @type {HTMLCanvasElement | null} */ #thick = null;
  #thickness = NaN;
  /** @type {Held} */ held;
  /** The number of times that ink has been rubbed out. */
  version = 0;

  /** @param {HTMLCanvasElement} read @param {HTMLCanvasElement} seen @param {Held} held */
  constructor(read, seen, held) {
    this.#read = read;
    this.#seen = seen;
    this.held = this.whole = held;
    this.kept = { read: copy(read), seen: copy(seen) };
  }

  /** The drawing on the page's canvas; null where there is none. @returns {Drawing | null} */
  static onCanvas() {
    const place = document.querySelector(".st-key-canvas"), layers = layersOf(place);
    if (!place || !layers || place.querySelector(".photo")) return null;
    const { lower, upper } = layers;
    const under = /** @type {HTMLImageElement[]} */ ([...place.querySelectorAll("img.background:not(.ghost)")]), crisp = place.hasAttribute("data-crisp") ? /** @type {HTMLCanvasElement | null} */ (place.querySelector("canvas.ink")) : null;
    const read = painted(lower.width, lower.height, [...under, lower, upper]), ink = inkOf(pixels(read));
    const found = fromInk(ink, read.width, read.height);
    if (!found) return null;
    const height = Math.round(place.clientHeight * devicePixelRatio), seen = painted(Math.round((height * read.width) / read.height), height, [...under, ...(crisp ? [crisp] : [lower, upper])]);
    return new Drawing(read, seen, new Held(ink, read.width, read.height, { box: found.box, place: found.place }));
  }

  /** Rubs out what lies between two places of the drawing. @param {[number, number]} from @param {[number, number]} to */
  rub(from, to) {
    for (const canvas of [this.#read, this.#seen]) {
      const pen = context(canvas), scale = canvas.height / SIDE;
      Object.assign(pen, { globalCompositeOperation: "destination-out", lineWidth: 2 * RUBBER * scale, lineCap: "round" });
      pen.beginPath();
      pen.moveTo(from[0] * scale, from[1] * scale);
      pen.lineTo(to[0] * scale + 0.01, to[1] * scale);
      pen.stroke();
      pen.globalCompositeOperation = "source-over";
    }
    this.#changed(new Held(inkOf(pixels(this.#read)), this.#read.width, this.#read.height, this.whole.cut));
  }

  /** Brings back what was rubbed out. */
  restore() {
    if (this.held === this.whole) return;
    this.#read = copy(this.kept.read);
    this.#seen = copy(this.kept.seen);
    this.#changed(this.whole);
  }

  /** @param {Held} held */
  #changed(held) {
    this.held = held;
    this.version += 1;
    this.#thickness = NaN;
  }

  /** For the worker. @returns {import("../engine/worker.js").Drawing} */
  message() {
    const { width, height } = this.#read, { cut } = this.held;
    return { rgba: pixels(this.#read).buffer, width, height, cut: { ...cut, width, height } };
  }

  /** Paints it as it is after a change, and the window that stays. @param {HTMLCanvasElement} canvas @param {Change} change */
  paint(canvas, change) {
    const pen = context(canvas), scale = canvas.height / SIDE, { window: { centre, pixel }, cut: { box } } = this.held;
    const frame = /** @type {const} */ ([centre.x - 14 * pixel.x, centre.y - 14 * pixel.y, 28 * pixel.x, 28 * pixel.y]);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.fillStyle = SURROUND;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = PAPER;
    pen.fillRect(...frame);
    for (const outside of [true, false]) {
      pen.save();
      pen.beginPath();
      if (outside) pen.rect(0, 0, canvas.width, canvas.height);
      pen.rect(...frame);
      pen.clip("evenodd");
      pen.globalAlpha = outside ? OUTSIDE : 1;
      pen.transform(...matrixOf(change, this.held.window));
      const first = this.held.firstRow(change.wiped), source = this.#picture(change.thick), zoom = source.height / SIDE;
      if (first < SIDE) pen.drawImage(source, 0, first * zoom, source.width, source.height - first * zoom, 0, first, source.width / zoom, SIDE - first);
      pen.restore();
    }
    pen.lineWidth = 1 / (scale / devicePixelRatio);
    pen.strokeStyle = "#9aa0a8";
    pen.strokeRect(...frame);
    pen.setLineDash([4, 3]);
    pen.strokeRect(box.left, box.top, box.width, box.height);
    pen.setLineDash([]);
  }

  /** @param {number} amount */
  #picture(amount) {
    if (!amount) return this.#seen;
    if (this.#thickness === amount && this.#thick) return this.#thick;
    const { width, height } = this.#read, ink = this.held.thickened(amount), image = new ImageData(width, height);
    for (let i = 0; i < ink.length; i++) {
      image.data.fill(255, 4 * i, 4 * i + 3);
      image.data[4 * i + 3] = ink[i];
    }
    this.#thick = Object.assign(document.createElement("canvas"), { width, height });
    context(this.#thick).putImageData(image, 0, 0);
    this.#thickness = amount;
    return this.#thick;
  }
}

/** @param {number} width @param {number} height @param {(HTMLCanvasElement | HTMLImageElement)[]} layers */
function painted(width, height, layers) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height }), pen = context(canvas);
  for (const layer of layers) pen.drawImage(layer, 0, 0, width, height);
  return canvas;
}

/** @param {HTMLCanvasElement} canvas */
const copy = (canvas) => painted(canvas.width, canvas.height, [canvas]);
/** @param {HTMLCanvasElement} canvas */
const context = (canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
/** @param {HTMLCanvasElement} canvas */
const pixels = (canvas) => context(canvas).getImageData(0, 0, canvas.width, canvas.height).data;
