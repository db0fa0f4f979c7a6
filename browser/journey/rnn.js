/* Networks that read row by row: the picture is uncovered from the top, and beside each row runs what the network would answer
   after it, a river of ten streams that ends in the ten outputs. The state is 256 numbers, all that it remembers. */
import { SIDE, cellAt, outputs, slotX } from "./parts.js";
import { Walk, clip, contrasting, number } from "./stage.js";
import { parting } from "./rivals.js";
import { byDigit, largest, softmax } from "./sums.js";
import { percent } from "../answers/words.js";
import { t } from "../language/language.js";

/** @typedef {import("./parts.js").Scene} Scene */
/** @typedef {import("./parts.js").Area} Area */
/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {import("./stage.js").Rect} Rect */
/** @typedef {{ picture: Rect, river: Rect, row: number, height: number }} Layout row: rows that have been read; height: of one of them */

const N = 16, UNITS = N * N;
const GAIN = 0.5; // of the state's values, which go from -1 to 1
const SURE = 0.3; // probability from which a guess is written into its stream
const PRETTY = 0.02; // probability from which a stream runs on into its bar

export class Rnn {
  walk = new Walk(SIDE, 260);
  /** @type {number} rows that have been read, where the visitor has chosen */ #row = SIDE;
  /** @type {Float32Array[]} probabilities after each row */ #rows = [];
  /** @type {number[]} */ #says = [];
  /** @type {number | null} */ #rival = null;

  /** @param {import("../engine/anatomy.js").Anatomy} anatomy */
  constructor({ layers, states }) {
    this.order = byDigit(/** @type {Float32Array} */ (layers[0].weights), UNITS).order;
    this.states = states;
  }

  /** @param {Scene} scene */
  update(scene) {
    this.#rows = Array.from({ length: SIDE }, (_, row) => softmax(scene.logits.subarray(10 * row, 10 * (row + 1)), scene.temperature));
    this.#says = this.#rows.map(largest);
    if (scene.moving) this.#row = SIDE;
  }

  row() {
    return this.walk.at >= 0 ? this.walk.at + 1 : this.#row;
  }

  /** @param {number} row */
  scrub(row) {
    this.walk.stop();
    this.#row = clip(row, 1, SIDE);
  }

