/* The canvas in the browser: its size and name, samples by key, Undo and Clear, which do not wait for the server, and the
   drawing after a reload.

   The canvas component keeps a toolbar of its own in its shadow root. On touch screens it is invisible and yet takes taps in
   the canvas's corner, so it is hidden; its buttons still undo strokes and empty the canvas at once. */

/** @typedef {[number, number][][]} Strokes points from 0 to 1 */

import { t } from "../language/language.js";
import { Ink } from "./ink.js";
import { shadowOf } from "./layers.js";

const LABEL = t("Canvas: draw a digit with a mouse, a pen or a finger, or press one of the keys 0 to 9 for a sample");
const STEPS = 6; // points of a sample's stroke between two of its corners, as a hand leaves
const BETWEEN = 30; // milliseconds between two strokes that are drawn by themselves
const STORED = "draw-a-digit-strokes"; // in the storage of this tab
const AGAIN = 300; // milliseconds until it is looked whether a lost drawing can be drawn again
const ANSWERED = 3000; // milliseconds after which the server's answer to Undo or Clear is certain to have come

const style = new CSSStyleSheet();
style.replaceSync(`
  .dc-toolbar { display: none !important; }
  :host > div, :host > div > div, .canvas-root, .dc-root, .dc-scroll, .dc-container, .dc-container > div { width: 100% !important; height: 100% !important; max-width: none; }
  .dc-scroll { overflow: hidden !important; }
  canvas { width: 100% !important; height: 100% !important; outline: none !important; }
  canvas:focus-visible { box-shadow: inset 0 0 0 3px #6db3ff; }
`);

/** @type {Record<string, Strokes>} */ let samples = {};
/** @type {Ink | null} */ let ink = null;
let emptied = ""; // how the server emptied it last
let restored = false;
let interrupted = false; // the connection was lost since the canvas was empty
let owed = false; // a Clear while the server was away, of which it has to hear

const place = () => /** @type {HTMLElement | null} */ (document.querySelector(".st-key-canvas"));
const root = () => shadowOf(place());
const tool = (/** @type {string} */ name) => /** @type {HTMLButtonElement | null} */ (root()?.querySelector(`.dc-toolbar [aria-label^="${name}"]`) ?? null);
const button = (/** @type {string} */ key) => /** @type {HTMLButtonElement | null} */ (document.querySelector(`.st-key-${key} button`));
const background = () => /** @type {HTMLElement[]} */ ([...(place()?.querySelectorAll("img.background:not(.ghost), .photo") ?? [])]);
const isRunning = () => /** @type {HTMLElement | null} */ (document.querySelector(".stApp"))?.dataset.testScriptState === "running";
export const isConnected = () => /** @type {HTMLElement | null} */ (document.querySelector(".stApp"))?.dataset.testConnectionState === "CONNECTED";

/** The server has yet to hear of a Clear, after which a drawing has another name. */
export const owesClear = () => owed;

/** Nothing has been drawn on the canvas itself. */
export const isBlank = () => tool("Undo")?.disabled ?? true;

/** @param {Event} event */
const canvasOf = (event) => {
  const target = event.composedPath()[0];
  return target instanceof HTMLCanvasElement && target.matches("canvas.upper-canvas") ? target : null;
};

/** @param {Record<string, Strokes>} digits samples by the key that draws them */
export function startCanvas(digits) {
  samples = digits;
  for (const kind of ["mousedown", "touchstart"]) {
    addEventListener(kind, (event) => { if (canvasOf(event)) touched(true); }, { capture: true, passive: true });
  }
  ink = new Ink(isBlank, lost);
  addEventListener("pagehide", store);
  addEventListener("keydown", pressed);
  addEventListener("click", clicked, true);
  new MutationObserver(update).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled", "data-test-connection-state", "data-emptied"] });
  update();
}

let due = false;

/** At once, so that the canvas is not painted in its own size first. A shadow root may come after the last change of the page
 * around it, which nothing tells: so it is looked for in each frame until the canvas is there. */
function update() {
  interrupted ||= place() !== null && !isConnected();
  enableTools();
  empty();
  if (prepared() || due) return;
  due = true;
  requestAnimationFrame(() => { due = false; update(); });
}

/** Empties the canvas when the server says so: for a sample or a photo, or because the drawing was sent. */
function empty() {
  const wanted = /** @type {HTMLElement | null} */ (place()?.querySelector("[data-emptied]"))?.dataset.emptied;
  if (wanted === undefined || wanted === emptied) return;
  emptied = wanted;
  if (!wanted) return; // a visit that has emptied nothing, as after a restart of the server
  interrupted = false;
  ink?.clear();
  if (!isBlank()) tool("Reset")?.click();
}

/** Gives the canvas its size and its name; returns whether there is nothing more to do. */
function prepared() {
  if (!place()) return true;
  const shadow = root();
  if (!shadow) return false;
  if (!shadow.adoptedStyleSheets.includes(style)) {
    shadow.adoptedStyleSheets.push(style);
    new MutationObserver(prepared).observe(shadow, { childList: true, subtree: true });
  }
  const canvas = shadow.querySelector("canvas.upper-canvas");
  if (!(canvas instanceof HTMLElement)) return false;
  if (!canvas.hasAttribute("aria-label")) {
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", LABEL);
    canvas.tabIndex = 0;
  }
  if (canvas instanceof HTMLCanvasElement) ink?.follow(canvas);
  if (!restored && canvas instanceof HTMLCanvasElement && tool("Undo")) {
    restored = true;
    setTimeout(() => restore(canvas));
  }
  return true;
}

