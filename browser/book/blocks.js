/* Residual and dense blocks: what a shortcut adds, in the trained networks, and how a dense block's maps pile up. */
import { asPercent, number, t, tn } from "../language/language.js";
import { SIDE, sign } from "../journey/parts.js";
import { clip, peak } from "../journey/stage.js";
import { anatomy } from "../engine/anatomy.js";
import { Interpreter } from "../engine/interpreter.js";
import { STEM, entering, throughBlock } from "./arithmetic.js";
import { figure, line } from "./desk.js";
import { file } from "./networks.js";

/** @typedef {import("../journey/stage.js").Stage} Stage */

/** @param {import("./desk.js").Desk} desk @param {import("./book.js").Material} material @param {"residual" | "dense"} which */
export const lesson = (desk, material, which) => (which === "residual" ? residual(desk, material) : dense(desk, material));

// ------------------------------------------------------------------------------------------ residual

const VERSIONS = { "version 1": { key: "resnet", steps: [t("convolution"), t("norm, ReLU"), t("convolution"), t("norm")], after: "ReLU" }, "version 2": { key: "resnet_v2", steps: [t("norm, ReLU, 1 × 1"), t("norm, ReLU, 3 × 3"), t("norm, ReLU, 1 × 1")], after: "" } };

/** @param {import("./desk.js").Desk} desk @param {import("./book.js").Material} material @returns {Promise<import("./desk.js").Lesson>} */
async function residual(desk, { digit, ink, facts, ours }) {
  /** @param {string} key */
  const opened = async (key) => {
    const { bytes, kernels } = await file(key), sums = anatomy(key, bytes).layers.filter(({ kind, shape }) => kind === "sum" && shape.length === 3), network = new Interpreter(bytes, kernels, sums.flatMap(({ inputs, output }) => [...inputs, output]));
    network.run(digit);
    return sums.map(({ inputs, output, shape }) => ({ side: shape[0], maps: shape[2], parts: [...inputs, output].map((tensor) => Float32Array.from(network.value(tensor))) }));
  };
  let version = /** @type {keyof typeof VERSIONS} */ ("version 1"), whole = true, blocks = await opened("resnet"), block = 0, map = strongest();
  desk.choice(t("Block"), { "version 1": t("version 1"), "version 2": t("version 2") }, (chosen) => {
    version = /** @type {keyof typeof VERSIONS} */ (chosen);
    void opened(VERSIONS[version].key).then((all) => { blocks = all; block = clip(block, 0, all.length - 1); blockSlider.put(block + 1); choose(); desk.changed(); });
  });
  desk.choice(t("Shortcut"), { there: t("there"), cut: t("cut") }, (chosen) => { whole = chosen === "there"; });
  const blockSlider = desk.slider({ label: t("Which block"), from: 1, to: blocks.length, by: 1, at: 1, digits: 0 }, (value) => { block = value - 1; choose(); });
  const mapSlider = desk.slider({ label: t("Map"), from: 0, to: 63, by: 1, at: map, digits: 0 }, (value) => { map = clip(value, 0, blocks[block].maps - 1); mapSlider.put(map); });
  const choose = () => mapSlider.put((map = strongest()));
  /** The map that the block changes most. */
  function strongest() {
    const { maps, parts: [, branch] } = blocks[block], sums = new Float64Array(maps);
    branch.forEach((value, i) => { sums[i % maps] += Math.abs(value); });
    return sums.indexOf(Math.max(...sums));
  }
  return {
    draw(stage, area) {
      const { u, colour } = stage, { phone } = area, { side, maps, parts } = blocks[block], one = parts.map((values) => Float32Array.from({ length: side * side }, (_, i) => values[i * maps + map])), [around, branch] = one, scale = 1 / peak(one.flatMap((values) => Array.from(values)));
      const { steps, after } = VERSIONS[version], given = throughBlock(around, branch, whole, after !== ""), shown = [whole ? around : new Float32Array(around.length), branch, given], way = whole ? colour.network : colour.dim;
      // The block as a diagram: the branch to the right, the shortcut straight down.
      const gap = 34 * u, above = (area.w - 2 * gap) / 3 + 36 * u, diagram = phone ? { x: area.x, y: area.y + above, w: area.w, h: area.h - above } : { x: area.x, y: area.y, w: area.w * 0.34, h: area.h }, rows = steps.length + 3, high = diagram.h / rows, shortcut = diagram.x + diagram.w * 0.25, middle = diagram.x + diagram.w * 0.66, wide = diagram.w * 0.5;
      const box = (/** @type {string} */ words, /** @type {number} */ x, /** @type {number} */ row, w = wide) => {
        const y = diagram.y + row * high + high * 0.18;
        stage.c.fillStyle = colour.soft;
        stage.c.fillRect(x - w / 2, y, w, high * 0.64);
        stage.box(x - w / 2, y, w, high * 0.64, colour.dim);
        stage.text(words, x, y + high * 0.32, { size: 14, align: "center", base: "middle", colour: colour.ink, fit: w - 6 * u });
      };
      const down = (/** @type {number} */ x, /** @type {number} */ from, /** @type {number} */ to, hue = colour.dim) => line(stage, [[x, diagram.y + from * high], [x, diagram.y + to * high]], hue, 2.5 * u);
      if (whole) down(shortcut, 0.82, steps.length + 1.2, way);
      else for (const from of [0.82, 1 + 0.55 * steps.length]) down(shortcut, from, from + 0.4 * steps.length, way);
      line(stage, [[shortcut, diagram.y + 0.95 * high], [middle, diagram.y + 0.95 * high], [middle, diagram.y + (steps.length + 1.5) * high], [shortcut + 12 * u, diagram.y + (steps.length + 1.5) * high]], colour.dim, 2.5 * u);
      box(t("x, what comes in"), shortcut, 0, diagram.w * 0.46);
      steps.forEach((words, i) => box(words, middle, i + 1));
      stage.text(whole ? t("shortcut") : t("cut"), shortcut - 6 * u, diagram.y + (1 + steps.length / 2) * high, { align: "right", weight: 600, colour: way, fit: shortcut - diagram.x - 6 * u });
      down(shortcut, steps.length + 1.8, steps.length + 2.3);
      stage.c.fillStyle = way;
      stage.c.beginPath();
      stage.c.arc(shortcut, diagram.y + (steps.length + 1.5) * high, 13 * u, 0, 2 * Math.PI);
      stage.c.fill();
      stage.cross(shortcut, diagram.y + (steps.length + 1.5) * high, 7 * u, stage.dark ? "#15171b" : "#fff");
      box(after || t("goes on as it is"), shortcut, steps.length + 2, diagram.w * 0.46);
      // The three pictures of the trained network.
      const left = phone ? area.x : diagram.x + diagram.w + 30 * u, room = area.x + area.w - left, small = phone ? 0 : 0.42 * room, size = Math.min((room - 2 * gap) / 3, phone ? 200 * u : area.h * 0.5), top = phone ? area.y + 22 * u : area.y + area.h - size - 26 * u;
      const result = phone ? (whole ? t("sum") : t("what is left")) : !whole ? (after ? t("what is left, after ReLU") : t("what is left")) : after ? t("their sum, after ReLU") : t("their sum");
      [whole ? t("shortcut") : t("cut"), t("branch"), result].forEach((words, i) => {
        const x = left + i * (size + gap);
        stage.picture(`part${i}`, shown[i], [side, side], { x, y: top, w: size, h: size }, { gain: scale });
        stage.text(words, x, top - 7 * u, { size: 14, fit: size + gap - 6 * u, weight: i === 2 ? 700 : 400, colour: colour.ink });
        if (i) sign(stage, i === 1 ? "+" : "=", x - gap / 2, top + size / 2);
      });
      if (small) {
        const edge = Math.min(small, area.h - size - 96 * u);
        stage.picture("digit", ink, [SIDE, SIDE], { x: left, y: area.y + 20 * u, w: edge, h: edge }, { ink: true });
        stage.text(t("in the trained network: block {block} of {blocks}, {maps} maps of {side} × {side}", { block: block + 1, blocks: blocks.length, maps, side }), left, area.y + 12 * u, { fit: room });
      }
      const place = { block: block + 1, map };
      if (!whole) return t("Block {block}, map {map}, without its shortcut: what goes on is the branch alone, {branch} on average, where the block gave {whole}. The branch has learned to correct what comes in, not to carry it.", { ...place, branch: figure(mean(given)), whole: figure(mean(throughBlock(around, branch, true, after !== ""))) });
      const size1 = mean(around), size2 = mean(branch), sizes = { ...place, carried: figure(size1), change: figure(size2) };
      return [
        size1 > 0 ? t("Block {block}, map {map}: on average the shortcut carries {carried}, and the branch changes it by {change}, {share} as much.", { ...sizes, share: asPercent(number((100 * size2) / size1)) }) : t("Block {block}, map {map}: on average the shortcut carries {carried}, and the branch changes it by {change}.", sizes),
        version === "version 1" ? t("Version 1 has a ReLU after the sum.") : t("Version 2 norms first and leaves the way around entirely free."),
        t("The book trains {printed} epochs; here it was {epochs}.", { printed: facts["listing 2.2.1"].epochs, epochs: ours[VERSIONS[version].key] }),
      ].join(" ");
    },
    tall: 1.2,
    least: 0.85,
  };
}

