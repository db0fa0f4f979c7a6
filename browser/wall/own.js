/* The room's own network on the wall: the drawings that it never learns from, as it reads them now, and what is said of that. */
import { count } from "./show.js";

/** @typedef {import("./show.js").Tile} Tile */
/** @typedef {import("./show.js").Network} Network */
/**
 * @typedef {object} Own the newest training of the room's own network
 * @property {Network} network
 * @property {"waiting" | "starting" | "learning" | "paused" | "saving" | "done" | "failed"} state
 * @property {string} message why it failed
 * @property {number} ahead trainings that it waits for
 * @property {number} left seconds of learning
 * @property {number} learned drawings that it learns from
 * @property {number} people who drew them
 * @property {number} before how many of the held-out drawings the page's own network of this kind reads right
 * @property {number} beforeLearned from how many digits that one has learned
 * @property {[id: number, digit: number | null][]} heldOut with what it reads in each now
 */

export const STAGE = "network";

/** The held-out drawings with what the network reads in them now. @param {Own} own @param {Tile[]} tiles @returns {Tile[]} */
export function heldOut({ network, heldOut: pairs }, tiles) {
  const known = new Map(tiles.map((tile) => [tile.id, tile]));
  return pairs.flatMap(([id, digit]) => {
    const tile = known.get(id);
    return tile ? [{ ...tile, answers: digit === null ? {} : { [network.key]: /** @type {[number, number]} */ ([digit, 1]) } }] : [];
  });
}

/** What stands above them. @param {Own} own @returns {{ heading: string, notes: string[] }} */
export function head({ network, state, message, ahead, learned, people, heldOut: { length } }) {
  if (state === "failed") return { heading: message, notes: [] };
  const from = count(learned, "drawing"), heading = state === "done" ? `${network.title} has learned from ${from}` : `${network.title} learns from ${from}`;
  const waits = ahead ? `${count(ahead, "training")} come${ahead === 1 ? "s" : ""} first` : "it knows nothing yet, and begins in a moment";
  const now = state === "waiting" || state === "starting" ? waits : state === "saving" ? "it is being stored" : "";
  return { heading, notes: [`by ${people === 1 ? "one person" : `${people} people`}`, `it never learns from ${length === 1 ? "this one" : `these ${length}`} by others`, now].filter(Boolean) };
}

/** The seconds that it goes on learning; null where it does not learn. @param {Own} own */
export const left = ({ state, left: seconds }) => (state === "learning" ? seconds : null);

/** The page's own network of this kind, to compare with. @param {Own} own */
export function other({ network, state, before, beforeLearned, heldOut: { length } }) {
  if (state === "failed") return "";
  return `The ${network.title.replace("Our ", "")} that learned from ${Math.round(beforeLearned / 1000)},000 digits reads ${before} of ${length}.`;
}
