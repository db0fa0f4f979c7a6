/* Draws the verdict with each network's digit, and the ten bars of each. Nodes are made once and changed in place: at sixty
   changes a second, what is not touched costs nothing. */
import { t } from "../language/language.js";
import { INVITATION, NOTHING, OUTLIER, failure, headline, percent } from "./words.js";

/** @typedef {import("./state.js").Shown} Shown */
/** @typedef {{ key: string, title: string, idea: string, colour: string, shape: number[], words: string, facts: string, url: string, temperature: number, ours?: boolean, other: { key: string, words: string, url: string, temperature: number } | null }} NetworkView
 * other: the same network, trained by another recipe; ours: the room's own;
 * shape: of its input; words: the same; facts: its size and accuracy; url: of its file, "" for one that only the server runs */
/** @typedef {{ networks: NetworkView[], columns: string }} View columns: classes of the style sheet */

export const YOURS = "yours"; // the key of the visitor's own network
const SPACE = "\u2007"; // as wide as a digit, so that nothing moves when one comes
const WIDTH = 7; // characters of a percentage: another length would move it
const WRITTEN = 0.01; // probabilities below it have a bar, but no number
export const READABLE = 125; // milliseconds between two changes of the numbers while the pen moves
const EASING = 150; // milliseconds
const [LONG, LONGER] = [28, 60]; // characters of a headline beyond which it has two lines, and is set smaller
const CLASSES = [...Array(10).keys()];
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** @typedef {import("./state.js").Labels} Labels */

/** @param {Shown} shown @param {View} view @param {Labels} [labels] */
export function verdict({ message, digits, place, failures }, view, labels = []) {
  if (message) return message;
  const shipped = view.networks.filter(({ key }) => key !== YOURS && digits[0]?.probabilities[key]);
  if (!shipped.length) return Object.keys(failures).length ? NOTHING : SPACE;
  if (digits.every((_, i) => (labels[i] ?? null) !== null)) {
    const meant = labels.slice(0, digits.length).join(""), [wrong, right] = [false, true].map((is) => shipped.filter(({ key }) => (numberOf(digits, key) === meant) === is).map(({ title }) => title));
    if (wrong.length) return failure(wrong, right, meant);
  }
  if (digits.length > 1) return headline(shipped.map(({ key, title }) => ({ title, answer: numberOf(digits, key) })), "read");
  if (digits[place].outlier && (labels[place] ?? null) === null) return OUTLIER;
  const words = headline(shipped.map(({ key, title }) => ({ title, answer: numberOf(digits, key) })));
  const own = digits[0].probabilities[YOURS], whose = view.networks.find(({ key }) => key === YOURS)?.ours, answers = new Set(shipped.map(({ key }) => best(digits[0].probabilities[key])));
  return own && (answers.size > 1 || !answers.has(best(own))) ? (whose ? t("{words}; ours says {digit}", { words, digit: best(own) }) : t("{words}; yours says {digit}", { words, digit: best(own) })) : words;
}

/** The digits that most networks say, of several the more probable ones. @param {import("./state.js").Digit[]} digits @param {string[]} keys @returns {number[]} */
export function majority(digits, keys) {
  return digits.map(({ probabilities }) => {
    const votes = new Float64Array(10), answering = keys.filter((key) => probabilities[key]);
    for (const key of answering) CLASSES.forEach((digit) => { votes[digit] += (digit === best(probabilities[key]) ? 1 : 0) + probabilities[key][digit] / answering.length / 2; });
    return best(votes);
  });
}

/** True where a network is wrong about a digit that the visitor has named, or disagrees with more than half of the others.
 * @param {Shown} shown @param {View} view @param {string} key @param {Labels} labels @returns {"" | "wrong" | "differs"} */
export function judged({ kind, digits }, view, key, labels) {
  const says = digits.map(({ probabilities }) => (probabilities[key] ? best(probabilities[key]) : -1));
  if (kind !== "answered" || !says.length || says[0] < 0) return "";
  if (says.some((digit, i) => (labels[i] ?? digit) !== digit)) return "wrong";
  if (digits.some((digit, i) => digit.outlier || (labels[i] ?? null) !== null)) return "";
  const shipped = view.networks.filter(({ key }) => key !== YOURS && digits[0].probabilities[key]), numbers = shipped.map(({ key }) => numberOf(digits, key));
  const common = numbers.find((number) => 2 * numbers.filter((other) => other === number).length > numbers.length);
  return common !== undefined && numberOf(digits, key) !== common ? "differs" : "";
}

