/* The view of a training on the page Learn: a digit is followed through it, and the visitor looks back at any moment.

   The page sends what the training process has measured; moving in it asks no server. See ui/learn/view.py. */
import { asPercent, number, t, tn } from "../language/language.js";
import { History, nearest } from "./history.js";
import { Projector } from "../page/projector.js";
import { bars, curves, digit, excited, map, spot, strip } from "./pictures.js";

/** @typedef {import("./history.js").Sent & { running: boolean, excites: string, colours: string[], projector: boolean, title: string }} Data
 * excites: the heading of what the followed digit excites; colours: by digit; title: of the network */
/** @typedef {(name: string, value: unknown) => void} Tell */

const EASING = 150; // milliseconds from one map to the next
const REPLAY = 6000; // milliseconds from the first point to the last
const REACH = 24; // pixels from a digit on the map at which it is meant
const still = matchMedia("(prefers-reduced-motion: reduce)");
const LOOK_BACK = t("Look back");
const FRAME = `<header><h1></h1><p></p></header><div class="learn-back"><button type="button" class="learn-replay">${t("Replay")}</button><input type="range" min="0" step="1" aria-label="${LOOK_BACK}"><output></output></div>
  <section class="learn-digits taught"><h3>${t("Learned from")} <small></small></h3><ol></ol></section>
  <div class="learn-beside">
    <section class="learn-digits held"><h3>${t("Held-out digits")} <small></small></h3><ol></ol></section>
    <section class="learn-map"><h3>${t("Map")} <small>${t("close together: alike to its last hidden layer")}</small></h3><canvas role="img"></canvas></section>
  </div><div class="learn-beside">
    <section class="learn-followed"><h3></h3><canvas class="learn-digit" aria-hidden="true"></canvas><canvas class="learn-strip" aria-hidden="true"></canvas><ol></ol></section>
    <section class="learn-excited"><h3></h3><canvas aria-hidden="true"></canvas></section>
    ${["accuracy", "loss"].map((kind) => `<figure class="learn-${kind}"><figcaption><b>${kind === "loss" ? t("Loss") : t("Accuracy")}</b> <span class="train">${t("training")} <b></b></span> <span class="held">${t("held out")} <b></b></span></figcaption><canvas aria-hidden="true"></canvas></figure>`).join("")}
  </div>`;

/** @type {View | null} */ let shown = null;
const history = new History(); // what has been seen outlives a visit to another page

/** Called by the page, and again with each change of its data. @param {{ data: Data, parentElement: Element, setStateValue: Tell }} component */
export async function mount({ data, parentElement, setStateValue }) {
  await history.take(data);
  if (!shown?.root.isConnected || !parentElement.contains(shown.root)) {
    shown?.end();
    shown = new View(parentElement, data.projector);
  }
  shown.update(data, setStateValue);
}

class View {
  /** @type {Data | null} */ #data = null;
  /** @type {Tell} */ #tell = () => {};
  #training = "";
  #followed = 0;
  /** @type {number | null} a moment that the visitor looks back at; null follows the newest */ #point = null;
  /** @type {Float32Array | null} the map as it stands, on its way to the next */ #places = null;
  #replay = 0; // when it began
  #waiting = false;
  #ended = new AbortController();

