/* The layer over the canvas while a digit is grabbed: the digit, its handles, and the hand that drags them. */
import { matrixOf } from "../engine/change.js";
import { layersOf } from "../page/layers.js";

/** @typedef {import("../engine/change.js").Change} Change */
/** @typedef {import("./kinds.js").Kind} Kind */
/** @typedef {import("./drawing.js").Drawing} Drawing */
/**
 * @typedef {object} Hand What a hand does.
 * @property {(handle: Handle) => boolean} take returns whether that is possible
 * @property {(change: Partial<Change>, kind: Kind) => void} drag
 * @property {(from: [number, number], to: [number, number]) => void} rub
 * @property {(moved: boolean) => void} release moved: else it was a click
 * @property {() => void} leave the hand draws beside the digit
 */
/** @typedef {"turn" | "size" | "squeeze" | "thick" | "move" | "rub"} Handle */

const SIDE = 280; // pixels of the drawing's height
const MIN_REACH = 42; // pixels of the window from the digit's middle to a handle, at least
const APART = 20; // pixels of the window between the ink and a handle
const EDGE = 22; // pixels of the window between a handle's middle and the canvas's edge
const CLICK = 4; // pixels of the window by which a click may move
/** @type {Record<string, string>} */
const SHAPES = {
  turn: "M19 12a7 7 0 1 1-2.2-5.1M19 3v5h-5",
  size: "M5 5l14 14M19 12v7h-7M12 5H5v7",
  squeeze: "M3 12h18M7 8l-4 4 4 4M17 8l4 4-4 4",
  thick: "M4 6h16M4 12h16M4 18.5h16",
};

export class Overlay {
  root = document.createElement("div");
  #canvas = document.createElement("canvas");
  #amount = document.createElement("output");
  /** @type {Map<Handle, HTMLElement>} */ #handles = new Map();
  /** @type {Map<number, [number, number]>} */ #fingers = new Map();
  /** @type {{ handle: Handle, from: [number, number], change: Change, moved: boolean, last: [number, number], spread: [number, number] | null } | null} */ #grip = null;
  /** @type {Change} */ #change;
  /** @type {Drawing} */ #drawing;
  rubbing = false;

