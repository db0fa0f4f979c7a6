/* The answers: mounted by the page in two places, the verdict and the bars, and kept over its reruns.

   While the pen moves, a worker reads the drawing and the newest reading is drawn. When the server's record of the same
   drawing comes, it takes the reading's place; it carries the same numbers, so nothing jumps. */
import { Attract } from "./attract.js";
import { CanvasWatch } from "./canvas.js";
import { Meaning } from "./meaning.js";
import { Bars, Heads, READABLE, YOURS, best, judged, majority, verdict } from "./render.js";
import { choose } from "./state.js";
import { AWAY, LOAD, PHOTO, UNLOADED, UPDATED } from "./words.js";
import { t } from "../language/language.js";
import { isConnected, owesClear } from "../page/canvas.js";

/** @typedef {import("../engine/worker.js").Reading} Reading */
/** @typedef {{ title: string, idea: string, colour: string, shape: number[], words: string, ours?: boolean }} Described */
/** @typedef {{ temperature: number, facts: string, url: string }} Trained url: "" where there is no file */
/**
 * @typedef {object} Catalog What the page knows of all networks; addresses are relative to its base.
 * @property {string[]} kernels the fastest first
 * @property {string} worker
 * @property {string} detector
 * @property {number} threshold
 * @property {Record<string, import("./attract.js").Strokes>} samples
 * @property {Record<string, Described>} networks
 * @property {Record<string, string>} trained_on what a recipe trains on, by its key
 * @property {{ idea: string, colour: string }} yours
 * @property {Record<string, Record<string, Trained>>} recipes
 */
/**
 * @typedef {object} Data
 * @property {"heads" | "bars"} part
 * @property {string} catalog
 * @property {string} recipe
 * @property {string[]} networks
 * @property {string} beside the recipe whose answers stand in the heads, too, or ""
 * @property {string} own the architecture of the visitor's own network, or ""
 * @property {string} [ownUrl] of its file, or "" where only the server runs it
 * @property {boolean} [ours] it is their room's
 * @property {boolean} calibrated
 * @property {any} record
 */

const SETTLED_MILLISECONDS = 400; // after which a verdict is told to a screen reader
const LATE_MILLISECONDS = 1500; // after pen-up without a record, from which the server is said to be late
const SMOOTH = 22; // milliseconds of a frame; where frames take longer, readings make way for the pen
const DETECTOR = "outlier";

/** @type {import("./state.js").State} */
const state = { record: null, recorded: 0, reading: null, acted: -1, cleared: false, down: false, pending: "", demonstration: null, grabbed: null };
/** @type {Map<Element, Heads | Bars>} */ const parts = new Map();
/** @type {Promise<Catalog> | null} */ let fetching = null;
/** @type {Catalog | null} */ let catalog = null;
/** @type {import("./render.js").View} */ let view = { networks: [], columns: "" };
const base = new URL("../../../", import.meta.url);
let calibrated = true, own = "", ownUrl = "", ours = false;
/** @type {Set<string>} */ const missing = new Set(); // addresses at which no network was

/** @typedef {import("./state.js").Labels} Labels */
/** @type {Labels} */ let labels = []; // what the visitor has said of the drawing
let owed = false; // of which the server has to hear
let sent = ""; // the drawing whose labels the server has
/** @type {number | null} */ let said = null; // the checksum of the drawing that it is about
/** @type {((name: string, value: unknown) => void) | null} */ let tellServer = null;
const meaning = new Meaning((meant) => {
  const shown = catalog && choose(state, catalog.threshold);
  if (!shown) return;
  const read = majority(shown.digits, view.networks.map(({ key }) => key).filter((key) => key !== YOURS));
  labels = meant === "right" ? read.map((digit, i) => labels[i] ?? digit) : meant;
  said = state.reading?.ink ?? state.record?.ink ?? null;
  owed = true;
  settle();
  draw();
});

/** True while the server's record is about the drawing on the canvas. */
const recordIsCurrent = () => state.record?.foreign || !state.reading || state.reading.ink === state.record?.ink;

/** After a restart or a Clear that came late, the server may know the drawing by another name, and not what was said of it.
 * @param {import("./state.js").ServerRecord} record */
