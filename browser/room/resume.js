/* Offers somebody who has scanned a room's code again to go on as who they were. */
import { t } from "../language/language.js";
import { recall } from "./memory.js";

/** Called by the page where a room can be joined.
 * @param {{ data: { code: string }, parentElement: Element, setTriggerValue: (name: string, value: string) => void }} component */
export function mount({ data, parentElement, setTriggerValue }) {
  const known = recall(data.code);
  if (!known) return parentElement.replaceChildren();
  const button = Object.assign(document.createElement("button"), { type: "button", className: "room-resume", textContent: t("Go on as {name}", { name: known.name }) });
  button.addEventListener("click", () => setTriggerValue("resumed", known.token));
  parentElement.replaceChildren(button);
}
