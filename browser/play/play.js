/* The page "Play", mounted in three places: the prompt with its clock above the canvas, what comes of a drawing, and the
   drawings so far.

   The games run here; what the networks see comes from answers.js, whoever has computed it. The server is told the label of
   a drawing, for the visit's history. */
import { cleared, listen } from "../answers/answers.js";
import { list } from "../answers/words.js";
import { number, t, tn } from "../language/language.js";
import { Card, pixelsOf } from "./card.js";
import { ClockGame, FoolGame, ROUNDS, SECONDS, count, largest, majority } from "./game.js";

/** @typedef {import("./game.js").Seen} Seen */
/** @typedef {"prompt" | "outcome" | "table"} Part */
/** @typedef {{ part: Part, game: string, networks: Record<string, string> }} Data networks: titles by key */
/** @typedef {{ data: Data, parentElement: Element, setStateValue: (name: string, value: unknown) => void }} Component */

const CLOCK = "Against the clock";
const STORED = "draw-a-digit-play"; // in the storage of this browser
const FOOL_TASK = t("Draw a digit that people can read and the networks cannot.");
const [WHAT, DRAWINGS] = [t("What is it?"), t("Your drawings")]; // names for screen readers
const UNCOUNTED = {
  stale: t("Clear the canvas first: a drawing counts from its first stroke."),
  doubted: t("The detector doubts that this is a digit. Draw it so that a friend would read it."),
  counted: t("This drawing has been counted. Clear, and try another."),
  nothing: t("Draw a digit first."),
};
const TARGET = "\u0000"; // in a sentence, the place of the digit to draw, which is shown larger
const still = matchMedia("(prefers-reduced-motion: reduce)");

let clock = new ClockGame();
const fool = new FoolGame();
/** @type {import("./game.js").Scores} */ let scores = { right: {}, fooled: 0, best: 0 };
/** @type {Partial<Record<Part, Element>>} */ const places = {};
/** @type {Record<string, string>} */ let titles = {};
/** @type {Component["setStateValue"] | null} */ let tellServer = null;
/** @type {number | null} */ let ink = null; // the checksum of the drawing that the networks see
let timed = true; // the game is the one against the clock
let said = ""; // what came of the drawing in the other game
let running = false;

try {
  const stored = JSON.parse(localStorage.getItem(STORED) ?? "null");
  if (stored?.right && stored.fooled >= 0 && stored.best >= 0) scores = stored;
} catch { /* a browser without storage */ }

/** Called by the page for each of the three places, and when the visitor chooses the other game. @param {Component} component */
export function mount({ data, parentElement, setStateValue }) {
  places[data.part] = parentElement;
  titles = data.networks;
  if (data.part === "outcome") tellServer = setStateValue;
  if (timed !== (data.game === CLOCK)) {
    timed = data.game === CLOCK;
    if (running) { // another game, another drawing
      empty();
      document.querySelector(".stMain")?.scrollTo(0, 0); // on a phone the games are chosen below
    }
    said = "";
    if (timed) clock = new ClockGame();
    fool.fresh = false;
  }
  if (!parentElement.querySelector(".play")) build(data.part, parentElement);
  listen(see);
  draw();
  if (!running) requestAnimationFrame(frame);
  running = true;
}

/** @type {Record<Part, string>} */
const NODES = {
  prompt: '<div class="line"><h1 class="task"></h1><span class="left" aria-hidden="true"></span><button type="button" class="go"></button></div><div class="clock" aria-hidden="true"><i></i></div>',
  outcome: `<p class="outcome-words" role="status"></p><div class="labels" role="group" aria-label="${WHAT}"></div>`,
  table: `<ol class="rounds" aria-label="${DRAWINGS}"></ol><div class="end"></div><p class="scores"></p>`,
};

/** @param {Part} part @param {Element} parent */
function build(part, parent) {
  const root = Object.assign(document.createElement("div"), { className: `play ${part}` });
  root.innerHTML = NODES[part];
  parent.append(root);
  root.querySelector(".go")?.addEventListener("click", go);
  root.querySelector(".labels")?.append(...[...Array(10).keys()].map((digit) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: String(digit) });
    button.addEventListener("click", () => label(digit));
    return button;
  }));
}

/** @param {Part} part @param {string} name @returns {HTMLElement | null} */
const find = (part, name) => places[part]?.querySelector(name) ?? null;

// ------------------------------------------------------------------------------------------------- playing

