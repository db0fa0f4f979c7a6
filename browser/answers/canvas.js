/* The drawing as it grows: tells when the canvas has changed, and reads its pixels.

   The strokes that are done are on one layer (lower), the one under the pen on another (upper). Fabric.js clears a layer before it paints it anew; between pen-up and the next frame the stroke
   is on neither. So changes are heard by listening to clearRect() and stroke() of both. */

import { layersOf } from "../page/layers.js";

/** @typedef {{ rgba: ArrayBuffer, width: number, height: number }} Picture */

const FRAMES = 3; // at most, until a stroke that has left the upper layer is on the lower one

export class CanvasWatch {
  /** @type {[HTMLCanvasElement, HTMLCanvasElement] | null} lower, upper */ #layers = null;
  /** @type {WeakSet<HTMLCanvasElement>} */ #heard = new WeakSet();
  #settling = 0;
  #scratch = document.createElement("canvas");
  #pen = /** @type {CanvasRenderingContext2D} */ (this.#scratch.getContext("2d", { willReadFrequently: true }));

  /** The pen is down on the canvas. */
  down = false;
  /** The canvas has changed since it was read. */
  changed = true;

  /** @param {() => void} touched called at the first sign of a new stroke */
  constructor(touched) {
    const isCanvas = (/** @type {Event} */ event) => event.composedPath()[0] === this.#layers?.[1];
    for (const kind of ["mousedown", "touchstart"]) {
      addEventListener(kind, (event) => {
        this.find();
        if (!isCanvas(event)) return;
        this.down = true;
        this.#settling = 0;
        touched();
      }, { capture: true, passive: true });
    }
    for (const kind of ["mouseup", "touchend", "touchcancel"]) {
      addEventListener(kind, () => setTimeout(() => { this.down = false; }), { capture: true, passive: true });
    }
  }

  /** Once in each frame; returns whether there is a new picture to read. */
  frame() {
    if (!this.#layers?.[1].isConnected) this.find();
    if (this.#settling > 0) this.#settling -= 1;
    return this.readable;
  }

  /** The page has a canvas. */
  get found() {
    return this.#layers !== null;
  }

  get readable() {
    return this.changed && this.#settling === 0 && this.found;
  }

  /** The picture on the canvas; null where there is no canvas. @returns {Picture | null} */
  read() {
    if (!this.#layers) return null;
    const { width, height } = this.#layers[0];
    if (this.#scratch.width !== width || this.#scratch.height !== height) Object.assign(this.#scratch, { width, height });
    else this.#pen.clearRect(0, 0, width, height);
    for (const layer of this.#layers) this.#pen.drawImage(layer, 0, 0);
    this.changed = false;
    return { rgba: this.#pen.getImageData(0, 0, width, height).data.buffer, width, height };
  }

  find() {
    const layers = layersOf();
    if (!layers) {
      this.#layers = null;
      return;
    }
    const { lower, upper } = layers;
    if (this.#layers?.[1] !== upper) this.changed = true;
    this.#layers = [lower, upper];
    this.#listen(lower, "clearRect", () => { this.#settling = 0; });
    this.#listen(upper, "clearRect", () => { if (this.down) this.#settling = FRAMES; });
    this.#listen(upper, "stroke", () => {});
    for (const layer of this.#layers) this.#heard.add(layer);
  }

  /** @param {HTMLCanvasElement} layer @param {"clearRect" | "stroke"} name @param {() => void} then */
  #listen(layer, name, then) {
    if (this.#heard.has(layer)) return;
    const pen = /** @type {any} */ (layer.getContext("2d")), own = pen[name];
    pen[name] = (/** @type {any[]} */ ...values) => {
      then();
      this.changed = true;
      return own.apply(pen, values);
    };
  }
}
