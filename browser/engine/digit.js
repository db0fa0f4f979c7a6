/* Makes a digit from a drawing, pixel for pixel as digits/normalization.py does: crop, 20-pixel box, centre of mass in the
   centre of 28 x 28. Tests compare the two. */

export const SIDE = 28; // pixels
const BOX = 20; // pixels of the longer side of the ink
const FAINT = 16; // of 255; fainter ink is the soft edge of a stroke
const MIN_EXTENT = 0.12; // of the canvas's shorter side; smaller ink is a dot
const PRECISION = 22; // bits of the weights of the resizing

/** @typedef {{ top: number, left: number, height: number, width: number }} Box in pixels of the canvas */
/** @typedef {{ pixels: Uint8Array, box: Box, place: Box }} Digit pixels: 28 x 28; place: of the box in them */

/** The ink of a canvas on which everything is drawn in white: its alpha. Browsers round the colour of soft edges differently.
 * @param {Uint8ClampedArray | Uint8Array} rgba @returns {Uint8Array} */
export function inkOf(rgba) {
  const ink = new Uint8Array(rgba.length / 4);
  for (let i = 0, p = 3; i < ink.length; i++, p += 4) ink[i] = rgba[p];
  return ink;
}

/** The digit, or null where nothing, or no more than a dot, is drawn.
 * @param {Uint8Array} ink of width x height pixels @param {number} width @param {number} height @returns {Digit | null} */
export function fromInk(ink, width, height) {
  const box = boundingBox(ink, width, height);
  if (!box) return null;
  const longer = Math.max(box.height, box.width);
  if (longer < MIN_EXTENT * Math.min(width, height)) return null;
  const scale = BOX / longer, rows = Math.max(1, round(scale * box.height)), columns = Math.max(1, round(scale * box.width));
  const small = resize(ink, width, box, rows, columns);
  if (!small.some((value) => value)) return null; // a hairline disappears when it is scaled down
  const pixels = new Uint8Array(SIDE * SIDE);
  const top = start(rows, (row) => sum(small.subarray(row * columns, (row + 1) * columns)));
  const left = start(columns, (column) => sum(small.filter((_, i) => i % columns === column)));
  for (let row = 0; row < rows; row++) pixels.set(small.subarray(row * columns, (row + 1) * columns), (top + row) * SIDE + left);
  return { pixels, box, place: { top, left, height: rows, width: columns } };
}

/**
 * @typedef {object} Window What the 28 x 28 pixels of a digit show of the canvas, in pixels of the canvas; it may reach beyond it.
 * @property {number} left @property {number} top @property {number} width @property {number} height
 * @property {Weights[]} columns @property {Weights[]} rows
 * @property {boolean} columnsFirst
 * @property {{ x: number, y: number }} centre where the middle of the 28 x 28 pixels is
 * @property {{ x: number, y: number }} pixel the size of one of them
 */

/** @param {{ box: Box, place: Box }} cut @returns {Window} */
export function windowOf({ box, place }) {
  const columns = boxWeights(box.width, place.width, -place.left, SIDE - place.left), rows = boxWeights(box.height, place.height, -place.top, SIDE - place.top);
  const [left, top] = [columns[0].first, rows[0].first], [right, bottom] = [columns, rows].map((all) => all[SIDE - 1].first + all[SIDE - 1].count);
  const pixel = { x: box.width / place.width, y: box.height / place.height };
  const centre = { x: box.left + (SIDE / 2 - place.left) * pixel.x, y: box.top + (SIDE / 2 - place.top) * pixel.y };
  const moved = (/** @type {Weights[]} */ all, /** @type {number} */ by) => all.map((each) => ({ ...each, first: each.first - by }));
  return { left: box.left + left, top: box.top + top, width: right - left, height: bottom - top, columns: moved(columns, left), rows: moved(rows, top), columnsFirst: box.height > 2 * box.width, centre, pixel };
}

/** The 28 x 28 pixels of what a window shows; of the drawing that it was made for, the digit itself.
 * @param {Uint8Array} ink of the window's width x height pixels @param {Window} window */
export function throughWindow(ink, { width, height, columns, rows, columnsFirst }) {
  return shrink(ink, width, { width, height }, rows, columns, columnsFirst);
}

