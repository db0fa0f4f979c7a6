/* The page without a server: it mounts the page's own modules, with nothing to wait for and nobody to tell. */
import { cleared, drawn, mount as mountAnswers } from "../answers/answers.js";
import { mount as mountGrab } from "../grab/grab.js";
import { language, t } from "../language/language.js";
import { mount as mountMenu } from "../page/menu.js";
import { choice } from "./choice.js";
import { Pad } from "./pad.js";

const ALONE = { id: "alone", ink: null, foreign: false, hidden: false, message: "", digits: [], place: 0, failures: {}, drawing: "here", labels: [], alone: true };
/** The panels below the heads, by title: each a function that mounts it. @type {Record<string, (parentElement: HTMLElement) => unknown>} */
const PANELS = {
  "Bars": (parentElement) => answers("bars", parentElement),
  "Journey": journey,
  "Which ink?": async (parentElement) => (await import("../importance/importance.js")).mount({ parentElement }),
};
/** @type {Record<string, string>} */ const PANEL_TITLES = { "Bars": t("Bars"), "Journey": t("Journey"), "Which ink?": t("Which ink?") };
const GAMES = { "Against the clock": t("Against the clock"), "Fool them": t("Fool them") };
/** The words of index.html. @type {Record<string, string>} */
const WORDS = {
  "Draw a digit": t("Draw a digit"),
  "Neural networks read it.": t("Neural networks read it."),
  "Undo": t("Undo"),
  "Clear": t("Clear"),
  "Samples": t("Samples"),
  "Networks": t("Networks"),
  "Raw softmax": t("Raw softmax"),
  "Play": t("Play"),
  "Get it": t("Get it"),
  "Nothing that you draw leaves this device. Rooms for a class, networks that you train, numbers and photos are in the whole program, which you run on your own computer.": t("Nothing that you draw leaves this device. Rooms for a class, networks that you train, numbers and photos are in the whole program, which you run on your own computer."),
};

const tag = /** @type {HTMLScriptElement} */ (document.querySelector("script[data-catalog]"));
const { recipe = "", version = "", languages = "{}", names = "{}" } = tag.dataset;
const catalog = JSON.parse(languages)[language]?.catalog ?? tag.dataset.catalog;
tag.dataset.catalog = catalog; // by which the answers know their page
const base = new URL("../../../", import.meta.url);
const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));
const setStateValue = () => {}; // no server is told anything
const [heads, reading, inputs] = [".st-key-answers_heads", ".st-key-reading", ".st-key-inputs"].map(find);
let [panel = "Bars"] = Object.keys(PANELS).filter((title) => title === decodeURIComponent(location.hash.slice(1)));
let network = ""; // that the journey goes through

/** The titles of the networks that are chosen, by key. @returns {Record<string, string>} */
const chosen = () => Object.fromEntries(/** @type {HTMLInputElement[]} */ ([...inputs.querySelectorAll("[name=network]:checked")]).map(({ value, parentElement }) => [value, parentElement?.textContent?.trim() ?? value]));
const calibrated = () => !(/** @type {HTMLInputElement} */ (inputs.querySelector("[name=raw]")).checked);

// ------------------------------------------------------------------------------------------------- drawing

/** @param {"heads" | "bars"} part @param {HTMLElement} parentElement */
function answers(part, parentElement) {
  mountAnswers({ data: { part, catalog, recipe, networks: Object.keys(chosen()), beside: "", own: "", calibrated: calibrated(), record: ALONE }, parentElement, setStateValue });
}

/** @param {HTMLElement} parentElement */
async function journey(parentElement) {
  const titles = chosen(), { mount } = await import("../journey/journey.js");
  if (!(network in titles)) [network] = Object.keys(titles);
  const go = () => mount({ data: { network, recipe, calibrated: calibrated() }, parentElement });
  parentElement.before(choice("network", t("Network"), Object.values(titles), titles[network], (title) => {
    network = Object.keys(titles).find((key) => titles[key] === title) ?? network;
    go();
  }));
  go();
}

/** Shows what was chosen to stand below the heads. */
function showPanel() {
  const [place, parent] = [panel === "Bars" ? "st-key-answers_bars" : "st-key-opened", `stBidiComponent st-key-${panel.toLowerCase()}`].map((className) => Object.assign(document.createElement("div"), { className }));
  place.append(parent);
  find(".below").replaceChildren(place);
  PANELS[panel](parent);
  history.replaceState(null, "", panel === "Bars" ? location.pathname : `#${encodeURIComponent(panel)}`);
}

function showDrawing() {
  const below = Object.assign(document.createElement("div"), { className: "below" });
  reading.replaceChildren(heads, choice("panel", t("What stands below"), Object.values(PANEL_TITLES), PANEL_TITLES[panel], (title) => {
    panel = keyOf(PANEL_TITLES, title);
    showPanel();
  }), below);
  showPanel();
}

