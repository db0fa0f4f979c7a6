/* Reads drawings away from the page's own thread: ink in, the digit and every network's probabilities out, one at a time.
   The page sends the next drawing when the answer to the last one has come, so that the newest one always wins. */
import { anatomy } from "./anatomy.js";
import { Held } from "./change.js";
import { fromInk, inkOf } from "./digit.js";
import { Interpreter } from "./interpreter.js";
import { compileKernels } from "./kernels.js";

/** @typedef {{ key: string, url: string, temperature: number }} NetworkFile url: absolute, of a LiteRT file */
/** @typedef {{ kind: "load", kernels: string[], networks: NetworkFile[] }} Load kernels: absolute addresses, the fastest first */
/** @typedef {{ kind: "read", id: number, rgba: ArrayBuffer, width: number, height: number, keys: string[], calibrated: boolean, detector: boolean, inside: string }} Read
 * rgba: what stands on the canvas; keys: of the networks to ask; detector: whether to ask the outlier detector, too;
 * inside: the address of the opened network whose inner outputs are wanted, or "" */
/** @typedef {{ rgba: ArrayBuffer, width: number, height: number, cut: NonNullable<Reading["cut"]> }} Drawing cut: of it as it was before any ink was rubbed out */
/** @typedef {{ kind: "grab", id: number, drawing: Drawing | null, change: import("./change.js").Change, keys: string[], calibrated: boolean, inside: string }} Grab
 * the drawing that is held, changed; drawing: to be held from now on, null for the one before */
/** @typedef {{ kind: "ask", id: number, digits: Uint8Array[], keys: string[], calibrated: boolean }} Ask about any digits */
/** @typedef {{ kind: "asked", probabilities: Record<string, Float32Array>[] }} Asked of each digit */
/** @typedef {{ kind: "open", kernels: string[], key: string, url: string }} Open a network whose inner outputs will be wanted */
/** @typedef {{ kind: "look", digit: Uint8Array, inside: string }} Look at a digit that does not stand on the canvas */
/** @typedef {{ kind: "opened", url: string, anatomy: import("./anatomy.js").Anatomy, sizes: number[] }} Opened sizes: of the tensors that are kept */
/** @typedef {{ url: string, values: Float32Array }} Inside values: of the tensors that the anatomy keeps, one after another */
/** @typedef {{ kind: "looked", digit: Uint8Array, inside: Inside }} Looked */
/**
 * @typedef {object} Reading
 * @property {"reading"} kind
 * @property {number} id
 * @property {number} ink a checksum of the drawing, as zlib.crc32 gives it in Python
 * @property {boolean} blank nothing at all is drawn
 * @property {Uint8Array | null} digit 28 x 28, or null where nothing, or no more than a dot, is drawn
 * @property {{ box: import("./digit.js").Box, place: import("./digit.js").Box, width: number, height: number } | null} cut where the ink
 * stands on the canvas of width x height pixels, and where in the digit
 * @property {Inside | null} inside
 * @property {number} groups of ink, side by side with empty columns between: several may be several digits
 * @property {Record<string, Float32Array>} probabilities of each network that has been loaded
 * @property {number | null} outlier from 0, a digit, to 1, something else; null where it was not asked for
 * @property {number} milliseconds
 */
/** @typedef {{ kind: "loaded", keys: string[] } | { kind: "failed", message: string, key?: string }} Loaded key: of the network that has not come */

export const DETECTOR = "outlier";
const CLASSES = 10;
const GAP = 0.04; // of the drawing's height: empty columns between two digits
const LOWEST = 0.3; // of the drawing's height: a lower group is a part of a digit, such as a dot or a bar

/** @type {Map<string, { network: Interpreter, temperature: number, url: string }>} */
const networks = new Map();
/** By address, those whose inner outputs are wanted. @type {Map<string, { network: Interpreter, kept: number[] }>} */
const opened = new Map();
/** @type {Promise<WebAssembly.Module | null> | undefined} */
let kernels;

/** @param {Load} message */
async function load({ kernels: urls, networks: files }) {
  const compiled = await compiledKernels(urls);
  await Promise.all(files.filter(({ key, url }) => networks.get(key)?.url !== url).map(async ({ key, url, temperature }) => {
    try {
      networks.set(key, { network: new Interpreter(new Uint8Array(await fetched(url)), compiled), temperature, url });
      postMessage(/** @type {Loaded} */ ({ kind: "loaded", keys: [...networks.keys()] })); // one by one, as they come
    } catch (error) {
      postMessage(/** @type {Loaded} */ ({ kind: "failed", message: `The network ${key} does not run in this browser: ${error}`, key }));
    }
  }));
}

/** @param {Open} message */
async function open({ kernels: urls, key, url }) {
  const compiled = await compiledKernels(urls), bytes = new Uint8Array(await fetched(url)), known = anatomy(key, bytes);
  const network = new Interpreter(bytes, compiled, known.kept);
  opened.set(url, { network, kept: known.kept });
  postMessage(/** @type {Opened} */ ({ kind: "opened", url, anatomy: known, sizes: known.kept.map((tensor) => network.value(tensor).length) }));
}

/** The inner outputs for a digit, in one piece that can be handed over. @param {string} url @param {Uint8Array} digit @returns {Inside | null} */
function inside(url, digit) {
  const known = opened.get(url);
  if (!known) return null;
  known.network.run(digit);
  const all = known.kept.map((tensor) => known.network.value(tensor)), values = new Float32Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const each of all) {
    values.set(each, at);
    at += each.length;
  }
  return { url, values };
}