/** Start, Next digit, or Play again. */
function go() {
  empty();
  clock.next(performance.now());
  draw();
  /** @type {HTMLElement | null} */ (document.activeElement)?.blur(); // a key now belongs to the page
}

function empty() {
  const button = /** @type {HTMLButtonElement | null} */ (document.querySelector(".st-key-clear button"));
  button?.click();
  cleared();
}

/** @param {import("../answers/state.js").Shown} shown @param {{ settled: boolean, ink: number | null, blank: boolean }} now */
function see({ digits, kind }, now) {
  if (!document.querySelector(".play")) return;
  const several = digits.length > 1 || kind === "reading", seen = digits.length === 1 ? seenOf(digits[0]) : null;
  ink = now.ink;
  if (timed) {
    const before = clock.phase;
    clock.see(seen, now.settled, performance.now());
    if (before !== clock.phase) ended();
  } else {
    if (now.blank) {
      fool.empty();
      said = "";
    }
    if (!fool.counted) fool.seen = now.settled ? seen : null;
  }
  draw(several && now.settled);
}

/** @param {import("../answers/state.js").Digit} digit @returns {Seen | null} */
function seenOf({ pixels, outlier, probabilities }) {
  const known = Object.keys(titles).filter((key) => probabilities[key]);
  if (!known.length) return null;
  const answers = Object.fromEntries(known.map((key) => [key, largest(probabilities[key])]));
  return { pixels, outlier, answers, majority: majority(known.map((key) => probabilities[key])) };
}

/** A round against the clock is over. */
function ended() {
  const { last } = clock;
  if (last.seen) count(scores, last.seen, last.label);
  if (last.seconds !== null) tellServer?.("labelled", { ink, label: last.label });
  if (clock.phase === "end") scores.best = Math.max(scores.best, won());
  store();
  draw();
  if (last.seconds === null && !still.matches) find("prompt", ".task")?.animate([0, -8, 8, -5, 5, 0].map((x) => ({ transform: `translateX(${x}px)` })), 320);
  if (!document.querySelector("canvas.upper-canvas:active")) find("prompt", ".go")?.focus({ preventScroll: true });
}

/** The visitor says what the drawing is. @param {number} digit */
function label(digit) {
  const outcome = fool.say(digit);
  if (Array.isArray(outcome)) {
    const names = outcome.map((key) => t("the {network}", { network: titles[key] }));
    const all = names.length > 1 && names.length === Object.keys(titles).length;
    const fooled = all ? t("You have fooled them all.") : t("You have fooled {networks}.", { networks: list(names) });
    said = outcome.length ? fooled : t("They all read it. Clear, and try another.");
    scores.fooled += outcome.length;
    if (fool.seen) count(scores, fool.seen, digit);
    tellServer?.("labelled", { ink, label: digit });
    store();
  } else said = UNCOUNTED[outcome];
  draw();
}

function store() {
  try {
    localStorage.setItem(STORED, JSON.stringify(scores));
  } catch { /* a browser without storage */ }
}

const won = () => clock.played.filter(({ seconds }) => seconds !== null).length;

// ------------------------------------------------------------------------------------------------- showing

/** @param {number} now */
function frame(now) {
  if (!places.prompt?.isConnected) {
    running = false;
    return;
  }
  requestAnimationFrame(frame);
  if (!timed || clock.phase !== "drawing") return;
  if (clock.tick(now)) return ended();
  const left = clock.left(now), number = find("prompt", ".left"), bar = find("prompt", ".clock i");
  if (number) text(number, String(Math.ceil(left)));
  if (bar && !still.matches) bar.style.transform = `scaleX(${left / SECONDS})`;
}

/** @param {boolean} [several] digits stand on the canvas */
function draw(several = false) {
  const task = find("prompt", ".task"), button = /** @type {HTMLButtonElement | null} */ (find("prompt", ".go")), outcome = find("outcome", ".outcome-words");
  const playing = timed && clock.phase === "drawing";
  if (task) {
    const words = taskWords(), target = timed && (playing || clock.phase === "over") ? String(clock.target) : "";
    if (task.textContent !== words.replace(TARGET, target)) showTask(task, words, target);
    task.classList.toggle("wordy", !timed || (task.textContent ?? "").length > 28); // in some languages
  }
  if (button) {
    button.hidden = !timed || playing;
    text(button, clock.phase === "ready" ? t("Start") : clock.phase === "end" ? t("Play again") : t("Next digit"));
  }
  find("prompt", ".clock")?.toggleAttribute("data-running", playing);
  if (!playing) text(find("prompt", ".left"), "");
  text(outcome, several ? t("These are several digits; clear the canvas and draw one.") : timed ? clockWords() : said || (fool.seen ? t("What is it? Be honest.") : ""));
  find("outcome", ".labels")?.toggleAttribute("hidden", timed);
  const card = timed && clock.phase === "end";
  find("table", ".rounds")?.toggleAttribute("hidden", card || (!timed && !fool.played.length));
  drawRounds();
  drawEnd(card);
  drawScores();
}

