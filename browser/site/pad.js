/* The canvas of the page without a server. It has the layers that the canvas component keeps, of 280 x 280 pixels, so that
   whatever reads the one reads the other; over them the strokes are shown at the screen's own pixels. */
import { strokePath } from "../page/ink.js";

/** @typedef {import("../page/canvas.js").Strokes} Strokes */
/** @typedef {{ points: [number, number][], width: number }} Stroke points and width in heights of the canvas */
/** @typedef {{ erased: () => void, drawn: () => void }} Told erased: nothing stands on it; drawn: something by itself */

const SIDE = 280; // pixels, as digits.strokes.CANVAS_SIDE
const LABEL = "Canvas: draw a digit with a mouse, a pen or a finger, or press one of the keys 0 to 9 for a sample";
const STORED = "draw-a-digit-strokes"; // in the storage of this tab

export class Pad {
  /** @type {Stroke[]} */ #strokes = [];
  /** @type {Stroke | null} under the pen */ #stroke = null;
  #finger = -1;
  #stale = true;
  /** In pixels of the canvas. */
  brush = 18;

  /** @param {HTMLElement} place @param {Record<string, Strokes>} samples by the key that draws them @param {Told} told */
  constructor(place, samples, told) {
    const find = (/** @type {string} */ name) => /** @type {HTMLCanvasElement} */ (place.querySelector(`canvas.${name}`));
    this.place = place;
    this.told = told;
    this.lower = find("lower-canvas");
    this.upper = find("upper-canvas");
    this.shown = find("ink");
    for (const layer of [this.lower, this.upper]) Object.assign(layer, { width: SIDE, height: SIDE });
    this.#listen();
    this.upper.addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey }) => {
      if (key in samples && !ctrlKey && !metaKey && !altKey) this.write(samples[key]);
    });
    new ResizeObserver(() => { this.#stale = true; }).observe(place);
    addEventListener("pagehide", () => this.#store());
    this.upper.setAttribute("aria-label", LABEL);
    this.#restore();
    requestAnimationFrame(() => this.#frame());
  }

  get isBlank() {
    return !this.#strokes.length && !this.#stroke;
  }

  undo() {
    this.#strokes.pop();
    this.#settle();
    if (this.isBlank) this.told.erased();
  }

  clear() {
    this.#strokes = [];
    this.#settle();
    this.told.erased();
  }

  /** Draws strokes in place of what stands there. @param {Strokes} strokes */
  write(strokes) {
    this.#strokes = strokes.map((points) => ({ points, width: this.brush / SIDE }));
    this.#settle();
    this.told.drawn();
  }

  // ----------------------------------------------------------------------------------------------- the pen

  /** Of a mouse and of touches, as the canvas component: a grabbed digit passes on a mouse's events. */
  #listen() {
    this.upper.addEventListener("mousedown", (event) => { if (!event.button) this.#press(event); });
    addEventListener("mousemove", (event) => (event.isTrusted && !(/** @type {MouseEvent} */ (event).buttons) ? this.#release() : this.#move(/** @type {MouseEvent} */ (event))));
    addEventListener("mouseup", () => this.#release());
    this.upper.addEventListener("touchstart", (event) => {
      event.preventDefault(); // else a mouse follows the finger
      if (this.#stroke) return;
      this.#finger = event.changedTouches[0].identifier;
      this.#press(event.changedTouches[0]);
    }, { passive: false });
    const ours = (/** @type {TouchEvent} */ event) => [...event.changedTouches].find(({ identifier }) => identifier === this.#finger);
    this.upper.addEventListener("touchmove", (event) => this.#move(ours(event)));
    for (const kind of /** @type {const} */ (["touchend", "touchcancel"])) this.upper.addEventListener(kind, (event) => { if (ours(event)) this.#release(); });
  }

  /** @param {{ clientX: number, clientY: number }} at */
  #press(at) {
    this.#stroke = { points: [this.#place(at)], width: this.brush / SIDE };
    this.place.toggleAttribute("data-touched", true);
    this.#paintUpper();
  }

  /** @param {{ clientX: number, clientY: number } | undefined} at */
  #move(at) {
    if (!this.#stroke || !at) return;
    this.#stroke.points.push(this.#place(at));
    this.#paintUpper();
  }

  #release() {
    if (!this.#stroke) return;
    this.#strokes.push(this.#stroke);
    this.#stroke = null;
    this.#settle();
  }

  /** @param {{ clientX: number, clientY: number }} at @returns {[number, number]} */
  #place({ clientX, clientY }) {
    const { left, top, height } = this.upper.getBoundingClientRect();
    return [(clientX - left) / height, (clientY - top) / height];
  }

  // ----------------------------------------------------------------------------------------------- painting

  #paintUpper() {
    paint(this.upper, this.#stroke ? [this.#stroke] : []);
    this.#stale = true;
  }

  /** The upper layer first: whoever listens takes the drawing to be whole when the lower one is painted. */
  #settle() {
    this.#paintUpper();
    paint(this.lower, this.#strokes);
    this.place.toggleAttribute("data-touched", !this.isBlank);
  }

  #frame() {
    requestAnimationFrame(() => this.#frame());
    if (!this.#stale) return;
    this.#stale = false;
    const { clientWidth, clientHeight } = this.place, width = Math.round(clientWidth * devicePixelRatio), height = Math.round(clientHeight * devicePixelRatio);
    if (this.shown.width !== width || this.shown.height !== height) Object.assign(this.shown, { width, height });
    paint(this.shown, this.#stroke ? [...this.#strokes, this.#stroke] : this.#strokes);
  }

  // ----------------------------------------------------------------------------------------------- a reload

  #store() {
    try {
      sessionStorage.setItem(STORED, JSON.stringify(this.#strokes));
    } catch { /* a browser without storage */ }
  }

  #restore() {
    try {
      const before = /** @type {Stroke[]} */ (JSON.parse(sessionStorage.getItem(STORED) ?? "[]"));
      if (before.every(({ points, width }) => width > 0 && points.every(([x, y]) => Number.isFinite(x + y)))) this.#strokes = before;
    } catch { /* nothing that was stored here */ }
    this.#settle();
    if (!this.isBlank) this.told.drawn();
  }
}

/** @param {HTMLCanvasElement} canvas @param {Stroke[]} strokes */
function paint(canvas, strokes) {
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")), side = canvas.height;
  pen.clearRect(0, 0, canvas.width, side);
  for (const { points, width } of strokes) strokePath(pen, points, side, width * side, "#fff");
}
