/* The room's own network on the wall: the drawings that it never learns from, as it reads them now, and what is said of that. */
import { number, t, tn } from "../language/language.js";

/** @typedef {import("./show.js").Tile} Tile */
/** @typedef {import("./show.js").Network} Network */
/**
 * @typedef {object} Own the newest training of the room's own network
 * @property {Network} network
 * @property {string} kind the title of the page's own network of this kind
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

/** The heading and the notes above them. @param {Own} own @returns {{ heading: string, notes: string[] }} */
export function head({ network, state, message, ahead, learned, people, heldOut: { length } }) {
  if (state === "failed") return { heading: message, notes: [] };
  const values = { network: network.title, n: number(learned) };
  const heading = state === "done" ? tn("{network} has learned from {n} drawing", "{network} has learned from {n} drawings", learned, values) : tn("{network} learns from {n} drawing", "{network} learns from {n} drawings", learned, values);
  const waits = ahead ? tn("{n} training comes first", "{n} trainings come first", ahead) : t("it knows nothing yet, and begins in a moment");
  const now = state === "waiting" || state === "starting" ? waits : state === "saving" ? t("it is being stored") : "";
  const by = people === 1 ? t("by one person") : tn("by {n} person", "by {n} people", people);
  const never = length === 1 ? t("it never learns from this one by others") : tn("it never learns from this {n} by others", "it never learns from these {n} by others", length);
  return { heading, notes: [by, never, now].filter(Boolean) };
}

/** The seconds that it goes on learning; null where it does not learn. @param {Own} own */
export const left = ({ state, left: seconds }) => (state === "learning" ? seconds : null);

/** The page's own network of this kind, to compare with. @param {Own} own */
export function other({ kind, state, before, beforeLearned, heldOut: { length } }) {
  if (state === "failed") return "";
  return t("The {network} that learned from {digits} digits reads {right} of {n}.", { network: kind, digits: number(1000 * Math.round(beforeLearned / 1000)), right: before, n: length });
}