const isRenamed = (record) => said !== null && record.ink === said && record.drawing !== sent && labels.length === record.digits.length && labels.some((label) => label !== null) && record.labels.every((label) => label === null);

/** Sends the visitor's labels to the server, once it has read the same drawing. */
function settle() {
  const { record } = state;
  if (!owed || !record?.drawing || !isConnected() || owesClear() || !recordIsCurrent()) return;
  owed = false;
  if (record.digits.length !== labels.length) return void (labels = record.labels);
  sent = record.drawing;
  tellServer?.("meant", { drawing: sent, labels });
}

/**
 * @typedef {object} Follower Is shown what a network makes of the digit, with its inner outputs.
 * @property {string} key of the network
 * @property {string} recipe
 * @property {(anatomy: import("../engine/anatomy.js").Anatomy, look: Look) => void} opened
 * @property {(now: Now) => void} update
 * @property {(inside: Float32Array, digit: Uint8Array) => void} looked
 * @property {(reason: string) => void} failed
 * @property {() => boolean} [playing] it shows something that takes time; the first screen waits with its next digit
 */
/** @typedef {{ sizes: number[], temperature: number, calibrated: boolean, ask: (digit: Uint8Array) => void }} Look sizes: of the tensors that the anatomy keeps; ask: for the inner outputs for a digit */
/** @typedef {{ digit: Uint8Array | null, inside: Float32Array | null, cut: Reading["cut"], moving: boolean, demonstrated: boolean, rival: number | null }} Now
 * inside: null where it has to be asked for; cut: where the digit stands on the canvas, null where it does not;
 * moving: it is being drawn; demonstrated: by the first screen itself; rival: a digit that the answer is held against */
/** @type {Follower | null} */ let follower = null;
let inside = ""; // the address of the network that the follower is shown

/** @typedef {(shown: import("./state.js").Shown, now: { settled: boolean, ink: number | null, blank: boolean, cut: Reading["cut"], moving: boolean }) => void} Listener
 * settled: the pen is up and nothing is being read; ink: the drawing's checksum; blank: nothing stands on the canvas or under it */
/** @type {Set<Listener>} */ const listeners = new Set();

// ------------------------------------------------------------------------------------------------- drawing

/** @type {ReturnType<typeof setTimeout> | undefined} */ let telling;
/** @type {ReturnType<typeof setTimeout> | undefined} */ let catching;

function draw() {
  if (!catalog) return;
  const shown = choose(state, catalog.threshold), reading = readingOf(shown), moving = watch.down || state.grabbed !== null;
  const cut = (shown.digits.length < 2 && reading?.cut) || null;
  if (follower) tellFollower(shown, reading, cut, moving);
  for (const [place, part] of parts) if (place.isConnected) part.update(shown, moving, labels);
  meaning.update(shown, labels);
  if (listeners.size) tellListeners(shown, cut, moving);
  clearTimeout(telling);
  clearTimeout(catching);
  if (watch.down) catching = setTimeout(draw, READABLE); // the numbers wait while the pen moves; where it rests, they follow
  if (!watch.down) telling = setTimeout(tell, shown.kind === "waiting" ? 0 : SETTLED_MILLISECONDS, verdict(shown, view, labels));
  const away = document.querySelector(".st-key-offline .offline");
  if (away && shown.live && away.textContent !== AWAY) away.textContent = AWAY;
}

/** @param {import("./state.js").Shown} shown @param {Reading["cut"]} cut @param {boolean} moving */
function tellListeners(shown, cut, moving) {
  const { record, reading, cleared } = state;
  const blank = cleared || (!record?.foreign && (reading ? reading.blank : !record?.digits.length && record?.ink === null));
  const now = { settled: !watch.down && !asking && !watch.changed, ink: reading?.ink ?? record?.ink ?? null, blank, cut, moving };
  for (const listener of listeners) listener(shown, now);
}