/** @param {Uint8Array} ink @param {number} width @param {number} height @returns {Box | null} */
function boundingBox(ink, width, height) {
  let top = height, bottom = -1, left = width, right = -1;
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      if (ink[p] < FAINT) continue;
      if (y < top) top = y;
      bottom = y;
      if (x < left) left = x;
      if (x > right) right = x;
    }
  }
  return bottom < 0 ? null : { top, left, height: bottom - top + 1, width: right - left + 1 };
}

/** A box filter; columns first where the box is more than twice as high as wide.
 * @param {Uint8Array} ink @param {number} stride the canvas's width @param {Box} box @param {number} rows @param {number} columns */
function resize(ink, stride, box, rows, columns) {
  return shrink(ink.subarray(box.top * stride + box.left), stride, box, boxWeights(box.height, rows), boxWeights(box.width, columns), box.height > 2 * box.width);
}

/** Two passes, with 8 bits between them.
 * @param {Uint8Array} from @param {number} stride @param {{ width: number, height: number }} size
 * @param {Weights[]} rows @param {Weights[]} columns @param {boolean} columnsFirst */
function shrink(from, stride, { width, height }, rows, columns, columnsFirst) {
  const across = columns.length, small = new Uint8Array(rows.length * across);
  if (columnsFirst) {
    const between = new Uint8Array(rows.length * width);
    pass(from, { lines: width, line: 1, step: stride }, between, { line: 1, step: width }, rows);
    pass(between, { lines: rows.length, line: width, step: 1 }, small, { line: across, step: 1 }, columns);
  } else {
    const between = new Uint8Array(height * across);
    pass(from, { lines: height, line: stride, step: 1 }, between, { line: across, step: 1 }, columns);
    pass(between, { lines: across, line: 1, step: across }, small, { line: 1, step: across }, rows);
  }
  return small;
}

/** Resizes each line. line, step: from one line, one pixel, to the next.
 * @param {Uint8Array} x @param {{ lines: number, line: number, step: number }} from
 * @param {Uint8Array} y @param {{ line: number, step: number }} to @param {Weights[]} weights for each pixel wanted */
function pass(x, from, y, to, weights) {
  for (let l = 0; l < from.lines; l++) {
    for (let i = 0; i < weights.length; i++) {
      const { first, count, weight } = weights[i];
      let total = 0;
      for (let k = 0, p = l * from.line + first * from.step; k < count; k++, p += from.step) total += x[p];
      y[l * to.line + i * to.step] = Math.min(255, (total * weight + (1 << (PRECISION - 1))) / (1 << PRECISION));
    }
  }
}

/** @typedef {{ first: number, count: number, weight: number }} Weights the pixels whose centres a pixel covers, and the weight of each, in 2^-22 */
/** @type {Map<string, Weights[]>} */
const known = new Map();

/** For each pixel from begin to end; those before 0, and from wanted on, lie beside the box.
 * @param {number} length @param {number} wanted pixels for the length @param {number} [begin] @param {number} [end] */
function boxWeights(length, wanted, begin = 0, end = wanted) {
  const key = [length, wanted, begin, end].join();
  let table = known.get(key);
  if (!table) {
    const scale = length / wanted, side = Math.max(scale, 1);
    table = Array.from({ length: end - begin }, (_, i) => {
      const centre = (begin + i + 0.5) * scale, low = Math.floor(centre - side / 2 + 0.5), high = Math.floor(centre + side / 2 + 0.5);
      const inside = Array.from({ length: high - low }, (_, k) => low + k).filter((x) => { const place = (x - centre + 0.5) * (1 / side); return place > -0.5 && place <= 0.5; });
      return { first: inside[0] ?? low, count: inside.length, weight: Math.trunc(0.5 + (1 << PRECISION) / inside.length) };
    });
    known.set(key, table);
  }
  return table;
}

/** Where ink begins in 28 pixels so that its centre of mass is at 14, without cutting any off.
 * @param {number} length @param {(place: number) => number} mass */
function start(length, mass) {
  let total = 0, moment = 0;
  for (let place = 0; place < length; place++) {
    total += mass(place);
    moment += place * mass(place);
  }
  return Math.min(Math.max(round(SIDE / 2 - moment / total), 0), SIDE - length);
}

/** @param {Uint8Array} values */
const sum = (values) => values.reduce((total, value) => total + value, 0);

/** As Python's round(): halves go to the even number. @param {number} value */
function round(value) {
  const low = Math.floor(value), rest = value - low;
  return rest < 0.5 ? low : rest > 0.5 ? low + 1 : low + (low % 2);
}
