/* The page Draw on a projector: the canvas and its answers fill the window, without anything to operate; see ui/draw/projector.css. */
import { Projector } from "./projector.js";

const PARAMETER = "projector"; // of a link that opens the page so
let asked = new URLSearchParams(location.search).has(PARAMETER);

/** @type {AbortController | null} */ let shown = null;

/** Makes the page Draw a projector's while it is shown. */
export function followStage() {
  const there = document.querySelector(".st-key-panel") !== null;
  if (there === (shown !== null)) return;
  shown?.abort();
  shown = null;
  if (!there) return;
  shown = new AbortController();
  const projector = new Projector(document.body, () => {}, shown.signal), button = projector.button();
  document.body.append(button);
  shown.signal.addEventListener("abort", () => button.remove());
  if (asked) projector.switch(true, false);
  asked = false;
}
