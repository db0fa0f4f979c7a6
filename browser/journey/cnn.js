/* CNN: rows of maps, the most active first. The links between them are exact shares of the answer's logit, see shares.js; the
   line of arithmetic above is one window, one kernel and nine products, see window.js. */
import { t } from "../language/language.js";
import { outputs, slotX, slots, within } from "./parts.js";
import { legend, outputWeights, rivalOf } from "./rivals.js";
import { activeMaps, shares } from "./shares.js";
import { Walk, peak } from "./stage.js";
import { largest } from "./sums.js";
import { MAPS, ROWS, flattened, windowLens } from "./window.js";

/** @typedef {import("./parts.js").Scene} Scene */
/** @typedef {import("./parts.js").Area} Area */
/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {import("./stage.js").Rect} Rect */
/** @typedef {import("./stage.js").Spot} Spot */
/** @typedef {import("./mlp.js").Dense} Weighted */
/** @typedef {{ level: number, map: number, x: number, y: number, step: number }} Focus level: of ROWS; step: of the walking window, or -1 */
/** @typedef {{ y: number, s: number }} Row its top, and the side of a map */

const LINKS = 36; // from row to row; the others are hairlines that cost a frame
const FADED = 0.13; // opacity of links that have nothing to do with the map that is touched
const SPEEDS = [1, 2, 3, 8, 24, 60]; // ticks of the walk for each place of a row's map, and for each output
const TICK = 8; // milliseconds
/** Play: the window walks over the first map of each row, then output after output takes its sum. @type {{ level: number, step: number, line: boolean }[]} */
const TOUR = [...ROWS.map(({ side }) => ({ places: side * side, wide: side })), { places: 10, wide: 1 }].flatMap(({ places, wide }, level) =>
  Array.from({ length: places * SPEEDS[level] }, (_, tick) => ({ level, step: Math.floor(tick / SPEEDS[level]), line: tick % (SPEEDS[level] * wide) === 0 })));

export class Cnn {
  walk = new Walk(TOUR.length, TICK);
  stops = TOUR.flatMap(({ line }, tick) => (line ? [tick] : []));
  /** @type {(number[] | null)[]} the maps that are shown, by convolution */ #order = [null, null, null];
  #shown = 12;
  /** @type {number} the convolution all of whose maps are shown, or -1 */ #all = -1;
  /** @type {import("./shares.js").Shares | null} */ #shares = null;
  #sharesOf = "";
  /** @type {Float32Array[]} */ values = [];

  /** @param {import("../engine/anatomy.js").Anatomy} anatomy */
  constructor({ layers }) {
    this.layers = layers;
    this.kernels = /** @type {Weighted[]} */ ([layers[0], layers[2], layers[4]]);
    this.out = /** @type {Weighted} */ (layers[5]);
  }

  /** @param {Scene} scene */
  update(scene) {
    this.values = this.layers.slice(0, ROWS.length).map(({ output }) => scene.values(output));
    this.#order = [0, 2, 4].map((row, i) => activeMaps(this.values[row], MAPS, this.#order[i], this.#shown, scene.moving, i ? null : this.kernels[0].bias));
    this.#sharesOf = "";
  }

  /** @param {Spot} spot */
  tap(spot) {
    if (spot.kind !== "all") return false;
    this.#all = this.#all === spot.number ? -1 : spot.number;
    return true;
  }