/** @param {string[]} urls */
const compiledKernels = (urls) => (kernels ??= Promise.all(urls.map(fetched)).then(compileKernels).catch(() => null)); // where WebAssembly is forbidden, too

/** @param {string} url */
async function fetched(url) {
  const response = await fetch(url);
  if (!response.ok) throw Error(`${url} was answered with ${response.status}`);
  return response.arrayBuffer();
}

/** @param {Read} message @returns {Reading} */
function read({ id, rgba, width, height, keys, calibrated, detector, inside: opened }) {
  const begin = performance.now(), ink = inkOf(new Uint8Array(rgba)), found = fromInk(ink, width, height), digit = found?.pixels ?? null;
  /** @type {Reading} */
  const reading = { kind: "reading", id, ink: crc32(ink), blank: !ink.some((value) => value), digit, cut: found && { box: found.box, place: found.place, width, height }, inside: null, groups: digit ? groupsOf(ink, width, height) : 0, probabilities: {}, outlier: null, milliseconds: 0 };
  if (digit) {
    reading.probabilities = probabilitiesOf(digit, keys, calibrated);
    reading.inside = inside(opened, digit);
    if (detector) reading.outlier = networks.get(DETECTOR)?.network.run(digit)[CLASSES] ?? null;
  }
  reading.milliseconds = performance.now() - begin;
  return reading;
}

/** @type {Held | null} */ let held = null;

/** @param {Grab} message @returns {Reading} */
function grab({ id, drawing, change, keys, calibrated, inside: opened }) {
  if (drawing) held = new Held(inkOf(new Uint8Array(drawing.rgba)), drawing.width, drawing.height, drawing.cut);
  if (!held) throw Error("nothing has been grabbed");
  const digit = held.digit(change), { width, height, cut } = held;
  return { kind: "reading", id, ink: 0, blank: !digit.some((value) => value), digit, cut: { ...cut, width, height }, inside: inside(opened, digit), groups: 1, probabilities: probabilitiesOf(digit, keys, calibrated), outlier: null, milliseconds: 0 };
}

/** @param {Uint8Array} digit @param {string[]} keys @param {boolean} calibrated */
function probabilitiesOf(digit, keys, calibrated) {
  /** @type {Reading["probabilities"]} */ const probabilities = {};
  for (const key of keys) {
    const known = networks.get(key);
    if (known) probabilities[key] = calibrate(known.network.run(digit), calibrated ? known.temperature : 1);
  }
  return probabilities;
}

/** The softmax at a temperature, as recognition.classifier does it. @param {Float32Array} softmax @param {number} temperature */
export function calibrate(softmax, temperature) {
  const scaled = Array.from(softmax, (probability) => probability ** (1 / temperature)), sum = scaled.reduce((total, value) => total + value, 0);
  return Float32Array.from(scaled, (value) => value / sum);
}

/** The number of digits that may stand side by side: a hint, the server's segmentation decides.
 * @param {Uint8Array} ink @param {number} width @param {number} height */
export function groupsOf(ink, width, height) {
  /** @type {{ top: number, bottom: number, last: number }[]} */ const groups = [];
  let top = height, bottom = -1;
  const columns = Array.from({ length: width }, () => ({ top: height, bottom: -1 }));
  for (let y = 0, p = 0; y < height; y++) for (let x = 0; x < width; x++, p++) if (ink[p]) {
    const column = columns[x];
    column.top = Math.min(column.top, y);
    column.bottom = y;
    top = Math.min(top, y);
    bottom = y;
  }
  const tall = bottom - top + 1;
  columns.forEach((column, x) => {
    if (column.bottom < 0) return;
    const group = groups.at(-1);
    if (group && x - group.last <= 1 + GAP * tall) Object.assign(group, { top: Math.min(group.top, column.top), bottom: Math.max(group.bottom, column.bottom), last: x });
    else groups.push({ ...column, last: x });
  });
  return groups.filter((group) => group.bottom - group.top + 1 >= LOWEST * tall).length;
}

const CRC = Uint32Array.from({ length: 256 }, (_, value) => {
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** @param {Uint8Array} bytes */
export function crc32(bytes) {
  let crc = ~0;
  for (let i = 0; i < bytes.length; i++) crc = CRC[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

if (typeof WorkerGlobalScope !== "undefined") {
  addEventListener("message", ({ data }) => {
    const failed = (/** @type {unknown} */ error) => postMessage(/** @type {Loaded} */ ({ kind: "failed", message: String(error) }));
    if (data.kind === "load") load(data).catch(failed);
    else if (data.kind === "open") open(data).catch(failed);
    else if (data.kind === "look") {
      const looked = inside(data.inside, data.digit);
      if (looked) postMessage(/** @type {Looked} */ ({ kind: "looked", digit: data.digit, inside: looked }), { transfer: [looked.values.buffer] });
    } else if (data.kind === "ask") {
      postMessage(/** @type {Asked} */ ({ kind: "asked", probabilities: data.digits.map((/** @type {Uint8Array} */ digit) => probabilitiesOf(digit, data.keys, data.calibrated)) }));
    } else {
      const reading = data.kind === "grab" ? grab(data) : read(data);
      postMessage(reading, { transfer: reading.inside ? [reading.inside.values.buffer] : [] });
    }
  });
}
