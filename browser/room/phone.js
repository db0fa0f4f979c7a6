/* A phone in a room: polls whether the room has changed, says in which round a drawing was begun, presses Send again where it
   got no answer, remembers who the participant is, and shows how their drawing was read when the host reveals it. */
import { isBlank, isConnected } from "../page/canvas.js";
import { remember } from "./resume.js";
import { Result } from "./result.js";

/** @typedef {{ address: string, etag: string, every: number, rerun: number, code: string, token: string, name: string, show: import("./result.js").Show | null }} Data
 * every, rerun: seconds from one request to the next, and until the page runs in any case, or 0 */
/** @typedef {{ data: Data, parentElement: Element, setTriggerValue: (name: string, value: any) => void, setStateValue: (name: string, value: any) => void }} Component */

const BASE = new URL("../../../", import.meta.url);
const QUIET_MILLISECONDS = 10_000; // until the page has run, or, where that was lost, must be told again
const LOOK_MILLISECONDS = 300; // from one look at an unanswered Send to the next
const LOST_MILLISECONDS = 20_000; // after which an answer will not come

/** @type {Phone | null} */ let phone = null;

/** Called by the page with each change of its data. @param {Component} component */
export function mount(component) {
  if (!phone?.alive) phone = new Phone(component);
  phone.update(component);
}

class Phone {
  #etag = "";
  #asked = 0; // when the page was last told to run
  #due = 0;
  #begun = 0; // the round that the server knows
  /** @type {{ emptied: string, since: number, lost: boolean } | null} a Send without an answer */ #sending = null;
  #ended = new AbortController();
  #result = new Result();

  /** @param {Component} component */
  constructor(component) {
    this.component = component;
    const { signal } = this.#ended;
    for (const kind of ["mousedown", "touchstart"]) addEventListener(kind, (event) => this.#touched(event), { capture: true, passive: true, signal });
    addEventListener("click", (event) => this.#clicked(event), { capture: true, signal });
    document.addEventListener("visibilitychange", () => this.#poll(), { signal });
    const timers = [setInterval(() => this.#poll(), 1000 * component.data.every), setInterval(() => this.#look(), LOOK_MILLISECONDS)];
    signal.addEventListener("abort", () => timers.forEach(clearInterval));
  }

  /** The phone is still in the room. */
  get alive() {
    return !this.#ended.signal.aborted && this.component.parentElement.isConnected;
  }

  /** @param {Component} component */
  update(component) {
    this.component = component;
    const { data } = component;
    if (data.etag !== this.#etag) this.#asked = 0;
    this.#etag = data.etag;
    this.#due = performance.now() + 1000 * data.rerun;
    remember(data.code, data.token, data.name);
    this.#result.update(data.show);
  }

  async #poll() {
    if (!this.alive) return this.#ended.abort();
    const { data, setTriggerValue } = this.component, now = performance.now();
    if (document.hidden || (this.#asked && now - this.#asked < QUIET_MILLISECONDS)) return;
    let changed = data.rerun > 0 && now >= this.#due;
    try {
      const answer = changed ? null : await fetch(new URL(data.address, BASE));
      changed ||= answer !== null && answer.ok && (await answer.json()).etag !== this.#etag;
    } catch { /* the server is gone; the page says so itself */ }
    if (!changed || !this.alive) return;
    this.#asked = performance.now();
    this.#due = this.#asked + 1000 * data.rerun;
    setTriggerValue("changed", true);
  }

  /** At the first touch of an empty canvas: the prompt that is read now is the one that is drawn for. @param {Event} event */
  #touched(event) {
    const target = event.composedPath()[0];
    if (!(target instanceof HTMLCanvasElement) || !target.matches("canvas.upper-canvas") || !isBlank() || !this.alive) return;
    const round = Number(/** @type {HTMLElement | null} */ (document.querySelector(".room-strip"))?.dataset.round);
    if (!round || round === this.#begun) return;
    this.#begun = round;
    this.component.setStateValue("begun", round);
  }

  /** @param {Event} event */
  #clicked(event) {
    const target = /** @type {Element} */ (event.target);
    if (target.closest?.(".st-key-send button")) this.#sending ??= { emptied: emptied(), since: performance.now(), lost: !isConnected() };
    if (target.closest?.(".st-key-clear button")) this.#sending = null;
  }

  /** The server answers a Send by emptying the canvas; where it went away meanwhile, it has not heard of it. */
  #look() {
    const sending = this.#sending, button = /** @type {HTMLButtonElement | null} */ (document.querySelector(".st-key-send button"));
    if (!sending) return;
    if (isConnected() && emptied() && emptied() !== sending.emptied) this.#sending = null;
    else if (!isConnected()) sending.lost = true;
    else if (!button || button.disabled || isBlank()) return;
    else if (sending.lost || performance.now() - sending.since > LOST_MILLISECONDS) {
      this.#sending = null; // the click sets it anew
      button.click(); // a drawing that has come already is stored once
    }
  }
}

/** The server's newest order to empty the canvas. */
const emptied = () => /** @type {HTMLElement | null} */ (document.querySelector(".st-key-canvas [data-emptied]"))?.dataset.emptied ?? "";
