/* The scoreboard on the wall: a confusion matrix for each network, the drawings that stand out, and calibration. It judges
   networks, never people. */
import { asPercent, number, t, tn } from "../language/language.js";
import { confusion as inWords, ofAll, percentOf } from "./show.js";
import { paint } from "./tiles.js";

/** @typedef {import("./show.js").Tile} Tile */
/** @typedef {import("./show.js").Network & { confusion: number[][] }} Score confusion: counts by what was meant, then by the answer */
/** @typedef {{ low: number, high: number, n: number, correct: number, confidence: number }} Bin answers with a confidence from low to high */
/** @typedef {{ drawings: number, scores: Score[], notable: { words: string, tile: Tile | null }[], calibration: Bin[] }} Scores */

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const NOTHING = t("Nothing to judge yet: reveal the answers to drawings whose digit is known.");
const CALIBRATION = t("Of the answers given with this confidence, so many were right; the mark is what a calibrated network would reach.");

/** Draws the scoreboard. @param {HTMLElement} root @param {Scores} scores
 * @param {(network: string, meant: number, answered: number) => void} open called for a cell of a matrix
 * @param {(id: number) => Uint8Array | undefined} pixels */
export function drawScores(root, { drawings, scores, notable, calibration }, open, pixels) {
  root.replaceChildren();
  if (!drawings) return root.append(paragraph("wall-empty", NOTHING));
  const matrices = make("div", `matrices ${scores.length > 4 ? "many" : ""}`);
  for (const score of scores) matrices.append(matrix(score, open));
  const beside = make("div", "beside"), surest = make("div", "notable");
  for (const { words, tile } of notable) if (tile) surest.append(figure(words, tile, scores, pixels));
  if (!surest.childElementCount) surest.append(paragraph("", t("No network was wrong yet.")));
  beside.append(surest, bars(calibration));
  const caption = paragraph("wall-caption", tn("Meant down, answered across; {n} drawing.", "Meant down, answered across; {n} drawings.", drawings, { n: number(drawings) }));
  caption.append(make("span", "wall-click", ` ${t("Click a number to see its drawings.")}`));
  root.append(caption, matrices, beside);
}

/** @param {Score} score @param {(network: string, meant: number, answered: number) => void} open */
function matrix({ key, title, colour, confusion }, open) {
  const right = DIGITS.reduce((sum, digit) => sum + confusion[digit][digit], 0), n = confusion.flat().reduce((sum, each) => sum + each, 0);
  const most = Math.max(1, ...confusion.flatMap((row, meant) => row.filter((_, answered) => answered !== meant)));
  const holder = make("figure", "matrix");
  holder.dataset.network = key;
  holder.style.setProperty("--network", colour);
  const table = make("table", ""), head = make("tr", "");
  head.append(cell("td", ""), ...DIGITS.map((digit) => cell("th", String(digit), "col")));
  table.append(head);
  for (const meant of DIGITS) {
    const row = make("tr", ""), of = confusion[meant].reduce((sum, each) => sum + each, 0);
    row.append(cell("th", String(meant), "row"));
    for (const answered of DIGITS) row.append(value(confusion[meant][answered], of, meant, answered, most, title, () => open(key, meant, answered)));
    table.append(row);
  }
  const caption = make("figcaption", "");
  caption.append(make("b", "", title), make("span", "", ` ${ofAll(right, n)}`), make("em", "", ` ${percentOf(right, n)}`));
  holder.append(caption, table);
  return holder;
}

/** @param {number} amount @param {number} of all with this meaning @param {number} meant @param {number} answered @param {number} most of all mistakes @param {string} title @param {() => void} open */
function value(amount, of, meant, answered, most, title, open) {
  const place = make("td", meant === answered ? "right" : amount ? "wrong" : "");
  if (!amount) return place;
  const button = make("button", "", String(amount));
  button.type = "button";
  button.setAttribute("aria-label", `${inWords(title, meant, answered)}, ${ofAll(amount, of)}`);
  button.addEventListener("click", open);
  place.style.setProperty("--share", `${Math.round(100 * (meant === answered ? amount / of : 0.35 + (0.65 * amount) / most))}%`);
  place.append(button);
  return place;
}

/** @param {string} words @param {Tile} tile @param {Score[]} scores @param {(id: number) => Uint8Array | undefined} pixels */
function figure(words, tile, scores, pixels) {
  const holder = make("figure", ""), caption = make("figcaption", ""), canvas = make("canvas", "");
  Object.assign(canvas, { width: 28, height: 28 });
  const found = pixels(tile.id);
  if (found) paint(canvas, found);
  const said = scores.filter(({ key }) => key in tile.answers).map(({ key, title }) => `${title} ${tile.answers[key][0]}`).join(", ");
  caption.append(make("b", "", words), make("span", "", t("meant {digit}; {answers}", { digit: Number(tile.label), answers: said })));
  holder.append(canvas, caption);
  return holder;
}

/** @param {Bin[]} bins */
function bars(bins) {
  const holder = make("div", "calibration");
  holder.append(paragraph("wall-caption", CALIBRATION));
  for (const { low, high, n, correct, confidence } of bins) {
    const row = make("p", ""), track = make("span", "track"), bar = make("span", "bar"), said = make("span", "said");
    bar.style.width = `${(100 * correct) / n}%`;
    said.style.left = `${100 * confidence}%`;
    track.append(bar, said);
    row.append(make("b", "", t("{low} to {high}", { low: Math.round(100 * low), high: asPercent(String(Math.round(100 * high))) })), track, make("span", "", ofAll(correct, n)));
    holder.append(row);
  }
  return holder;
}

/** @template {keyof HTMLElementTagNameMap} Name @param {Name} name @param {string} kind class @param {string} [text] @returns {HTMLElementTagNameMap[Name]} */
export function make(name, kind, text = "") {
  const element = document.createElement(name);
  element.className = kind;
  element.textContent = text;
  return element;
}

/** @param {"td" | "th"} name @param {string} text @param {string} [scope] */
function cell(name, text, scope) {
  const element = make(name, "", text);
  if (scope) element.setAttribute("scope", scope);
  return element;
}

/** @param {string} kind @param {string} text */
export const paragraph = (kind, text) => make("p", kind, text);