/** The verdict, and below it a network's name, its digit and its confidence, for each network. */
export class Heads {
  /** @param {Element} place @param {View} view */
  constructor(place, view) {
    this.view = view;
    const title = t("Answers");
    this.root = element(`<section class="answers" aria-label="${title}"><div class="verdict"><h2>${SPACE}</h2></div><div class="heads ${view.columns}">${view.networks
      .map((network) => `<article class="card" ${attributes(network)}><h3>${network.title}</h3><p class="idea">${network.idea}</p><p class="answer"><b>${SPACE}</b> <small class="each"></small><span>${SPACE}</span></p></article>`)
      .join("")}</div></section>`);
    place.replaceChildren(this.root);
    this.title = find(this.root, "h2");
    this.cards = [...this.root.querySelectorAll("article")].map((card, i) => ({ card, key: view.networks[i].key, digit: find(card, "b"), each: find(card, ".each"), idea: find(card, ".idea"), confidence: find(card, "span") }));
    this.numbered = 0;
  }

  /** @param {Shown} shown @param {boolean} moving the pen is down: numbers wait until they can be read @param {Labels} labels */
  update(shown, moving, labels) {
    const now = performance.now(), hold = moving && now - this.numbered < READABLE;
    if (!hold) this.numbered = now;
    const { digits, place, failures } = shown, number = digits.length > 1, words = verdict(shown, this.view, labels);
    setClass(this.root, `answers ${shown.kind}${digits[place]?.outlier && (labels[place] ?? null) === null ? " doubted" : ""}${number ? " number" : ""}${shown.message === INVITATION ? " inviting" : ""}`);
    const letters = width(words);
    this.title.style.setProperty("--letters", String(letters));
    setClass(this.title, letters > LONGER ? "longer" : letters > LONG ? "long" : "");
    setText(this.title, words);
    for (const { card, key, digit, each, confidence, idea } of this.cards) {
      const known = digits.length > 0 && digits[0].probabilities[key];
      setClass(card, `card ${known ? "ready" : failures[key] ? "broken" : "waiting"} ${judged(shown, this.view, key, labels)}`.trimEnd());
      const same = setText(digit, known ? numberOf(digits, key) : failures[key] ? "–" : SPACE);
      if (number && known) card.style.setProperty("--digits", String(digits.length));
      const other = this.view.networks.find((network) => network.key === key)?.other, said = other && digits[place]?.probabilities[other.key];
      if (other) setText(idea, said ? t("{words}: {digit}, {percent}", { words: other.words, digit: numberOf(digits, other.key), percent: percent(most(said)) }) : other.words);
      idea.classList.toggle("beside", Boolean(other));
      if (hold && known && same) continue; // the confidence waits, unless it would be another digit's
      setHtml(each, number && known ? digits.map(({ probabilities }) => `<i>${percent(most(probabilities[key])).replace(/\s?%\s?/, "")}</i>`).join("") : "");
      setHtml(confidence, known ? (number ? `${percent(digits.reduce((product, { probabilities }) => product * most(probabilities[key]), 1))} <em>${t("product")}</em>` : percent(most(known))) : failures[key] ? t("no answer") : SPACE);
      card.setAttribute("aria-label", known ? `${this.view.networks.find((network) => network.key === key)?.title}: ${numberOf(digits, key)}, ${confidence.textContent}` : "");
    }
  }
}

/** Ten bars for each network, and below them what went in. */
export class Bars {
  /** @param {Element} place @param {View} view */
  constructor(place, view) {
    this.view = view;
    const row = (/** @type {number} */ digit) => `<li><i>${digit}</i><span class="track"><span class="bar" style="width:0.0%"></span></span><em>${SPACE}</em></li>`;
    const titles = view.networks.map(({ title, words }) => ({ bars: t("{network}: probabilities", { network: title }), input: t("the input: {shape}", { shape: words }) }));
    this.root = element(`<section class="details"><div class="${view.columns}">${view.networks
      .map((network, i) => `<article class="bars" aria-label="${titles[i].bars}" ${attributes(network)}><p class="title">${network.title}</p><ol>${CLASSES.map(row).join("")}</ol><p class="error" hidden></p><figure><canvas class="input${network.shape.length}d" role="img" aria-label="${titles[i].input}"></canvas><figcaption>${network.words}</figcaption></figure><p class="facts">${network.facts}</p></article>`)
      .join("")}</div></section>`);
    place.replaceChildren(this.root);
    this.cards = [...this.root.querySelectorAll("article")].map((card, i) => ({
      card,
      network: view.networks[i],
      rows: [...card.querySelectorAll("li")].map((row) => ({ row, bar: /** @type {HTMLElement} */ (find(row, ".bar")), number: find(row, "em") })),
      list: find(card, "ol"),
      error: find(card, ".error"),
      picture: /** @type {HTMLCanvasElement} */ (find(card, "canvas")),
    }));
    this.numbered = this.updated = 0;
    /** @type {Uint8Array | null | undefined} */ this.pictured = undefined;
  }

