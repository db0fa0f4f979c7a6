/* Networks as plot_model(show_shapes=True) draws them: a box for each layer with the shapes that come in and go out. A picture to keep. */

import { number, t, tn } from "../language/language.js";

/** @typedef {{ name: string, kind: string, output: string, from: string[] }} Node output: as Keras writes it, "(None, 256)"; from: names of the layers before */

const HEAD = 22, LINE = 17, GAP = 14, AROUND = 44; // pixels of a box's head, a line below, between two boxes, and of the way around a box
const FONT = "Helvetica, Arial, sans-serif", SIZE = 13;
const PHONE = 420; // pixels of width, below which a box has its shapes one below the other
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
  const show = keepDiagram(pane, () => networks[key].layers, () => shapes);
  return {
    draw: () => {
      const { title, layers, parameters } = networks[key], call = `keras.utils.plot_model(model, show_shapes=${shapes ? "True" : "False"})`;
      return tn("{title}: {n} layer, {parameters} parameters, as {call} draws it.", "{title}: {n} layers, {parameters} parameters, as {call} draws it.", layers.length, { title, parameters: number(parameters), call });
    },
  };
}

/** Draws a diagram in a pane, and again when the pane becomes narrow or wide. @param {HTMLElement} pane @param {() => Node[]} nodes @param {() => boolean} [shapes] @returns {() => void} draws it again */
export function keepDiagram(pane, nodes, shapes = () => true) {
  let narrow = false;
  const show = () => {
    const drawn = diagram(nodes(), shapes(), narrow);
    pane.style.setProperty("--wide", String(drawn.getAttribute("width"))); // in the page alone it grows with the window
    pane.replaceChildren(drawn);
  };
  new ResizeObserver(() => {
    const now = pane.clientWidth < PHONE;
    if (now === narrow) return;
    narrow = now;
    show();
  }).observe(pane);
  show();
  return show;
}

/** @param {Node[]} nodes in the order in which they run @param {boolean} shapes @param {boolean} narrow @returns {SVGElement} */
function diagram(nodes, shapes, narrow) {
  const by = new Map(nodes.map((node) => [node.name, node]));
  /** @type {Map<string, { row: number, column: number }>} */ const places = new Map();
  /** @type {string[][]} */ const rows = [];
  for (const { name, from } of nodes) {
    const row = from.length ? Math.max(...from.map((each) => /** @type {{ row: number }} */ (places.get(each)).row)) + 1 : 0;
    (rows[row] ??= []).push(name);
    places.set(name, { row, column: rows[row].length - 1 });
  }
  // What a box says: its head, and what goes in and out, side by side or, in a narrow window, one below the other.
  const heads = (/** @type {Node} */ { name, kind }) => (narrow ? [name, kind] : [`${name} (${kind})`]), inputs = (/** @type {Node} */ { from, output }) => (from.length ? from.map((each) => by.get(each)?.output ?? "") : [output]).map((shape) => t("in: {shape}", { shape })), outputs = (/** @type {Node} */ { output }) => t("out: {shape}", { shape: output });
  const head = HEAD + (narrow ? LINE : 0), lines = (/** @type {Node} */ node) => inputs(node).length + (narrow ? 1 : 0), at = (/** @type {string} */ name) => /** @type {Node} */ (by.get(name));
  const around = nodes.some(({ name, from }) => from.some((each) => places.get(each)?.row !== /** @type {{ row: number }} */ (places.get(name)).row - 1)) ? AROUND : GAP;
  const width = 16 + Math.ceil(Math.max(...nodes.map((node) => Math.max(...heads(node).map((words) => measured(words, true)), shapes ? (narrow ? 1 : 2) * Math.max(...[...inputs(node), outputs(node)].map((words) => measured(words) + (narrow ? 0 : 8))) : 0))));
  const heights = rows.map((names) => head + (shapes ? LINE * Math.max(...names.map((name) => lines(at(name)))) + 5 : 0)), tops = heights.map((_, row) => heights.slice(0, row).reduce((sum, each) => sum + each + GAP, GAP));
  const most = Math.max(...rows.map(({ length }) => length)), wide = most * width + (most - 1) * around + 2 * around, tall = tops[rows.length - 1] + heights[rows.length - 1] + GAP;
  const svg = element("svg", { xmlns: SVG, viewBox: `0 0 ${wide} ${tall}`, width: wide, height: tall, "font-family": FONT, "font-size": SIZE, role: "img" });
  const first = nodes.slice(0, 12).map(({ name, output }) => `${name} ${output}`).join(", "), words = nodes.length > 12 ? tn("{n} layer: {first}, and so on", "{n} layers: {first}, and so on", nodes.length, { first }) : tn("{n} layer: {first}", "{n} layers: {first}", nodes.length, { first });
  svg.append(element("title", {}, words), element("rect", { width: wide, height: tall, fill: "#ffffff" }));
  const box = (/** @type {string} */ name) => {
    const { row, column } = /** @type {{ row: number, column: number }} */ (places.get(name)), count = rows[row].length, all = count * width + (count - 1) * around;
    return { x: (wide - all) / 2 + column * (width + around), y: tops[row], row, high: heights[row] };
  };
  for (const { name, from } of nodes) for (const before of from) {
    const a = box(before), b = box(name), [x0, y0, x1, y1] = [a.x + width / 2, a.y + a.high, b.x + width / 2, b.y];
    // A way around other layers goes along the side.
    const path = b.row === a.row + 1 ? `M${x0} ${y0} L${x1} ${y1 - 6}` : `M${a.x + width} ${a.y + a.high / 2} C${a.x + width + around} ${a.y + a.high} ${b.x + width + around} ${b.y} ${b.x + width + 7} ${b.y + b.high / 2}`;
    const [tx, ty, turned] = b.row === a.row + 1 ? [x1, y1, 0] : [b.x + width, b.y + b.high / 2, 90];
    svg.append(element("path", { d: path, fill: "none", stroke: "#4a5a70", "stroke-width": 1.5 }), element("path", { d: "M0 0 L-5 -9 L5 -9 Z", fill: "#4a5a70", transform: `translate(${tx} ${ty}) rotate(${turned})` }));
  }
  for (const node of nodes) {
    const { x, y, high } = box(node.name), half = width / 2, line = (/** @type {string} */ words, /** @type {number} */ middle, /** @type {number} */ row) => element("text", { x: middle, y: y + head + 15 + LINE * row, "text-anchor": "middle", fill: "#16202e" }, words);
    svg.append(element("rect", { x, y, width, height: high, fill: "#eef3fa", stroke: "#4a5a70" }), element("rect", { x, y, width, height: head, fill: "#22364f" }));
    heads(node).forEach((words, i) => svg.append(element("text", { x: x + half, y: y + 16 + LINE * i, "text-anchor": "middle", fill: "#ffffff", "font-weight": i ? "normal" : "bold" }, words)));
    if (!shapes) continue;
    const entering = inputs(node), middles = narrow ? [half, half] : [half / 2, 1.5 * half];
    if (!narrow) svg.append(element("line", { x1: x + half, x2: x + half, y1: y + head, y2: y + high, stroke: "#4a5a70" }));
    svg.append(...entering.map((words, i) => line(words, x + middles[0], i)), line(outputs(node), x + middles[1], narrow ? entering.length : 0));
  }
  return /** @type {SVGElement} */ (svg);
}

const ruler = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
/** The width of words in a diagram, in pixels. @param {string} words @param {boolean} [bold] */
function measured(words, bold = false) {
  ruler.font = `${bold ? "bold " : ""}${SIZE}px ${FONT}`;
  return ruler.measureText(words).width;
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
