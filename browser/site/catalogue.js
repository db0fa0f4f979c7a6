/* In place of language/catalogue.js on the page without a server, where nobody else chooses the visitor's language: it is that of
   the address, ?lang=de, the one chosen before, or the browser's own. Without a connection an unknown one is English. */
import english from "../language/english.js";

const { languages = "{}" } = globalThis.document?.querySelector("script")?.dataset ?? {};
/** @type {Record<string, { words: string }>} */ const known = JSON.parse(languages);
const chosen = /language=([\w-]+)/.exec(globalThis.document?.cookie ?? "")?.[1];
const wanted = [new URL(location.href).searchParams.get("lang"), chosen, ...navigator.languages];
const key = wanted.map((tag) => tag?.split("-")[0].toLowerCase() ?? "").find((tag) => tag === "en" || tag in known) ?? "en";

export default key in known ? await import(new URL(known[key].words, new URL("../../../", import.meta.url)).href).then((words) => words.default, () => english) : english;
