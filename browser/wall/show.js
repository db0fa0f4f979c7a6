/* The show of a reveal: when each answer is told, in which order the drawings stand at its end, and what is said of them. */
import { NUMBERS, percent } from "../answers/words.js";

/**
 * @typedef {object} Tile a drawing on the wall
 * @property {number} id
 * @property {string} name
 * @property {string} colour
 * @property {number} round
 * @property {number | null} label the digit that was meant
 * @property {Record<string, [digit: number, confidence: number]>} answers by network; none while they are hidden
 */
/** @typedef {{ key: string, title: string, colour: string }} Network */
/** @typedef {[title: string, colour: string, digit: number, confidence: number]} Answer */

export const SECONDS = 10;
const FRONT = 8; // seconds after which all answers are told, and the wrong ones come to the front
const STAGGER = 0.7; // of a network's time, over which its answers are told one after another

/** @param {number} elapsed seconds since the show began, negative before it
 * @returns {{ phase: "countdown" | "networks" | "front" | "done", count: number }} count: what the countdown says */
export function moment(elapsed) {
  const phase = elapsed < 0 ? "countdown" : elapsed < FRONT ? "networks" : elapsed < SECONDS ? "front" : "done";
  return { phase, count: Math.ceil(-elapsed) };
}

/** The second at which a network's answer to a drawing is told. place: of the drawing, from 0; steps: all drawings at once.
 * @param {number} network @param {number} networks @param {number} place @param {number} drawings @param {boolean} steps */
export function toldAt(network, networks, place, drawings, steps = false) {
  const slot = FRONT / networks;
  return network * slot + (steps ? 0.3 : 0.15 + (STAGGER * place) / drawings) * slot;
}

/** The network that is being told. @param {number} elapsed @param {number} networks */
export const speaking = (elapsed, networks) => (elapsed < 0 || elapsed >= FRONT ? -1 : Math.min(networks - 1, Math.floor((elapsed * networks) / FRONT)));

/** How many networks were wrong; 0 where the digit is not known. @param {Tile} tile */
export const wrong = ({ label, answers }) => (label === null ? 0 : Object.values(answers).filter(([digit]) => digit !== label).length);

/** Those first that most networks got wrong. @param {Tile[]} tiles */
export const wrongFirst = (tiles) => tiles.toSorted((a, b) => wrong(b) - wrong(a));

/** How many drawings a network read right, of those whose digit is known. @param {Tile[]} tiles @param {string} key */
export function score(tiles, key) {
  const judged = tiles.filter(({ label, answers }) => label !== null && key in answers);
  return { right: judged.filter(({ label, answers }) => answers[key][0] === label).length, n: judged.length };
}

/** The one sentence at the end. @param {Tile[]} tiles @param {Network[]} networks */
export function sentence(tiles, networks) {
  const judged = tiles.filter(({ label, answers }) => label !== null && Object.keys(answers).length);
  if (!judged.length) return tiles.length ? "Nobody said which digits these are, so no answer is right or wrong." : "";
  const titles = Object.fromEntries(networks.map(({ key, title }) => [key, title]));
  const mistakes = judged.flatMap(({ label, answers }) => Object.entries(answers).filter(([, [digit]]) => digit !== label).map(([key, [digit, confidence]]) => ({ label, key, digit, confidence })));
  const all = everyone(networks.length);
  if (!mistakes.length) return judged.length === 1 ? `${capital(all)} read the drawing right.` : `${capital(all)} read all ${judged.length} drawings right.`;
  const surest = mistakes.reduce((best, each) => (each.confidence > best.confidence ? each : best));
  const worst = `The ${titles[surest.key] ?? surest.key} was ${percent(surest.confidence)} sure that a ${surest.label} is a ${surest.digit}.`;
  const fooled = judged.filter((tile) => wrong(tile) === Object.keys(tile.answers).length).length;
  return fooled ? `${fooled === 1 ? "One drawing" : `${NUMBERS[fooled] ?? fooled} drawings`} fooled ${all}. ${worst}` : worst;
}

/** What a phone says of its own drawing. @param {number | null} label @param {Answer[]} answers @param {boolean} fool it was meant to fool them */
export function outcome(label, answers, fool) {
  if (label === null) return `They say ${[...new Set(answers.map(([, , digit]) => digit))].join(" or ")}`;
  const right = answers.filter(([, , digit]) => digit === label).length, all = answers.length;
  if (right === all) return `${fool ? "You fooled nobody: " : ""}${fool ? everyone(all) : capital(everyone(all))} ${all === 1 ? "reads" : "read"} your ${label}`;
  if (fool) return right === 0 ? `You fooled ${everyone(all)}` : `You fooled ${all - right} of ${all}`;
  return right === 0 ? `None of ${all} reads your ${label}` : `${right} of ${all} read your ${label}`;
}

/** @param {number} n @param {string} noun */
export const count = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** @param {number} right @param {number} n */
export const percentOf = (right, n) => (n ? `${Math.round((100 * right) / n)} %` : "–");

/** @param {number} count */
const everyone = (count) => (count === 1 ? "the network" : count === 2 ? "both" : `all ${(NUMBERS[count] ?? String(count)).toLowerCase()}`);

/** @param {string} words */
const capital = (words) => words[0].toUpperCase() + words.slice(1);
