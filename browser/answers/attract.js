/* The first screen: until the canvas is touched, a faint pen draws one digit after another on it, and the networks read along. */

import { strokePath } from "../page/ink.js";

/** @typedef {[number, number][][]} Strokes points from 0 to 1 */
/** @typedef {import("./canvas.js").Picture} Picture */

const SIDE = 280, BRUSH = 18; // pixels of the drawing that the networks read, as of the canvas
const DRAWING = 1500, RESTING = 1400, FADING = 350; // milliseconds of each digit
const ORDER = ["3", "7", "2", "8", "5", "4", "0", "6", "9", "1"];
const INK = "#5b6675"; // faint on black, as an invitation and not a drawing

export class Attract {
  /** @type {HTMLCanvasElement | null} */ #shown = null;
  #read = /** @type {CanvasRenderingContext2D} */ (Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE }).getContext("2d", { willReadFrequently: true }));
  #still = matchMedia("(prefers-reduced-motion: reduce)");
  #turn = 0;
  #begun = 0;
  #changed = false;
  /** The pen moves. */
  drawing = false;

  /** @param {Record<string, Strokes>} samples by digit */
  constructor(samples) {
    this.samples = samples;
  }

  /** Draws what is due in this frame. @param {number} now @param {boolean} hold what is drawn stays for the present */
  frame(now, hold) {
    const place = document.querySelector(".st-key-canvas");
    const asked = document.querySelector(".st-key-game, .st-key-room_strip"); // where a digit may be asked for, none is drawn before
    if (!place || asked || this.#still.matches || document.hidden) return this.end();
    if (!this.#shown?.isConnected) this.#mount(place, now);
    if (hold) this.#begun = Math.max(this.#begun, now - DRAWING - RESTING / 2);
    const time = now - this.#begun;
    this.drawing = time < DRAWING;
    if (time > DRAWING + RESTING + FADING) {
      this.#turn += 1;
      this.#begun = now;
      return;
    }
    const strokes = until(this.samples[ORDER[this.#turn % ORDER.length]] ?? [], Math.min(1, Math.max(0, time / DRAWING)));
    this.#paint(strokes, time > DRAWING + RESTING ? 1 - (time - DRAWING - RESTING) / FADING : 1);
    this.#changed ||= time <= DRAWING + 50;
    paint(this.#read, strokes, SIDE, "#fff");
  }

  /** The drawing so far, if it has changed. @returns {Picture | null} */
  picture() {
    if (!this.#shown || !this.#changed) return null;
    this.#changed = false;
    return { rgba: this.#read.getImageData(0, 0, SIDE, SIDE).data.buffer, width: SIDE, height: SIDE };
  }

  end() {
    this.#shown?.remove();
    this.#shown = null;
  }

  /** @param {Element} place @param {number} now */
  #mount(place, now) {
    this.#shown = Object.assign(document.createElement("canvas"), { className: "attract" });
    this.#shown.setAttribute("aria-hidden", "true");
    place.append(this.#shown);
    this.#begun = now;
  }

  /** @param {Strokes} strokes @param {number} opacity */
  #paint(strokes, opacity) {
    const canvas = /** @type {HTMLCanvasElement} */ (this.#shown), height = Math.round(canvas.clientHeight * devicePixelRatio), width = Math.round(canvas.clientWidth * devicePixelRatio);
    if (canvas.height !== height || canvas.width !== width) Object.assign(canvas, { height, width });
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    pen.globalAlpha = Math.max(0, opacity);
    paint(pen, strokes, height, INK);
  }
}

/** @param {CanvasRenderingContext2D} pen @param {Strokes} strokes @param {number} side @param {string} colour */
function paint(pen, strokes, side, colour) {
  pen.clearRect(0, 0, pen.canvas.width, pen.canvas.height);
  for (const points of strokes) strokePath(pen, points, side, (side * BRUSH) / SIDE, colour);
}

/** The first part of strokes, by their length. @param {Strokes} strokes @param {number} share */
function until(strokes, share) {
  const length = (/** @type {[number, number][]} */ points) => points.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - points[i][0], y - points[i][1]), 0);
  let left = share * strokes.reduce((sum, points) => sum + length(points), 0);
  /** @type {Strokes} */ const drawn = [];
  for (const points of strokes) {
    if (left <= 0) break;
    /** @type {[number, number][]} */ const part = [points[0]];
    for (let i = 1; i < points.length && left > 0; i++) {
      const [[fromX, fromY], [x, y]] = [points[i - 1], points[i]], step = Math.hypot(x - fromX, y - fromY), along = Math.min(1, left / (step || 1));
      part.push([fromX + (x - fromX) * along, fromY + (y - fromY) * along]);
      left -= step;
    }
    drawn.push(part);
  }
  return drawn;
}
