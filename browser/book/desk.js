/* The desk of a lesson: native controls, one picture that can be touched, and a sentence with the numbers of this moment.

   A lesson puts its controls on it, says how the picture is drawn, and is asked again whenever something has moved. */
import { number, t } from "../language/language.js";
import { Stage } from "../journey/stage.js";

/** @typedef {import("../journey/parts.js").Area} Area */
/** @typedef {import("../journey/stage.js").Spot} Spot */
/** @typedef {{ x: number, y: number }} Point */
/**
 * @typedef {object} Lesson
 * @property {(stage: Stage, area: Area) => string} draw returns the numbers of this moment, in a sentence
 * @property {(spot: Spot, point: Point) => void} [drag] something of the picture is held and moved
 * @property {(spot: Spot | null) => void} [hover]
 * @property {(key: string) => boolean} [key] of the picture, where it can be focused; whether it was understood
 * @property {string} [keys] what they do, for those who use them
 * @property {number} [tall] the picture's height over its width, on a phone
 * @property {number} [least] the same where the screen is low; below, it is scrolled
 */
/** @typedef {{ label: string, from: number, to: number, by: number, at: number, digits?: number, quiet?: boolean, words?: (value: number) => string }} Range
 * quiet: for the keyboard alone, because the picture can be dragged */