/** Of the networks at least one. @param {Event} event */
function choose(event) {
  if (!Object.keys(chosen()).length) /** @type {HTMLInputElement} */ (event.target).checked = true;
  answers("heads", /** @type {HTMLElement} */ (heads.firstElementChild));
  showPanel();
}

// ------------------------------------------------------------------------------------------------- playing

/** Play takes the place of the masthead and of what is read; the same button leads back. */
function startPlay() {
  const masthead = find(".masthead"), button = /** @type {HTMLElement} */ (inputs.querySelector(".play-button"));
  button.addEventListener("click", async () => {
    const playing = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(playing));
    button.textContent = playing ? t("Back to drawing") : t("Play");
    /** @type {HTMLElement} */ (document.querySelector(".st-key-clear button")).click();
    if (playing) return showPlay(masthead);
    document.querySelector(".stHtml:has(.prompt)")?.replaceChildren(masthead);
    showDrawing();
  });
}

/** @param {HTMLElement} masthead */
async function showPlay(masthead) {
  const { mount } = await import("../play/play.js"), [outcome, played, table] = ["outcome", "st-key-played", "table"].map((className) => Object.assign(document.createElement("div"), { className }));
  const last = document.createElement("div");
  const parts = /** @type {const} */ ([["prompt", masthead.parentElement], ["outcome", outcome.appendChild(document.createElement("div"))], ["table", table]]);
  const play = (/** @type {string} */ game) => { for (const [part, parentElement] of parts) if (parentElement) mount({ data: { part, game, networks: chosen() }, parentElement, setStateValue }); };
  masthead.remove();
  played.append(heads);
  last.append(played);
  reading.replaceChildren(choice("game", t("Game"), Object.values(GAMES), Object.values(GAMES)[0], (title) => play(keyOf(GAMES, title))), outcome, last, table);
  play(Object.keys(GAMES)[0]);
}

// ------------------------------------------------------------------------------------------------- the canvas

/** @param {Record<string, import("./pad.js").Strokes>} samples */
function startPad(samples) {
  const [undo, clear] = [".st-key-undo button", ".st-key-clear button"].map((selector) => /** @type {HTMLButtonElement} */ (find(selector)));
  const pad = new Pad(find(".st-key-canvas"), samples, { erased: cleared, drawn }), brush = /** @type {HTMLInputElement} */ (find(".st-key-brush input"));
  for (const button of [undo, clear]) button.disabled = false;
  undo.addEventListener("click", () => pad.undo());
  clear.addEventListener("click", () => pad.clear());
  brush.addEventListener("input", () => { pad.brush = brush.valueAsNumber; });
  addEventListener("keydown", (/** @type {KeyboardEventInit & Event} */ event) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key?.toLowerCase() !== "z") return;
    event.preventDefault();
    undo.click();
  });
  find(".samples").addEventListener("click", ({ target }) => {
    if (target instanceof HTMLButtonElement) pad.write(samples[target.value]);
  });
}

/** Closes what is folded out at Escape, and at a press elsewhere. */
function closeChoices() {
  const close = (/** @type {(details: Element) => boolean} */ which) => {
    for (const details of document.querySelectorAll("details.choice[open]")) if (which(details)) details.removeAttribute("open");
  };
  addEventListener("pointerdown", ({ target }) => close((details) => !details.contains(/** @type {Node} */ (target))), { capture: true, passive: true });
  addEventListener("keydown", (/** @type {KeyboardEventInit & Event} */ { key }) => {
    if (key !== "Escape") return;
    const within = document.activeElement?.closest("details.choice[open]");
    close(() => true);
    /** @type {HTMLElement | null | undefined} */ (within?.querySelector("summary"))?.focus();
  });
}

/** @param {Record<string, string>} titles @param {string} title */
const keyOf = (titles, title) => Object.keys(titles).find((key) => titles[key] === title) ?? "";

/** Says what stands in index.html in the visitor's language. */
function translate() {
  Object.assign(document.documentElement, { lang: language, dir: language === "ar" ? "rtl" : "ltr" });
  document.title = t("Draw a digit");
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = WORDS[node.textContent.trim()];
  find(".st-key-brush input").ariaLabel = t("Brush");
  find(".samples [role=group]").ariaLabel = t("Start from a sample");
  mountMenu({ data: { languages: JSON.parse(names) }, parentElement: find(".st-key-language") });
}

translate();
closeChoices();
startPlay();
find(".networks").addEventListener("change", choose);
answers("heads", /** @type {HTMLElement} */ (heads.firstElementChild));
showDrawing();
mountGrab({ parentElement: find(".st-key-grab") });
fetch(new URL(catalog, base)).then((response) => response.json()).then(({ samples }) => startPad(samples));
const keep = () => navigator.serviceWorker?.register(new URL(`offline.js?${version}`, base)).catch((error) => console.warn("This page does not work offline.", error.message));
if (document.readyState === "complete") keep(); // the translations have come later than the rest
else addEventListener("load", keep);