  /** @param {Element} parent @param {boolean} projector */
  constructor(parent, projector) {
    this.root = document.createElement("div");
    this.root.className = "learn-view";
    this.root.innerHTML = FRAME;
    parent.replaceChildren(this.root);
    this.slider = /** @type {HTMLInputElement} */ (this.find("input"));
    this.slider.addEventListener("input", () => this.#look(Number(this.slider.value)));
    this.find(".learn-replay").addEventListener("click", () => this.#play());
    this.find(".learn-map canvas").addEventListener("click", (event) => this.#pick(/** @type {MouseEvent} */ (event)));
    const time = this.find(".learn-strip"), scrub = (/** @type {PointerEvent} */ event) => this.#look(nearest(history.points, (event.offsetX / time.clientWidth) * (history.sent?.seconds ?? 0)));
    time.addEventListener("pointerdown", (event) => {
      time.setPointerCapture(event.pointerId);
      scrub(event);
    });
    time.addEventListener("pointermove", (event) => event.buttons && scrub(event));
    const resized = new ResizeObserver(() => (this.root.isConnected ? this.#draw() : this.end())), { signal } = this.#ended;
    resized.observe(this.root);
    signal.addEventListener("abort", () => resized.disconnect());
    this.projector = new Projector(this.root, () => this.#draw(), signal);
    this.find(".learn-back").append(this.projector.button());
    addEventListener("keydown", (event) => this.projector.on && this.#press(/** @type {KeyboardEvent} */ (event)), { signal });
    if (projector) this.projector.switch(true, false);
  }

  end() {
    this.#ended.abort();
  }

  /** @param {string} name @returns {HTMLElement} */
  find(name) {
    return /** @type {HTMLElement} */ (this.root.querySelector(name));
  }

  /** @param {Data} data @param {Tell} tell */
  update(data, tell) {
    if (data.training !== this.#training) this.#begin(data);
    this.#data = data;
    this.#tell = tell;
    this.#draw();
  }

  /** @param {Data} data */
  #begin(data) {
    [this.#training, this.#point, this.#places, this.#followed] = [data.training, null, null, data.followed];
    const lists = [this.find(".taught ol"), this.find(".held ol")];
    for (const list of lists) list.replaceChildren();
    data.labels.forEach((_, i) => {
      const button = document.createElement("button"), picture = document.createElement("canvas");
      digit(picture, history.pixels(i));
      button.type = "button";
      button.append(picture, document.createElement("b"));
      button.addEventListener("click", () => this.#follow(i));
      const tile = document.createElement("li");
      tile.append(button);
      lists[i < data.taught ? 0 : 1].append(tile);
    });
    this.find(".taught").hidden = !data.taught;
  }

  get newest() {
    return history.points.length - 1;
  }

  get point() {
    return Math.min(this.#point ?? this.newest, this.newest);
  }

  /** @param {number} followed */
  #follow(followed) {
    this.#followed = followed;
    this.#tell("followed", followed);
    this.#draw();
  }

  /** @param {number} point */
  #look(point) {
    this.#replay = 0;
    this.#point = point >= this.newest ? null : point;
    this.#draw();
  }

  /** Shows the training again from its first point on. */
  #play() {
    this.#replay = performance.now();
    const step = () => {
      if (!this.#replay || !this.root.isConnected) return;
      const share = (performance.now() - this.#replay) / REPLAY;
      this.#point = share < 1 ? Math.floor(share * this.newest) : null;
      if (share >= 1) this.#replay = 0;
      this.#draw();
      requestAnimationFrame(step);
    };
    step();
  }

  /** On a projector, where nothing else is at hand. @param {KeyboardEvent} event */
  #press(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -this.point, End: this.newest }[event.key];
    if (event.key === " ") this.#play();
    else if (step === undefined) return;
    else this.#look(Math.max(0, this.point + step));
    event.preventDefault();
  }

  /** @param {MouseEvent} event */
  #pick({ offsetX, offsetY, target }) {
    const { clientWidth, clientHeight } = /** @type {Element} */ (target);
    const far = Array.from({ length: history.count }, (_, i) => {
      const { x, y } = spot(history.positions(this.point), i, clientWidth, clientHeight);
      return Math.hypot(x - offsetX, y - offsetY);
    });
    const least = Math.min(...far);
    if (least < REACH) this.#follow(far.indexOf(least));
  }

  #draw() {
    if (this.#waiting || !this.#data) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      if (this.root.isConnected && this.#data && history.points.length) this.#paint(this.#data);
    });
  }

  /** @param {Data} data */
  #paint(data) {
    const { point } = this, { taught, labels } = data, at = history.points[point], followed = Math.min(this.#followed, labels.length - 1), colours = this.#colours();
    this.#time(at.seconds, data.running);
    const all = labels.map((_, i) => i), parts = { taught: all.slice(0, taught), held: all.slice(taught) };
    for (const [name, digits] of Object.entries(parts)) this.find(`.${name} small`).textContent = t("{right} of {n} read correctly", { right: number(history.correct(point, digits)), n: number(digits.length) });
    this.root.querySelectorAll("li > button").forEach((button, i) => {
      const says = history.prediction(point, i), mark = /** @type {HTMLElement} */ (button.lastElementChild);
      button.className = says === labels[i] ? "right" : "wrong";
      mark.textContent = String(says);
      button.setAttribute("aria-label", t("a {digit}, read as {answer}", { digit: labels[i], answer: says }));
      button.setAttribute("aria-pressed", String(i === followed));
    });
    const probabilities = history.probabilities(point, followed), says = history.prediction(point, followed);
    const what = { digit: labels[followed], answer: says };
    this.find(".learn-followed h3").textContent = followed < taught ? t("Followed: this {digit}, learned from, is read as {answer}", what) : t("Followed: this {digit}, held out, is read as {answer}", what);
    digit(this.canvas(".learn-digit"), history.pixels(followed));
    strip(this.canvas(".learn-strip"), history, followed, point, colours);
    bars(this.find(".learn-followed ol"), probabilities, labels[followed], says, percent);
    const activations = history.activations(point);
    this.find(".learn-excited h3").textContent = data.excites;
    if (activations && data.followed === followed) excited(this.canvas(".learn-excited canvas"), activations, history.weights(point), colours);
    for (const kind of /** @type {const} */ (["accuracy", "loss"])) {
      const [training, held] = kind === "accuracy" ? [tenth(at.accuracy), tenth(at.heldAccuracy)] : [number(at.loss, 2), number(at.heldLoss, 2)];
      this.find(`.learn-${kind} .train b`).textContent = training;
      this.find(`.learn-${kind} .held b`).textContent = held;
      curves(this.canvas(`.learn-${kind} canvas`), history, kind, point, colours);
    }
    this.#moveMap(history.positions(point), followed, data, colours);
  }

  /** @param {string} name */
  canvas(name) {
    return /** @type {HTMLCanvasElement} */ (this.find(name));
  }

  /** @param {number} seconds @param {boolean} running */
  #time(seconds, running) {
    const words = this.#point === null && running ? t("now") : t("after {seconds} s", { seconds: number(seconds, 1) });
    Object.assign(this.slider, { max: String(this.newest), value: String(this.point) });
    this.slider.setAttribute("aria-valuetext", words);
    this.find("output").textContent = words;
    const at = history.points[this.point];
    this.find("h1").textContent = this.#data?.title ?? "";
    this.find("header p").textContent = tn(
      "after {seconds} s · {n} example seen · {share} of what is held out is read correctly",
      "after {seconds} s · {n} examples seen · {share} of what is held out is read correctly",
      at.examples, { n: number(at.examples), seconds: number(seconds, 1), share: tenth(at.heldAccuracy) });
  }

  /** @param {Float32Array} places @param {number} followed @param {Data} data @param {import("./pictures.js").Colours} colours */
  #moveMap(places, followed, data, colours) {
    const canvas = this.canvas(".learn-map canvas"), labels = history.blocks.mapLabels.values, from = this.#places, begin = performance.now();
    canvas.setAttribute("aria-label", tn("{n} digit, placed by the last hidden layer", "{n} digits, placed by the last hidden layer", labels.length));
    const step = () => {
      const share = !from || still.matches ? 1 : Math.min(1, (performance.now() - begin) / EASING);
      this.#places = places.map((value, i) => (from ? from[i] + share * (value - from[i]) : value));
      map(canvas, this.#places, labels, data.labels.length, followed, data.colours, colours);
      if (share < 1 && !this.#waiting && this.root.isConnected) requestAnimationFrame(step);
    };
    step();
  }

  /** The colours of the style sheet, as they are in this theme. @returns {import("./pictures.js").Colours} */
  #colours() {
    const of = (/** @type {string} */ name) => getComputedStyle(this.find(name)).color;
    return { ink: of(".learn-back"), soft: of("figcaption"), accent: of("output"), train: of(".train"), held: of("figcaption .held"), right: of(".learn-followed") };
  }
}

/** @param {number} probability */
const percent = (probability) => (probability >= 0.995 ? `>${asPercent("99")}` : asPercent(number(Math.round(100 * probability))));

/** @param {number} share */
const tenth = (share) => asPercent(number(100 * share, 1));