/** @param {import("./state.js").Shown} shown @param {Reading | null | undefined} reading @param {Reading["cut"]} cut @param {boolean} moving */
function tellFollower(shown, reading, cut, moving) {
  const digit = shown.digits[shown.place]?.pixels ?? null, demonstrated = shown.kind === "waiting" && digit !== null;
  follower?.update({ digit, inside: reading?.inside?.url === inside ? reading.inside.values : null, cut, moving: moving || (attract?.drawing ?? false), demonstrated, rival: moving ? null : rivalIn(shown) });
}

/** The digit that the follower's network should have answered: the label, or what more than half of the networks say. @param {import("./state.js").Shown} shown */
function rivalIn(shown) {
  const { digits, place } = shown, key = follower?.key ?? "", probabilities = digits[place]?.probabilities[key];
  if (!probabilities || !judged(shown, view, key, labels)) return null;
  const right = labels[place] ?? majority([digits[place]], view.networks.map((network) => network.key).filter((key) => key !== YOURS))[0];
  return right === best(probabilities) ? null : right;
}

/** The browser's own reading of what is shown. @param {import("./state.js").Shown} shown */
function readingOf({ digits, place }) {
  const digit = digits[place]?.pixels;
  return [state.grabbed, state.reading, state.demonstration].find((known) => known?.digit && digit && same(known.digit, digit));
}

/** @param {Uint8Array} a @param {Uint8Array} b */
const same = (a, b) => a.every((value, i) => value === b[i]);

/** @param {string} words */
function tell(words) {
  const announcer = document.querySelector(".announcer");
  if (announcer && announcer.textContent !== words) announcer.textContent = words;
}

// ------------------------------------------------------------------------------------------------- reading

/** @type {Worker | null} */ let worker = null;
/** @type {Set<string>} */ const loaded = new Set();
/** @type {((answer: any) => void) | null} Waits for the worker's answer. */ let asking = null;
let asked = "", id = 0, pause = 0, last = 0, lifted = 0, shared = false;

/** @type {Attract | null} */ let attract = null;

const watch = new CanvasWatch(() => {
  act();
  start();
});

/** The page has emptied the canvas. */
export const cleared = () => act(true);

/** The page itself has drawn on the canvas. */
export const drawn = () => act();

/** The visitor has drawn, undone or cleared. @param {boolean} [cleared] */
function act(cleared = false) {
  Object.assign(state, { acted: performance.now(), cleared, pending: "", demonstration: null, grabbed: null });
  dispatchEvent(new Event("draw-a-digit-act")); // for those who hold the drawing
  attract?.end();
  attract = null;
  if (cleared) {
    [labels, owed] = [[], false];
    state.reading = null;
    draw();
  }
}

/** @param {number} now */
function frame(now) {
  requestAnimationFrame(frame);
  if (watch.down && now - last > SMOOTH) pause = now + Math.min(200, 2 * (now - last - 1000 / 60));
  last = now;
  if (state.down && !watch.down) lifted = now;
  state.down = watch.down;
  const { record, reading } = state;
  if (state.acted > 0 || (reading && !reading.blank) || record?.digits.length || record?.message || record?.hidden) attract?.end();
  else attract?.frame(now, follower?.playing?.() ?? false);
  watch.frame();
  if (owed) settle(); // the connection may have come back since
  turn();
  if (!asking) demonstrate();
  if (!watch.found) lifted = 0; // whoever has left the canvas waits for no record
  const late = !record?.alone && lifted > 0 && now - lifted > LATE_MILLISECONDS && state.reading !== null && !state.reading.blank && !watch.down && state.record?.ink !== state.reading.ink;
  document.documentElement.toggleAttribute("data-server-late", late);
}

/** @typedef {{ message: object, transfer?: Transferable[], done: (answer: any) => void }} Task for the worker, and who waits for its answer */
/** @typedef {{ first?: boolean, next: () => Task | null }} Source first: before what stands on the canvas */
/** @type {Set<Source>} */ const sources = new Set();

/** Gives the worker what is due; also as soon as it has answered, so that no frame is lost by waiting. */
function turn() {
  if (!worker || asking || !loaded.size || perform(true)) return;
  if ((shared && perform(false)) || read()) return; // in turn, while the pen moves
  perform(false);
}

