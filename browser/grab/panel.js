/* The panel beside a grabbed digit: the kinds of change, and the curve of each network's confidence, which is a slider. */
import { asPercent, t } from "../language/language.js";
import { KINDS, answerOf, inWords, limit, rangeInWords } from "./kinds.js";

/** @typedef {import("./kinds.js").Kind} Kind */
/** @typedef {import("./kinds.js").Point} Point */
/** @typedef {{ key: string, title: string, colour: string, answer: number }} Network answer: the one that it gave when the digit was grabbed */
/** @typedef {{ choose: (kind: Kind) => void, set: (amount: number) => void, pin: () => void, leave: () => void }} Hand */
/** @typedef {{ kind: Kind, amount: number, points: Point[], now: Point | null, networks: Network[], pinned: boolean }} View now: what the networks say at this moment */

const SENTENCE = t("The window stays where it was. Networks know digits in the middle of it, so the page centres every drawing.");
const NAMESPACE = "http://www.w3.org/2000/svg";

export class Panel {
  root = document.createElement("section");
  /** @type {Map<Kind, HTMLElement>} */ #kinds = new Map();
  #like = "";

  /** @param {Hand} hand */
  constructor(hand) {
    this.root.className = "grab-panel";
    this.root.setAttribute("aria-label", t("Grab"));
    this.root.innerHTML = `<div class="grab-tools"><div class="grab-kinds" role="radiogroup"></div>
      <button type="button" class="grab-pin" aria-pressed="false"></button><button type="button" class="grab-leave"></button></div>
      <div class="grab-plot"><svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true"></svg><div class="grab-marks" aria-hidden="true"></div><input type="range"><span class="top"></span><span class="low"></span><span class="middle"></span><span class="high"></span></div>
      <ul class="grab-holds"></ul><p class="grab-say"></p>`;
    const find = (/** @type {string} */ name) => /** @type {HTMLElement} */ (this.root.querySelector(name));
    find(".grab-kinds").setAttribute("aria-label", t("How to change the digit"));
    Object.assign(find(".grab-pin"), { textContent: t("Keep it so"), title: t("Enter") });
    Object.assign(find(".grab-leave"), { textContent: t("Let go"), title: t("Escape") });
    find(".top").textContent = asPercent("100");
    find(".grab-say").textContent = SENTENCE;
    this.slider = /** @type {HTMLInputElement} */ (find("input"));
    this.svg = find("svg");
    this.marks = find(".grab-marks");
    this.holds = find(".grab-holds");
    this.pin = find(".grab-pin");
    this.ends = [".low", ".middle", ".high"].map(find);
    for (const [kind, { title }] of /** @type {[Kind, import("./kinds.js").Described][]} */ (Object.entries(KINDS))) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: title });
      button.setAttribute("role", "radio");
      button.addEventListener("click", () => hand.choose(kind));
      this.#kinds.set(kind, button);
      find(".grab-kinds").append(button);
    }
    find(".grab-kinds").addEventListener("keydown", (event) => this.#step(event, hand));
    this.slider.addEventListener("input", () => hand.set(this.slider.valueAsNumber));
    this.pin.addEventListener("click", hand.pin);
    find(".grab-leave").addEventListener("click", hand.leave);
  }

  /** As between radio buttons. @param {KeyboardEvent} event @param {Hand} hand */
  #step(event, hand) {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key], all = [...this.#kinds], at = all.findIndex(([, button]) => button === event.target);
    if (!by || at < 0) return;
    event.preventDefault();
    event.stopPropagation();
    const [kind, button] = all[(at + by + all.length) % all.length];
    hand.choose(kind);
    button.focus();
  }

  /** @param {View} view */
  update({ kind, amount, points, now, networks, pinned }) {
    const { title, says, low, high, neutral, step } = KINDS[kind], x = (/** @type {number} */ value) => (100 * (value - low)) / (high - low);
    for (const [each, button] of this.#kinds) {
      button.setAttribute("aria-checked", String(each === kind));
      button.tabIndex = each === kind ? 0 : -1;
    }
    if (this.slider.getAttribute("aria-label") !== title) {
      Object.assign(this.slider, { min: String(low), max: String(high), step: String(step) });
      this.slider.setAttribute("aria-label", title);
      [low, neutral, high].forEach((value, i) => {
        this.ends[i].textContent = i === 1 && (value === low || value === high) ? "" : inWords(kind, value);
        this.ends[i].style.left = `${x(value)}%`;
      });
    }
    this.slider.value = String(amount);
    const change = says(inWords(kind, amount)), gone = networks.filter(({ key, answer }) => now?.probabilities[key] && answerOf(now, key) !== answer).map((network) => network.title);
    this.slider.setAttribute("aria-valuetext", gone.length ? t("{change}; {networks} gave up", { change, networks: gone.join(", ") }) : change);
    this.pin.setAttribute("aria-pressed", String(pinned));
    this.#marks(x, amount, now, networks);
    const like = JSON.stringify([kind, points.length, networks, points[0]?.amount]);
    if (like === this.#like) return;
    this.#like = like;
    this.#curves(x, kind, points, networks);
  }

  /** @param {(value: number) => number} x @param {number} amount @param {Point | null} now @param {Network[]} networks */
  #marks(x, amount, now, networks) {
    this.marks.style.setProperty("--at", `${x(amount)}%`);
    const dots = networks.filter(({ key }) => now?.probabilities[key]);
    while (this.marks.children.length > dots.length) this.marks.lastElementChild?.remove();
    dots.forEach(({ key, colour, answer }, i) => {
      const dot = /** @type {HTMLElement} */ (this.marks.children[i] ?? this.marks.appendChild(document.createElement("i")));
      dot.style.cssText = `left: ${x(amount)}%; bottom: ${100 * Number(now?.probabilities[key][answer])}%; --network: ${colour}`;
    });
  }

  /** @param {(value: number) => number} x @param {Kind} kind @param {Point[]} points @param {Network[]} networks */
  #curves(x, kind, points, networks) {
    const parts = [line("neutral", `M${x(KINDS[kind].neutral)} 0V100`, "")];
    for (const { key, colour, answer } of networks) {
      const known = points.filter(({ probabilities }) => probabilities[key]);
      parts.push(line("curve", known.map((point, i) => `${i ? "L" : "M"}${x(point.amount).toFixed(2)} ${(100 - 100 * point.probabilities[key][answer]).toFixed(2)}`).join(""), colour));
      for (const side of [-1, 1]) {
        const end = limit(points, key, answer, KINDS[kind].neutral, side);
        if (end) parts.push(line("limit", `M${x(end.amount).toFixed(2)} ${(100 - 100 * end.probabilities[key][answer]).toFixed(2)}v0.01`, colour));
      }
    }
    this.svg.replaceChildren(...parts);
    this.holds.replaceChildren(...networks.map(({ key, title, colour, answer }) => {
      const item = document.createElement("li");
      item.style.setProperty("--network", colour);
      item.innerHTML = "<b></b> <span></span>";
      /** @type {Element} */ (item.firstElementChild).textContent = title;
      /** @type {Element} */ (item.lastElementChild).textContent = points.length > 2 ? rangeInWords(kind, points, key, answer) : "…";
      return item;
    }));
  }
}

/** @param {string} name @param {string} path @param {string} colour */
function line(name, path, colour) {
  const node = document.createElementNS(NAMESPACE, "path");
  node.setAttribute("class", name);
  node.setAttribute("d", path);
  if (colour) node.style.setProperty("--network", colour);
  return node;
}
