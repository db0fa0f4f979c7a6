/* The participant's own drawing and its predictions, large, on their phone, while the wall shows the reveal. */
import { percent } from "../answers/words.js";
import { t } from "../language/language.js";
import { SECONDS, moment, outcome, toldAt } from "../wall/show.js";

/** @typedef {{ id: string, elapsed: number, picture: string, label: number | null, fool: boolean, answers: import("../wall/show.js").Answer[] }} Show
 * id: of this reveal; elapsed: seconds since it began, negative before it */

const CLOSED = "draw-a-digit-reveal"; // the last one that was seen to its end, in the storage of this tab

export class Result {
  /** @type {Show | null} */ #show = null;
  #began = 0; // milliseconds of this browser's clock
  /** @type {HTMLDialogElement | null} */ #dialog = null;

  /** @param {Show | null} show */
  update(show) {
    if (!show || show.id === this.#show?.id) return;
    this.#show = show;
    this.#began = performance.now() - 1000 * show.elapsed;
    if (sessionStorage.getItem(CLOSED) !== show.id) this.#open(show);
  }

  /** @param {Show} show */
  #open(show) {
    this.#dialog?.remove();
    const dialog = this.#dialog = document.createElement("dialog");
    dialog.className = "room-result";
    dialog.setAttribute("aria-label", t("How your drawing was read"));
    dialog.innerHTML = '<img><ul></ul><p role="status"></p><button type="button"></button>';
    Object.assign(/** @type {HTMLImageElement} */ (dialog.querySelector("img")), { src: show.picture, alt: t("your drawing") });
    const list = /** @type {HTMLElement} */ (dialog.querySelector("ul"));
    list.append(...show.answers.map(([title, colour, digit, confidence]) => {
      const entry = document.createElement("li"), parts = [title, String(digit), percent(confidence)].map((text, i) => Object.assign(document.createElement(i === 1 ? "b" : "span"), { textContent: text }));
      entry.style.setProperty("--network", colour);
      entry.className = show.label === null ? "" : digit === show.label ? "right" : "wrong";
      entry.append(...parts);
      return entry;
    }));
    const button = /** @type {HTMLButtonElement} */ (dialog.querySelector("button"));
    button.textContent = t("Draw on");
    button.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      try {
        sessionStorage.setItem(CLOSED, show.id);
      } catch { /* a browser without storage */ }
      dialog.remove();
      this.#dialog = null;
    });
    document.body.append(dialog);
    dialog.showModal();
    this.#frame(show, dialog);
  }

  /** @param {Show} show @param {HTMLDialogElement} dialog */
  #frame(show, dialog) {
    if (!dialog.isConnected) return;
    const elapsed = (performance.now() - this.#began) / 1000, { phase, count } = moment(elapsed), n = show.answers.length;
    const words = phase === "countdown" ? `${count} …` : phase === "networks" ? "" : outcome(show.label, show.answers, show.fool);
    [...dialog.querySelectorAll("li")].forEach((entry, i) => entry.classList.toggle("told", elapsed >= toldAt(i, n, 0, 1)));
    const place = /** @type {HTMLElement} */ (dialog.querySelector("p"));
    if (place.textContent !== words) place.textContent = words;
    if (elapsed < SECONDS) requestAnimationFrame(() => this.#frame(show, dialog));
  }
}
