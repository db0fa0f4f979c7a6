/* The card at the end of a game: six drawings, how long each took, and which networks read it; a picture to keep or share. */
import { number, t, tn } from "../language/language.js";

/** @typedef {import("./game.js").Played} Played */

const [TILE, GAP, TOP, FOOT] = [200, 24, 112, 78]; // pixels: of a drawing, between them, above them, below each
const COLUMNS = 3;
const NAME = "six-digits.png";
const [PAPER, TEXT, SOFT, GOOD, BAD] = ["#ffffff", "#1f2328", "#59636e", "#1a7f37", "#c2340a"];

export class Card {
  /** @param {Played[]} played @param {Record<string, string>} titles of networks by key */
  constructor(played, titles) {
    this.root = Object.assign(document.createElement("div"), { className: "card-of-six" });
    this.canvas = picture(played, titles);
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", inWords(played, titles));
    const keep = this.#button(t("Save as picture"), (file) => {
      const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: NAME });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    });
    this.root.append(this.canvas, keep);
    const probe = new File([], NAME, { type: "image/png" });
    if (navigator.canShare?.({ files: [probe] })) this.root.append(this.#button(t("Share"), (file) => { navigator.share({ files: [file] }).catch(() => {}); }));
  }

  /** @param {string} words @param {(file: File) => void} then */
  #button(words, then) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: words });
    button.addEventListener("click", () => this.canvas.toBlob((blob) => { if (blob) then(new File([blob], NAME, { type: "image/png" })); }));
    return button;
  }
}

/** The picture in words. @param {Played[]} played @param {Record<string, string>} titles */
export function inWords(played, titles) {
  return played.map(({ label, seconds, seen }) => {
    const right = Object.keys(titles).filter((key) => seen?.answers[key] === label).map((key) => titles[key]);
    const time = seconds === null ? t("not in time") : t("{seconds} seconds", { seconds: number(seconds, 1) });
    return `${label}: ${time}, ${right.length ? t("read by {networks}", { networks: right.join(", ") }) : t("read by none")}`;
  }).join("; ");
}

/** @param {Played[]} played @param {Record<string, string>} titles */
function picture(played, titles) {
  const rows = Math.ceil(played.length / COLUMNS), canvas = document.createElement("canvas");
  canvas.width = COLUMNS * (TILE + GAP) + GAP;
  canvas.height = TOP + rows * (TILE + FOOT);
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")), keys = Object.keys(titles);
  const write = (/** @type {string} */ words, /** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ size, colour = TEXT, weight = 400) => {
    pen.font = font(size, weight);
    pen.fillStyle = colour;
    pen.fillText(words, x, y);
  };
  pen.fillStyle = PAPER;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  const won = played.filter(({ seconds }) => seconds !== null);
  const time = won.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0);
  write(tn("{won} of {n} digit in time", "{won} of {n} digits in time", played.length, { won: number(won.length) }), GAP, 50, 40, TEXT, 700);
  const each = keys.map((key) => `${titles[key]} ${number(played.filter(({ seen, label }) => seen?.answers[key] === label).length)}`);
  write(t("{networks} read right · {seconds} s", { networks: each.join(" · "), seconds: number(time, 1) }), GAP, 86, 23, SOFT);
  played.forEach(({ label, seconds, seen }, i) => {
    const x = GAP + (i % COLUMNS) * (TILE + GAP), y = TOP + Math.floor(i / COLUMNS) * (TILE + FOOT);
    pen.fillStyle = "#000";
    pen.fillRect(x, y, TILE, TILE);
    if (seen) pen.drawImage(pixelsOf(seen.pixels), x, y, TILE, TILE);
    write(`${label}  ${seconds === null ? t("not in time") : t("{seconds} s", { seconds: number(seconds, 1) })}`, x, y + TILE + 30, 28, seconds === null ? BAD : GOOD, 700);
    const right = keys.filter((key) => seen?.answers[key] === label).map((key) => titles[key]);
    const names = t("read by {networks}", { networks: right.join(", ") }), few = right.length > 0 && right.length < keys.length;
    pen.font = font(22);
    const all = right.length ? t("read by all") : t("read by none"), count = t("read by {right} of {n}", { right: number(right.length), n: number(keys.length) });
    const words = !few ? all : pen.measureText(names).width <= TILE ? names : count;
    write(words, x, y + TILE + 58, 22, SOFT);
  });
  return canvas;
}

/** @param {number} size in pixels @param {number} [weight] */
const font = (size, weight = 400) => `${weight} ${size}px "Source Sans", "Source Sans Pro", system-ui, sans-serif`;

/** A digit as a canvas of 28 x 28. @param {Uint8Array} pixels */
export function pixelsOf(pixels) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 28, height: 28 });
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")), image = pen.createImageData(28, 28);
  pixels.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
  pen.putImageData(image, 0, 0);
  return canvas;
}
