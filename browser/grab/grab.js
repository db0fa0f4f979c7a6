/* Grab: the digit on the canvas is turned, squeezed, moved, thickened and rubbed out under the hand, and the networks follow.

   Mounted by the page as a button beside Undo and Clear. Nothing of it reaches the server: when the digit is let go, the
   drawing stands there as before. */
import { hold, listen, load, networks, work } from "../answers/answers.js";
import { UNCHANGED, total } from "../engine/change.js";
import { t } from "../language/language.js";
import { Drawing } from "./drawing.js";
import { KINDS, answerOf, inWords, limit, nextAmount, onScale, withPoint } from "./kinds.js";
import { Overlay } from "./overlay.js";
import { Panel } from "./panel.js";

/** @typedef {import("../engine/change.js").Change} Change */
/** @typedef {import("./kinds.js").Kind} Kind */
/** @typedef {import("./kinds.js").Point} Point */
/** @typedef {import("../engine/worker.js").Reading} Reading */

const HOME = 280; // milliseconds in which the digit swings back
const NOTE = 2500; // milliseconds for which it is said why there is nothing to grab
const [NOTHING, PHOTO, NUMBER] = [t("Draw a digit first, then grab it."), t("A photo cannot be grabbed. Draw the digit."), t("One digit at a time can be grabbed: this is a number.")];
const SHAPE = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M8 13V6.5a1.5 1.5 0 0 1 3 0V11m0-.5v-6a1.5 1.5 0 0 1 3 0V11m0-4.500a1.500 1.500 0 0 1 3 0V12m0-2.500a1.500 1.500 0 0 1 3 0V15a6 6 0 0 1-6 6h-1.500c-2.200 0-3.500-.8-4.800-2.600L5 14.200a1.500 1.500 0 0 1 2.400-1.800L8 13.200"/></svg>';
/** @type {Record<string, [Kind, number]>} */
const KEYS = { ArrowLeft: ["right", -1], ArrowRight: ["right", 1], ArrowUp: ["down", -1], ArrowDown: ["down", 1], "+": ["size", 5], "=": ["size", 5], "-": ["size", -5], "[": ["turn", -5], "]": ["turn", 5] };
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** @type {Grab | null} */ let grabbed = null;
/** @type {HTMLButtonElement | null} */ let button = null;
/** @type {import("../answers/state.js").Shown | null} */ let shown = null;

/** Called by the page where its button stands. @param {{ parentElement: Element }} component */
export function mount({ parentElement }) {
  if (parentElement.querySelector(".grab-button")) return;
  button = Object.assign(document.createElement("button"), { type: "button", className: "grab-button", innerHTML: SHAPE, title: t("Turn, squeeze and move your digit (G)") });
  button.append(Object.assign(document.createElement("span"), { textContent: t("Grab") }));
  button.setAttribute("aria-pressed", String(grabbed !== null));
  button.addEventListener("click", () => (grabbed ? grabbed.leave() : start()));
  parentElement.replaceChildren(button);
  if (!shown) begin();
}

function begin() {
  listen((now) => {
    shown = now;
    grabbed?.show();
  });
  work({ first: true, next: () => grabbed?.present() ?? null });
  work({ next: () => grabbed?.sweep() ?? null });
  addEventListener("draw-a-digit-act", () => grabbed?.end());
  addEventListener("draw-a-digit-record", () => grabbed?.recheck());
  addEventListener("keydown", pressed, true);
  addEventListener("click", (event) => { // a suggestion of the page
    const kind = /** @type {Element} */ (event.target).closest?.("[class*=st-key-grab_]")?.className.match(/st-key-grab_(\w+)/)?.[1];
    if (!kind || !(kind in KINDS)) return;
    event.stopImmediatePropagation();
    start(/** @type {Kind} */ (kind));
  }, true);
}

