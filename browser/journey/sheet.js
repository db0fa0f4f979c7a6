/* The journey over the whole window: on a phone always, where it would lie far below the canvas; in front of a class on request.
   The page's own canvas, verdict and heads are laid out anew around it by the style sheet, so that the visitor draws on as before. */

import { t } from "../language/language.js";

const PHONE = matchMedia("(max-width: 640px), (max-height: 480px)");
const FULL = "data-journey-full"; // on the document's element, for the style sheet

const ICONS = {
  play: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M8 5v14l11-7z"/></svg>',
  full: '<svg viewBox="0 0 24 24" aria-hidden="true"><path class="lines" d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/></svg>',
  close: '<svg viewBox="0 0 24 24" aria-hidden="true"><path class="lines" d="M5 5l14 14M19 5 5 19"/></svg>',
};

/** The buttons of a journey: Play, and one each that opens and closes the sheet, which names them. */
export const TOOLS = `<div class="journey-tools"><h3></h3><button type="button" class="journey-play" aria-pressed="false">${ICONS.play}</button>
  <button type="button" class="journey-open">${ICONS.full}</button>
  <button type="button" class="journey-close">${ICONS.close}</button></div>`;

export const isFull = () => document.documentElement.hasAttribute(FULL);

export class Sheet {
  /** @param {HTMLElement} root of the journey @param {AbortSignal} signal when it ends */
  constructor(root, signal) {
    const on = (/** @type {string} */ name, /** @type {() => void} */ then) => root.querySelector(name)?.addEventListener("click", then, { signal });
    const name = (/** @type {string} */ button, /** @type {string} */ words, title = words) => Object.assign(/** @type {HTMLElement} */ (root.querySelector(button)), { ariaLabel: words, title });
    name(".journey-play", t("Play it"));
    name(".journey-open", t("Fill the window"), t("Fill the window (F)"));
    name(".journey-close", t("Close the journey"), t("Close (Escape)"));
    on(".journey-open", () => this.set(true));
    on(".journey-close", () => this.close());
    addEventListener("keydown", (event) => this.#key(/** @type {KeyboardEvent} */ (event)), { signal });
    addEventListener("popstate", () => { if (isFull()) this.close(); }, { signal });
    PHONE.addEventListener("change", () => this.set(PHONE.matches || this.#asked), { signal });
    if (PHONE.matches) this.set(true);
  }
  #asked = false; // by the visitor, and not by the window's size

  /** @param {boolean} full */
  set(full) {
    this.#asked = full && !PHONE.matches;
    document.documentElement.toggleAttribute(FULL, full);
  }

  /** Back to the page; on a phone the panel itself closes, since it has no other place. */
  close() {
    this.set(false);
    if (PHONE.matches) /** @type {HTMLElement | null} */ (document.querySelector(".st-key-panel [data-testid=stButtonGroup] button"))?.click(); // Bars
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const target = /** @type {Element} */ (event.composedPath()[0]);
    if (event.ctrlKey || event.metaKey || event.altKey || target.matches?.("input, textarea, [contenteditable]")) return;
    if (event.key === "Escape" && isFull()) this.close();
    else if (event.key.toLowerCase() === "f" && !PHONE.matches) this.set(!isFull());
  }
}
