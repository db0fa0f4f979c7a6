/* Sentences, plural forms and numbers in the visitor's language; English is the source. What varies stands in braces. */
import catalogue from "./catalogue.js";

/** @typedef {Record<string, string | number>} Values by their names in the sentence */

export const language = catalogue.language;
const FROM_RIGHT = globalThis.document?.documentElement.dir === "rtl";
const LATIN = { numberingSystem: "latn" }; // the digits that people draw here
/** @type {Intl.NumberFormat[]} by their decimals: to make one takes longer than to use it */ const formats = [];

/** The translation of a sentence: t("{network} says {digit}", { network, digit }). @param {string} sentence @param {Values} [values] */
export function t(sentence, values = {}) {
  const found = catalogue.messages[sentence];
  return filled(typeof found === "string" ? found : sentence, values);
}

/** The form that goes with n: tn("{n} drawing", "{n} drawings", n). @param {string} singular @param {string} plural @param {number} n @param {Values} [values] */
export function tn(singular, plural, n, values = {}) {
  const forms = catalogue.messages[singular];
  return filled(Array.isArray(forms) ? forms[catalogue.plural(n)] : n === 1 ? singular : plural, { n, ...values });
}

/** A number as the language writes it. @param {number} value @param {number} [decimals] */
export const number = (value, decimals = 0) => (formats[decimals] ??= new Intl.NumberFormat(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals, ...LATIN })).format(value);

/** A number of percent as the language writes it: asPercent("99.9") is "99.9 %" in English. @param {string} written */
export const asPercent = (written) => catalogue.percent.replace("0", written);

/** Marks text that is read from left to right in every language: a signed number, a formula. @param {string} written */
export const leftToRight = (written) => (FROM_RIGHT ? `\u2066${written}\u2069` : written);

/** @param {string} sentence @param {Values} values */
function filled(sentence, values) {
  const words = sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  return language === "en" ? words.replace(/\b([Aa]) (?=8)/g, "$1n ") : words; // an 8
}