  /** @param {number} row @returns {number[]} */
  order(row) {
    return /** @type {number[]} */ (this.#order[row >> 1]);
  }

  /** @param {Stage} stage @param {Scene} scene @param {Area} area */
  draw(stage, scene, area) {
    const { u } = stage, { phone } = area, count = phone ? 6 : area.w / u > 660 && area.h / area.w > 0.72 ? 12 : 10, { hot } = scene;
    if (this.#shown !== count) {
      this.#shown = count;
      this.#order = [null, null, null];
      this.update(scene);
    }
    const toured = this.walk.at >= 0 ? TOUR[this.walk.at] : null, output = toured ? (toured.level === ROWS.length ? toured.step : -1) : hot?.kind === "output" ? hot.column : -1, target = output >= 0 ? output : scene.says;
    const rival = rivalOf(scene);
    if (this.#sharesOf !== `${target} ${rival}`) {
      this.#sharesOf = `${target} ${rival}`;
      this.#shares = shares(this, outputWeights(this.out, target, rival));
    }
    const { label } = stage, lensHeight = phone ? area.side || 104 * u : Math.min(165 * u, area.h * 0.25), second = phone ? Math.min(area.side || 104 * u, area.h * 0.16) + label : 0, outHeight = Math.min(112 * u, area.h * 0.18);
    const gutter = phone ? 0 : Math.max(92 * u, 7.2 * stage.least), width = area.w - gutter, pitch = width / count, tallest = area.h * (phone ? 0.066 : 0.086) / 0.88;
    const sizes = [0.88, 0.5, 0.76, 0.42, 0.5].map((part) => Math.min(part * pitch, part * tallest));
    const free = area.h - label - lensHeight - second - outHeight - sizes.reduce((sum, side) => sum + side, 0), gaps = [0.19, 0.07, 0.25, 0.07, 0.24].map((part) => part * free);
    let y = area.y + label + lensHeight + second;
    const rows = sizes.map((s, i) => {
      const at = y + gaps[i];
      y = at + s;
      return { y: at, s };
    });
    const middle = (/** @type {number} */ i) => area.x + (i + 0.5) * pitch, out = { x: area.x, y: area.y + area.h - outHeight, w: area.w, h: outHeight }, focus = this.#focus(scene);
    if (this.#all >= 0) this.#sheet(stage, { x: area.x, y: rows[0].y, w: width, h: out.y - rows[0].y - 24 * u }, focus);
    else {
      this.#links(stage, scene, rows, middle, out, { x: area.x + lensHeight / 2, y: area.y + label + lensHeight + 2, on: !phone && focus.level === 0 }, target);
      this.#maps(stage, rows, middle, focus);
    }
    this.#labels(stage, area, rows, gutter - 4 * u);
    outputs(stage, scene, out);
    legend(stage, out.x, out.y - 5 * u, target, rival);
    const lens = { ...area, y: area.y + label, h: lensHeight, below: second };
    const explained = output >= 0 ? output : !hot && rival !== null && this.#all < 0 && !toured ? target : -1;
    if (explained >= 0) flattened(stage, scene, lens, this, explained);
    else windowLens(stage, scene, lens, this, focus, (level, map) => this.#all < 0 && this.#mark(stage, rows[level], middle, level, map));
    if (hot?.kind !== "all") return;
    const said = { number: (hot.number >> 1) + 1, maps: MAPS, shown: count };
    scene.words = this.#all === hot.number ? t("Convolution {number}: all {maps} maps; Enter goes back", said) : t("Convolution {number}: {shown} of {maps} maps; Enter shows all", said);
  }

  /** The subject of the lens: what is touched, the walking window, or the window under the pen. @param {Scene} scene @returns {Focus} */
  #focus({ hot, tip }) {
    const level = hot ? ROWS.findIndex(({ kind }) => kind === hot.kind) : -1, map = this.order(0)[0], side = ROWS[0].side, toured = TOUR[this.walk.at];
    if (toured?.level < ROWS.length) return { level: toured.level, map: this.order(toured.level)[0], x: toured.step % ROWS[toured.level].side, y: Math.floor(toured.step / ROWS[toured.level].side), step: toured.step };
    if (hot && level >= 0) return { level, map: hot.number, x: hot.column, y: hot.row, step: -1 };
    const brightest = largest(Float32Array.from({ length: side * side }, (_, i) => this.values[0][i * MAPS + map]));
    const [x, y] = hot?.kind === "pixel" ? [hot.column, hot.row] : tip ?? [(brightest % side) + 1, Math.floor(brightest / side) + 1];
    return { level: 0, map, x: within(x - 1, side), y: within(y - 1, side), step: -1 };
  }

  /** @param {Stage} stage @param {Scene} scene @param {Row[]} rows @param {(i: number) => number} middle @param {Rect} out
   * @param {{ x: number, y: number, on: boolean }} source of the links to the first row @param {number} target */
  #links(stage, scene, rows, middle, out, source, target) {
    const { first, second, third, last } = /** @type {import("./shares.js").Shares} */ (this.#shares), { hot } = scene;
    const touched = hot && !this.walk.playing ? ROWS.findIndex(({ kind }) => kind === hot.kind) : -1, level = touched >> 1, at = touched >= 0 && hot ? this.order(touched).indexOf(hot.number) : -1;
    const lit = (/** @type {number} */ from, /** @type {number} */ i, /** @type {number} */ j) => (at < 0 || (level === from && at === i) || (level === from + 1 && at === j) ? 1 : FADED);
    if (source.on && hot?.kind !== "output") first.forEach((share, i) => stage.link(source.x, source.y, middle(i), rows[0].y, share / peak(first), { widest: 3.5 }));
    for (const [a, b] of [[0, 1], [2, 3]]) for (let i = 0; i < this.#shown; i++) {
      const x = middle(i), bottom = rows[a].y + rows[a].s;
      stage.fill([[x - rows[a].s / 2, bottom], [x + rows[a].s / 2, bottom], [x + rows[b].s / 2, rows[b].y], [x - rows[b].s / 2, rows[b].y]], stage.colour.soft);
    }
    [second, third].forEach((table, from) => {
      const all = table.flat(), scale = peak(all), least = all.map(Math.abs).sort((a, b) => b - a)[LINKS] ?? 0, [above, below] = [rows[2 * from + 1], rows[2 * from + 2]];
      table.forEach((list, i) => list.forEach((share, j) => {
        if (Math.abs(share) >= least) stage.link(middle(i), above.y + above.s, middle(j), below.y, share / scale, { widest: 4.5, alpha: lit(from, i, j) });
      }));
    });
    last.forEach((share, i) => stage.link(middle(i), rows[4].y + rows[4].s, slotX(out.x, slots(stage, out.w), share < 0 ? rivalOf(scene) ?? target : target), out.y + 5 * stage.u, share / peak(last), { widest: 6, alpha: lit(2, i, -1) }));
  }

  /** @param {Stage} stage @param {Row[]} rows @param {(i: number) => number} middle @param {Focus} focus */
  #maps(stage, rows, middle, focus) {
    ROWS.forEach(({ kind, side, gain }, level) => {
      const order = this.order(level), atlas = stage.atlas(kind, this.#shown, side, side), { y, s } = rows[level];
      order.forEach((map, i) => stage.paint(atlas, i, this.values[level], { offset: map, stride: MAPS, gain }));
      atlas.flush();
      order.forEach((map, i) => {
        const x = middle(i) - s / 2;
        stage.place(atlas, i, x, y, s);
        stage.touch(kind, map, { x, y, w: s, h: s }, side, side);
        if (focus.level === level && focus.map === map) stage.frame(x, y, s, s, stage.colour.network, 2.5);
      });
    });
  }

  /** @param {Stage} stage @param {Row} row @param {(i: number) => number} middle @param {number} level @param {number} map */
  #mark(stage, { y, s }, middle, level, map) {
    const i = this.order(level).indexOf(map);
    if (i >= 0) stage.frame(middle(i) - s / 2, y, s, s, stage.colour.network, 1.5);
  }

  /** The names of the rows, and how many of their maps are shown; a tap shows all. @param {Stage} stage @param {Area} area @param {Row[]} rows @param {number} gutter */
  #labels(stage, { x, w, phone }, rows, gutter) {
    const { u, colour } = stage, right = x + w;
    ROWS.forEach(({ name, side }, level) => {
      const { y, s } = rows[level], convolution = level % 2 === 0, size = `${side}×${side}`, open = this.#all === level, said = { number: (level >> 1) + 1, size, shown: this.#shown, maps: MAPS };
      if (this.#all >= 0 && !open && phone) return;
      if (phone) {
        if (!convolution) return;
        stage.text(open ? t("convolution {number}, {size} · × back", said) : t("convolution {number}, {size} · {shown} of {maps} · all", said), right, y - 5 * u, { align: "right", halo: true, colour: open ? colour.network : colour.dim });
        return stage.touch("all", level, { x: right - 200 * u, y: y - 30 * u, w: 200 * u, h: 34 * u });
      }
      const line = Math.max(14 * u, stage.least + 1), top = y + s / 2 + (convolution ? 0.1 : 0.3) * line, look = { align: /** @type {const} */ ("right"), halo: true, fit: gutter };
      stage.text(name, right, top - (convolution ? 0.5 * line : 0), { ...look, size: 13, weight: 600, colour: open ? colour.network : colour.ink });
      stage.text(size, right, top + (convolution ? 0.5 : 1) * line, look);
      if (!convolution) return;
      stage.text(open ? t("× back") : t("{shown} of {maps} · all", said), right, top + 1.5 * line, { ...look, weight: 600, colour: colour.ink });
      stage.touch("all", level, { x: right - 92 * u, y: top - 1.4 * line, w: 92 * u, h: 3.2 * line });
    });
  }

  /** All maps of one layer, in the file's order. @param {Stage} stage @param {Rect} rect @param {Focus} focus */
  #sheet(stage, rect, focus) {
    const { kind, side, gain } = ROWS[this.#all], columns = rect.w > 480 * stage.u ? 16 : 8, lines = Math.ceil(MAPS / columns), pitch = Math.min(rect.w / columns, rect.h / lines), s = pitch * 0.9;
    const left = rect.x + (rect.w - pitch * columns) / 2, atlas = stage.atlas("sheet", MAPS, side, side);
    for (let map = 0; map < MAPS; map++) stage.paint(atlas, map, this.values[this.#all], { offset: map, stride: MAPS, gain });
    atlas.flush();
    for (let map = 0; map < MAPS; map++) {
      const x = left + (map % columns) * pitch, y = rect.y + Math.floor(map / columns) * pitch;
      stage.place(atlas, map, x, y, s);
      stage.touch(kind, map, { x, y, w: s, h: s }, side, side);
      if (focus.level === this.#all && focus.map === map) stage.frame(x, y, s, s, stage.colour.network, 2.5);
    }
  }
}
