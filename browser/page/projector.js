/* A projector: one part of the page fills the window, without navigation and controls. The key P switches, Escape ends it, and
   an address with ?projector=1 begins so. On Draw it is the canvas with its answers (ui/draw/projector.css), in a room the wall. */

import { t } from "../language/language.js";

const ICON = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M3 4h18v12H3zM8 20h8M12 16v4" fill="none" stroke="currentColor" stroke-width="2"/></svg>`;
const TYPING = "input:not([type=range]), textarea, [role=combobox], [role=listbox]"; // where P is a letter

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

export class Projector {
  on = false;

  /** @param {HTMLElement} root the part that fills the window @param {() => void} changed @param {AbortSignal} signal of its end */
  constructor(root, changed, signal) {
    this.root = root;
    this.changed = changed;
    addEventListener("keydown", (event) => this.#press(/** @type {KeyboardEvent} */ (event)), { signal });
    signal.addEventListener("abort", () => this.switch(false, false));
  }

  /** @param {boolean} on @param {boolean} full also fills the screen; only where somebody has pressed something */
  switch(on, full) {
    this.on = on;
    this.root.toggleAttribute("data-projector", on);
    document.documentElement.toggleAttribute("data-projector", on);
    if (full && on) document.documentElement.requestFullscreen?.().catch(() => {});
    if (full && !on && document.fullscreenElement) document.exitFullscreen().catch(() => {});
    this.changed();
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || /** @type {Element} */ (event.composedPath()[0]).closest?.(TYPING)) return;
    if (event.key === "p" || event.key === "P") this.switch(!this.on, true);
    else if (event.key === "Escape" && this.on) this.switch(false, true);
  }

  /** A button that switches it on. */
  button() {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "project", title: t("Projector: fill the window (P)"), innerHTML: ICON });
    button.setAttribute("aria-label", t("Projector"));
    button.addEventListener("click", () => this.switch(true, true));
    return button;
  }
}