/** Streamlit disables all buttons while its server is away; these two work without it. */
function enableTools() {
  for (const key of ["undo", "clear"]) if (button(key)?.disabled) /** @type {HTMLButtonElement} */ (button(key)).disabled = false;
  if (owed && isConnected()) setTimeout(() => { if (owed && isConnected()) button("clear")?.click(); }, 500);
}

/** Hides the faint digit on the empty canvas with the first touch. @param {boolean} yes */
function touched(yes) {
  place()?.toggleAttribute("data-touched", yes);
}

/** @param {MouseEvent} event */
function clicked(event) {
  const target = /** @type {Element} */ (event.target);
  if (!place()) return;
  if (target.closest?.(".st-key-undo button")) undo(event);
  if (target.closest?.(".st-key-clear button")) clear();
}

/** @param {Event} event */
function undo(event) {
  if (isBlank()) return hide(background().slice(-1));
  tool("Undo")?.click();
  ink?.undo();
  event.stopImmediatePropagation(); // the canvas sends what is left by itself
  if (isBlank()) touched(false);
}

function clear() {
  if (owed) {
    owed = false; // the server hears of it now; here it has long been done
    return;
  }
  owed = interrupted = !isConnected();
  ink?.clear();
  if (!isBlank()) tool("Reset")?.click(); // a canvas that has not loaded yet would forget its next stroke
  hide(background());
  touched(false);
}

/** The page that comes from a server that was restarted may bring an empty canvas: what stood there is drawn again.
 * @param {Strokes} strokes */
function lost(strokes) {
  if (!interrupted || background().length) return;
  interrupted = false;
  const again = () => {
    const canvas = root()?.querySelector("canvas.upper-canvas");
    if (canvas instanceof HTMLCanvasElement && tool("Undo") && isConnected() && !isRunning()) {
      if (isBlank()) draw(canvas, strokes, 1);
    } else if (place()) setTimeout(again, AGAIN);
  };
  setTimeout(again, AGAIN);
}

/** Leaves the drawing to the page that comes after a reload. */
function store() {
  try {
    if (isBlank() || background().length || document.querySelector(".st-key-game, .st-key-room_strip")) sessionStorage.removeItem(STORED);
    else sessionStorage.setItem(STORED, JSON.stringify(ink?.strokes ?? []));
  } catch { /* a browser without storage */ }
}

/** Draws again what stood on the canvas before a reload. @param {HTMLCanvasElement} canvas */
function restore(canvas) {
  try {
    const before = /** @type {Strokes} */ (JSON.parse(sessionStorage.getItem(STORED) ?? "[]")), { width, height } = canvas.getBoundingClientRect();
    sessionStorage.removeItem(STORED);
    const fits = before.every((stroke) => stroke.length && stroke.every(([x, y]) => x >= 0 && y >= 0 && x <= width / height && y <= 1));
    if (before.length && fits && isBlank() && !background().length) draw(canvas, before, 1);
  } catch { /* nothing that was stored here */ }
}

/** Hides what the server has put under the canvas until its answer is certain to have come. @param {HTMLElement[]} nodes */
function hide(nodes) {
  for (const node of nodes) {
    node.style.visibility = "hidden";
    setTimeout(() => { if (isConnected()) node.style.visibility = ""; }, ANSWERED);
  }
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  const canvas = canvasOf(event), command = event.ctrlKey || event.metaKey;
  if (canvas && event.key in samples && !command && !event.altKey) return write(canvas, samples[event.key]);
  if (!command || event.shiftKey || event.key.toLowerCase() !== "z") return;
  if (/** @type {Element} */ (event.composedPath()[0]).matches?.("input, textarea") || !button("undo")) return;
  event.preventDefault();
  button("undo")?.click();
}

/** Draws a sample in place of what stands there. @param {HTMLCanvasElement} canvas @param {Strokes} sample */
function write(canvas, sample) {
  if (!isBlank() || background().length) button("clear")?.click();
  setTimeout(() => draw(canvas, sample, STEPS));
}

/** Draws strokes as a hand would, so that they can be undone and drawn on like any other. steps: points between two of theirs.
 * @param {HTMLCanvasElement} canvas @param {Strokes} drawn @param {number} steps */
async function draw(canvas, drawn, steps) {
  for (const stroke of drawn) {
    const { left, top, height } = canvas.getBoundingClientRect();
    const points = stroke.slice(1).flatMap(([x, y], i) => Array.from({ length: steps }, (_, step) => {
      const [fromX, fromY] = stroke[i], along = (step + 1) / steps;
      return [fromX + (x - fromX) * along, fromY + (y - fromY) * along];
    }));
    const events = [["mousedown", stroke[0]], ...points.map((point) => ["mousemove", point]), ["mouseup", stroke[stroke.length - 1]]];
    for (const [kind, [x, y]] of /** @type {[string, [number, number]][]} */ (events)) {
      canvas.dispatchEvent(new MouseEvent(kind, { clientX: left + x * height, clientY: top + y * height, button: 0, bubbles: true, composed: true }));
    }
    await new Promise((resolve) => setTimeout(resolve, BETWEEN)); // else the component takes them for one step of Undo
  }
}