  /** @param {Stage} stage @param {Scene} scene @param {Area} area */
  draw(stage, scene, area) {
    const rival = scene.rival === scene.says ? null : scene.rival, apart = rival === null ? -1 : parting(scene.logits, scene.says, rival);
    if (rival !== this.#rival) [this.#rival, this.#row] = [rival, rival === null ? SIDE : apart + 1]; // first, the row where they part
    const { u, label } = stage, { phone } = area, side = area.side || 104 * u, top = area.y + label + (phone ? side + label + 6 * u : 0);
    const size = phone ? Math.min(area.w * 0.54, area.h * 0.36) : Math.min(area.w * 0.44, area.h * 0.56), picture = { x: area.x + 6 * u, y: top, w: size, h: size }, bottom = area.y + area.h;
    const river = { x: picture.x + size + 34 * u, y: top, w: 0, h: size };
    river.w = area.x + area.w - river.x;
    const layout = { picture, river, row: this.row(), height: size / SIDE };
    stage.picture("rows", scene.ink, [SIDE, SIDE], picture, { ink: true });
    const { place } = scene, pixel = size / SIDE;
    if (place) scene.landing = { x: picture.x + place.left * pixel, y: picture.y + place.top * pixel, w: place.width * pixel, h: place.height * pixel };
    stage.fill([[picture.x, picture.y + layout.row * pixel], [picture.x + size, picture.y + layout.row * pixel], [picture.x + size, picture.y + size], [picture.x, picture.y + size]], stage.dark ? "#23231f" : "#8d8b85", 0.78);
    stage.text(t("28 rows, read from the top"), picture.x, picture.y - 6 * u, { fit: size + 26 * u });
    stage.text(rival !== null ? t("{digit} is ahead of {rival} from row {row} on", { digit: scene.says, rival, row: apart + 1 }) : phone ? t("its answer, row by row") : t("what it would answer after each row"), river.x, river.y - 6 * u, { fit: river.w });
    this.#streams(stage, scene, layout);
    this.#turns(stage, scene, layout);
    this.#line(stage, layout);
    const stateSize = phone ? side : Math.min(bottom - picture.y - size - 13 * u - label, size * 0.62), state = { x: phone && area.side ? area.x + area.side + 12 * u : picture.x, y: phone ? area.y + label : bottom - stateSize - 2 * u, w: stateSize, h: stateSize };
    this.#guess(stage, scene, layout, phone ? { x: state.x + stateSize, y: state.y, w: area.x + area.w - state.x - stateSize, h: stateSize } : { x: state.x + stateSize, y: state.y, w: size - stateSize, h: stateSize });
    const out = phone ? { x: area.x, y: river.y + size + 46 * u, w: area.w, h: bottom - river.y - size - 46 * u } : { x: river.x, y: river.y + size + 30 * u, w: river.w, h: bottom - river.y - size - 30 * u };
    this.#outputs(stage, scene, layout, out);
    this.#state(stage, scene, layout, state);
  }

  /** Ten streams, as wide as they are probable; those of the winner in the network's colour. @param {Stage} stage @param {Scene} scene @param {Layout} layout */
  #streams(stage, scene, { river, row, height }) {
    const { c, colour } = stage, slot = river.w / 10, half = slot * 0.46, width = (/** @type {number} */ k, /** @type {number} */ d) => half * (k < 0 ? 0.1 : this.#rows[k][d]);
    const stream = (/** @type {number} */ d, /** @type {number} */ from, /** @type {number} */ to) => {
      const middle = river.x + (d + 0.5) * slot;
      c.beginPath();
      for (let k = from; k <= to; k++) c.lineTo(middle - width(k - 1, d), river.y + k * height);
      for (let k = to; k >= from; k--) c.lineTo(middle + width(k - 1, d), river.y + k * height);
      c.fill();
    };
    for (let d = 0; d < 10; d++) {
      c.fillStyle = colour.soft;
      c.fillRect(river.x + (d + 0.5) * slot - 0.5, river.y, 1, river.h);
      for (const [from, to, alpha] of [[0, row, 1], [row, SIDE, 0.16]]) {
        if (from >= to) continue;
        Object.assign(c, { globalAlpha: alpha, fillStyle: d === scene.rival ? stage.minus : stage.dark ? "#57564f" : "#c3bdb0" });
        stream(d, from, to);
        c.fillStyle = colour.network;
        for (let k = from; k < to && !scene.quiet; k++) {
          if (this.#says[k] !== d) continue;
          let end = k;
          while (end < to && this.#says[end] === d) end++;
          stream(d, k, end);
          k = end;
        }
        c.globalAlpha = 1;
      }
    }
  }

  /** Where the guess changes: its digit, once for each run of two rows or more. @param {Stage} stage @param {Scene} scene @param {Layout} layout */
  #turns(stage, scene, { river, row, height }) {
    const { u, colour } = stage, slot = river.w / 10;
    for (let start = 0, k = 1; k <= SIDE; k++) {
      if (k < SIDE && this.#says[k] === this.#says[start]) continue;
      const says = this.#says[start];
      if (k - start >= 2 && start < row && !scene.quiet && this.#rows[k - 1][says] > SURE) {
        const size = Math.min(26, Math.max(stage.least / u, 10 + 2 * (k - start)), (slot / u) * 0.7);
        stage.text(String(says), river.x + (says + 0.5) * slot, river.y + ((start + Math.min(k, row)) / 2) * height, { size, weight: 700, align: "center", base: "middle", colour: contrasting(colour.network) });
      }
      start = k;
    }
  }

  /** The line that is read, with its handle. @param {Stage} stage @param {Layout} layout */
  #line(stage, { picture, river, row, height }) {
    const { c, u, colour } = stage, y = picture.y + row * height, x = (picture.x + picture.w + river.x) / 2;
    Object.assign(c, { strokeStyle: colour.network, fillStyle: colour.network, lineWidth: 2.5 * u });
    c.beginPath();
    c.moveTo(picture.x - 6 * u, y);
    c.lineTo(river.x + river.w, y);
    c.stroke();
    c.beginPath();
    c.arc(x, y, 11 * u, 0, 2 * Math.PI);
    c.fill();
    stage.text(String(row), x, y + u, { size: 12, weight: 700, align: "center", base: "middle", colour: contrasting(colour.network) });
    stage.touch("row", 0, { x: picture.x - 8 * u, y: picture.y, w: river.x + river.w - picture.x + 8 * u, h: picture.h }, 1, SIDE);
  }

  /** @param {Stage} stage @param {Scene} scene @param {Layout} layout @param {Rect} rect */
  #guess(stage, scene, { row }, { x, y, w, h }) {
    const { u, colour } = stage, says = this.#says[row - 1], probability = this.#rows[row - 1][says], words = t("{percent} after row {row}", { percent: percent(probability), row });
    stage.text(scene.quiet ? "?" : String(says), x + w / 2, y + h * 0.42, { size: Math.min(h * 0.95, w * 1.3) / u, weight: 700, align: "center", base: "middle", colour: probability > 0.5 && !scene.quiet ? colour.network : colour.dim });
    if (!scene.quiet) stage.text(words, x + w / 2, y + h - 2 * u, { size: 14, align: "center", colour: colour.ink, fit: w - 8 * u });
    scene.words = scene.quiet ? t("Nothing is drawn") : t("After row {row} of {rows}: {digit}, {percent}", { row, rows: SIDE, digit: says, percent: percent(probability) });
  }

  /** @param {Stage} stage @param {Scene} scene @param {Layout} layout @param {Rect} out */
  #outputs(stage, scene, { river, row, height }, out) {
    const probabilities = this.#rows[row - 1], says = this.#says[row - 1], { colour, u } = stage, slot = river.w / 10;
    for (let d = 0; d < 10; d++) {
      if (probabilities[d] < PRETTY) continue;
      stage.link(river.x + (d + 0.5) * slot, river.y + row * height + 2 * u, slotX(out.x, out.w, d), out.y + 5 * u, probabilities[d], { widest: 10, colour: d === says ? colour.network : colour.dim, alpha: 0.5 });
    }
    outputs(stage, scene, out, { logits: scene.logits.subarray(10 * (row - 1), 10 * row), probabilities, eased: row === SIDE ? scene.eased : probabilities, says }, false);
    if (scene.hot?.kind === "output") scene.words = t("Output {digit} after row {row} of {rows}: logit {logit}, probability {percent}", { digit: scene.hot.column, row, rows: SIDE, logit: number(scene.logits[10 * (row - 1) + scene.hot.column]), percent: percent(probabilities[scene.hot.column]) });
  }

