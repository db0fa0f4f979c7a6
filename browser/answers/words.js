/* The answers in words: how far the networks agree, and percentages. */
import { asPercent, language, leftToRight, number, t, tn } from "../language/language.js";

export const INVITATION = t("Draw a digit from 0 to 9");
export const DOT = t("That is only a dot; draw a larger digit");
export const GONE = t("No ink is left to read");
export const OUTLIER = t("Not a digit?");
export const NOTHING = t("No network can answer");
export const SEVERAL = t("Reading the number …"); // by the server
export const ONE = t("One digit at a time, please"); // where no server reads numbers
export const MORE = t("Reading the drawing …");
export const PHOTO = t("Reading your photo …");
export const LOAD = t("Read while I draw (loads 3.4 MB)");
export const UNLOADED = t("This network is not here yet; it loads when you are online.");
export const UPDATED = t("This page has been updated. Reload it");
export const AWAY = t("Answered by your browser; the server is away.");
export const NUMBERS = ["0", t("One"), t("Two"), t("Three"), t("Four"), t("Five"), t("Six"), t("Seven"), t("Eight"), t("Nine"), t("Ten"), t("Eleven"), t("Twelve")];
const COMMA = t(", "); // between clauses
const MIN_WRITTEN = 0.0005; // probabilities below this would round to 0.0 %

/** The agreement of the networks in words: "All four say 7", "Three say 7, the RNN says 1".
 * @param {{ title: string, answer: string }[]} answers a digit or a number from each network, in display order; at least one
 * @param {"say" | "read"} verb */
export function headline(answers, verb = "say") {
  /** @type {Map<string, string[]>} */ const titles = new Map();
  for (const { title, answer } of answers) titles.set(answer, [...(titles.get(answer) ?? []), title]);
  const groups = [...titles], [[answer, largest], ...others] = groups.toSorted((a, b) => b[1].length - a[1].length);
  const said = (/** @type {[string, string[]]} */ [answer, titles]) => clause(titles, answer, verb);
  if (!others.length && largest.length === 1) return capitalized(clause(largest, answer, verb));
  if (!others.length && largest.length === 2) return verb === "read" ? t("Both read {answer}", { answer }) : t("Both say {answer}", { answer });
  if (!others.length) return agreeing(largest.length, answer, verb);
  if (largest.length === 1) return t("No two agree: {clauses}", { clauses: list(groups.map(said)) });
  const rest = others.map(said);
  if (others[0][1].length === largest.length) return capitalized([said([answer, largest]), ...rest].join(COMMA));
  return [most(largest.length, answer, verb), ...rest].join(COMMA);
}

/** "the MLP and the CNN say 7" @param {string[]} titles @param {string} answer @param {"say" | "read"} verb */
function clause(titles, answer, verb) {
  const values = { networks: list(titles.map(named)), answer };
  return verb === "read" ? tn("{networks} reads {answer}", "{networks} read {answer}", titles.length, values) : tn("{networks} says {answer}", "{networks} say {answer}", titles.length, values);
}

/** @param {number} n @param {string} answer @param {"say" | "read"} verb */
function agreeing(n, answer, verb) {
  const values = { count: inWords(n), answer };
  return verb === "read" ? tn("All {count} reads {answer}", "All {count} read {answer}", n, values) : tn("All {count} says {answer}", "All {count} say {answer}", n, values);
}

/** @param {number} n @param {string} answer @param {"say" | "read"} verb */
function most(n, answer, verb) {
  const values = { count: NUMBERS[n], answer };
  return verb === "read" ? tn("{count} reads {answer}", "{count} read {answer}", n, values) : tn("{count} says {answer}", "{count} say {answer}", n, values);
}

/** Who is wrong: "All four are wrong: it is a 1", "The MLP is wrong: it is a 1".
 * @param {string[]} wrong titles @param {string[]} right titles @param {string} meant the digit or the number */
export function failure(wrong, right, meant) {
  const n = wrong.length, few = n === 1 || (right.length > 0 && n <= 2);
  const truth = meant.length > 1 ? t("it is {number}", { number: meant }) : t("it is a {digit}", { digit: meant });
  if (few) return capitalized(tn("{networks} is wrong: {truth}", "{networks} are wrong: {truth}", n, { networks: list(wrong.map(named)), truth }));
  if (right.length === 1) return t("Only {network} is right: {truth}", { network: named(right[0]), truth });
  if (right.length) return tn("{count} is wrong: {truth}", "{count} are wrong: {truth}", n, { count: NUMBERS[n], truth });
  return n === 2 ? t("Both are wrong: {truth}", { truth }) : tn("All {count} is wrong: {truth}", "All {count} are wrong: {truth}", n, { count: inWords(n), truth });
}

/** A probability from 0 to 1 with one decimal; neither 0 nor 100 % unless it is exactly that. @param {number} probability */
export function percent(probability) {
  if (probability > 0 && probability < MIN_WRITTEN) return leftToRight(`<${asPercent(number(0.1, 1))}`);
  if (probability < 1 && 1 - probability <= MIN_WRITTEN) return leftToRight(`>${asPercent(number(99.9, 1))}`);
  return asPercent(number(100 * probability, 1));
}

const enumeration = new Intl.ListFormat(language === "en" ? "en-GB" : language, { type: "conjunction" });

/** An enumeration: "a, b and c". @param {string[]} words */
export const list = (words) => enumeration.format(words);

/** @param {string} network its title */
const named = (network) => t("the {network}", { network });

/** @param {number} n */
const inWords = (n) => NUMBERS[n].toLocaleLowerCase(language);

/** @param {string} words */
const capitalized = (words) => words[0].toLocaleUpperCase(language) + words.slice(1);
