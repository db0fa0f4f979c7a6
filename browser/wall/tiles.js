/* The drawings on a wall: tiles as large as their number allows, in pages where there are too many. Tiles keep their elements,
   so nothing flickers when another one comes. */
import { t } from "../language/language.js";
import { fitted } from "./layout.js";
import { moment, speaking, toldAt, wrong } from "./show.js";

/** @typedef {import("./show.js").Tile} Tile */
/** @typedef {import("./show.js").Network} Network */
/**
 * @typedef {object} Order what the tiles shall show
 * @property {Tile[]} tiles in this order
 * @property {Network[]} networks
 * @property {boolean} front those that were read wrong are larger
 * @property {((tile: Tile) => void) | null} pick called when a tile is chosen
 */

const PIXELS = 28;
const GAP = 0.35; // rem
const MIN_SIDE = 5.4; // rem of a tile's side
const NAMED = 9.5; // rem of a side that a name fits on
const PHONE = 640; // pixels of the window's width
const IN_A_ROW = 5; // answers
const MOST_LARGE = 6; // tiles that are large at the end of a show
const PAGE = 8000; // milliseconds that a page is shown
const MOVE = 700; // milliseconds in which tiles come to the front
const TURN = 450;
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Tiles {
  /** @type {Map<number, HTMLButtonElement>} */ #elements = new Map();
  /** @type {Map<number, string>} */ #written = new Map();
  /** @type {Order} */ #order = { tiles: [], networks: [], front: false, pick: null };
  #page = 0;
  #pages = 1;
  #turned = 0;
  #laid = "";

  /** @param {HTMLElement} root @param {(ids: number[]) => Promise<Record<string, string>>} pixels asks for pictures, in base64 */
  constructor(root, pixels) {
    this.root = root;
    this.pixels = pixels;
    /** @type {Map<number, Uint8Array>} */ this.known = new Map();
    new ResizeObserver(() => this.layout()).observe(root);
  }

  /** @param {Order} order */
  show(order) {
    const moves = order.front && !this.#order.front && !still.matches && this.#order.tiles.length > 0;
    const before = moves ? new Map([...this.#elements].map(([id, element]) => [id, element.getBoundingClientRect()])) : null;
    const more = order.tiles.length - this.#order.tiles.length;
    this.#order = order;
    const wanted = new Set(order.tiles.map(({ id }) => id));
    for (const [id, element] of this.#elements) {
      if (wanted.has(id)) continue;
      element.remove();
      this.#elements.delete(id);
      this.#written.delete(id);
    }
    const large = order.front ? order.tiles.filter((tile) => wrong(tile) > 0).length : 0;
    order.tiles.forEach((tile, place) => {
      const element = this.#elements.get(tile.id) ?? this.#create(tile);
      this.#write(element, tile);
      element.classList.toggle("large", large > 0 && large <= MOST_LARGE && place < large && order.tiles.length >= 4);
      element.disabled = !order.pick;
      if (this.root.children[place] !== element) this.root.insertBefore(element, this.root.children[place] ?? null);
    });
    this.#laid = "";
    if (more > 0) this.#page = Infinity; // where the newest are
    if (order.front && before) this.#page = 0;
    this.layout();
    if (before) this.#move(before);
    this.#fetch();
  }

  /** Shows the answers that a show has come to; all of them without one. @param {number} elapsed */
  tell(elapsed) {
    const { tiles, networks } = this.#order, on = speaking(elapsed, networks.length), { phase } = moment(elapsed);
    const all = phase === "front" || phase === "done";
    tiles.forEach((tile, place) => {
      const chips = this.#elements.get(tile.id)?.querySelectorAll(".chip") ?? [];
      let turned = false, told = 0;
      networks.forEach(({ key }, i) => {
        const chip = chips[i], now = key in tile.answers && (all || elapsed >= toldAt(i, networks.length, place, tiles.length, still.matches));
        told += Number(now);
        if (!chip || chip.classList.contains("told") === now) return;
        chip.classList.toggle("told", now);
        turned ||= now && i === on;
      });
      const element = this.#elements.get(tile.id);
      if (element) element.dataset.kind = told < Object.keys(tile.answers).length ? "" : kind(tile);
      if (turned && !still.matches) element?.animate([{ transform: "none" }, { transform: "rotateY(90deg)" }, { transform: "none" }], TURN);
    });
  }

  /** Once in a while: the next page, unless somebody looks at one. @param {number} now milliseconds */
  turn(now) {
    if (this.#pages < 2 || now - this.#turned < PAGE || this.root.matches(":hover, :focus-within")) return;
    this.go(1);
  }

  /** @param {number} pages forwards or backwards */
  go(pages) {
    this.#page = (this.#page + pages + this.#pages) % this.#pages;
    this.#laid = "";
    this.layout();
  }

  /** "page 2 of 5", or "" where there is one. */
  get page() {
    return this.#pages > 1 ? t("page {page} of {pages}", { page: this.#page + 1, pages: this.#pages }) : "";
  }

  layout() {
    const { tiles, networks } = this.#order, { clientWidth: width, clientHeight: height } = this.root;
    if (!width || !height || !tiles.length) return;
    const laid = [width, height, tiles.length, networks.length].join();
    if (laid === this.#laid) return;
    this.#laid = laid;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize), rows = Math.ceil(networks.length / IN_A_ROW);
    const large = this.root.querySelectorAll(".large").length;
    const foot = (/** @type {number} */ side, /** @type {boolean} */ named) => rows * chipHeight(side, rem) + (named ? 1.5 * nameSize(side, rem) : 0);
    const layout = innerWidth <= PHONE ? scrolling(tiles.length, width, GAP * rem) : fitted({ small: tiles.length - large, large }, { width, height }, { gap: GAP * rem, least: MIN_SIDE * rem, names: NAMED * rem, foot });
    if (this.#pages !== layout.pages || this.#page >= layout.pages) this.#page = Math.min(this.#page, layout.pages - 1);
    this.#pages = layout.pages;
    this.#turned = performance.now();
    const { side, named } = layout;
    this.root.style.cssText = `--side: ${side}px; --chip: ${chipHeight(side, rem)}px; --name: ${nameSize(side, rem)}px; grid-template-columns: repeat(${layout.columns}, ${side}px); grid-auto-rows: ${side + foot(side, named)}px; gap: ${GAP}rem`;
    this.root.classList.toggle("named", named);
    tiles.forEach(({ id }, place) => this.#elements.get(id)?.toggleAttribute("hidden", Math.floor(place / layout.each) !== this.#page));
  }

  /** @param {Tile} tile */
  #create(tile) {
    const element = document.createElement("button");
    element.type = "button";
    element.className = "tile";
    element.dataset.id = String(tile.id);
    element.innerHTML = `<canvas width="${PIXELS}" height="${PIXELS}" aria-hidden="true"></canvas><span class="label"></span><span class="chips"></span><span class="name"><i></i><span></span></span>`;
    element.addEventListener("click", () => this.#order.pick?.(this.#order.tiles.find(({ id }) => id === tile.id) ?? tile));
    this.#elements.set(tile.id, element);
    this.#paint(tile.id);
    return element;
  }

  /** @param {HTMLButtonElement} element @param {Tile} tile */
  #write(element, tile) {
    const { networks } = this.#order, written = JSON.stringify([tile, networks]);
    if (this.#written.get(tile.id) === written) return;
    this.#written.set(tile.id, written);
    const find = (/** @type {string} */ name) => /** @type {HTMLElement} */ (element.querySelector(name));
    find(".name i").style.background = tile.colour;
    find(".name span").textContent = tile.name;
    find(".label").textContent = tile.label === null ? "" : String(tile.label);
    find(".chips").replaceChildren(...networks.map(({ key, colour }) => {
      const chip = document.createElement("i"), answer = tile.answers[key];
      chip.className = `chip ${answer && tile.label !== null ? (answer[0] === tile.label ? "right" : "wrong") : ""}`;
      chip.style.setProperty("--network", colour);
      chip.textContent = answer ? String(answer[0]) : "";
      return chip;
    }));
    element.dataset.kind = kind(tile);
    element.title = [tile.name, tile.label === null ? "" : t("meant {digit}", { digit: tile.label }), ...networks.filter(({ key }) => key in tile.answers).map(({ key, title }) => `${title} ${tile.answers[key][0]}`)].filter(Boolean).join(" · ");
    element.setAttribute("aria-label", element.title);
  }

  async #fetch() {
    const missing = this.#order.tiles.map(({ id }) => id).filter((id) => !this.known.has(id));
    if (!missing.length) return;
    for (const [id, text] of Object.entries(await this.pixels(missing))) {
      this.known.set(Number(id), Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
      this.#paint(Number(id));
    }
  }

  /** @param {number} id */
  #paint(id) {
    const canvas = this.#elements.get(id)?.querySelector("canvas"), pixels = this.known.get(id);
    if (canvas && pixels) paint(canvas, pixels);
  }

  /** Moves each tile from where it was. @param {Map<number, DOMRect>} before */
  #move(before) {
    for (const [id, element] of this.#elements) {
      const from = before.get(id), to = element.getBoundingClientRect();
      if (!from?.width || !to.width) continue;
      const transform = `translate(${from.x - to.x}px, ${from.y - to.y}px) scale(${from.width / to.width})`;
      element.animate([{ transformOrigin: "0 0", transform }, { transformOrigin: "0 0", transform: "none" }], { duration: MOVE, easing: "ease-in-out" });
    }
  }
}

/** Paints a digit, white on black. @param {HTMLCanvasElement} canvas @param {Uint8Array} pixels */
export function paint(canvas, pixels) {
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")), image = pen.createImageData(PIXELS, PIXELS);
  pixels.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
  pen.putImageData(image, 0, 0);
}

/** The height of a row of answers. @param {number} side @param {number} rem */
const chipHeight = (side, rem) => Math.max(1.3 * rem, 0.2 * side);

/** The size of a name's letters. @param {number} side @param {number} rem */
const nameSize = (side, rem) => Math.max(rem, 0.06 * side);

/** On a phone, which scrolls. @param {number} tiles @param {number} width @param {number} gap @returns {import("./layout.js").Layout} */
function scrolling(tiles, width, gap) {
  const columns = Math.min(3, tiles);
  return { columns, side: Math.floor((width - (columns - 1) * gap) / columns), named: false, pages: 1, each: tiles };
}

/** @param {Tile} tile */
function kind(tile) {
  const count = Object.keys(tile.answers).length, missed = wrong(tile);
  return !count || tile.label === null ? "" : missed === 0 ? "right" : missed === count ? "fooled" : "split";
}
