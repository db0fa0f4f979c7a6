/* The answers in words: how far the networks agree, and percentages. */

export const INVITATION = "Draw a digit from 0 to 9";
export const DOT = "That is only a dot; draw a larger digit";
export const GONE = "No ink is left to read";
export const OUTLIER = "Not a digit?";
export const NOTHING = "No network can answer";
export const SEVERAL = "Reading the number …"; // by the server
export const ONE = "One digit at a time, please"; // where no server reads numbers
export const MORE = "Reading the drawing …";
export const PHOTO = "Reading your photo …";
export const LOAD = "Read while I draw (loads 2.6 MB)";
export const UNLOADED = "This network is not here yet; it loads when you are online.";
export const UPDATED = "This page has been updated. Reload it";
export const AWAY = "Answered by your browser; the server is away.";
export const NUMBERS = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"];
const SMALLEST = 0.0005; // probabilities below this would round to 0.0 %

/** How far the networks agree: "All four say 7", "Three say 7, the RNN says 1".
 * @param {{ title: string, answer: string }[]} answers a digit or a number from each network, in display order; at least one
 * @param {"say" | "read"} verb */
export function headline(answers, verb = "say") {
  /** @type {Map<string, string[]>} */ const titles = new Map();
  for (const { title, answer } of answers) titles.set(answer, [...(titles.get(answer) ?? []), title]);
  const groups = [...titles], [[answer, largest], ...others] = groups.toSorted((a, b) => b[1].length - a[1].length);
  const said = (/** @type {[string, string[]]} */ [answer, titles]) => `${list(titles.map((title) => `the ${title}`))} ${titles.length > 1 ? verb : `${verb}s`} ${answer}`;
  if (!others.length && largest.length === 1) return `The ${largest[0]} ${verb}s ${answer}`;
  if (!others.length) return `${largest.length === 2 ? "Both" : `All ${NUMBERS[largest.length].toLowerCase()}`} ${verb} ${answer}`;
  if (largest.length === 1) return `No two agree: ${list(groups.map(said))}`;
  if (others[0][1].length === largest.length) return capitalized([/** @type {[string, string[]]} */ ([answer, largest]), ...others].map(said).join(", "));
  return [`${NUMBERS[largest.length]} ${verb} ${answer}`, ...others.map(said)].join(", ");
}

/** Who is wrong: "All four are wrong: it is a 1", "The MLP is wrong: it is a 1".
 * @param {string[]} wrong titles @param {string[]} right titles @param {string} meant the digit or the number */
export function failure(wrong, right, meant) {
  const it = meant.length > 1 ? `it is ${meant}` : `it is ${meant === "8" ? "an" : "a"} ${meant}`, few = wrong.length === 1 || (right.length > 0 && wrong.length <= 2);
  if (few) return capitalized(`${list(wrong.map((title) => `the ${title}`))} ${wrong.length > 1 ? "are" : "is"} wrong: ${it}`);
  if (right.length === 1) return `Only the ${right[0]} is right: ${it}`;
  const all = wrong.length === 2 ? "Both" : `All ${NUMBERS[wrong.length].toLowerCase()}`;
  return `${right.length ? NUMBERS[wrong.length] : all} are wrong: ${it}`;
}

/** A probability from 0 to 1 with one decimal; neither 0 nor 100 % unless it is exactly that. @param {number} probability */
export function percent(probability) {
  if (probability > 0 && probability < SMALLEST) return "<0.1 %";
  if (probability < 1 && 1 - probability <= SMALLEST) return ">99.9 %";
  return `${(100 * probability).toFixed(1)} %`;
}

/** An enumeration: "a, b and c". @param {string[]} words */
export const list = (words) => [words.slice(0, -1).join(", "), words[words.length - 1]].filter(Boolean).join(" and ");

/** @param {string} words */
const capitalized = (words) => words[0].toUpperCase() + words.slice(1);
