/* Reads drawings away from the page's own thread: ink in, the digit and every network's probabilities out, one at a time.
   The page sends the next drawing when the answer to the last one has come, so that the newest one always wins. */
import { fromInk, inkOf } from "./digit.js";
import { Interpreter } from "./interpreter.js";
import { compileKernels } from "./kernels.js";

/** @typedef {{ key: string, url: string, temperature: number }} NetworkFile url: absolute, of a LiteRT file */
/** @typedef {{ kind: "load", kernels: string[], networks: NetworkFile[] }} Load kernels: absolute addresses, the fastest first */
/** @typedef {{ kind: "read", id: number, rgba: ArrayBuffer, width: number, height: number, keys: string[], calibrated: boolean, detector: boolean }} Read
 * rgba: what stands on the canvas; keys: of the networks to ask; detector: whether to ask the outlier detector, too */
/**
 * @typedef {object} Reading
 * @property {"reading"} kind
 * @property {number} id
 * @property {number} ink a checksum of the drawing, as zlib.crc32 gives it in Python
 * @property {boolean} blank nothing at all is drawn
 * @property {Uint8Array | null} digit 28 x 28, or null where nothing, or no more than a dot, is drawn
 * @property {number} groups of ink, side by side with empty columns between: several may be several digits
 * @property {Record<string, Float32Array>} probabilities of each network that has been loaded
 * @property {number | null} outlier from 0, a digit, to 1, something else; null where it was not asked for
 * @property {number} milliseconds
 */
/** @typedef {{ kind: "loaded", keys: string[] } | { kind: "failed", message: string }} Loaded */

export const DETECTOR = "outlier";
const CLASSES = 10;
const GAP = 0.04; // of the drawing's height: empty columns between two digits
const LOWEST = 0.3; // of the drawing's height: a lower group is a part of a digit, such as a dot or a bar

/** @type {Map<string, { network: Interpreter, temperature: number }>} */
const networks = new Map();
/** @type {Promise<WebAssembly.Module | null> | undefined} */
let kernels;

/** @param {Load} message */
async function load({ kernels: urls, networks: files }) {
  kernels ??= Promise.all(urls.map(fetched)).then(compileKernels).catch(() => null); // where WebAssembly is forbidden, too
  const compiled = await kernels;
  await Promise.all(files.filter(({ key }) => !networks.has(key)).map(async ({ key, url, temperature }) => {
    networks.set(key, { network: new Interpreter(new Uint8Array(await fetched(url)), compiled), temperature });
    postMessage(/** @type {Loaded} */ ({ kind: "loaded", keys: [...networks.keys()] })); // one by one, as they come
  }));
}

/** @param {string} url */
async function fetched(url) {
  const response = await fetch(url);
  if (!response.ok) throw Error(`${url} was answered with ${response.status}`);
  return response.arrayBuffer();
}

/** @param {Read} message @returns {Reading} */
function read({ id, rgba, width, height, keys, calibrated, detector }) {
  const begin = performance.now(), ink = inkOf(new Uint8Array(rgba)), digit = fromInk(ink, width, height)?.pixels ?? null;
  /** @type {Reading} */
  const reading = { kind: "reading", id, ink: crc32(ink), blank: !ink.some((value) => value), digit, groups: digit ? groupsOf(ink, width, height) : 0, probabilities: {}, outlier: null, milliseconds: 0 };
  if (digit) {
    for (const key of keys) {
      const known = networks.get(key);
      if (known) reading.probabilities[key] = calibrate(known.network.run(digit), calibrated ? known.temperature : 1);
    }
    if (detector) reading.outlier = networks.get(DETECTOR)?.network.run(digit)[CLASSES] ?? null;
  }
  reading.milliseconds = performance.now() - begin;
  return reading;
}

/** The softmax at a temperature, as recognition.classifier does it. @param {Float32Array} softmax @param {number} temperature */
export function calibrate(softmax, temperature) {
  const scaled = Array.from(softmax, (probability) => probability ** (1 / temperature)), sum = scaled.reduce((total, value) => total + value, 0);
  return Float32Array.from(scaled, (value) => value / sum);
}

/** How many digits may stand side by side: a hint, the server's segmentation decides.
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
    if (data.kind === "load") load(data).catch((error) => postMessage(/** @type {Loaded} */ ({ kind: "failed", message: String(error) })));
    else postMessage(read(data));
  });
}
