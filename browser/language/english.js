/* English: every sentence as it stands in the code. */

/** @typedef {{ language: string, percent: string, plural: (n: number) => number, messages: Record<string, string | string[]> }} Catalogue
 * percent: how a percentage is written, with 0 for the number; plural: the place of the form that goes with n; messages: the
 * translation, or its plural forms, of an English sentence */

/** @type {Catalogue} */
export default { language: "en", percent: "0 %", plural: (n) => Number(n !== 1), messages: {} };
