/* Networks as plot_model(show_shapes=True) draws them: a box for each layer with the shapes that come in and go out. A picture to keep. */

import { number, t, tn } from "../language/language.js";

/** @typedef {{ name: string, kind: string, output: string, from: string[] }} Node output: as Keras writes it, "(None, 256)"; from: names of the layers before */

const WIDTH = 330, HEAD = 23, LINE = 19, GAP = 18, ASIDE = 44; // pixels of a box, its head, a line below, between two boxes, and between two columns
const SVG = "http://www.w3.org/2000/svg";

/** @param {import("./desk.js").Desk} desk @param {import("./book.js").Material} material @returns {import("./desk.js").Lesson} */
export function lesson(desk, { ours }) {
  const networks = /** @type {Record<string, { title: string, layers: Node[], parameters: number }>} */ (ours), titles = Object.fromEntries(Object.entries(networks).map(([key, { title }]) => [title, key]));
  let key = Object.keys(networks)[0], shapes = true;
  desk.picture.hidden = true;
  desk.choice(t("Network"), Object.keys(titles), (title) => { key = titles[title]; show(); });
  desk.choice("show_shapes", ["True", "False"], (chosen) => { shapes = chosen === "True"; show(); });
  const pane = Object.assign(document.createElement("div"), { className: "lesson-diagram", tabIndex: 0 });
  pane.setAttribute("aria-label", t("the diagram, which scrolls"));
  desk.more.append(pane);
  const svg = () => /** @type {SVGElement} */ (pane.querySelector("svg"));
  desk.button(t("Keep as SVG"), () => keep(new Blob([svg().outerHTML], { type: "image/svg+xml" }), `${key}.svg`));
  desk.button(t("Keep as PNG"), () => { void asPng(svg()).then((blob) => keep(blob, `${key}.png`)); });
  const show = () => pane.replaceChildren(diagram(networks[key].layers, shapes));
  show();
  return {
    draw: () => {
      const { title, layers, parameters } = networks[key], call = `keras.utils.plot_model(model, show_shapes=${shapes ? "True" : "False"})`;
      return tn("{title}: {n} layer, {parameters} parameters, as {call} draws it.", "{title}: {n} layers, {parameters} parameters, as {call} draws it.", layers.length, { title, parameters: number(parameters), call });
    },
  };
}

/** @param {Node[]} nodes in the order in which they run @param {boolean} [shapes] @returns {SVGElement} */
export function diagram(nodes, shapes = true) {
  const by = new Map(nodes.map((node) => [node.name, node]));
  /** @type {Map<string, { row: number, column: number }>} */ const places = new Map();
  /** @type {string[][]} */ const rows = [];
  for (const { name, from } of nodes) {
    const row = from.length ? Math.max(...from.map((each) => /** @type {{ row: number }} */ (places.get(each)).row)) + 1 : 0;
    (rows[row] ??= []).push(name);
    places.set(name, { row, column: rows[row].length - 1 });
  }
  const lines = (/** @type {string} */ name) => Math.max(1, by.get(name)?.from.length ?? 1), heights = rows.map((names) => HEAD + (shapes ? LINE * Math.max(...names.map(lines)) + 5 : 0)), tops = heights.map((_, row) => heights.slice(0, row).reduce((sum, each) => sum + each + GAP, GAP));
  const most = Math.max(...rows.map(({ length }) => length)), wide = most * WIDTH + (most - 1) * ASIDE + 2 * ASIDE, tall = tops[rows.length - 1] + heights[rows.length - 1] + GAP;
  const svg = element("svg", { xmlns: SVG, viewBox: `0 0 ${wide} ${tall}`, width: wide, height: tall, "font-family": "Helvetica, Arial, sans-serif", "font-size": 13, role: "img" });
  const first = nodes.slice(0, 12).map(({ name, output }) => `${name} ${output}`).join(", "), words = nodes.length > 12 ? tn("{n} layer: {first}, and so on", "{n} layers: {first}, and so on", nodes.length, { first }) : tn("{n} layer: {first}", "{n} layers: {first}", nodes.length, { first });
  svg.append(element("title", {}, words), element("rect", { width: wide, height: tall, fill: "#ffffff" }));
  const at = (/** @type {string} */ name) => {
    const { row, column } = /** @type {{ row: number, column: number }} */ (places.get(name)), count = rows[row].length, all = count * WIDTH + (count - 1) * ASIDE;
    return { x: (wide - all) / 2 + column * (WIDTH + ASIDE), y: tops[row], row, high: heights[row] };
  };
  for (const { name, from } of nodes) for (const before of from) {
    const a = at(before), b = at(name), [x0, y0, x1, y1] = [a.x + WIDTH / 2, a.y + a.high, b.x + WIDTH / 2, b.y];
    // A way around other layers goes along the side.
    const path = b.row === a.row + 1 ? `M${x0} ${y0} L${x1} ${y1 - 6}` : `M${a.x + WIDTH} ${a.y + a.high / 2} C${a.x + WIDTH + ASIDE} ${a.y + a.high} ${b.x + WIDTH + ASIDE} ${b.y} ${b.x + WIDTH + 7} ${b.y + b.high / 2}`;
    const [tx, ty, turned] = b.row === a.row + 1 ? [x1, y1, 0] : [b.x + WIDTH, b.y + b.high / 2, 90];
    svg.append(element("path", { d: path, fill: "none", stroke: "#4a5a70", "stroke-width": 1.5 }), element("path", { d: "M0 0 L-5 -9 L5 -9 Z", fill: "#4a5a70", transform: `translate(${tx} ${ty}) rotate(${turned})` }));
  }
  for (const { name, kind, output, from } of nodes) {
    const { x, y, high } = at(name), half = WIDTH / 2, inputs = from.length ? from.map((each) => by.get(each)?.output ?? "") : [output];
    svg.append(element("rect", { x, y, width: WIDTH, height: high, fill: "#eef3fa", stroke: "#4a5a70" }), element("rect", { x, y, width: WIDTH, height: HEAD, fill: "#22364f" }), element("text", { x: x + half, y: y + 16, "text-anchor": "middle", fill: "#ffffff", "font-weight": "bold" }, `${name} (${kind})`));
    if (!shapes) continue;
    svg.append(element("line", { x1: x + half, x2: x + half, y1: y + HEAD, y2: y + high, stroke: "#4a5a70" }));
    inputs.forEach((shape, i) => svg.append(element("text", { x: x + half / 2, y: y + HEAD + 16 + LINE * i, "text-anchor": "middle", fill: "#16202e" }, t("in: {shape}", { shape }))));
    svg.append(element("text", { x: x + 1.5 * half, y: y + HEAD + 16, "text-anchor": "middle", fill: "#16202e" }, t("out: {shape}", { shape: output })));
  }
  return /** @type {SVGElement} */ (svg);
}

/** @param {string} name @param {Record<string, string | number>} attributes @param {string} [words] */
function element(name, attributes, words = "") {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  if (words) node.textContent = words;
  return node;
}

/** @param {SVGElement} svg @returns {Promise<Blob>} */
async function asPng(svg) {
  const image = new Image(), [, , width, height] = /** @type {string} */ (svg.getAttribute("viewBox")).split(" ").map(Number), sharp = height < 4000 ? 2 : 1;
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg.outerHTML)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: width * sharp, height: height * sharp });
  /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => { canvas.toBlob((blob) => (blob ? resolve(blob) : reject(Error("no picture")))); });
}

/** @param {Blob} blob @param {string} name */
function keep(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