/** @param {Kind} [kind] */
function start(kind = "turn") {
  const place = document.querySelector(".st-key-canvas"), drawing = Drawing.onCanvas();
  if (!place) return;
  if (!drawing || !shown?.digits.length || shown.digits.length > 1) return note(place, place.querySelector(".photo") ? PHOTO : shown && shown.digits.length > 1 ? NUMBER : NOTHING);
  load();
  grabbed?.end();
  grabbed = new Grab(place, drawing, shown, kind);
  button?.setAttribute("aria-pressed", "true");
}

/** @param {Element} place @param {string} words */
function note(place, words) {
  place.querySelector(".grab-note")?.remove();
  const node = Object.assign(document.createElement("p"), { className: "grab-note", textContent: words });
  node.setAttribute("role", "status");
  place.append(node);
  setTimeout(() => node.remove(), NOTE);
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  const target = /** @type {HTMLElement} */ (event.composedPath()[0]), writes = target.matches?.("input:not([type=range]), textarea, [contenteditable]");
  if (event.ctrlKey || event.metaKey || event.altKey || writes || !button?.isConnected) return;
  if (event.key.toLowerCase() === "g") (grabbed ? grabbed.leave() : start());
  else if (!grabbed || !grabbed.key(event.key, target)) return;
  event.preventDefault();
  event.stopPropagation();
}

class Grab {
  /** @type {Change} */ #change = UNCHANGED;
  /** @type {Kind} */ #kind;
  /** @type {Point | null} what the networks say now */ #now = null;
  /** The points of each curve, by what it is a curve of. @type {Map<string, Point[]>} */ #curves = new Map();
  /** @type {Point[]} while a finger rubs ink out */ #trace = [];
  /** @type {{ from: Change, since: number } | null} */ #home = null;
  #pinned = false;
  #dirty = true;
  #sent = -1;
  #ended = false;

