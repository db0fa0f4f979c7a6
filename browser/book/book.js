/* The lessons of the page The book. The page says which one; each is a module of its own, loaded when it is opened. */
import { t } from "../language/language.js";
import { SIDE } from "../journey/parts.js";
import { Desk } from "./desk.js";

/** @typedef {Record<string, any>} Facts what the print says, by figure, table or listing */
/**
 * @typedef {object} Material
 * @property {string} lesson the module's name, and after a colon which of its lessons
 * @property {Uint8Array} digit the visitor's own, or a sample: 28 x 28 values from 0 to 255
 * @property {Float32Array} ink the same, from 0 to 1
 * @property {boolean} own the digit is the visitor's
 * @property {Facts} facts
 * @property {any} ours figures of our own trainings
 */
/** @typedef {{ lesson: string, digit: string, own: boolean, facts: Facts, ours: any }} Data */

/** @type {Desk | null} */ let shown = null;

/** Called by the page when a lesson is opened, and in each of its reruns.
 * @param {{ data: Data, parentElement: Element }} component */
export async function mount({ data, parentElement }) {
  if (shown?.root.isConnected && parentElement.contains(shown.root) && shown.root.dataset.lesson === data.lesson) return;
  shown?.end();
  const desk = (shown = new Desk(parentElement, data.lesson)), [module, which] = data.lesson.split(":");
  const digit = data.digit ? Uint8Array.from(atob(data.digit), (letter) => letter.charCodeAt(0)) : new Uint8Array(SIDE * SIDE);
  try {
    const { lesson } = await import(`./${module}.js`);
    desk.begin(await lesson(desk, { ...data, digit, ink: Float32Array.from(digit, (value) => value / 255) }, which));
  } catch (reason) {
    desk.words.textContent = t("This lesson cannot be shown: {reason}", { reason: String(reason) });
    console.error(reason);
  }
}
