/* The drawing tools that all pictures of networks share: colours, pictures of values, links, text, and what can be touched.
   Rule of colour: warm is positive, cold is negative, the ground is zero; ink is white on black, as on the canvas. */

import { leftToRight, number as written } from "../language/language.js";

/** @typedef {{ x: number, y: number, w: number, h: number }} Rect */
/** @typedef {{ kind: string, number: number, column: number, row: number, columns: number, rows: number }} Spot a cell of something that can be touched */
/** @typedef {{ bg: string, tile: string, edge: string, ink: string, dim: string, soft: string, network: string }} Colours */

const STOPS = {
  ink: ["#000000", "#ffffff"],
  light: { warm: ["#fdfcfa", "#ffdcaa", "#f08a24", "#a84a04", "#571f00"], cold: ["#fdfcfa", "#c1e0fb", "#4795e0", "#115097", "#082a57"] },
  dark: { warm: ["#23231f", "#6d3a12", "#ee8a26", "#ffd488", "#fff7e2"], cold: ["#23231f", "#173f70", "#3d8fe2", "#a6d5ff", "#eef8ff"] },
};
const COLOURS = {
  light: { tile: "#fdfcfa", edge: "#d8d5cd", ink: "#1b1d22", dim: "#636158", soft: "#ebe9e3" },
  dark: { tile: "#23231f", edge: "#45443d", ink: "#f4f1ea", dim: "#a8a69d", soft: "#2c2c28" },
};
const EXPONENT = 0.72; // of values on their scale, so that small ones are seen, too
const LEVELS = 255;
const FAINT = 0.05; // of the strongest link; fainter ones are left out
const MAX_SHARPNESS = 2; // device pixels of a CSS pixel, at most
const FROM_RIGHT = /[\u0590-\u08ff]/; // letters of scripts that are written from right to left
const FONT = '"Source Sans", "Source Sans Pro", system-ui, sans-serif';

