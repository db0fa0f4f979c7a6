/* The journey: one connected picture of a network, from the drawing to its answer, that moves while the visitor draws.

   Mounted by the page as the panel "Journey". The drawing, its inner outputs and the pen come from answers.js. A canvas holds
   the picture; what it shows of the place that is pointed at is also said, for those who do not see it. */
import { describe, follow } from "../answers/answers.js";
import { percent } from "../answers/words.js";
import { t } from "../language/language.js";
import { Beam } from "./beam.js";
import { Cnn } from "./cnn.js";
import { Maps } from "./maps.js";
import { Mlp } from "./mlp.js";
import { SIDE, both } from "./parts.js";
import { ResNet } from "./resnet.js";
import { Rnn } from "./rnn.js";
import { Sheet, TOOLS, isFull } from "./sheet.js";
import { Stage, clip, number } from "./stage.js";
import { largest, softmax } from "./sums.js";

/** @typedef {import("../engine/anatomy.js").Anatomy} Anatomy */
/** @typedef {import("./parts.js").Scene} Scene */
/** @typedef {import("./parts.js").Picture} Picture */
/** @typedef {import("./stage.js").Spot} Spot */
/** @typedef {{ network: string, recipe: string, calibrated: boolean }} Data */

const PICTURES = { dense: Mlp, convolutional: Cnn, recurrent: Rnn, residual: ResNet, maps: Maps };
const CHOICES = ".st-key-opened [data-testid=stButtonGroup] button"; // of the network, the page's own
const EASING = 35; // milliseconds in which bars come two thirds of the way closer
const SETTLED = 150; // milliseconds until what is looked at is said
const PHONE = 460; // pixels of width, below which the picture is laid out for a phone
const MIN_HEIGHT = 440; // pixels of height beside the canvas
const [WIDE, HIGH] = [740, 500]; // units of a picture beside the canvas in a window of 1280 x 720
const [NARROW, SMALL] = [366, 0.3]; // units of a phone's picture, and the part of it that the canvas takes across
const LEAST_TEXT = 0.75; // rem: 12 pixels in a window of 1280 x 720, 18 in one of 1920 x 1080
const CAUGHT_UP = 4000; // milliseconds after which the server is taken to know which network the visitor has chosen
const KEYS = t("Arrow keys move within it, [ and ] go from part to part, Space plays, Enter keeps what is looked at, Escape lets go.");
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** @type {Journey | null} */ let shown = null;
/** The network that was chosen here and not heard of from the server yet. @type {{ network: string, until: number } | null} */ let chosen = null;

/** Called by the page when the panel opens, and for each other network, recipe or choice of calibration.
 * @param {{ data: Data, parentElement: Element }} component */
export function mount({ data, parentElement }) {
  if (chosen && (chosen.network === data.network || performance.now() > chosen.until)) chosen = null;
  show(parentElement, chosen ? { ...data, network: chosen.network } : data);
}

/** Shows the journey through another network at once; the page hears of it by its own button. @param {string} network */
function choose(network) {
  const parent = shown?.root.parentElement;
  if (!shown || !parent || shown.data.network === network) return;
  chosen = { network, until: performance.now() + CAUGHT_UP };
  show(parent, { ...shown.data, network });
}

/** @param {Element} parent @param {Data} data */
function show(parent, data) {
  const like = JSON.stringify([data.network, data.recipe, data.calibrated]);
  if (shown?.root.isConnected && parent.contains(shown.root)) {
    if (shown.like === like) return;
    shown.end();
  }
  shown = new Journey(parent, data, like);
}

class Journey {
  /** @type {Picture | null} */ #picture = null;
  /** @type {Anatomy | null} */ #anatomy = null;
  /** @type {import("../answers/answers.js").Look | null} */ #look = null;
  /** @type {Uint8Array | null} */ #digit = null;
  /** @type {import("../engine/worker.js").Reading["cut"]} */ #cut = null;
  /** @type {number | null} */ #rival = null;
  /** @type {Spot | null} */ #hover = null;
  /** @type {Spot | null} */ #pin = null;
  /** @type {Map<number, Float32Array>} */ #values = new Map();
  #area = { x: 0, y: 0, w: 0, h: 0, phone: false, side: 0 };
  #dirty = true;
  #easing = false;
  #last = 0;
  #problem = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #saying;
  /** @type {Scene} */ scene;
  #ended = new AbortController();