/** @param {boolean} first */
function perform(first) {
  if (!ready()) return false;
  for (const source of sources) {
    const task = Boolean(source.first) === first ? source.next() : null;
    if (!task) continue;
    sources.delete(source); // until the others have had their turn
    sources.add(source);
    shared = false;
    post(task.message, task.transfer ?? [], task.done);
    return true;
  }
  return false;
}

/** Sends what stands on the canvas to the worker. */
function read() {
  const picture = watch.readable && performance.now() >= pause ? watch.read() : null;
  if (!picture) return false;
  shared = true;
  send(picture, !watch.down, (reading) => {
    if (state.record?.alone && said !== null && reading.ink !== said) [labels, said] = [[], null]; // it is another drawing
    state.reading = reading;
  });
  return true;
}

/** Has the first screen's own drawing read. */
function demonstrate() {
  const picture = worker && ready() ? attract?.picture() : null;
  if (picture) send(picture, false, (reading) => { state.demonstration = attract ? reading : null; });
}

/** @param {import("./canvas.js").Picture} picture @param {boolean} detector @param {(reading: Reading) => void} keep */
function send(picture, detector, keep) {
  post({ kind: "read", ...picture, detector }, [picture.rgba], (reading) => {
    keep(reading);
    turn();
    draw();
    dispatchEvent(new Event("draw-a-digit-reading")); // for those who measure
  });
}

/** @param {object} message @param {Transferable[]} transfer @param {(answer: any) => void} done */
function post(message, transfer, done) {
  asking = done;
  worker?.postMessage({ id: ++id, keys: view.networks.flatMap(({ key, other }) => (other ? [key, other.key] : [key])), calibrated, inside, ...message }, transfer);
}

/** Loads the networks, also where data is to be saved: what is opened needs them. */
export function load() {
  requested = true;
  start();
}

/** Has the worker do something else for as long as it is wanted; returns what ends it. @param {Source} source */
export function work(source) {
  sources.add(source);
  return () => sources.delete(source);
}

/** Shows what the networks make of a grabbed drawing in place of everything else; null shows the drawing itself again.
 * @param {Reading | null} reading */
export function hold(reading) {
  state.grabbed = reading;
  draw();
}

/** Calls a listener with what is shown, now and at each change; returns a function that ends it. @param {Listener} listener */
export function listen(listener) {
  listeners.add(listener);
  draw();
  return () => listeners.delete(listener);
}

/** The networks whose answers are shown and that run here. */
export const networks = () => view.networks.filter(({ url }) => url);

/** @typedef {import("../engine/worker.js").Opened | import("../engine/worker.js").Looked} Inner */
/** @param {MessageEvent<Reading | import("../engine/worker.js").Asked | import("../engine/worker.js").Loaded | Inner>} event */
function answered({ data }) {
  if (data.kind === "failed") {
    if (data.key === YOURS) return gone();
    if (!data.key) follower?.failed(data.message);
    if (state.record?.alone && data.key) missed(state.record, data.key);
    return console.warn(`${data.message}${state.record?.alone ? "" : "; the server answers"}`);
  }
  if (data.kind === "opened") return opened(data);
  if (data.kind === "looked") return data.inside.url === inside ? follower?.looked(data.inside.values, data.digit) : undefined;
  if (data.kind === "loaded") {
    for (const key of data.keys) {
      loaded.add(key);
      if (state.record?.alone) delete state.record.failures[key];
    }
    if (ready()) watch.changed = true; // what has been drawn meanwhile
    return;
  }
  const done = asking;
  asking = null;
  if (ready()) done?.(data); // else networks have been chosen that are not here yet
  turn();
}

const ready = () => view.networks.every(({ key, url }) => !url || loaded.has(key) || (state.record?.alone && key in state.record.failures));

/** A network cannot be loaded, and no server answers in its place. @param {import("./state.js").ServerRecord} record @param {string} key */
function missed(record, key) {
  record.failures = { ...record.failures, [key]: UNLOADED };
  watch.changed = true;
  draw();
  clearTimeout(retry);
  retry = setTimeout(loadAgain, RETRY); // a browser may say that it is online before it is
}
let retry = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
const RETRY = 10_000; // milliseconds
function loadAgain() {
  if (!state.record?.alone || !navigator.onLine) return;
  asked = "";
  start();
}
addEventListener("online", loadAgain);

