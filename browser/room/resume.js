/* Keeps in the browser who somebody is in a room, and offers to go on as they were when they scan its code again. */
import { t } from "../language/language.js";

/** @typedef {{ token: string, name: string, until: number }} Known until: milliseconds since 1970 */

const NAME = "draw-a-digit-rooms";
const KEPT = 24 * 3600_000; // as long as rooms live

/** Called by the page where a room can be joined.
 * @param {{ data: { code: string }, parentElement: Element, setTriggerValue: (name: string, value: string) => void }} component */
export function mount({ data, parentElement, setTriggerValue }) {
  const known = stored()[data.code];
  if (!known) return parentElement.replaceChildren();
  const button = Object.assign(document.createElement("button"), { type: "button", className: "room-resume", textContent: t("Go on as {name}", { name: known.name }) });
  button.addEventListener("click", () => setTriggerValue("resumed", known.token));
  parentElement.replaceChildren(button);
}

/** @returns {Record<string, Known>} by the rooms' codes */
function stored() {
  try {
    const all = JSON.parse(localStorage.getItem(NAME) ?? "{}"), now = Date.now();
    return Object.fromEntries(Object.entries(all).filter(([, known]) => typeof known?.token === "string" && typeof known.name === "string" && known.until > now));
  } catch {
    return {}; // a browser without storage, or something that was not stored here
  }
}

/** @param {string} code @param {string} token @param {string} name */
export function remember(code, token, name) {
  const all = stored();
  if (all[code]?.token === token) return;
  all[code] = { token, name, until: Date.now() + KEPT };
  try {
    localStorage.setItem(NAME, JSON.stringify(all));
  } catch { /* a browser without storage */ }
}