  /** The state, and one number of it through all rows. @param {Stage} stage @param {Scene} scene @param {Layout} layout @param {Rect} rect */
  #state(stage, scene, { picture, row, height }, rect) {
    const { c, u, colour } = stage, states = scene.values(this.states), now = states.subarray((row - 1) * UNITS, row * UNITS), hot = scene.hot?.kind === "state" ? scene.hot : null;
    stage.picture("state", Float32Array.from(this.order, (unit) => now[unit]), [N, N], rect, { gain: GAIN });
    stage.text(hot ? t("state") : t("state: 256 numbers, its memory"), rect.x, rect.y - 6 * u, { halo: true, fit: Math.max(picture.w, rect.w * 1.9) });
    stage.touch("state", 0, rect, N, N);
    if (!hot) return;
    const place = hot.row * N + hot.column, unit = this.order[place], x = picture.x + picture.w + 3 * u, cell = cellAt(rect, N, place);
    for (let k = 0; k < SIDE; k++) {
      Object.assign(c, { fillStyle: stage.shade(GAIN * states[k * UNITS + unit]), globalAlpha: k < row ? 1 : 0.3 });
      c.fillRect(x, picture.y + k * height, 9 * u, height - 0.5);
    }
    c.globalAlpha = 1;
    stage.box(x, picture.y, 9 * u, picture.h);
    stage.frame(cell.x, cell.y, cell.w, cell.h, colour.ink);
    stage.text(t("unit {unit}: {value}", { unit, value: number(now[unit]) }), rect.x + rect.w, rect.y - 6 * u, { align: "right", weight: 600, colour: colour.ink, halo: true });
    scene.words = t("State after row {row}, unit {unit}: {value}", { row, unit, value: number(now[unit]) });
  }
}
