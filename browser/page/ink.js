/* The visitor's strokes, shown at the screen's own pixels: the canvas component draws 280 pixels and stretches them.

   Its two layers stay where they are, invisible, for the pen and for whoever reads the drawing. Where they hold something
   that was not seen being drawn, they are shown as they are. */

/** @typedef {[number, number][]} Stroke points, in heights of the canvas */

const SIDE = 280; // pixels of the canvas component's height

export class Ink {
  /** @type {{ points: Stroke, width: number }[]} */ #strokes = [];
  /** @type {HTMLCanvasElement | null} */ #shown = null;
  /** @type {HTMLCanvasElement | null} */ #source = null;
  #drawing = false;
  #stale = true;
  #resized = new ResizeObserver(() => { this.#stale = true; });

  /** @param {() => boolean} isBlank whether the canvas component holds no stroke
   * @param {(strokes: Stroke[]) => void} lost called with strokes that have gone from the canvas by themselves */
  constructor(isBlank, lost) {
    this.isBlank = isBlank;
    this.lost = lost;
    for (const kind of ["mousedown", "mousemove", "touchstart", "touchmove"]) addEventListener(kind, (event) => this.#record(event), { capture: true, passive: true });
    for (const kind of ["mouseup", "touchend", "touchcancel"]) addEventListener(kind, () => { this.#drawing = false; }, { capture: true, passive: true });
    const frame = () => { this.#frame(); requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
  }

  /** @returns {Stroke[]} */
  get strokes() {
    return this.#strokes.map(({ points }) => points);
  }

  undo() {
    this.#strokes.pop();
    this.#stale = true;
  }

  clear() {
    this.#strokes = [];
    this.#stale = true;
  }

  /** Takes over another canvas, which is empty; the one before has left the page. @param {HTMLCanvasElement} canvas */
  follow(canvas) {
    if (canvas === this.#source) return;
    this.#source = canvas;
    this.#lose();
  }

  /** @param {Event} event */
  #record(event) {
    const canvas = event.composedPath()[0], begins = event.type.endsWith("down") || event.type.endsWith("start");
    if (canvas !== this.#source || !this.#source || (!begins && !this.#drawing)) return;
    const at = "touches" in event ? /** @type {TouchEvent} */ (event).touches[0] : /** @type {MouseEvent} */ (event);
    const { left, top, height } = this.#source.getBoundingClientRect();
    if (begins) this.#strokes.push({ points: [], width: 0 });
    this.#drawing = true;
    this.#strokes[this.#strokes.length - 1]?.points.push([(at.clientX - left) / height, (at.clientY - top) / height]);
    this.#stale = true;
  }

  #frame() {
    const place = this.#source?.isConnected ? document.querySelector(".st-key-canvas") : null;
    if (!place || !this.#source) return;
    if (!this.#shown?.isConnected) this.#mount(place);
    const blank = this.isBlank();
    if (blank && this.#strokes.length && !this.#drawing && !this.#settling()) this.#lose();
    place.toggleAttribute("data-crisp", this.#strokes.length > 0);
    const last = this.#strokes[this.#strokes.length - 1];
    if (last && !last.width) last.width = (this.#source.getContext("2d")?.lineWidth ?? 0) / SIDE; // the brush, as it is now
    if (this.#stale) this.#paint();
  }

  #lose() {
    const { strokes } = this;
    this.clear();
    if (strokes.length) this.lost(strokes);
  }

  #lifted = 0;

  /** Between pen-up and the component's next frame a stroke is not counted yet. */
  #settling() {
    this.#lifted = this.#drawing ? 0 : this.#lifted + 1;
    return this.#lifted < 30; // frames
  }

  /** @param {Element} place */
  #mount(place) {
    this.#shown = Object.assign(document.createElement("canvas"), { className: "ink" });
    this.#shown.setAttribute("aria-hidden", "true");
    place.append(this.#shown);
    this.#resized.disconnect();
    this.#resized.observe(this.#shown);
    this.#stale = true;
  }

  #paint() {
    const canvas = /** @type {HTMLCanvasElement} */ (this.#shown), height = Math.round(canvas.clientHeight * devicePixelRatio), width = Math.round(canvas.clientWidth * devicePixelRatio);
    if (canvas.height !== height || canvas.width !== width) Object.assign(canvas, { height, width });
    this.#stale = false;
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    pen.clearRect(0, 0, width, height);
    for (const stroke of this.#strokes) strokePath(pen, stroke.points, height, stroke.width * height, "#fff");
  }
}

/** Draws a stroke as a curve through the middles of its points.
 * @param {CanvasRenderingContext2D} pen @param {Stroke} points @param {number} side pixels of the height @param {number} width @param {string} colour */
export function strokePath(pen, points, side, width, colour) {
  if (!points.length) return;
  Object.assign(pen, { lineCap: "round", lineJoin: "round", lineWidth: width, strokeStyle: colour });
  pen.beginPath();
  pen.moveTo(points[0][0] * side, points[0][1] * side);
  for (let i = 1; i < points.length - 1; i++) {
    const [x, y] = points[i], [nextX, nextY] = points[i + 1];
    pen.quadraticCurveTo(x * side, y * side, ((x + nextX) / 2) * side, ((y + nextY) / 2) * side);
  }
  const [x, y] = points[points.length - 1];
  pen.lineTo(x * side + (points.length === 1 ? 0.01 : 0), y * side);
  pen.stroke();
}
