/* The show of a reveal: when each answer is told, in which order the drawings stand at its end, and what is said of them. */
import { NUMBERS, percent } from "../answers/words.js";
import { asPercent, language, number, t, tn } from "../language/language.js";

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

/** The number of networks that were wrong; 0 where the digit is not known. @param {Tile} tile */
export const wrong = ({ label, answers }) => (label === null ? 0 : Object.values(answers).filter(([digit]) => digit !== label).length);

/** Those first that most networks got wrong. @param {Tile[]} tiles */
export const wrongFirst = (tiles) => tiles.toSorted((a, b) => wrong(b) - wrong(a));

/** The number of drawings that a network read right, of those whose digit is known. @param {Tile[]} tiles @param {string} key */
export function score(tiles, key) {
  const judged = tiles.filter(({ label, answers }) => label !== null && key in answers);
  return { right: judged.filter(({ label, answers }) => answers[key][0] === label).length, n: judged.length };
}

/** The one sentence at the end. @param {Tile[]} tiles @param {Network[]} networks */
export function sentence(tiles, networks) {
  const judged = tiles.filter(({ label, answers }) => label !== null && Object.keys(answers).length);
  if (!judged.length) return tiles.length ? t("Nobody said which digits these are, so no answer is right or wrong.") : "";
  const titles = Object.fromEntries(networks.map(({ key, title }) => [key, title]));
  const mistakes = judged.flatMap(({ label, answers }) => Object.entries(answers).filter(([, [digit]]) => digit !== label).map(([key, [digit, confidence]]) => ({ label, key, digit, confidence })));
  if (!mistakes.length) return allRight(networks.length, judged.length);
  const surest = mistakes.reduce((best, each) => (each.confidence > best.confidence ? each : best));
  const worst = t("The {network} was {confidence} sure that a {meant} is a {digit}.", { network: titles[surest.key] ?? surest.key, confidence: percent(surest.confidence), meant: Number(surest.label), digit: surest.digit });
  const fooled = judged.filter((tile) => wrong(tile) === Object.keys(tile.answers).length).length;
  return fooled ? `${fooledAll(networks.length, fooled)} ${worst}` : worst;
}

/** @param {number} networks @param {number} drawings */
function allRight(networks, drawings) {
  const values = { networks: spelled(networks), n: number(drawings) };
  if (drawings === 1) return networks === 1 ? t("The network read the drawing right.") : networks === 2 ? t("Both read the drawing right.") : t("All {networks} read the drawing right.", values);
  if (networks === 1) return tn("The network read all {n} drawing right.", "The network read all {n} drawings right.", drawings, values);
  if (networks === 2) return tn("Both read all {n} drawing right.", "Both read all {n} drawings right.", drawings, values);
  return tn("All {networks} read all {n} drawing right.", "All {networks} read all {n} drawings right.", drawings, values);
}

/** @param {number} networks @param {number} drawings */
function fooledAll(networks, drawings) {
  const values = { networks: spelled(networks), drawings: NUMBERS[drawings] ?? number(drawings) };
  if (networks === 1) return tn("{drawings} drawing fooled the network.", "{drawings} drawings fooled the network.", drawings, values);
  if (networks === 2) return tn("{drawings} drawing fooled both.", "{drawings} drawings fooled both.", drawings, values);
  return tn("{drawings} drawing fooled all {networks}.", "{drawings} drawings fooled all {networks}.", drawings, values);
}

/** The sentence of a phone about its own drawing. @param {number | null} label @param {Answer[]} answers @param {boolean} fool it was meant to fool them */
export function outcome(label, answers, fool) {
  if (label === null) {
    const digits = [...new Set(answers.map(([, , digit]) => String(digit)))].reduce((one, other) => t("{one} or {other}", { one, other }));
    return t("They say {digits}", { digits });
  }
  const right = answers.filter(([, , digit]) => digit === label).length, all = answers.length, values = { networks: spelled(all), digit: label, right, wrong: all - right, all };
  if (right === all && fool) return all === 1 ? t("You fooled nobody: the network reads your {digit}", values) : all === 2 ? t("You fooled nobody: both read your {digit}", values) : t("You fooled nobody: all {networks} read your {digit}", values);
  if (right === all) return all === 1 ? t("The network reads your {digit}", values) : all === 2 ? t("Both read your {digit}", values) : t("All {networks} read your {digit}", values);
  if (right === 0 && fool) return all === 1 ? t("You fooled the network") : all === 2 ? t("You fooled both") : t("You fooled all {networks}", values);
  if (fool) return t("You fooled {wrong} of {all}", values);
  return right === 0 ? t("None of {all} reads your {digit}", values) : t("{right} of {all} read your {digit}", values);
}

/** @param {number} n */
export const drawings = (n) => tn("{n} drawing", "{n} drawings", n, { n: number(n) });

/** @param {number} right @param {number} n */
export const ofAll = (right, n) => t("{right} of {n}", { right: number(right), n: number(n) });

/** @param {number} right @param {number} n */
export const percentOf = (right, n) => (n ? asPercent(number(Math.round((100 * right) / n))) : "–");

/** The heading for a cell of a confusion matrix. @param {string} network @param {number} digit that was meant @param {number} answer */
export const confusion = (network, digit, answer) => (digit === answer ? t("{network}: {digit} read right", { network, digit }) : t("{network}: {digit} taken for {answer}", { network, digit, answer }));

/** @param {number} networks */
const spelled = (networks) => (NUMBERS[networks] ?? number(networks)).toLocaleLowerCase(language);
