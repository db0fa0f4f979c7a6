/* The first step of the journey, over the page: the crop box and the centre of mass on the drawing, and the light that leads
   from there to the same ink in the network's pixels. */

/** @typedef {import("../engine/worker.js").Reading["cut"]} Cut */

const NAMESPACE = "http://www.w3.org/2000/svg";
const MIDDLE = 14; // the centre of mass stands here in the 28 x 28 pixels
const CROSS = 8; // pixels from its middle to its ends

export class Beam {
  constructor() {
    this.svg = document.createElementNS(NAMESPACE, "svg");
    this.svg.setAttribute("class", "journey-beam");
    this.svg.setAttribute("aria-hidden", "true");
    const part = (/** @type {string} */ name) => this.svg.appendChild(document.createElementNS(NAMESPACE, name));
    this.light = part("polygon");
    this.box = part("rect");
    this.cross = part("path");
    document.querySelector(".stApp")?.append(this.svg);
  }

  /** @param {Cut} cut @param {import("./stage.js").Rect | null} landing in the picture @param {HTMLCanvasElement} picture */
  draw(cut, landing, picture) {
    const canvas = document.querySelector(".st-key-canvas")?.getBoundingClientRect();
    this.svg.toggleAttribute("hidden", !cut || !canvas);
    if (!cut || !canvas) return;
    const scale = canvas.width / cut.width, left = canvas.left + cut.box.left * scale, top = canvas.top + cut.box.top * scale, width = cut.box.width * scale, height = cut.box.height * scale;
    set(this.box, { x: left, y: top, width, height });
    const x = left + ((MIDDLE - cut.place.left) / cut.place.width) * width, y = top + ((MIDDLE - cut.place.top) / cut.place.height) * height;
    set(this.cross, { d: `M${x - CROSS} ${y}H${x + CROSS}M${x} ${y - CROSS}V${y + CROSS}` });
    this.light.toggleAttribute("hidden", !landing);
    if (!landing) return;
    const origin = picture.getBoundingClientRect(), to = { x: origin.left + landing.x, y: origin.top + landing.y }, right = left + width, bottom = top + height;
    const below = to.y > bottom, [near, far] = to.x < left ? [left, to.x + landing.w] : [right, to.x]; // the picture stands on the left in Arabic
    const from = below ? [[left, bottom], [right, bottom]] : [[near, top], [near, bottom]], end = below ? [[to.x + landing.w, to.y], [to.x, to.y]] : [[far, to.y + landing.h], [far, to.y]];
    set(this.light, { points: [...from, ...end].map((point) => point.join()).join(" ") });
  }

  remove() {
    this.svg.remove();
  }
}

/** @param {Element} node @param {Record<string, string | number>} attributes */
function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
}
