/* Chooses what is shown: the server's record where it is about the drawing on the canvas, else this browser's own reading. */
import { DOT, GONE, INVITATION, MORE, ONE, SEVERAL } from "./words.js";

/** @typedef {{ pixels: Uint8Array, outlier: boolean, probabilities: Record<string, ArrayLike<number>> }} Digit
 * pixels: 28 x 28; probabilities: ten of each network, by key */
/**
 * @typedef {object} ServerRecord The server's reading of a drawing. Read again, it has another id.
 * @property {string} id
 * @property {number | null} ink the checksum of the drawing on the canvas; null where nothing is drawn
 * @property {boolean} foreign what was read does not stand on the canvas: a photo, a sample, an earlier drawing
 * @property {boolean} hidden answers must not be shown: a room before its reveal
 * @property {string} message in place of the verdict, or ""
 * @property {Digit[]} digits of a number, left to right; none where there is nothing to read
 * @property {number} place of the digit that the bars are about
 * @property {Record<string, string>} failures why networks cannot answer, by key
 * @property {string} drawing its name, with which the visitor's labels are sent; "" where nobody asks for them
 * @property {boolean} [alone] there is no server, and no other record will come
 * @property {Labels} labels what the visitor has said of its digits, as far as the server knows
 */
/** @typedef {(number | null)[]} Labels the digits that the visitor meant, by place; null where that is not known */
/** @typedef {import("../engine/worker.js").Reading} Reading */
/**
 * @typedef {object} State
 * @property {ServerRecord | null} record
 * @property {number} recorded when the record came, in milliseconds
 * @property {Reading | null} reading the browser's newest one
 * @property {number} acted when the visitor last drew, undid or cleared
 * @property {boolean} cleared nothing stands on the canvas since, as far as the page knows without reading it
 * @property {boolean} down the pen is down
 * @property {Reading | null} demonstration the newest reading of what the first screen draws by itself
 * @property {Reading | null} grabbed the newest reading of the drawing as it is being turned, squeezed or moved
 * @property {string} pending what is on its way to the server, a sentence, or ""
 */
/**
 * @typedef {object} Shown
 * @property {"waiting" | "reading" | "answered"} kind
 * @property {string} message in place of the verdict, or ""
 * @property {Digit[]} digits
 * @property {number} place
 * @property {Record<string, string>} failures
 * @property {boolean} live read by this browser
 */

/** @param {State} state @param {number} threshold of the outlier detector @returns {Shown} */
export function choose({ record, recorded, reading, acted, cleared, pending, demonstration, grabbed }, threshold) {
  if (!record) return nothing("waiting", INVITATION);
  if (record.hidden) return nothing("waiting", record.message);
  if (pending) return nothing("reading", pending);
  if (grabbed?.blank) return nothing("waiting", GONE);
  if (grabbed?.digit) return read(grabbed.digit, grabbed, record);
  const newer = recorded > acted; // nothing has been drawn or cleared since the server has spoken
  if (newer && (record.foreign || (record.message && !record.digits.length && !reading?.digit))) return recordShown(record);
  if (demonstration?.digit && !record.digits.length && !record.message && acted < 0) {
    return { ...nothing("waiting", INVITATION), digits: [{ pixels: demonstration.digit, outlier: false, probabilities: demonstration.probabilities }], live: true };
  }
  if (cleared) return nothing("waiting", INVITATION);
  if (!reading || reading.ink === record.ink) return recordShown(record);
  if (record.foreign) return nothing("reading", MORE); // what stands under the canvas is the server's
  if (!reading.digit) return nothing("waiting", reading.blank ? INVITATION : DOT);
  if (reading.groups > 1) return record.alone ? nothing("waiting", ONE) : nothing("reading", SEVERAL); // the server decides how many there are
  return read(reading.digit, reading, record, threshold);
}

/** @param {Uint8Array} pixels @param {Reading} reading @param {ServerRecord} record @param {number} [threshold] @returns {Shown} */
function read(pixels, { outlier, probabilities }, { failures }, threshold = 1) {
  return { kind: "answered", message: "", digits: [{ pixels, outlier: (outlier ?? 0) >= threshold, probabilities }], place: 0, failures, live: true };
}

/** @param {ServerRecord} record @returns {Shown} */
function recordShown({ message, ink, digits, place, failures }) {
  if (!digits.length) return nothing("waiting", message || (ink === null ? INVITATION : DOT));
  return { kind: "answered", message, digits, place, failures, live: false };
}

/** @param {"waiting" | "reading"} kind @param {string} message @returns {Shown} */
const nothing = (kind, message) => ({ kind, message, digits: [], place: 0, failures: {}, live: false });