export class Stage {
  #c;
  /** @type {Map<string, Atlas>} */ #atlases = new Map();
  /** @type {(Rect & { kind: string, number: number, columns: number, rows: number })[]} */ hits = [];
  width = 0;
  height = 0;
  /** Pixels of a unit of length. */
  u = 1;
  /** Pixels of the smallest text. */
  least = 12;
  /** Nothing is drawn: nothing leads anywhere. */
  quiet = false;
  dark = false;
  /** @type {Colours} */ colour = { bg: "#fff", ...COLOURS.light, network: "#000" };
  inkScale = ramp(STOPS.ink, LEVELS + 1);
  scale = new Uint32Array(0);

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.#c = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.dpr = 1;
  }

  /** Pixels of a line of captions. */
  get label() {
    return Math.max(17 * this.u, this.least + 5);
  }

  get c() {
    return this.#c;
  }

  /** @param {number} width @param {number} height @param {number} u @param {number} least pixels of the smallest text */
  fit(width, height, u, least) {
    this.dpr = Math.min(devicePixelRatio || 1, MAX_SHARPNESS);
    Object.assign(this, { width, height, u, least });
    const w = Math.round(width * this.dpr), h = Math.round(height * this.dpr);
    if (this.canvas.width !== w || this.canvas.height !== h) Object.assign(this.canvas, { width: w, height: h });
  }

  /** @param {string} ground a CSS colour as browsers compute it @param {string} network */
  theme(ground, network) {
    const [r, g, b] = (ground.match(/[\d.]+/g) ?? ["255", "255", "255"]).map(Number);
    this.dark = 0.3 * r + 0.59 * g + 0.11 * b < 128;
    this.colour = { bg: ground, ...(this.dark ? COLOURS.dark : COLOURS.light), network };
    const { warm, cold } = this.dark ? STOPS.dark : STOPS.light, up = ramp(warm, LEVELS + 1), down = ramp(cold, LEVELS + 1);
    this.scale = new Uint32Array(2 * LEVELS + 1);
    for (let i = 0; i <= LEVELS; i++) {
      const level = Math.round(LEVELS * (i / LEVELS) ** EXPONENT);
      this.scale[LEVELS + i] = up[level];
      this.scale[LEVELS - i] = down[level];
    }
    [this.plus, this.minus] = this.dark ? [warm[2], cold[2]] : ["#c2610c", "#1f6fc0"];
  }
  plus = "";
  minus = "";

  begin() {
    const { c } = this;
    c.setTransform(this.dpr, 0, 0, this.dpr, 0, 0);
    c.clearRect(0, 0, this.width, this.height);
    c.imageSmoothingEnabled = false;
    this.hits.length = 0;
  }

  /** The colour of a value. @param {number} value from -1 to 1 */
  shade(value) {
    return css(this.scale[LEVELS + Math.round(LEVELS * clip(value, -1, 1))]);
  }

  /** The colour of ink. @param {number} value from 0 to 1 */
  grey(value) {
    return css(this.inkScale[Math.round(LEVELS * clip(value, 0, 1))]);
  }

  /** @param {string} words @param {number} x @param {number} y
   * @param {{ size?: number, weight?: number, colour?: string, align?: CanvasTextAlign, halo?: boolean, base?: CanvasTextBaseline, fit?: number, tiny?: boolean }} [look] size: in units; tiny: in a cell of a grid, however small */
  text(words, x, y, { size = 12, weight = 400, colour = this.colour.dim, align = "left", halo = false, base = "alphabetic", fit = 0, tiny = false } = {}) {
    const { c } = this;
    c.font = `${weight} ${Math.max(tiny ? 0 : this.least, size * this.u)}px ${FONT}`;
    Object.assign(c, { textAlign: align, textBaseline: base, direction: FROM_RIGHT.test(words) ? "rtl" : "ltr" });
    const width = fit || undefined;
    if (halo) {
      Object.assign(c, { strokeStyle: this.colour.bg, lineWidth: 5 * this.u, lineJoin: "round" });
      c.strokeText(words, x, y, width);
    }
    c.fillStyle = colour;
    c.fillText(words, x, y, width);
  }

  /** @param {number} x @param {number} y @param {number} w @param {number} h @param {string} [colour] @param {number} [line] */
  box(x, y, w, h, colour = this.colour.edge, line = 1) {
    Object.assign(this.c, { strokeStyle: colour, lineWidth: line });
    this.c.strokeRect(x - line / 2, y - line / 2, w + line, h + line);
  }

  /** A frame around something, with a clear line around it. @param {number} x @param {number} y @param {number} w @param {number} h @param {string} [colour] @param {number} [line] in units */
  frame(x, y, w, h, colour = this.colour.ink, line = 2) {
    const l = line * this.u;
    this.box(x - l, y - l, w + 2 * l, h + 2 * l, this.colour.bg, l * 0.8);
    this.box(x, y, w, h, colour, l);
  }

  /** @param {number} x @param {number} y @param {number} r @param {string} [colour] */
  cross(x, y, r, colour = this.plus) {
    const { c } = this;
    Object.assign(c, { strokeStyle: colour, lineWidth: 2 * this.u });
    c.beginPath();
    c.moveTo(x - r, y);
    c.lineTo(x + r, y);
    c.moveTo(x, y - r);
    c.lineTo(x, y + r);
    c.stroke();
  }

  /** A shape of straight lines, filled. @param {[number, number][]} points @param {string} colour @param {number} [alpha] */
  fill(points, colour, alpha = 1) {
    const { c } = this;
    Object.assign(c, { fillStyle: colour, globalAlpha: alpha });
    c.beginPath();
    for (const [x, y] of points) c.lineTo(x, y);
    c.fill();
    c.globalAlpha = 1;
  }

  /** A curve whose width and colour are a strength from -1 to 1; it falls, or runs across.
   * @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 @param {number} strength
   * @param {{ across?: boolean, widest?: number, colour?: string, alpha?: number }} [look] */
  link(x0, y0, x1, y1, strength, { across = false, widest = 5, colour = "", alpha = 1 } = {}) {
    const { c } = this, s = Math.abs(strength);
    if (s < FAINT || this.quiet) return;
    // Strong ones glow in the dark. Not by blending, which costs a fifth of the frames and makes white of + and -.
    const own = this.dark ? this.shade(Math.sign(strength) * (0.34 + 0.3 * s)) : strength > 0 ? STOPS.light.warm[2] : STOPS.light.cold[2];
    Object.assign(c, { globalAlpha: alpha * (0.15 + 0.75 * s), strokeStyle: colour || own, lineWidth: (0.4 + widest * s) * this.u, lineCap: "round" });
    c.beginPath();
    c.moveTo(x0, y0);
    const [mx, my] = [(x0 + x1) / 2, (y0 + y1) / 2];
    if (across) c.bezierCurveTo(mx, y0, mx, y1, x1, y1);
    else c.bezierCurveTo(x0, my, x1, my, x1, y1);
    c.stroke();
    Object.assign(c, { globalAlpha: 1, lineCap: "butt" });
  }

  // ------------------------------------------------------------------------------------------ pictures of values

  /** A sheet of `count` pictures of w x h pixels. @param {string} name @param {number} count @param {number} w @param {number} h @returns {Atlas} */
  atlas(name, count, w, h) {
    let atlas = this.#atlases.get(name);
    if (!atlas || atlas.count < count || atlas.w !== w || atlas.h !== h) this.#atlases.set(name, (atlas = new Atlas(count, w, h)));
    return atlas;
  }

  /** Paints a picture of an atlas. @param {Atlas} atlas @param {number} i @param {ArrayLike<number>} data
   * @param {{ offset?: number, stride?: number, gain?: number, ink?: boolean }} how offset: of the first value; stride: from one to the next */
  paint(atlas, i, data, { offset = 0, stride = 1, gain = 1, ink = false }) {
    const { w, h, columns, pixels } = atlas, width = columns * w, scale = ink ? this.inkScale : this.scale, zero = ink ? 0 : LEVELS, g = gain * LEVELS;
    const left = (i % columns) * w, top = Math.floor(i / columns) * h;
    for (let y = 0, p = offset; y < h; y++) {
      for (let x = 0, q = (top + y) * width + left; x < w; x++, p += stride, q++) {
        const v = clip(data[p] * g, ink ? 0 : -LEVELS, LEVELS);
        pixels[q] = scale[zero + Math.round(v)];
      }
    }
  }

  /** @param {Atlas} atlas @param {number} i @param {number} x @param {number} y @param {number} w @param {number} [h] */
  place(atlas, i, x, y, w, h = w) {
    this.c.drawImage(atlas.canvas, (i % atlas.columns) * atlas.w, Math.floor(i / atlas.columns) * atlas.h, atlas.w, atlas.h, x, y, w, h);
    this.box(x, y, w, h);
  }

  /** One picture of w x h values. @param {string} name @param {ArrayLike<number>} data @param {[number, number]} shape @param {Rect} to
   * @param {{ offset?: number, stride?: number, gain?: number, ink?: boolean }} [how] */
  picture(name, data, [w, h], to, how = {}) {
    const atlas = this.atlas(name, 1, w, h);
    this.paint(atlas, 0, data, how);
    atlas.flush();
    this.place(atlas, 0, to.x, to.y, to.w, to.h);
  }

  // ------------------------------------------------------------------------------------------ touching

  /** Something that can be touched: a grid of columns x rows. @param {string} kind @param {number} number @param {Rect} rect @param {number} [columns] @param {number} [rows] */
  touch(kind, number, { x, y, w, h }, columns = 1, rows = 1) {
    this.hits.push({ kind, number, x, y, w, h, columns, rows });
  }

  /** @param {number} x @param {number} y @returns {Spot | null} */
  at(x, y) {
    for (const hit of this.hits.toReversed()) {
      if (x < hit.x - 1 || y < hit.y - 1 || x > hit.x + hit.w + 1 || y > hit.y + hit.h + 1) continue;
      const cell = (/** @type {number} */ part, /** @type {number} */ count) => clip(Math.floor(part * count), 0, count - 1);
      const { kind, number, columns, rows } = hit;
      return { kind, number, columns, rows, column: cell((x - hit.x) / hit.w, columns), row: cell((y - hit.y) / hit.h, rows) };
    }
    return null;
  }
}