const savesData = /** @type {any} */ (navigator).connection?.saveData === true;
let requested = false;

/** A button, where data is to be saved, that loads the networks all the same. @param {HTMLElement} node */
function offer(node) {
  if (!savesData || requested) return;
  const button = Object.assign(document.createElement("button"), { className: "load", textContent: LOAD });
  button.addEventListener("click", () => {
    requested = true;
    button.remove();
    start();
  });
  node.append(button);
}

/** The visitor's own network is not at its address: a restarted server has none, another copy of it cannot have it. */
function gone() {
  missing.add(ownUrl);
  ownUrl = "";
  view = { ...view, networks: view.networks.map((network) => (network.key === YOURS ? { ...network, url: "" } : network)) };
  turn();
}

/** Loads the networks that are shown, when the browser is idle or at the first touch. */
function start() {
  if (!catalog || (savesData && !requested)) return;
  const files = view.networks.flatMap((network) => (network.other ? [network, network.other] : [network])).filter(({ url }) => url).map(({ key, url, temperature }) => ({ key, url: absolute(url), temperature }));
  const wanted = files.map(({ url }) => url).join();
  if (wanted === asked) return;
  asked = wanted;
  if (!worker) {
    worker = new Worker(absolute(catalog.worker), { type: "module" });
    worker.onmessage = answered;
    worker.onerror = (event) => console.warn("The networks do not run in this browser; the server answers.", event.message);
  }
  worker.postMessage({ kind: "load", kernels: catalog.kernels.map(absolute), networks: [...files, { key: DETECTOR, url: absolute(catalog.detector), temperature: 1 }] });
  if (!inside) open();
}

/** Shows a follower everything that is shown here, in place of the one before. @param {Follower | null} next */
export function follow(next) {
  follower = next;
  inside = "";
  load();
  if (!inside) open();
}

/** Has the follower's network opened; its inner outputs are read along from then on. */
function open() {
  if (!follower || !catalog) return;
  const { key } = follower, trained = trainedAs(follower);
  if (!trained?.url) return follower.failed("its file is not here");
  if (!worker) return; // start() opens it
  inside = absolute(trained.url);
  worker.postMessage({ kind: "open", kernels: catalog.kernels.map(absolute), key: key === YOURS ? own : key, url: inside });
}

/** @param {import("../engine/worker.js").Opened} opened */
function opened({ url, anatomy, sizes }) {
  if (!follower || !catalog || url !== inside) return;
  const temperature = trainedAs(follower)?.temperature ?? 1;
  follower.opened(anatomy, { sizes, temperature: calibrated ? temperature : 1, calibrated, ask: (digit) => worker?.postMessage({ kind: "look", digit, inside }) });
  draw();
}

/** Where a network's file is, and its temperature. @param {{ key: string, recipe: string }} network @returns {{ url: string, temperature: number } | undefined} */
const trainedAs = ({ key, recipe }) => (key === YOURS ? { url: ownUrl, temperature: 1 } : catalog?.recipes[recipe]?.[key]);

/** A network's entry in the catalog, once that is loaded. @param {string} key @returns {Described | undefined} */
export const describe = (key) => (key === YOURS && catalog?.networks[own] ? { ...catalog.networks[own], title: (ours ? t("Our {network}", { network: catalog.networks[own].title }) : t("Your {network}", { network: catalog.networks[own].title })), ...catalog.yours, ours, ...(ours && { idea: t("trained by this room") }) } : catalog?.networks[key]);

/** @param {string} address */
const absolute = (address) => new URL(address, base).href;

// ------------------------------------------------------------------------------------------------- mounting

/** Called for each new record, and for each place where the page shows the answers.
 * @param {{ data: Data, parentElement: Element, setStateValue: (name: string, value: unknown) => void }} component */