  /** @param {Shown} shown @param {boolean} moving @param {Labels} labels */
  update({ kind, digits, place, failures }, moving, labels) {
    const now = performance.now(), hold = moving && now - this.numbered < READABLE;
    const ease = now - this.updated > EASING && !still.matches; // one change eases; a stream of them is smooth by itself
    this.updated = now;
    if (!hold) this.numbered = now;
    const chosen = digits[place];
    setClass(this.root, `details ${kind}${chosen?.outlier && (labels[place] ?? null) === null ? " doubted" : ""}`);
    for (const { card, network, rows, list, error } of this.cards) {
      const probabilities = chosen?.probabilities[network.key], failure = failures[network.key] ?? "";
      list.hidden = Boolean(failure);
      error.hidden = !failure;
      setText(error, failure);
      const winner = probabilities ? best(probabilities) : -1;
      const same = rows[winner]?.row.className === "best";
      rows.forEach(({ row, bar, number }, digit) => {
        const probability = probabilities?.[digit] ?? 0, width = `${(100 * probability).toFixed(1)}%`, before = bar.style.width;
        if (width !== before) {
          bar.style.width = width;
          if (ease) bar.animate([{ width: before }, { width }], { duration: EASING, easing: "ease-out" });
        }
        setClass(row, digit === winner ? "best" : "");
        if (!hold || !same) setText(number, probability >= WRITTEN ? percent(probability).padStart(WIDTH, SPACE) : SPACE);
      });
      setClass(card, chosen ? "bars" : "bars waiting");
    }
    if (hold || this.pictured === (chosen?.pixels ?? null)) return;
    this.pictured = chosen?.pixels ?? null;
    for (const { picture, network } of this.cards) paintInput(picture, network.shape, this.pictured);
  }
}

const ENLARGED = 8, GAP = 3; // pixels of each value of the input, and of the gap below each row of a recurrent network's
const STRIPE = 8; // values of a long list that share a stripe

/** @param {HTMLCanvasElement} canvas @param {number[]} shape @param {Uint8Array | null} digit */
function paintInput(canvas, shape, digit) {
  const long = shape.length === 1, [width, height] = long ? [784 / STRIPE, 1] : [28 * ENLARGED, 28 * ENLARGED];
  if (canvas.width !== width) Object.assign(canvas, { width, height });
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.clearRect(0, 0, width, height);
  if (!digit) return;
  const size = ENLARGED - (shape.length === 2 ? GAP : 0);
  for (let i = 0; i < digit.length; i += long ? STRIPE : 1) {
    const value = long ? digit.subarray(i, i + STRIPE).reduce((sum, pixel) => sum + pixel, 0) / STRIPE : digit[i];
    pen.fillStyle = `rgb(${value} ${value} ${value})`;
    if (long) pen.fillRect(i / STRIPE, 0, 1, 1);
    else pen.fillRect((i % 28) * ENLARGED, Math.floor(i / 28) * ENLARGED, ENLARGED, size);
  }
}

// ------------------------------------------------------------------------------------------------ small helpers

/** @param {ArrayLike<number>} probabilities */
export const most = (probabilities) => Math.max(...Array.from(probabilities));
/** @param {ArrayLike<number>} probabilities */
export const best = (probabilities) => Array.from(probabilities).indexOf(most(probabilities));
/** @param {import("./state.js").Digit[]} digits @param {string} key */
const numberOf = (digits, key) => digits.map(({ probabilities }) => (probabilities[key] ? best(probabilities[key]) : "")).join("");

/** @param {NetworkView} network */
const attributes = (network) => `${network.key === YOURS ? "" : `data-network="${network.key}" `}style="--network:${network.colour}"`;

/** A headline's length in Latin letters; Chinese, Japanese and Korean ones are twice as wide. @param {string} words */
const width = (words) => words.length + (words.match(/[\u1100-\u11ff\u2e80-\ud7af\uff00-\uffef]/g)?.length ?? 0);

/** @param {string} html of the page's own words alone; nothing that a visitor wrote */
function element(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return /** @type {HTMLElement} */ (template.content.firstElementChild);
}

/** @param {Element} root @param {string} selector */
const find = (root, selector) => /** @type {HTMLElement} */ (root.querySelector(selector));

/** @param {Element} node @param {string} name */
function setClass(node, name) {
  if (node.className !== name) node.className = name;
}

/** Changes the text node in place: a new one would wake everything that observes the page. Returns whether it was there before.
 * @param {Element} node @param {string} text */
function setText(node, text) {
  const only = node.firstChild instanceof Text && node.childNodes.length === 1 ? node.firstChild : null;
  if (only?.data === text) return true;
  if (only) only.data = text;
  else node.textContent = text;
  return false;
}

/** @param {Element} node @param {string} html */
function setHtml(node, html) {
  if (!html.includes("<")) setText(node, html);
  else if (node.innerHTML !== html) node.innerHTML = html;
}