class Atlas {
  /** @param {number} count @param {number} w @param {number} h */
  constructor(count, w, h) {
    this.count = count;
    this.w = w;
    this.h = h;
    this.columns = Math.min(8, count);
    this.canvas = Object.assign(document.createElement("canvas"), { width: w * this.columns, height: h * Math.ceil(count / 8) });
    this.pen = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    this.image = this.pen.createImageData(this.canvas.width, this.canvas.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  flush() {
    this.pen.putImageData(this.image, 0, 0);
  }
}

/** Steps through something by itself, or one at a time where motion is not wanted. */
export class Walk {
  at = -1;
  playing = false;
  #clock = 0;

  /** @param {number} length steps @param {number} milliseconds of each */
  constructor(length, milliseconds) {
    this.length = length;
    this.milliseconds = milliseconds;
  }

  /** @param {boolean} still one stop further, instead of motion @param {number[]} [stops] steps at which it rests then; all of them */
  play(still, stops) {
    if (still) {
      this.at = stops ? stops.find((stop) => stop > this.at) ?? -1 : this.at + 1 < this.length ? this.at + 1 : -1;
      this.playing = false;
      return;
    }
    this.playing = !this.playing;
    this.#clock = 0;
    this.at = this.playing ? 0 : -1;
  }

  /** @param {number} passed milliseconds @returns {boolean} whether there is something new to show */
  tick(passed) {
    if (!this.playing) return false;
    this.#clock += passed;
    const at = Math.floor(this.#clock / this.milliseconds), before = this.at;
    this.at = Math.min(at, this.length - 1);
    if (at > this.length + 600 / this.milliseconds) this.stop();
    return this.at !== before;
  }

  stop() {
    this.playing = false;
    this.at = -1;
  }
}

// ------------------------------------------------------------------------------------------------- numbers

/** @param {number} value @param {number} low @param {number} high */
export const clip = (value, low, high) => (value < low ? low : value > high ? high : value);

/** The largest magnitude. @param {ArrayLike<number>} values */
export function peak(values) {
  let largest = 1e-6;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  return largest;
}

/** @param {number} value */
export const number = (value) => decimals(Math.abs(value) < 0.005 ? 0 : value, Math.abs(value) >= 10 ? 1 : 2);

/** As written() does, but without its cost in each frame, and without groups of digits. @param {number} value @param {number} count */
export const decimals = (value, count) => leftToRight(value.toFixed(count).replace("-", "\u2212").replace(".", POINT));
const POINT = written(0.5, 1).slice(1, -1);

/** Black or white, whichever can be read on a colour. @param {string} colour "#rrggbb" or "rgb(r,g,b)" */
export function contrasting(colour) {
  const [r, g, b] = colour.startsWith("#") ? rgb(colour) : (colour.match(/\d+/g) ?? []).map(Number);
  return 0.3 * r + 0.59 * g + 0.11 * b > 135 ? "#15171b" : "#ffffff";
}

/** @param {string} hex */
const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
/** @param {number} value as in the pixels of a canvas */
const css = (value) => `rgb(${value & 255},${(value >> 8) & 255},${(value >> 16) & 255})`;

/** @param {string[]} stops @param {number} count */
function ramp(stops, count) {
  const list = stops.map(rgb), values = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const t = (i / (count - 1)) * (list.length - 1), low = Math.min(list.length - 2, Math.floor(t)), part = t - low;
    const [r, g, b] = list[low].map((v, k) => Math.round(v + (list[low + 1][k] - v) * part));
    values[i] = (255 << 24) | (b << 16) | (g << 8) | r;
  }
  return values;
}