/** @param {Float32Array} values */
const mean = (values) => values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;

// ------------------------------------------------------------------------------------------ dense

const BOTTLENECK = 4; // times the growth rate
const MAX_GROWTH = 16; // of the growth rate

/** @param {import("./desk.js").Desk} desk @param {import("./book.js").Material} material @returns {import("./desk.js").Lesson} */
function dense(desk, { facts }) {
  const count = facts["figure 2.4.1"].layers;
  let growth = 12, layer = count;
  desk.slider({ label: t("Growth rate k"), from: 2, to: MAX_GROWTH, by: 1, at: growth, digits: 0 }, (value) => { growth = value; });
  const slider = desk.slider({ label: t("Layer"), from: 1, to: count, by: 1, at: layer, digits: 0 }, (value) => { layer = value; });
  const hues = ["#8d8b85", "#2f81d6", "#2f9e8f", "#8a5cd6", "#d9480f"];
  return {
    draw(stage, area) {
      const { u, colour } = stage, { phone } = area, all = entering(count + 1, growth), columns = count + 2, slot = area.w / columns, top = area.y + 34 * u, tall = area.h - (phone ? 84 : 96) * u, unit = tall / ((STEM + count) * MAX_GROWTH);
      const widths = [STEM * growth, ...new Array(count).fill(growth)];
      for (let i = 0; i <= count; i++) {
        const x = area.x + i * slot;
        // The pile: everything that there is before this layer, each part in its own colour.
        let y = top;
        for (let part = 0; part <= i; part++) {
          const high = Math.max(2, widths[part] * unit), used = layer > part && i === layer - 1;
          stage.c.globalAlpha = used || i === count ? 1 : 0.4;
          stage.c.fillStyle = hues[part];
          stage.c.fillRect(x + slot * 0.1, y, slot * 0.42, high - 1);
          if (used) stage.frame(x + slot * 0.1, y, slot * 0.42, high - 1, colour.ink, 1);
          stage.c.globalAlpha = 1;
          if (used) stage.link(x + slot * 0.52, y + high / 2, x + slot * 0.66, top + tall * 0.25, 0.9, { across: true, colour: hues[part], widest: 4 });
          y += high;
        }
        stage.text(phone ? String(entering(i + 1, growth)) : tn("{n} map", "{n} maps", entering(i + 1, growth)), x + slot * 0.31, y + 18 * u, { align: "center", weight: 600, colour: colour.ink, size: 14, fit: slot * 0.9 });
        if (i === count) break;
        const on = i + 1 === layer, box = { x: x + slot * 0.64, y: top + tall * 0.12, w: slot * 0.36, h: tall * 0.26 };
        stage.c.fillStyle = on ? hues[i + 1] : colour.soft;
        stage.c.fillRect(box.x, box.y, box.w, box.h);
        stage.box(box.x, box.y, box.w, box.h, colour.dim);
        stage.text(`H${i + 1}`, box.x + box.w / 2, box.y + box.h / 2, { size: phone ? 13 : 18, weight: 700, align: "center", base: "middle", colour: on ? "#fff" : colour.ink });
        stage.text(phone ? "+ k" : `+ ${growth}`, box.x + box.w / 2, box.y + box.h + 18 * u, { align: "center" });
        stage.touch("layer", i + 1, { x: x + slot * 0.55, y: top, w: slot * 0.45, h: tall });
      }
      const x = area.x + (count + 0.62) * slot, half = Math.floor(all / 2), high = half * unit;
      stage.text(t("transition"), x + slot * 0.6, top - 8 * u, { align: "center", fit: slot * 0.8 });
      stage.c.fillStyle = colour.network;
      stage.c.fillRect(x + slot * 0.45, top, slot * 0.4, high);
      stage.text(t("1 × 1, halved:"), x + slot * 0.62, top + high + 18 * u, { align: "center", fit: slot * 0.9 });
      stage.text(tn("{n} map", "{n} maps", half), x + slot * 0.62, top + high + 36 * u, { align: "center", weight: 600, colour: colour.ink, fit: slot * 0.9 });
      stage.text(t("what has been found so far, side by side; touch a layer"), area.x, area.y + 14 * u, { fit: area.w * 0.8 });
      const inputs = entering(layer, growth), subscript = (/** @type {number} */ n) => "₀₁₂₃₄₅"[n];
      const formula = `x${subscript(layer)} = H${subscript(layer)}(${Array.from({ length: layer }, (_, i) => `x${subscript(i)}`).join(", ")})`;
      return t("{formula}: layer {layer} sees all {maps} maps before it and adds k = {growth}. Its 1 × 1 bottleneck makes {factor}k = {bottleneck} of them, its 3 × 3 convolution {growth}: {first} + {second} weights. Nothing is added up, nothing is lost.", { formula, layer, maps: inputs, growth, factor: BOTTLENECK, bottleneck: BOTTLENECK * growth, first: number(inputs * BOTTLENECK * growth), second: number(9 * BOTTLENECK * growth * growth) });
    },
    drag: (spot) => slider.put((layer = spot.number)),
    tall: 0.75,
  };
}