/** The line above the canvas, with TARGET in the place of the digit to draw. */
function taskWords() {
  if (!timed) return FOOL_TASK;
  if (clock.phase === "ready") return t("{digits} digits, {seconds} seconds each", { digits: number(ROUNDS), seconds: number(SECONDS) });
  if (clock.phase === "end") return t("{won} of {n} in time", { won: number(won()), n: number(ROUNDS) });
  return t("Draw a {digit}", { digit: clock.target }).replace(String(clock.target), TARGET);
}

/** @param {HTMLElement} task @param {string} words @param {string} target */
function showTask(task, words, target) {
  const [before, after = ""] = words.split(TARGET), digit = document.createElement("b");
  digit.textContent = target;
  task.replaceChildren(before, ...(target ? [digit] : []), after);
}

function clockWords() {
  const guesses = clock.guesses.map((digit) => t("a {digit}", { digit })).join(" … "), { last, phase } = clock;
  if (phase === "ready") return t("The networks guess aloud while you draw.");
  if (phase === "drawing") return guesses ? t("I see {guesses}", { guesses }) : "";
  if (last.seconds !== null) return t("I see {guesses}! {seconds} seconds.", { guesses, seconds: number(last.seconds, 1) });
  return guesses ? t("Time is up. I see {guesses}.", { guesses }) : t("Time is up. Nothing was drawn.");
}

let shownRounds = "";

/** The drawings so far, with a place for each that is to come. */
function drawRounds() {
  const root = find("table", ".rounds"), played = timed ? clock.played : fool.played.slice(-ROUNDS);
  const like = JSON.stringify([timed, played.map(({ label, seconds }) => [label, seconds])]);
  if (!root || (like === shownRounds && root.childElementCount)) return;
  shownRounds = like;
  root.replaceChildren(...Array.from({ length: timed ? ROUNDS : played.length }, (_, i) => tile(played[i])));
}

/** @param {import("./game.js").Played | undefined} round */
function tile(round) {
  const item = document.createElement("li");
  if (!round) return item;
  const words = document.createElement("span");
  const fooled = wrong(round), time = round.seconds !== null ? `✓ ${t("{seconds} s", { seconds: number(round.seconds, 1) })}` : "✗";
  words.textContent = `${round.label} ${timed ? time : tn("{n} fooled", "{n} fooled", fooled, { n: number(fooled) })}`;
  item.className = round.seconds !== null || !timed ? "won" : "lost";
  item.append(round.seen ? pixelsOf(round.seen.pixels) : document.createElement("canvas"), words);
  return item;
}

/** @param {import("./game.js").Played} round */
const wrong = ({ seen, label }) => Object.values(seen?.answers ?? {}).filter((digit) => digit !== label).length;

/** @type {import("./game.js").Played[] | null} */ let carded = null;

/** The card at the end: the six drawings as a picture, to keep or to share. @param {boolean} wanted */
function drawEnd(wanted) {
  const root = find("table", ".end");
  if (!root) return;
  if (!wanted) {
    carded = null;
    return root.childElementCount ? root.replaceChildren() : undefined;
  }
  if (carded === clock.played && root.childElementCount) return;
  carded = clock.played;
  root.replaceChildren(new Card(clock.played, titles).root);
}

function drawScores() {
  const rights = Object.entries(scores.right).filter(([key]) => titles[key]).map(([key, [hits, all]]) => t("{network} {hits} of {n}", { network: titles[key], hits: number(hits), n: number(all) }));
  const words = t("Read right so far: {networks}. Best game: {best} of {n} in time. Networks fooled: {fooled}. Your browser keeps this.", { networks: rights.join(", "), best: number(scores.best), n: number(ROUNDS), fooled: number(scores.fooled) });
  text(find("table", ".scores"), rights.length ? words : "");
}

/** @param {Element | null} node @param {string} words */
function text(node, words) {
  if (node && node.textContent !== words) node.textContent = words;
}
