/* Beside the verdict: was it right? The visitor's label counts at once, also without the server, which gets it as soon as it can. */

import { t } from "../language/language.js";

/** @typedef {import("./state.js").Labels} Labels */
/** @typedef {import("./state.js").Shown} Shown */

const CHECK = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M9 16.2 4.8 12l-1.4 1.4L9 19 21 7l-1.4-1.4z"/></svg>';
const CROSS = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M19 6.4 17.6 5 12 10.6 6.4 5 5 6.4 10.6 12 5 17.6 6.4 19 12 13.4 17.6 19 19 17.6 13.4 12z"/></svg>';

export class Meaning {
  #place = 0;
  /** @type {Labels} */ #labels = [];

  /** @param {(labels: Labels | "right") => void} say with the labels of all digits, or that all were read right */
  constructor(say) {
    this.root = document.createElement("div");
    this.root.className = "meaning";
    const right = t("Yes, right"), which = t("Which digit did you mean?");
    this.root.innerHTML = `<button type="button" class="right" aria-label="${right}">${CHECK}<span>${right}</span></button>
      <button type="button" class="meant" aria-haspopup="true" aria-expanded="false">${CROSS}<span></span></button>
      <div class="which" role="group" aria-label="${which}" hidden>${Array.from({ length: 10 }, (_, digit) => `<button type="button" value="${digit}">${digit}</button>`).join("")}</div>`;
    const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (this.root.querySelector(selector));
    this.right = find(".right");
    this.meant = find(".meant");
    this.which = find(".which");
    this.words = find(".meant span");
    this.right.addEventListener("click", () => say("right"));
    this.meant.addEventListener("click", () => this.#open(Boolean(this.which.hidden)));
    this.which.addEventListener("click", ({ target }) => {
      const digit = target instanceof HTMLButtonElement ? Number(target.value) : null, labels = [...this.#labels];
      if (digit === null) return;
      labels[this.#place] = labels[this.#place] === digit ? null : digit;
      this.#open(false);
      say(labels);
    });
    this.root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.which.hidden) return;
      this.#open(false);
      event.stopPropagation();
    });
    this.root.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget instanceof Node && !this.root.contains(relatedTarget)) this.#open(false, false);
    });
    addEventListener("pointerdown", (event) => { if (!event.composedPath().includes(this.root)) this.#open(false, false); }, { capture: true, passive: true });
  }

  /** @param {Shown} shown @param {Labels} labels */
  update({ kind, digits, place }, labels) {
    const digit = kind === "answered" ? digits[place] : undefined, label = labels[place] ?? null;
    this.root.classList.toggle("absent", !digit);
    if (!digit) return this.#open(false, false);
    this.#place = place;
    this.#labels = digits.map((_, i) => labels[i] ?? null);
    this.right.hidden = label !== null || digit.outlier;
    this.root.classList.toggle("said", label !== null);
    const words = label !== null ? t("You meant {digit}", { digit: label }) : digit.outlier ? t("It is a digit") : t("No, I meant");
    if (this.words.textContent === words) return;
    this.words.textContent = words;
    this.meant.setAttribute("aria-label", words);
    for (const button of this.which.children) button.setAttribute("aria-pressed", String(label === Number(/** @type {HTMLButtonElement} */ (button).value)));
  }

  /** @param {boolean} open @param {boolean} [focus] the buttons, or the one that opens them */
  #open(open, focus = true) {
    if (this.which.hidden === !open) return;
    this.which.hidden = !open;
    this.meant.setAttribute("aria-expanded", String(open));
    if (focus) /** @type {HTMLElement} */ (open ? this.which.querySelector("[aria-pressed=true]") ?? this.which.firstElementChild : this.meant).focus();
  }
}