const PHONE = 560; // pixels of width, below which the picture is laid out for a phone
const [WIDE, HIGH] = [1000, 400]; // units of a picture in a window of 1280 x 720
const MIN_HEIGHT = 300; // pixels of height
const SETTLED = 400; // milliseconds until the numbers are said
const ACCENT = { light: "#0b5cad", dark: "#ffb020" };
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Desk {
  #dirty = true;
  #last = 0;
  #fitted = "";
  #wide = 0;
  #below = 0;
  /** @type {((passed: number) => boolean) | null} */ #tick = null;
  /** @type {HTMLButtonElement | null} */ #player = null;
  /** @type {Spot | null} */ #held = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #saying;
  #ended = new AbortController();
  /** @type {Lesson | null} */ #lesson = null;
  /** @type {Area} */ area = { x: 0, y: 0, w: 0, h: 0, phone: false, side: 0 };
  playing = false;

  /** @param {Element} parent @param {string} name of the lesson */
  constructor(parent, name) {
    this.root = document.createElement("div");
    this.root.className = "lesson";
    this.root.dataset.lesson = name;
    this.root.innerHTML = `<div class="lesson-controls"></div><div class="lesson-picture"><canvas aria-hidden="true"></canvas></div>
      <p class="lesson-words"></p><div class="lesson-more"></div><p class="lesson-said" role="status"></p>`;
    parent.replaceChildren(this.root);
    const find = (/** @type {string} */ part) => /** @type {HTMLElement} */ (this.root.querySelector(`.lesson-${part}`));
    this.controls = find("controls");
    this.picture = find("picture");
    this.words = find("words");
    this.more = find("more");
    this.said = find("said");
    this.canvas = /** @type {HTMLCanvasElement} */ (this.root.querySelector("canvas"));
    this.stage = new Stage(this.canvas);
  }

  /** Shows a lesson. @param {Lesson} lesson */
  begin(lesson) {
    this.#lesson = lesson;
    this.#listen();
    requestAnimationFrame((now) => this.#frame(now));
  }

  end() {
    this.#ended.abort();
    this.root.remove();
  }

  /** Draws again. */
  changed() {
    this.#dirty = true;
  }

  // ------------------------------------------------------------------------------------------ controls

  /** @param {Range} range @param {(value: number) => void} moved */
  slider({ label, from, to, by, at, digits = 2, quiet = false, words = (value) => figure(value, digits) }, moved) {
    const input = Object.assign(document.createElement("input"), { type: "range", min: String(from), max: String(to), step: String(by), value: String(at) }), output = document.createElement("output");
    const show = (/** @type {number} */ value) => {
      output.textContent = words(value);
      input.setAttribute("aria-valuetext", output.textContent);
    };
    input.addEventListener("input", () => {
      this.pause();
      show(Number(input.value));
      moved(Number(input.value));
      this.#touched();
    });
    show(at);
    const field = labelled(label, input, output);
    if (quiet) field.classList.add("lesson-quiet");
    this.controls.append(field);
    return {
      input,
      /** Moves it without telling. @param {number} value */
      put: (value) => {
        input.value = String(value);
        show(Number(input.value));
      },
      show: (/** @type {boolean} */ shown) => { field.hidden = !shown; },
    };
  }

  /** One of several. @param {string} label @param {string[] | Record<string, string>} options as they are shown, or what is shown by option
   * @param {(option: string) => void} chosen @param {string} [at] */
  choice(label, options, chosen, at = Array.isArray(options) ? options[0] : Object.keys(options)[0]) {
    const group = Object.assign(document.createElement("fieldset"), { className: "lesson-choice" }), name = `lesson-${label}`;
    group.append(Object.assign(document.createElement("legend"), { textContent: label }));
    for (const [option, shown] of Array.isArray(options) ? options.map((each) => [each, each]) : Object.entries(options)) {
      const input = Object.assign(document.createElement("input"), { type: "radio", name, value: option, checked: option === at }), field = document.createElement("label");
      input.addEventListener("change", () => {
        chosen(option);
        this.#touched();
      });
      field.append(input, Object.assign(document.createElement("span"), { textContent: shown }));
      group.append(field);
    }
    this.controls.append(group);
    return {
      show: (/** @type {boolean} */ shown) => { group.hidden = !shown; },
      /** Chooses without telling. @param {string} option */
      put: (option) => { for (const input of group.querySelectorAll("input")) input.checked = input.value === option; },
    };
  }

  /** @param {string} label @param {() => void} pressed */
  button(label, pressed) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
    button.addEventListener("click", () => {
      pressed();
      this.#touched();
    });
    this.controls.append(button);
    return button;
  }

  /** Moves by itself: a button plays and pauses; where motion is not wanted, it takes one step.
   * @param {(passed: number) => boolean} tick of milliseconds; whether something has changed @param {() => void} step @param {boolean} [begins] by itself */
  plays(tick, step, begins = true) {
    this.#tick = tick;
    this.playing = begins && !still.matches;
    this.#player = this.button("", () => {
      if (still.matches) step();
      else this.playing = !this.playing;
      this.#label();
    });
    this.#player.className = "lesson-player";
    this.#label();
  }

  /** Takes a step by itself every so many milliseconds; see plays. @param {number} pace @param {() => void} step @param {boolean} [begins] */
  paces(pace, step, begins = true) {
    let clock = 0;
    this.plays((passed) => {
      clock += passed;
      if (clock < pace) return false;
      clock = 0;
      step();
      return true;
    }, step, begins);
  }

  pause() {
    this.playing = false;
    this.#label();
  }

  play() {
    this.playing = !still.matches;
    this.#label();
  }

  #label() {
    if (this.#player) this.#player.textContent = still.matches ? t("Step") : this.playing ? t("Pause") : t("Play it");
  }

  #touched() {
    this.#dirty = true;
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => { this.said.textContent = this.words.textContent; }, SETTLED);
  }

  // ------------------------------------------------------------------------------------------ frames

  /** @param {number} now */
  #frame(now) {
    if (!this.root.isConnected) return this.#ended.abort();
    requestAnimationFrame((next) => this.#frame(next));
    const passed = Math.min(100, now - this.#last);
    this.#last = now;
    if (this.#fit()) this.#dirty = true;
    if (this.playing && this.#tick?.(passed)) this.#dirty = true;
    if (!this.#dirty || !this.#lesson || (!this.area.w && !this.picture.hidden)) return;
    this.#dirty = false;
    this.stage.begin();
    const words = this.#lesson.draw(this.stage, this.area);
    if (this.words.textContent !== words) this.words.textContent = words;
    this.root.dataset.drawn = String(Number(this.root.dataset.drawn ?? 0) + 1); // for those who measure
  }

  #fit() {
    const { width, top } = this.picture.getBoundingClientRect(), scroll = document.querySelector(".stMain")?.scrollTop ?? 0, phone = width < PHONE;
    const bottom = this.root.getBoundingClientRect().bottom - this.picture.getBoundingClientRect().bottom, below = width === this.#wide ? Math.max(bottom, this.#below) : bottom; // a longer sentence makes the picture smaller, and a shorter one does not make it jump
    [this.#wide, this.#below] = [width, below];
    const { tall = 1.1, least = tall } = this.#lesson ?? {}, pages = document.querySelector(".st-key-pages")?.getBoundingClientRect(), visible = (pages?.height ? pages.top : innerHeight) - top - scroll - 4;
    const height = Math.round(phone ? Math.max(width * least, Math.min(width * tall, visible)) : Math.max(MIN_HEIGHT, innerHeight - top - scroll - below - 24));
    const ground = getComputedStyle(document.querySelector(".stApp") ?? document.body).backgroundColor, like = [width, height, ground, devicePixelRatio].join();
    if (like === this.#fitted || !width) return false;
    this.#fitted = like;
    this.canvas.style.height = `${height}px`;
    this.controls.style.background = ground;
    const u = phone ? width / 366 : Math.max(0.85, Math.min(width / WIDE, height / HIGH));
    this.stage.fit(width, height, u, 12);
    this.stage.theme(ground, ACCENT.light);
    if (this.stage.dark) this.stage.theme(ground, ACCENT.dark);
    this.area = { x: 4 * u, y: 4 * u, w: width - 8 * u, h: height - 8 * u, phone, side: 0 };
    return true;
  }

  // ------------------------------------------------------------------------------------------ touching

  #listen() {
    const { signal } = this.#ended, lesson = /** @type {Lesson} */ (this.#lesson), { canvas } = this;
    const point = (/** @type {{ clientX: number, clientY: number }} */ event) => {
      const { left, top } = canvas.getBoundingClientRect();
      return { x: event.clientX - left, y: event.clientY - top };
    };
    const at = (/** @type {Point} */ { x, y }) => this.stage.at(x, y);
    canvas.addEventListener("touchstart", (event) => {
      if (lesson.drag && at(point(event.touches[0]))) event.preventDefault(); // the page stays where it is
    }, { signal, passive: false });
    canvas.addEventListener("pointerdown", (event) => {
      const where = point(event);
      this.#held = at(where);
      if (!this.#held) return;
      this.pause();
      canvas.setPointerCapture(event.pointerId);
      lesson.drag?.(this.#held, where);
      this.#touched();
    }, { signal });
    canvas.addEventListener("pointermove", (event) => {
      const where = point(event), spot = at(where);
      if (!this.#held) {
        lesson.hover?.(spot);
        canvas.style.cursor = spot && lesson.drag ? "grab" : "default";
        if (lesson.hover) this.#touched();
        return;
      }
      lesson.drag?.(spot?.kind === this.#held.kind ? spot : this.#held, where);
      this.#touched();
    }, { signal });
    for (const kind of /** @type {const} */ (["pointerup", "pointercancel"])) canvas.addEventListener(kind, () => { this.#held = null; }, { signal });
    canvas.addEventListener("pointerleave", () => {
      if (!this.#held) lesson.hover?.(null);
      this.#dirty = true;
    }, { signal });
    if (!lesson.key) return;
    const { key } = lesson;
    Object.assign(this.picture, { tabIndex: 0 }).setAttribute("role", "application");
    this.picture.setAttribute("aria-label", lesson.keys ?? "");
    this.picture.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !key(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      this.pause();
      this.#touched();
    }, { signal });
  }
}

/** @param {string} label @param {HTMLElement} input @param {HTMLElement} output */
function labelled(label, input, output) {
  const field = Object.assign(document.createElement("label"), { className: "lesson-slider" });
  field.append(Object.assign(document.createElement("span"), { textContent: label }), input, output);
  return field;
}

// ------------------------------------------------------------------------------------------ numbers and pictures that lessons share

/** A number as the language writes it, with a minus sign as long as the plus sign. @param {number} value @param {number} [decimals] */
export const figure = (value, decimals = 2) => number(value, decimals).replace("-", "\u2212");

/** Axes for curves: from values to pixels, and back. @param {import("../journey/stage.js").Rect} rect @param {[number, number]} across @param {[number, number]} up */
export function plot({ x, y, w, h }, [low, high], [bottom, top]) {
  return {
    x: (/** @type {number} */ value) => x + ((value - low) / (high - low)) * w,
    y: (/** @type {number} */ value) => y + h - ((value - bottom) / (top - bottom)) * h,
    value: (/** @type {number} */ pixel) => Math.min(high, Math.max(low, low + ((pixel - x) / w) * (high - low))),
    rect: { x, y, w, h }, low, high, bottom, top,
  };
}
/** @typedef {ReturnType<typeof plot>} Plot */

/** The axes' lines where they are 0, and numbers along them. @param {Stage} stage @param {Plot} axes @param {number} across @param {number} up from one number to the next */
export function axes(stage, axes, across, up) {
  const { c, u, colour } = stage, { rect } = axes, { x, y, w, h } = rect, at = (/** @type {number} */ value, /** @type {number} */ step) => figure(value, step % 1 ? 1 : 0);
  const zeroX = Math.min(x + w, Math.max(x, axes.x(0))), zeroY = Math.min(y + h, Math.max(y, axes.y(0)));
  Object.assign(c, { strokeStyle: colour.edge, lineWidth: 1 });
  c.strokeRect(x, y, w, h);
  line(stage, [[x, zeroY], [x + w, zeroY]], colour.dim, 1);
  line(stage, [[zeroX, y], [zeroX, y + h]], colour.dim, 1);
  for (let v = Math.ceil(axes.low / across) * across; v <= axes.high + 1e-9; v += across) stage.text(at(v, across), axes.x(v), y + h + 14 * u, { align: "center" });
  for (let v = Math.ceil(axes.bottom / up) * up; v <= axes.top + 1e-9; v += up) stage.text(at(v, up), x - 5 * u, axes.y(v), { align: "right", base: "middle" });
}

/** @param {Stage} stage @param {Plot} axes @param {(x: number) => number} of @param {string} colour @param {number} [width] in units @param {number} [to] */
export function curve(stage, axes, of, colour, width = 2.5, to = axes.high) {
  const steps = 240, { c } = stage, { x, y, w, h } = axes.rect;
  c.save();
  c.beginPath();
  c.rect(x, y, w, h);
  c.clip();
  line(stage, Array.from({ length: steps + 1 }, (_, i) => {
    const value = axes.low + (i / steps) * (to - axes.low);
    return /** @type {[number, number]} */ ([axes.x(value), axes.y(of(value))]);
  }), colour, width * stage.u);
  c.restore();
}

/** @param {Stage} stage @param {[number, number][]} points @param {string} colour @param {number} width in pixels @param {number[]} [dash] */
export function line({ c }, points, colour, width, dash = []) {
  Object.assign(c, { strokeStyle: colour, lineWidth: width, lineJoin: "round" });
  c.setLineDash(dash);
  c.beginPath();
  for (const [x, y] of points) c.lineTo(x, y);
  c.stroke();
  c.setLineDash([]);
}

/** @param {Stage} stage @param {number} x @param {number} y @param {number} r in units @param {string} colour */
export function dot({ c, u, colour: { bg } }, x, y, r, colour) {
  Object.assign(c, { fillStyle: colour, strokeStyle: bg, lineWidth: 2 * u });
  c.beginPath();
  c.arc(x, y, r * u, 0, 2 * Math.PI);
  c.fill();
  c.stroke();
}

/** Ten bars of probabilities, or of anything from 0 to 1. @param {Stage} stage @param {import("../journey/stage.js").Rect} rect @param {ArrayLike<number>} shares @param {number} says
 * @param {{ words?: (share: number, d: number) => string, kind?: string }} [how] kind: of what can be touched */
export function bars(stage, { x, y, w, h }, shares, says, { words, kind } = {}) {
  const { c, u, colour } = stage, slot = w / 10, wide = Math.min(0.74 * slot, 52 * u), room = h - 46 * u, base = y + 20 * u + room;
  for (let d = 0; d < 10; d++) {
    const middle = x + (d + 0.5) * slot, tall = Math.max(1.5 * u, Math.min(1, shares[d]) * room);
    c.fillStyle = colour.soft;
    c.fillRect(middle - wide / 2, y + 20 * u, wide, room);
    c.fillStyle = d === says ? colour.network : colour.dim;
    c.fillRect(middle - wide / 2, base - tall, wide, tall);
    stage.text(String(d), middle, base + 23 * u, { size: 20, weight: d === says ? 700 : 400, align: "center", colour: d === says ? colour.network : colour.ink });
    if (words) stage.text(words(shares[d], d), middle, base - tall - 5 * u, { size: 12, align: "center", fit: slot - 2 * u, colour: colour.ink });
  }
  if (kind) stage.touch(kind, 0, { x, y: y + 20 * u, w, h: room }, 10, 100);
  return { base, room, slot };
}