  /** @param {Element} place @param {Drawing} drawing @param {Change} change @param {Hand} hand */
  constructor(place, drawing, change, hand) {
    this.#drawing = drawing;
    this.#change = change;
    this.hand = hand;
    this.root.className = "grab";
    this.#amount.setAttribute("aria-hidden", "true");
    this.root.append(this.#canvas, this.#amount);
    for (const handle of /** @type {Handle[]} */ (Object.keys(SHAPES))) {
      const node = Object.assign(document.createElement("span"), { className: `grab-handle ${handle}`, innerHTML: `<svg viewBox="0 0 24 24"><path d="${SHAPES[handle]}"/></svg>` });
      node.dataset.handle = handle;
      this.#handles.set(handle, node);
      this.root.append(node);
    }
    this.root.setAttribute("aria-hidden", "true"); // the sliders beside it do the same
    place.append(this.root);
    this.root.addEventListener("pointerdown", (event) => this.#press(event));
    this.root.addEventListener("pointermove", (event) => this.#move(event));
    for (const kind of ["pointerup", "pointercancel"]) this.root.addEventListener(kind, (event) => this.#release(/** @type {PointerEvent} */ (event)));
  }

  get isHeld() {
    return this.#grip !== null;
  }

  remove() {
    this.root.remove();
  }

  /** @param {Change} change @param {string} words of its amount */
  draw(change, words) {
    this.#change = change;
    const { clientWidth, clientHeight } = this.root, width = Math.round(clientWidth * devicePixelRatio), height = Math.round(clientHeight * devicePixelRatio);
    if (this.#canvas.width !== width || this.#canvas.height !== height) Object.assign(this.#canvas, { width, height });
    if (height) this.#drawing.paint(this.#canvas, change);
    if (this.#amount.textContent !== words) this.#amount.textContent = words;
    const { middle, right, bottom, half } = this.#box(), clip = (/** @type {number} */ value, /** @type {number} */ most) => Math.min(most - EDGE, Math.max(EDGE, value));
    const at = (/** @type {Handle} */ handle, /** @type {number} */ across, /** @type {number} */ down) => {
      const x = clip(middle[0] + across * right[0] + down * bottom[0], clientWidth), y = clip(middle[1] + across * right[1] + down * bottom[1], clientHeight), node = this.#handles.get(handle);
      if (node) node.style.transform = `translate(${x}px, ${y}px)`;
    };
    at("turn", 0, -half[1] - APART);
    at("squeeze", half[0], 0);
    at("size", half[0], half[1]);
    at("thick", -half[0], half[1]);
  }

  /** The digit in pixels of the window: its middle, its own two directions, and how far its handles are from the middle. */
  #box() {
    const { window, cut: { box } } = this.#drawing.held, scale = this.root.clientHeight / SIDE, [a, b, c, d, e, f] = matrixOf(this.#change, window);
    const x = box.left + box.width / 2, y = box.top + box.height / 2, wide = Math.hypot(a, b), high = Math.hypot(c, d);
    const half = [(scale * wide * box.width) / 2, (scale * high * box.height) / 2].map((length) => Math.max(MIN_REACH, length + APART));
    return { middle: [scale * (a * x + c * y + e), scale * (b * x + d * y + f)], right: [a / wide, b / wide], bottom: [c / high, d / high], half };
  }

  /** @param {PointerEvent} event @returns {[number, number]} */
  #place(event) {
    const { left, top } = this.root.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  /** In the digit's own directions, from its middle. @param {[number, number]} at */
  #inside([x, y]) {
    const { middle, right, bottom, half } = this.#box(), across = (x - middle[0]) * right[0] + (y - middle[1]) * right[1], down = (x - middle[0]) * bottom[0] + (y - middle[1]) * bottom[1];
    return Math.abs(across) <= half[0] + APART && Math.abs(down) <= half[1] + APART;
  }

  /** @param {PointerEvent} event */
  #press(event) {
    const at = this.#place(event), handle = /** @type {Handle} */ (/** @type {HTMLElement} */ (event.target).closest?.(".grab-handle")?.getAttribute("data-handle") ?? (this.rubbing ? "rub" : "move"));
    if (handle === "move" && !this.#grip && !this.#inside(at)) return this.#draw(event);
    event.preventDefault();
    this.#fingers.set(event.pointerId, at);
    if (this.#grip && this.#fingers.size === 2) return this.#regrip(); // the second finger
    if (this.#grip || !this.hand.take(handle)) return;
    this.root.setPointerCapture(event.pointerId);
    this.#grip = { handle, from: at, change: this.#change, moved: false, last: at, spread: null };
    this.root.dataset.held = handle;
    if (handle === "rub") this.#rub(at);
  }

  #regrip() {
    if (!this.#grip) return;
    const [one, other] = [...this.#fingers.values()];
    Object.assign(this.#grip, { change: this.#change, spread: other && [other[0] - one[0], other[1] - one[1]], from: one });
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const grip = this.#grip;
    if (!grip || !this.#fingers.has(event.pointerId)) return;
    const at = this.#place(event);
    this.#fingers.set(event.pointerId, at);
    if (!grip.moved && Math.hypot(at[0] - grip.from[0], at[1] - grip.from[1]) < CLICK) return;
    grip.moved = true;
    if (grip.handle === "rub") return this.#rub(at);
    if (grip.spread && this.#fingers.size === 2) return this.#pinch(grip.spread, grip.change);
    this.#drag(grip, at);
  }

  /** @param {{ handle: Handle, from: [number, number], change: Change }} grip @param {[number, number]} at */
  #drag({ handle, from, change }, at) {
    const { middle, right } = this.#box(), away = (/** @type {[number, number]} */ point) => Math.hypot(point[0] - middle[0], point[1] - middle[1]);
    const across = (/** @type {[number, number]} */ point) => (point[0] - middle[0]) * right[0] + (point[1] - middle[1]) * right[1];
    const { pixel } = this.#drawing.held.window, scale = this.root.clientHeight / SIDE, [x, y] = [at[0] - from[0], at[1] - from[1]];
    if (handle === "turn") {
      const angle = (/** @type {[number, number]} */ point) => (Math.atan2(point[1] - middle[1], point[0] - middle[0]) * 180) / Math.PI;
      this.hand.drag({ turn: around(change.turn + angle(at) - angle(from)) }, "turn");
    } else if (handle === "size") this.hand.drag({ size: (change.size * away(at)) / Math.max(1, away(from)) }, "size");
    else if (handle === "squeeze") this.hand.drag({ squeeze: (change.squeeze * Math.max(1, across(at))) / Math.max(1, across(from)) }, "squeeze");
    else if (handle === "thick") this.hand.drag({ thick: change.thick + (away(at) - away(from)) / 16 }, "thick");
    else this.hand.drag({ right: change.right + x / (scale * pixel.x), down: change.down + y / (scale * pixel.y) }, Math.abs(x) >= Math.abs(y) ? "right" : "down");
  }

  /** Two fingers turn it and make it larger or smaller. @param {[number, number]} before @param {Change} change */
  #pinch(before, change) {
    const [one, other] = [...this.#fingers.values()], now = [other[0] - one[0], other[1] - one[1]];
    const turned = around(((Math.atan2(now[1], now[0]) - Math.atan2(before[1], before[0])) * 180) / Math.PI), larger = Math.hypot(now[0], now[1]) / Math.max(1, Math.hypot(before[0], before[1]));
    this.hand.drag({ turn: around(change.turn + turned), size: change.size * larger }, Math.abs(turned) / 90 > Math.abs(larger - 1) ? "turn" : "size");
  }

  /** @param {[number, number]} at in pixels of the window */
  #rub(at) {
    const grip = this.#grip, scale = this.root.clientHeight / SIDE;
    if (!grip) return;
    this.hand.rub([grip.last[0] / scale, grip.last[1] / scale], [at[0] / scale, at[1] / scale]);
    grip.last = at;
    grip.moved = true;
  }

  /** @param {PointerEvent} event */
  #release(event) {
    this.#fingers.delete(event.pointerId);
    if (!this.#grip) return;
    if (this.#fingers.size) return this.#regrip();
    const { moved } = this.#grip;
    this.#grip = null;
    delete this.root.dataset.held;
    this.hand.release(moved);
  }

  /** A stroke that begins beside the digit is drawn: the canvas below gets it from here. @param {PointerEvent} event */
  #draw(event) {
    const canvas = layersOf()?.upper, ended = new AbortController(), { root } = this;
    root.setPointerCapture(event.pointerId);
    const pass = (/** @type {string} */ kind, /** @type {PointerEvent} */ { clientX, clientY }) => canvas?.dispatchEvent(new MouseEvent(kind, { clientX, clientY, button: 0, bubbles: true, composed: true }));
    root.style.opacity = "0";
    root.addEventListener("pointermove", (next) => pass("mousemove", next), { signal: ended.signal });
    for (const kind of /** @type {("pointerup" | "pointercancel")[]} */ (["pointerup", "pointercancel"])) {
      root.addEventListener(kind, (next) => {
        ended.abort();
        pass("mouseup", next);
        root.remove();
      }, { signal: ended.signal });
    }
    this.remove = () => {}; // with the stroke
    pass("mousedown", event);
    this.hand.leave();
  }
}

/** An angle from −180 to 180. @param {number} degrees */
const around = (degrees) => ((((degrees + 180) % 360) + 360) % 360) - 180;