export async function mount({ data, parentElement, setStateValue }) {
  if (data.part === "heads") tellServer = setStateValue;
  if (state.record?.id !== data.record.id) {
    state.record = { ...data.record, digits: data.record.digits.map(decoded) };
    Object.assign(state, { recorded: performance.now(), pending: "" });
    owed ||= isRenamed(data.record);
    if (owed) settle();
    else if (recordIsCurrent() && (data.record.drawing !== sent || labels.length !== data.record.digits.length)) labels = data.record.labels;
    dispatchEvent(new Event("draw-a-digit-record")); // for those who measure
  }
  if (document.querySelector("script[data-catalog]")?.getAttribute("data-catalog") !== data.catalog) offerReload();
  const known = await (fetching ??= fetch(absolute(data.catalog)).then((response) => response.json()));
  if (!catalog) attract = new Attract(known.samples);
  catalog = known;
  if (state.record?.id !== data.record.id) return; // a newer record has come meanwhile
  [own, ownUrl, ours] = [data.own, data.ownUrl && !missing.has(data.ownUrl) ? data.ownUrl : "", data.ours ?? false];
  const wanted = viewOf(known, data);
  if (JSON.stringify(wanted) !== JSON.stringify(view) || calibrated !== data.calibrated) watch.changed = true;
  view = wanted;
  calibrated = data.calibrated;
  place(data.part, parentElement);
  const beside = data.part === "heads" ? parentElement.querySelector(".verdict") : null;
  if (beside && meaning.root.parentNode !== beside && data.record.drawing) beside.append(meaning.root);
  draw();
  if (follower) start();
  (window.requestIdleCallback ?? setTimeout)(start);
}

/** The server has another version than this page, some of whose modules are gone. The drawing outlives a reload. */
function offerReload() {
  if (document.querySelector(".updated")) return;
  const button = Object.assign(document.createElement("button"), { className: "updated", textContent: UPDATED });
  button.addEventListener("click", () => location.reload());
  document.querySelector(".stApp")?.append(button);
}

/** Makes the nodes of a part anew where its networks have changed. @param {"heads" | "bars"} part @param {Element} parent */
function place(part, parent) {
  let node = /** @type {HTMLElement | null} */ (parent.querySelector(".answers-part"));
  if (!node) {
    node = document.createElement("div");
    node.className = "answers-part";
    parent.append(node);
  }
  const like = JSON.stringify(view);
  if (node.dataset.like === like && parts.has(node)) return;
  node.dataset.like = like;
  parts.set(node, part === "heads" ? new Heads(node, view) : new Bars(node, view));
  if (part === "bars") offer(node);
  for (const other of parts.keys()) if (!other.isConnected) parts.delete(other);
}

/** @param {Catalog} known @param {Data} data @returns {import("./render.js").View} */
function viewOf(known, { networks, recipe, beside }) {
  const other = (/** @type {string} */ key) => (known.recipes[beside]?.[key] ? { ...known.recipes[beside][key], key: `${key}:${beside}`, words: t("on {digits}", { digits: known.trained_on[beside] }) } : null);
  /** @type {import("./render.js").NetworkView[]} */ const shown = networks.map((key) => ({ key, ...known.networks[key], ...(known.recipes[recipe]?.[key] ?? { temperature: 1, facts: "", url: "" }), other: other(key) }));
  const yours = own && describe(YOURS);
  if (yours) shown.push({ ...yours, key: YOURS, temperature: 1, facts: "", url: ownUrl, other: null });
  return { networks: shown, columns: shown.length > 5 ? "cards many" : shown.length === 5 ? "cards five" : "cards" };
}

/** @param {{ pixels: string, outlier: boolean, probabilities: Record<string, number[]> }} digit */
const decoded = ({ pixels, ...rest }) => ({ pixels: Uint8Array.from(atob(pixels), (letter) => letter.charCodeAt(0)), ...rest });

addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  if (!event.isTrusted) return; // the page's own, about what has been done already
  if (target.closest?.(".st-key-undo button")) act();
  if (target.closest?.(".st-key-clear button")) act(true);
}, true);

addEventListener("change", (event) => {
  const files = /** @type {HTMLInputElement} */ (event.composedPath()[0]);
  if (files.type !== "file" || !files.files?.length) return;
  state.pending = PHOTO;
  draw();
}, true);

requestAnimationFrame(frame);