  /** @param {Element} place @param {Drawing} drawing @param {import("../answers/state.js").Shown} before @param {Kind} kind */
  constructor(place, drawing, before, kind) {
    this.#kind = kind;
    this.drawing = drawing;
    this.answers = Object.fromEntries(Object.entries(before.digits[0].probabilities).map(([key, values]) => [key, Array.from(values).indexOf(Math.max(...Array.from(values)))]));
    this.overlay = new Overlay(place, drawing, UNCHANGED, { take: () => this.#take(), drag: (change, each) => this.#drag(change, each), rub: (from, to) => this.#rub(from, to), release: (moved) => this.#release(moved), leave: () => this.end() });
    this.panel = new Panel({ choose: (each) => this.#choose(each), set: (amount) => this.#set(this.#kind, amount), pin: () => this.#pin(), leave: () => this.leave() });
    this.place = place;
    place.setAttribute("data-grabbed", "");
    document.documentElement.setAttribute("data-grabbed", "");
    this.#choose(kind);
    requestAnimationFrame((now) => this.#frame(now));
    this.panel.slider.focus({ preventScroll: true });
  }

  // ----------------------------------------------------------------------------------------------- for the networks

  /** The drawing as it is now, if that has changed. */
  present() {
    if (!this.#dirty || this.isHome) return null;
    this.#dirty = false;
    const change = this.#change, amount = this.#amount;
    return this.#task(change, (reading) => {
      if (this.#ended || this.isHome) return;
      this.#now = { amount, probabilities: reading.probabilities };
      if (this.#rubbed) this.#trace = withPoint(this.#trace, this.#now);
      hold(reading);
    });
  }

  /** The next point of the curve. */
  sweep() {
    const kind = this.#kind, like = this.#like, points = this.#curves.get(like) ?? [], amount = this.#rubbed ? null : nextAmount(kind, points);
    if (amount === null) return null;
    return this.#task({ ...this.#others, [kind]: amount }, ({ probabilities }) => {
      this.#curves.set(like, withPoint(this.#curves.get(like) ?? [], { amount, probabilities }));
      this.show();
    });
  }

  /** @param {Change} change @param {(reading: Reading) => void} done */
  #task(change, done) {
    const drawing = this.#sent === this.drawing.version ? null : this.drawing.message();
    this.#sent = this.drawing.version;
    return { message: { kind: "grab", drawing, change }, transfer: drawing ? [drawing.rgba] : [], done };
  }

  /** The subject of the curve: everything but the amount. */
  get #like() {
    return JSON.stringify([this.#kind, this.#others, this.drawing.version, networks().map(({ url }) => url)]);
  }

  /** The changes that stay while one is being made. @returns {Change} */
  get #others() {
    const moves = this.#kind === "right" || this.#kind === "down"; // a hand moves both at once
    return { ...this.#change, ...(moves ? { right: 0, down: 0 } : {}), [this.#kind]: KINDS[this.#kind].neutral };
  }

  get #rubbed() {
    return this.#kind === "wiped" && this.drawing.held !== this.drawing.whole;
  }

  get #amount() {
    if (this.#rubbed) return Math.round(100 * (1 - total(this.drawing.held.ink) / total(this.drawing.whole.ink)));
    return this.#change[this.#kind];
  }

  get isHome() {
    return this.drawing.held === this.drawing.whole && Object.entries(UNCHANGED).every(([kind, value]) => this.#change[/** @type {Kind} */ (kind)] === value);
  }

  /** The page's networks may be others now. */
  recheck() {
    this.#sent = -1;
    this.#dirty = true;
  }

  // ----------------------------------------------------------------------------------------------- hands and keys

  #take() {
    if (this.#home) this.#arrive();
    return true;
  }

  /** @param {Partial<Change>} change @param {Kind} kind */
  #drag(change, kind) {
    if (kind !== this.#kind) this.#choose(kind);
    const next = { ...this.#change, ...change };
    for (const each of /** @type {Kind[]} */ (Object.keys(change))) next[each] = onScale(each, next[each]);
    this.#to(next);
  }

  /** @param {[number, number]} from @param {[number, number]} to */
  #rub(from, to) {
    this.drawing.rub(from, to);
    this.#dirty = true;
  }

  /** @param {boolean} moved */
  #release(moved) {
    if (!moved) this.#pin();
    else if (!this.#pinned) this.#swing();
  }

  #pin() {
    this.#pinned = !this.#pinned;
    if (!this.#pinned) this.#swing();
  }

  /** @param {Kind} kind @param {number} amount */
  #set(kind, amount) {
    if (this.#home) this.#arrive();
    if (kind !== this.#kind) this.#choose(kind);
    this.#pinned = true;
    this.#to({ ...this.#change, [kind]: onScale(kind, amount) });
  }

  /** @param {Kind} kind */
  #choose(kind) {
    this.#kind = kind;
    this.overlay.rubbing = kind === "wiped";
    this.overlay.root.toggleAttribute("data-rubbing", kind === "wiped");
  }

  /** @param {Change} change */
  #to(change) {
    this.#change = change;
    this.#dirty = true;
  }

  /** Returns whether a key means something here. @param {string} key @param {HTMLElement} target */
  key(key, target) {
    const inPanel = this.panel.root.contains(target), means = KEYS[key];
    if (key === "Escape") this.leave();
    else if (key === "Enter" && target.tagName !== "BUTTON") this.#pin();
    else if (means && !(inPanel && key.startsWith("Arrow"))) this.#set(means[0], this.#change[means[0]] + means[1] * (key.startsWith("Arrow") ? 0.5 : 1));
    else return false;
    return true;
  }

  // ----------------------------------------------------------------------------------------------- frames

  /** @param {number} now */
  #frame(now) {
    if (this.#ended) return;
    if (!this.place.isConnected) return this.end();
    requestAnimationFrame((next) => this.#frame(next));
    if (this.#home) this.#swung(now);
    if (!this.#ended) this.show();
  }

  /** Leads back. */
  #swing() {
    this.drawing.restore();
    this.#trace = [];
    this.#pinned = false;
    this.#home = { from: this.#change, since: performance.now() };
    this.#dirty = true;
  }

  /** @param {number} now */
  #swung(now) {
    if (!this.#home) return;
    const { from, since } = this.#home, part = still.matches ? 1 : Math.min(1, Math.max(0, (now - since) / HOME)), eased = 1 - (1 - part) ** 3;
    if (part === 1) return this.#arrive();
    this.#to(/** @type {Change} */ (Object.fromEntries(Object.entries(UNCHANGED).map(([kind, value]) => [kind, from[/** @type {Kind} */ (kind)] + (value - from[/** @type {Kind} */ (kind)]) * eased]))));
  }

  #arrive() {
    this.#home = null;
    this.#change = UNCHANGED;
    this.#now = null;
    hold(null);
    if (this.#leaving) this.end();
  }
  #leaving = false;

  show() {
    if (this.#ended) return;
    const points = this.#rubbed ? this.#trace : (this.#curves.get(this.#like) ?? []), amount = this.#amount, kind = this.#kind;
    const known = networks().filter(({ key }) => key in this.answers).map(({ key, title, colour }) => ({ key, title, colour, answer: this.answers[key] }));
    this.overlay.draw(this.#change, this.isHome ? "" : KINDS[kind].says(inWords(kind, amount)));
    this.#mountPanel();
    this.panel.update({ kind, amount, points, now: this.#now, networks: known, pinned: this.#pinned });
    this.#strike(points, amount);
  }

  /** Strikes out who has given up, with the amount at which it did. @param {Point[]} points @param {number} amount */
  #strike(points, amount) {
    const { neutral } = KINDS[this.#kind], side = Math.sign(amount - neutral) || 1;
    for (const card of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".heads .card"))) {
      const key = card.dataset.network ?? "", answer = this.answers[key], gone = this.#now?.probabilities[key] && answerOf(this.#now, key) !== answer;
      const end = gone && limit(points, key, answer, neutral, side), at = end && side * (amount - end.amount) >= 0 ? end.amount : amount;
      const words = gone ? inWords(this.#kind, at) : "";
      if ((card.dataset.gaveUp ?? "") === words) continue;
      if (words) Object.assign(card.dataset, { gaveUp: words, gaveUpAt: t("gave up at {amount}", { amount: words }) });
      else delete card.dataset.gaveUp;
    }
  }

  /** The bars' place beside the canvas; where a panel is open there, below the canvas; and below the heads on a phone. */
  #mountPanel() {
    const upright = matchMedia("(max-aspect-ratio: 1/1)").matches, opened = document.querySelector(".st-key-opened");
    const [name, at] = upright ? ["below", ".st-key-answers_heads .answers-part"] : opened ? ["docked", ".st-key-pad"] : ["bars", ".st-key-answers_bars .answers-part"];
    const place = document.querySelector(at);
    if (!place) return;
    if (this.panel.root.parentElement !== place) place.append(this.panel.root);
    this.panel.root.dataset.place = name;
    const { bottom } = this.place.getBoundingClientRect(), docked = name === "docked";
    Object.assign(this.panel.root.style, { top: docked ? `${bottom - place.getBoundingClientRect().top + 8}px` : "", height: docked ? `${innerHeight - bottom - 16}px` : "" });
  }

  // ----------------------------------------------------------------------------------------------- the end

  /** Leads back and ends. */
  leave() {
    this.#leaving = true;
    if (this.isHome) this.end();
    else this.#swing();
  }

  /** At once: something is drawn, undone or cleared. */
  end() {
    if (this.#ended) return;
    this.#ended = true;
    grabbed = null;
    const focused = this.panel.root.contains(document.activeElement);
    this.overlay.remove();
    this.panel.root.remove();
    this.place.removeAttribute("data-grabbed");
    document.documentElement.removeAttribute("data-grabbed");
    for (const card of document.querySelectorAll("[data-gave-up]")) card.removeAttribute("data-gave-up");
    button?.setAttribute("aria-pressed", "false");
    if (focused) button?.focus({ preventScroll: true });
    hold(null);
  }
}