  /** @param {Element} parent @param {Data} data @param {string} like */
  constructor(parent, data, like) {
    this.like = like;
    this.data = data;
    this.root = document.createElement("div");
    this.root.className = "journey";
    this.root.dataset.network = data.network;
    this.root.innerHTML = `${TOOLS}
      <div class="journey-picture" role="application" tabindex="0" aria-describedby="journey-keys"><canvas aria-hidden="true"></canvas></div>
      <p class="journey-said" role="status"></p><p class="journey-said" id="journey-keys"></p>`;
    parent.replaceChildren(this.root);
    const find = (/** @type {string} */ name) => /** @type {HTMLElement} */ (this.root.querySelector(name));
    this.holder = find(".journey-picture");
    this.button = find(".journey-play");
    this.said = find(".journey-said");
    find("#journey-keys").textContent = KEYS;
    this.canvas = /** @type {HTMLCanvasElement} */ (this.root.querySelector("canvas"));
    this.stage = new Stage(this.canvas);
    this.beam = new Beam();
    this.sheet = new Sheet(this.root, this.#ended.signal);
    this.scene = { ink: new Float32Array(SIDE * SIDE), values: (tensor) => this.#values.get(tensor) ?? new Float32Array(0), logits: new Float32Array(10), temperature: 1, probabilities: new Float32Array(10), says: 0, rival: null, eased: new Float32Array(10), quiet: true, moving: false, place: null, tip: null, hot: null, pinned: false, words: "", check: null, landing: null };
    this.#listen();
    follow({ key: data.network, recipe: data.recipe, opened: (anatomy, look) => this.#open(anatomy, look), update: (now) => this.#update(now), looked: (values, digit) => this.#read(values, digit), failed: (reason) => this.#fail(reason), playing: () => this.#picture?.walk.playing ?? false });
    requestAnimationFrame((now) => this.#frame(now));
  }

  end() {
    this.#ended.abort();
    this.beam.remove();
    this.root.remove();
  }

  // ----------------------------------------------------------------------------------------------- what is shown

  /** @param {Anatomy} anatomy @param {import("../answers/answers.js").Look} look */
  #open(anatomy, look) {
    this.#anatomy = anatomy;
    this.#look = look;
    this.#picture = new PICTURES[anatomy.family](anatomy);
    this.#digit = null;
    this.#fitted = ""; // its colour is known now
    const { title, idea } = describe(this.data.network) ?? { title: this.data.network, idea: "" };
    this.root.querySelector("h3")?.replaceChildren(Object.assign(document.createElement("b"), { textContent: title }), idea);
    this.holder.setAttribute("aria-label", t("Journey of your drawing through the {network}", { network: title }));
  }

  /** @param {string} reason */
  #fail(reason) {
    this.#problem = reason;
    this.root.dataset.problem = reason;
    this.#dirty = true;
  }

  /** @param {import("../answers/answers.js").Now} now */
  #update({ digit, inside, cut, moving, demonstrated, rival }) {
    const { scene } = this, wanted = digit ?? new Uint8Array(SIDE * SIDE), known = this.#digit?.every((value, i) => value === wanted[i]) ?? false;
    if (moving) this.#picture?.walk.stop(); // the drawing is what is looked at
    else if (demonstrated && scene.moving && !still.matches) this.#picture?.walk.play(false); // nobody is there: it plays by itself
    scene.moving = moving;
    scene.quiet = !digit;
    this.#rival = rival;
    this.#cut = digit ? cut ?? (known ? this.#cut : null) : null;
    scene.place = this.#cut?.place ?? null;
    this.#dirty = true;
    for (const card of document.querySelectorAll(".heads .card")) card.toggleAttribute("data-chosen", /** @type {HTMLElement} */ (card).dataset.network === this.data.network);
    if (!this.#look || known) return;
    if (inside) this.#read(inside, wanted);
    else this.#look.ask(wanted);
  }

  /** @param {Float32Array} values @param {Uint8Array} digit */
  #read(values, digit) {
    const anatomy = this.#anatomy, { scene } = this;
    if (!anatomy || !this.#picture || !this.#look) return;
    this.#digit = digit;
    scene.ink = Float32Array.from(digit, (value) => value / 255);
    this.#values = split(anatomy.kept, this.#look.sizes, values);
    scene.temperature = this.#look.temperature;
    scene.logits = this.#values.get(anatomy.logits) ?? scene.logits;
    scene.probabilities = softmax(scene.logits.subarray(-10), scene.temperature);
    scene.says = largest(scene.probabilities);
    this.#picture.update(scene);
    this.root.dataset.read = String(Number(this.root.dataset.read ?? 0) + 1); // for those who measure
    this.#easing = this.#dirty = true;
  }

  // ----------------------------------------------------------------------------------------------- frames

  /** @param {number} now */
  #frame(now) {
    if (!this.root.isConnected) {
      this.end();
      if (shown === this) follow((shown = null));
      return;
    }
    requestAnimationFrame((next) => this.#frame(next));
    const passed = Math.min(100, now - this.#last), picture = this.#picture;
    this.#last = now;
    if (this.#fit()) this.#dirty = true;
    if (picture?.walk.tick(passed)) this.#dirty = true;
    if (this.#easing) this.#ease(passed);
    if (this.#dirty) this.#draw();
  }

  /** Fits the picture into the room that it has; returns whether that has changed. */
  #fit() {
    const full = isFull(), { width, height: room, top } = this.holder.getBoundingClientRect(), scroll = document.querySelector(".stMain")?.scrollTop ?? 0;
    const phone = width < PHONE, height = full ? Math.round(room) : Math.max(MIN_HEIGHT, Math.round(innerHeight - top - scroll - 10)), upright = full && phone;
    const ground = getComputedStyle(document.querySelector(".stApp") ?? document.body).backgroundColor, like = [width, height, full, ground, devicePixelRatio].join();
    if (like === this.#fitted || !width || !height) return false;
    this.#fitted = like;
    this.canvas.style.height = `${height}px`;
    const u = phone ? width / NARROW : Math.max(0.7, Math.min(width / WIDE, height / HIGH)), side = upright ? Math.round(Math.min(SMALL * width, 0.19 * height)) : 0;
    const { style } = document.documentElement, least = LEAST_TEXT * parseFloat(getComputedStyle(document.documentElement).fontSize);
    style.setProperty("--journey-side", `${side}px`);
    this.stage.fit(width, height, u, least);
    style.setProperty("--journey-top", `${Math.round(4 * u + this.stage.label)}px`);
    const colour = describe(this.data.network)?.colour ?? "#888888";
    this.stage.theme(ground, colour);
    /** @type {HTMLElement | null} */ (this.root.closest(".st-key-reading"))?.style.setProperty("--chosen", colour);
    this.#area = { x: 2 * u, y: 4 * u, w: width - 4 * u, h: height - 6 * u, phone, side };
    return true;
  }
  #fitted = "";

  /** @param {number} passed milliseconds */
  #ease(passed) {
    const { scene } = this, part = still.matches ? 1 : 1 - Math.exp(-passed / EASING);
    this.#easing = false;
    scene.eased = Float32Array.from(scene.probabilities, (p, d) => {
      const next = scene.eased[d] + (p - scene.eased[d]) * part;
      if (Math.abs(p - next) < 0.002) return p;
      this.#easing = true;
      return next;
    });
    this.#dirty = true;
  }

  #draw() {
    const { stage, scene } = this, picture = this.#picture;
    this.#dirty = false;
    stage.begin();
    if (!picture || !this.#digit) return this.#wait();
    const hot = this.#hover ?? this.#pin;
    Object.assign(scene, { hot, pinned: !this.#hover && this.#pin !== null, landing: null, check: null, words: "" });
    scene.tip = scene.moving ? this.#tip : null;
    scene.rival = picture.walk.at >= 0 ? null : this.#rival;
    stage.quiet = scene.quiet;
    picture.draw(stage, scene, this.#area);
    this.button.setAttribute("aria-pressed", String(picture.walk.playing));
    this.root.dataset.part = hot?.kind ?? "";
    this.root.dataset.drawn = String(Number(this.root.dataset.drawn ?? 0) + 1);
    if (scene.check) Object.assign(this.root.dataset, { sum: String(scene.check.sum), value: String(scene.check.value) });
    this.beam.draw(this.#cut, scene.landing, this.canvas);
  }

  #wait() {
    const { stage } = this, words = this.#problem ? t("This network cannot be opened: {reason}", { reason: this.#problem }) : t("Opening the network …");
    stage.text(words, stage.width / 2, stage.height / 3, { size: 15, align: "center", fit: 0.95 * stage.width });
  }

  // ----------------------------------------------------------------------------------------------- touching

  #listen() {
    const { holder, button } = this, { signal } = this.#ended;
    holder.addEventListener("pointermove", (event) => this.#point(event), { signal });
    holder.addEventListener("pointerdown", (event) => this.#press(event), { signal });
    holder.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse") this.#hover = null;
      this.#dirty = true;
    }, { signal });
    holder.addEventListener("keydown", (event) => this.#key(event), { signal });
    button.addEventListener("click", () => this.#play(), { signal });
    addEventListener("scroll", () => { this.#dirty = true; }, { signal, capture: true, passive: true });
    for (const kind of ["mousemove", "mousedown", "touchmove"]) addEventListener(kind, (event) => this.#follow(event), { signal, capture: true, passive: true });
    addEventListener("click", (event) => this.#choose(/** @type {MouseEvent} */ (event)), { signal, capture: true });
  }

  /** A head of the answers chooses its network, like the button over or below it. @param {MouseEvent} event */
  #choose(event) {
    const target = /** @type {Element} */ (event.target), card = /** @type {HTMLElement | null} */ (target.closest?.(".heads .card[data-network]")), button = target.closest?.(CHOICES);
    const titled = (/** @type {string | null | undefined} */ title) => [...document.querySelectorAll(".heads .card[data-network]")].find((head) => head.querySelector("h3")?.textContent === title);
    if (card) /** @type {HTMLElement | undefined} */ ([...document.querySelectorAll(CHOICES)].find(({ textContent }) => textContent === card.querySelector("h3")?.textContent))?.click();
    const network = (card ?? /** @type {HTMLElement | undefined} */ (button ? titled(button.textContent) : undefined))?.dataset.network;
    if (network) choose(network);
  }

  #play() {
    this.#picture?.walk.play(still.matches, this.#picture.stops);
    this.#dirty = true;
    if (still.matches) this.#say();
  }

  /** @param {PointerEvent} event @returns {Spot | null} */
  #spot(event) {
    const { left, top } = this.canvas.getBoundingClientRect();
    return this.stage.at(event.clientX - left, event.clientY - top);
  }

  /** @param {PointerEvent} event */
  #point(event) {
    const spot = this.#spot(event), picture = this.#picture;
    if (spot?.kind === "row" && (event.pointerType !== "mouse" || event.buttons)) picture?.scrub?.(spot.row + 1);
    if (JSON.stringify(spot) === JSON.stringify(this.#hover) && !event.buttons) return;
    this.#hover = spot;
    this.holder.style.cursor = !spot ? "default" : spot.kind === "row" ? "ns-resize" : spot.kind === "all" ? "pointer" : "crosshair";
    this.#dirty = true;
    this.#say();
  }

  /** @param {PointerEvent} event */
  #press(event) {
    const spot = this.#spot(event);
    this.#hover = event.pointerType === "mouse" ? spot : null;
    this.#take(spot);
    if (spot?.kind === "row") this.#picture?.scrub?.(spot.row + 1);
  }

  /** @param {Spot | null} spot */
  #take(spot) {
    const picture = this.#picture;
    if (spot && picture?.tap?.(spot)) this.#hover = null;
    else this.#pin = spot && (spot.kind !== this.#pin?.kind || spot.number !== this.#pin.number || spot.row !== this.#pin.row || spot.column !== this.#pin.column) ? spot : null;
    picture?.walk.stop();
    this.#dirty = true;
    this.#say();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const picture = this.#picture, step = ARROWS[event.key], hits = picture ? parts(this.stage.hits, !picture.scrub) : [];
    if (!picture || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " ") this.#play();
    else if (event.key === "Escape") {
      if (!this.#hover && !this.#pin && isFull()) return this.sheet.close();
      this.#hover = this.#pin = null;
    }
    else if (event.key === "Enter") this.#take(this.#hover);
    else if ((event.key === "[" || event.key === "]") && hits.length) {
      const at = hits.findIndex(({ kind, number }) => kind === this.#hover?.kind && number === this.#hover.number), next = hits[(at + (event.key === "]" ? 1 : hits.length - (at < 0 ? 0 : 1))) % hits.length];
      this.#hover = { kind: next.kind, number: next.number, columns: next.columns, rows: next.rows, column: next.columns >> 1, row: next.rows >> 1 };
    } else if (step && picture.scrub && picture.row && (!this.#hover || this.#hover.kind === "row")) picture.scrub(picture.row() + step[0] + step[1]);
    else if (step) {
      const from = this.#hover ?? this.#pin ?? first(hits);
      if (from) this.#hover = { ...from, column: clip(from.column + step[0], 0, from.columns - 1), row: clip(from.row + step[1], 0, from.rows - 1) };
    } else return;
    event.preventDefault();
    event.stopPropagation();
    this.#dirty = true;
    this.#say();
  }

  #say() {
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => {
      const { words, says, probabilities, quiet, hot, ink } = this.scene, pixel = hot?.kind === "pixel" ? t("Pixel in row {row}, column {column}: {value}", { row: hot.row + 1, column: hot.column + 1, value: number(ink[hot.row * SIDE + hot.column]) }) : "";
      this.said.dataset.part = hot?.kind ?? "";
      this.said.textContent = both(pixel, words) || (quiet ? "" : t("It says {digit}, {percent}", { digit: says, percent: percent(probabilities[says]) }));
    }, SETTLED);
  }

  /** @type {[number, number] | null} */ #tip = null;

  /** Where the pen is, in the pixels of the digit. @param {Event} event */
  #follow(event) {
    const cut = this.#cut, canvas = event.composedPath()[0];
    if (!cut || !(canvas instanceof HTMLCanvasElement) || !canvas.matches(".upper-canvas")) return;
    const { left, top, width, height } = canvas.getBoundingClientRect(), at = event instanceof MouseEvent ? event : /** @type {TouchEvent} */ (event).touches[0];
    if (!at) return;
    const x = ((at.clientX - left) / width) * cut.width, y = ((at.clientY - top) / height) * cut.height, { box, place } = cut;
    this.#tip = [Math.floor(place.left + ((x - box.left) / box.width) * place.width), Math.floor(place.top + ((y - box.top) / box.height) * place.height)];
  }
}

/** The values of each tensor that is kept. @param {number[]} kept @param {number[]} sizes @param {Float32Array} values */
function split(kept, sizes, values) {
  let at = 0;
  return new Map(kept.map((tensor, i) => /** @type {[number, Float32Array]} */ ([tensor, values.subarray(at, (at += sizes[i]))])));
}

/** The parts that keys go through, each once, and the digit first, also where another step has taken its place for the present.
 * @param {Stage["hits"]} hits @param {boolean} digit */
function parts(hits, digit) {
  const all = digit ? [{ kind: "pixel", number: 0, columns: SIDE, rows: SIDE }, ...hits] : hits;
  return all.filter(({ kind, number }, i) => all.findIndex((other) => other.kind === kind && other.number === number) === i);
}

/** @param {{ kind: string, number: number, columns: number, rows: number }[]} hits @returns {Spot | null} */
function first(hits) {
  const hit = hits[0];
  return hit ? { kind: hit.kind, number: hit.number, columns: hit.columns, rows: hit.rows, column: hit.columns >> 1, row: hit.rows >> 1 } : null;
}
