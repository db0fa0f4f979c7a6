/* Calls functions of browser/engine/change.js for the tests in Python: drawings, and what becomes of them. */
import { readFileSync } from "node:fs";
import { Held, UNCHANGED, distances } from "../../browser/engine/change.js";
import { fromInk } from "../../browser/engine/digit.js";

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf-8")).map(({ ink, width, height, changes }) => {
  const pixels = new Uint8Array(Buffer.from(ink, "base64")), { box, place } = fromInk(pixels, width, height), held = new Held(pixels, width, height, { box, place });
  return { box, place, distances: changes.length ? null : Array.from(distances(pixels, width, height)), changed: changes.map((change) => Array.from(held.digit({ ...UNCHANGED, ...change }))) };
})));
