/* The wall of a room: asks the server for what is new, and shows a round's drawings, a reveal, the scoreboard, or how to join.

   Mounted by the page Room. Its host chooses what all walls show; everybody else may look at something else for themselves.
   As a projector it fills the window and has no controls: P switches, arrow keys turn rounds and pages. */
import { language, number, t } from "../language/language.js";
import { Projector } from "../page/projector.js";
import * as own from "./own.js";
import { drawScores, make, paragraph } from "./scores.js";
import { SECONDS, confusion, drawings, moment, ofAll, percentOf, score, sentence, speaking, toldAt, wrongFirst } from "./show.js";
import { Tiles, paint } from "./tiles.js";

/** @typedef {import("./show.js").Tile} Tile */
/** @typedef {import("./show.js").Network} Network */
/**
 * @typedef {object} Chapter a round; times are the server's, in seconds
 * @property {number} number
 * @property {string} kind
 * @property {number | null} digit
 * @property {string} sentence
 * @property {boolean} revealed
 * @property {number} begun
 * @property {number} seconds that it shall take, or 0
 * @property {number} showAt when its reveal is shown, or 0
 * @property {number} shown drawings on the wall
 * @property {number} sent participants who have sent one
 */
/** @typedef {{ round: number, stage: string, paused: boolean, ended: boolean, participants: number, drawings: number, networks: Network[], rounds: Chapter[], tiles: Tile[], own: import("./own.js").Own | null }} Room */
/** @typedef {{ code: string, link?: string, image?: string, address?: string, problem?: string }} Join */
/** @typedef {{ address: string, host: boolean, projector: boolean, undo: string, join: Join }} Data */
/** @typedef {(name: string, value: any) => void} Trigger */

const POLL = 700; // milliseconds between two requests
const BASE = new URL("../../../", import.meta.url);
const FRAME = `<header class="wall-head"><div><h1 role="status"></h1><p class="wall-notes"></p></div><p class="wall-timer" role="timer"></p>
    <div class="wall-corner"><img alt=""><b></b></div></header>
  <ul class="wall-legend"></ul>
  <div class="wall-main"><div class="wall-tiles" role="group"></div><div class="wall-scores"></div><div class="wall-join"></div><p class="wall-count" aria-hidden="true"></p></div>
  <p class="wall-sentence" role="status"></p>
  <nav class="wall-chapters"></nav>
  <div class="wall-picked" role="group" hidden></div>`;
const NAMES = { ".wall-legend": t("Networks"), ".wall-tiles": t("the wall"), ".wall-chapters": t("What the wall shows"), ".wall-picked": t("The chosen drawing") };

/** @type {Wall | null} */ let shown = null;

/** Called by the page, and again with each change of its data.
 * @param {{ data: Data, parentElement: Element, setTriggerValue: Trigger }} component */
export function mount({ data, parentElement, setTriggerValue }) {
  if (!shown?.root.isConnected || !parentElement.contains(shown.root)) {
    shown?.end();
    shown = new Wall(parentElement, data);
  }
  shown.update(data, setTriggerValue);
}

class Wall {
  /** @type {Room | null} */ #room = null;
  /** @type {import("./scores.js").Scores | null} */ #scores = null;
  /** @type {Record<string, string>} ETags */ #etags = {};
  /** @type {Trigger} */ #trigger = () => {};
  /** @type {string | null} what only this wall shows */ #own = null;
  /** @type {Tile | null} */ #picked = null;
  #ahead = 0; // seconds that the server's clock is ahead of this browser's
  #written = "";
  #running = false; // a show
  #polling = false;
  #ended = new AbortController();

  /** @param {Element} parent @param {Data} data */
  constructor(parent, data) {
    this.data = data;
    this.root = make("section", "wall-stage");
    this.root.innerHTML = FRAME;
    for (const [name, words] of Object.entries(NAMES)) this.find(name).setAttribute("aria-label", words);
    parent.replaceChildren(this.root);
    this.tiles = new Tiles(this.find(".wall-tiles"), (ids) => this.#digits(ids));
    const { signal } = this.#ended;
    this.projector = new Projector(this.root, () => this.#projected(), signal);
    this.find(".wall-head").append(this.projector.button());
    addEventListener("keydown", (event) => this.projector.on && this.#press(/** @type {KeyboardEvent} */ (event)), { signal });
    addEventListener("resize", () => this.#fit(), { signal });
    document.addEventListener("visibilitychange", () => this.#poll(), { signal });
    const timer = setInterval(() => (this.root.isConnected ? this.#poll() : this.end()), POLL);
    signal.addEventListener("abort", () => clearInterval(timer));
    if (data.projector) this.projector.switch(true, false);
    this.#fit();
    this.#poll();
  }

  end() {
    this.#ended.abort();
    this.root.remove();
  }

  /** @param {string} name @returns {HTMLElement} */
  find(name) {
    return /** @type {HTMLElement} */ (this.root.querySelector(name));
  }

  /** @param {Data} data @param {Trigger} trigger */
  update(data, trigger) {
    if (data.address !== this.data.address) this.#etags = {};
    this.data = data;
    this.#trigger = trigger;
    this.#written = "";
    this.#draw();
    this.#poll();
  }

  // -------------------------------------------------------------------------------------------- what the server knows

  async #poll() {
    if (document.hidden || this.#polling) return;
    this.#polling = true;
    try {
      const room = await this.#ask("wall");
      if (room?.etag === "closed") this.#trigger("closed", true);
      else if (room) {
        if (room.stage !== this.#room?.stage || room.round !== this.#room?.round) this.#own = null;
        this.#room = room;
      }
      if (this.stage === "scores") this.#scores = (await this.#ask("scores")) ?? this.#scores;
    } catch { /* the server is gone; the page says so itself */ }
    this.#polling = false;
    if (!this.root.isConnected) return;
    this.#draw();
    this.tiles.turn(performance.now());
  }

  /** Fetches an address; null where nothing has changed. @param {"wall" | "scores"} name */
  async #ask(name) {
    const response = await fetch(new URL(`${this.data.address}/${name}?lang=${language}`, BASE), { cache: "no-store", headers: { "if-none-match": this.#etags[name] ?? "" } });
    if (response.headers.has("x-now")) this.#ahead = Number(response.headers.get("x-now")) - Date.now() / 1000;
    if (!response.ok) return null;
    this.#etags[name] = response.headers.get("etag") ?? "";
    return response.json();
  }

  /** @param {number[]} ids @returns {Promise<Record<string, string>>} */
  async #digits(ids) {
    const response = await fetch(new URL(`${this.data.address}/digits?ids=${ids.join()}`, BASE)).catch(() => null);
    return response?.ok ? response.json() : {};
  }

  get now() {
    return Date.now() / 1000 + this.#ahead;
  }

  // -------------------------------------------------------------------------------------------- what is shown

  /** "", a round's number, "scores", "join", "network" or "cell-NETWORK-MEANT-ANSWERED". */
  get stage() {
    const { stage = "", drawings = 0, round = 1 } = this.#room ?? {};
    if (this.#own !== null) return this.#own;
    return this.projector.on && !stage && !drawings && round === 1 ? "join" : stage;
  }

  /** @returns {Chapter | undefined} */
  get chapter() {
    const number = Number(this.stage) || this.#room?.round;
    return this.#room?.rounds.find((each) => each.number === number);
  }

  #draw() {
    const room = this.#room, chapter = this.chapter;
    if (!room || !chapter) return;
    const { stage } = this, kind = stage.startsWith("cell-") ? "tiles" : stage === "scores" || stage === "join" ? stage : "tiles";
    const written = JSON.stringify([room, stage, this.data, kind === "scores" && this.#scores, this.projector.on]);
    this.#tick();
    if (written === this.#written) return;
    this.#written = written;
    this.root.dataset.stage = kind;
    this.root.toggleAttribute("data-own", stage === own.STAGE);
    this.root.dataset.round = String(chapter.number);
    this.#head(room, chapter, stage);
    this.#chapters(room, stage);
    this.#corner();
    this.find(".wall-legend").hidden = kind !== "tiles" || !room.tiles.length;
    if (kind === "scores" && this.#scores) drawScores(this.find(".wall-scores"), this.#scores, (...cell) => this.#stage(`cell-${cell.join("-")}`), (id) => this.tiles.known.get(id));
    this.#commands();
    this.#fit();
    if (kind === "tiles") this.#show(room, chapter);
  }

  /** The training of the room's own network, where it is shown. @param {Room} room */
  #training(room) {
    return this.stage === own.STAGE ? room.own : null;
  }

  /** The drawings of a round, of a matrix's cell, or those on which the room's own network is tested. @param {Room} room @param {Chapter} chapter @returns {Tile[]} */
  #tilesOf(room, chapter) {
    const training = this.#training(room);
    if (training) return own.heldOut(training, room.tiles);
    const [, network, meant, answered] = /^cell-(\w+)-(\d)-(\d)$/.exec(this.stage) ?? [];
    if (network) return room.tiles.filter(({ label, answers }) => label === Number(meant) && answers[network]?.[0] === Number(answered));
    return room.tiles.filter(({ round }) => round === chapter.number);
  }

  /** Those that answered one of the tiles; before the first answer, all. @param {Room} room @param {Tile[]} tiles */
  #networksOf(room, tiles) {
    const training = this.#training(room), answered = room.networks.filter(({ key }) => tiles.some(({ answers }) => key in answers));
    return training ? [training.network] : answered.length ? answered : room.networks;
  }

  /** @param {Room} room @param {Chapter} chapter */
  #show(room, chapter) {
    const tiles = this.#tilesOf(room, chapter), networks = this.#networksOf(room, tiles), elapsed = this.#elapsed(chapter), { phase } = moment(elapsed);
    const front = chapter.showAt > 0 && (phase === "front" || phase === "done") && this.#isRound;
    const answered = tiles.some(({ answers }) => Object.keys(answers).length);
    this.tiles.show({ tiles: front ? wrongFirst(tiles) : tiles, networks, front, pick: this.data.host && !this.projector.on ? (tile) => this.#pick(tile) : null });
    this.find(".wall-tiles").dataset.empty = chapter.sentence;
    this.#legend(networks, tiles, answered);
    this.#tell(tiles, networks, elapsed, chapter);
    if (elapsed < SECONDS && !this.#running) this.#run();
  }

  get #isRound() {
    return !this.stage.startsWith("cell-") && this.stage !== own.STAGE;
  }

  /** @param {Chapter} chapter */
  #elapsed(chapter) {
    return chapter.showAt && this.#isRound ? this.now - chapter.showAt : Infinity;
  }

  /** In each frame of a show. */
  #run() {
    const room = this.#room, chapter = this.chapter;
    this.#running = false;
    if (!room || !chapter || !this.root.isConnected || this.root.dataset.stage !== "tiles") return;
    const elapsed = this.#elapsed(chapter), { phase } = moment(elapsed);
    if (phase !== this.root.dataset.phase) this.#show(room, chapter);
    else {
      const tiles = this.#tilesOf(room, chapter);
      this.#tell(tiles, this.#networksOf(room, tiles), elapsed, chapter);
    }
    if (elapsed >= SECONDS || this.#running) return;
    this.#running = true;
    requestAnimationFrame(() => this.#run());
  }

  /** @param {Tile[]} tiles @param {Network[]} networks @param {number} elapsed @param {Chapter} chapter */
  #tell(tiles, networks, elapsed, chapter) {
    const { phase, count: left } = moment(elapsed), on = speaking(elapsed, networks.length);
    this.root.dataset.phase = phase;
    this.find(".wall-count").textContent = phase === "countdown" ? String(left) : "";
    this.tiles.tell(elapsed);
    [...this.find(".wall-legend").children].forEach((entry, i) => {
      entry.classList.toggle("speaking", i === on);
      const told = tiles.filter((_, place) => elapsed >= toldAt(i, networks.length, place, tiles.length));
      const { right, n } = score(told, networks[i]?.key ?? "");
      const words = n ? ofAll(right, n) : "", [, of, share] = entry.children;
      if (of && of.textContent !== words) of.textContent = words;
      if (share) share.textContent = n ? percentOf(right, n) : "";
    });
    const training = this.#room && this.#training(this.#room);
    const said = training ? own.other(training) : chapter.showAt && phase === "done" && elapsed !== Infinity ? sentence(tiles, networks) : "";
    const place = this.find(".wall-sentence");
    if (place.textContent !== said) place.textContent = said;
  }

  /** @param {Network[]} networks @param {Tile[]} tiles @param {boolean} answered */
  #legend(networks, tiles, answered) {
    const entries = networks.map(({ key, title, colour }) => {
      const entry = make("li", ""), { right, n } = score(tiles, key);
      entry.dataset.network = key;
      entry.style.setProperty("--network", colour);
      entry.append(make("b", "", title), make("span", "", answered && n ? ofAll(right, n) : ""), make("em", "", answered && n ? percentOf(right, n) : ""));
      return entry;
    });
    this.find(".wall-legend").classList.toggle("many", entries.length > 5);
    this.find(".wall-legend").replaceChildren(...entries);
  }

  /** @param {Room} room @param {Chapter} chapter @param {string} stage */
  #head(room, chapter, stage) {
    const [, network, meant, answered] = /^cell-(\w+)-(\d)-(\d)$/.exec(stage) ?? [], title = room.networks.find(({ key }) => key === network)?.title ?? network;
    const shown = this.#tilesOf(room, chapter).length, current = chapter.number === room.round, training = this.#training(room);
    const heading = training ? own.head(training).heading : network ? confusion(title, Number(meant), Number(answered)) : stage === "scores" ? t("Scoreboard") : chapter.sentence;
    const notes = training ? own.head(training).notes : stage === "scores" || network ? [] : [t("round {number}", { number: chapter.number }), current ? t("{sent} of {people} have sent", { sent: number(chapter.sent), people: number(room.participants) }) : "", chapter.shown || !current ? drawings(chapter.shown) : ""];
    if (network) notes.push(drawings(shown));
    else if (!training && stage !== "scores" && shown < chapter.shown) notes.push(t("the newest {n} are shown", { n: number(shown) }));
    if (!network && !training && stage !== "scores" && !chapter.revealed && chapter.shown) notes.push(t("answers hidden"));
    if (room.ended || room.paused) notes.push(room.ended ? t("ended") : t("paused"));
    const h1 = this.find("h1");
    if (h1.textContent !== heading) h1.textContent = heading;
    this.#notes = notes.filter(Boolean);
    this.#tick();
  }

  /** @type {string[]} */ #notes = [];

  /** Updates what changes without news: the timer, the number of the page. */
  #tick() {
    const chapter = this.chapter, page = this.root.dataset.stage === "tiles" ? this.tiles.page : "";
    const notes = [...this.#notes, page].filter(Boolean).join(" · "), place = this.find(".wall-notes");
    if (place.textContent !== notes) place.textContent = notes;
    const training = this.#room && this.#training(this.#room);
    const left = training ? own.left(training) : chapter?.seconds && chapter.number === this.#room?.round && !chapter.revealed ? chapter.begun + chapter.seconds - this.now : null;
    this.find(".wall-timer").textContent = left === null ? "" : left <= 0 && !training ? t("Time!") : `${Math.floor(Math.ceil(left) / 60)}:${String(Math.ceil(left) % 60).padStart(2, "0")}`;
  }

  /** Shows how to join: small in the corner of a projector, large where it is the stage. */
  #corner() {
    const { code, image, link, address, problem } = this.data.join, large = this.find(".wall-join");
    const picture = /** @type {HTMLImageElement} */ (this.find(".wall-corner img"));
    this.find(".wall-corner").hidden = !this.projector.on || this.stage === "join";
    if (image && picture.src !== image) picture.src = image;
    this.find(".wall-corner b").textContent = code;
    if (large.dataset.code === code + link) return;
    large.dataset.code = code + link;
    large.replaceChildren();
    if (image) large.append(Object.assign(make("img", ""), { src: image, alt: t("QR code of {link}", { link: link ?? "" }) }));
    const words = make("div", "");
    words.append(make("b", "", code), paragraph("", problem ?? t("Scan, or open {address} and type the code", { address: address ?? "" })));
    large.append(words);
  }

  // -------------------------------------------------------------------------------------------- what can be done

  /** @param {Room} room @param {string} stage */
  #chapters(room, stage) {
    const choices = room.rounds.map(({ number: round, kind, digit, revealed, shown, sentence: task }) => {
      const text = { free: t("{round}: any", { round }), turn: t("{round}: in turn", { round }), fool: t("{round}: fool {digit}", { round, digit: Number(digit) }) }[kind] ?? `${round}: ${digit}`;
      const values = { round, task, drawings: drawings(shown) };
      const title = revealed ? t("Round {round}: {task}, {drawings}, revealed", values) : t("Round {round}: {task}, {drawings}, not revealed yet", values);
      return { stage: round === room.round ? "" : String(round), text, title, open: !revealed && shown > 0 };
    });
    if (room.own) choices.push({ stage: own.STAGE, text: room.own.network.title, title: t("The network that this room trains"), open: false });
    choices.push({ stage: "scores", text: t("Scoreboard"), title: t("How the networks did"), open: false }, { stage: "join", text: t("Code"), title: t("How to join, large"), open: false });
    const parent = stage.startsWith("cell-") ? "scores" : Number(stage) === room.round ? "" : stage;
    this.find(".wall-chapters").replaceChildren(...choices.map((choice) => {
      const button = make("button", choice.open ? "unrevealed" : "", choice.text);
      Object.assign(button, { type: "button", title: choice.title });
      button.setAttribute("aria-pressed", String(choice.stage === parent));
      button.addEventListener("click", () => this.#stage(choice.stage));
      return button;
    }));
  }

  /** Shows something here at once, and for a host on all walls. @param {string} stage */
  #stage(stage) {
    this.#own = stage;
    if (this.data.host) this.#command({ do: "stage", stage });
    this.#picked = null;
    this.#draw();
    if (stage === "scores") this.#poll();
  }

  /** @param {object} command */
  #command(command) {
    this.#trigger("command", command);
  }

  /** @param {Tile} tile */
  #pick(tile) {
    this.#picked = this.#picked?.id === tile.id ? null : tile;
    this.#commands();
    /** @type {HTMLElement | null} */ (this.root.querySelector(".wall-picked button"))?.focus();
  }

  /** Shows what the host can do with the chosen drawing, or take back. */
  #commands() {
    const place = this.find(".wall-picked"), tile = this.#picked, { undo, host } = this.data;
    place.hidden = !host || this.projector.on || !(tile || undo);
    if (place.hidden) return;
    const button = (/** @type {string} */ text, /** @type {() => void} */ act) => {
      const element = make("button", "", text);
      element.type = "button";
      element.addEventListener("click", act);
      return element;
    };
    const done = (/** @type {object} */ command) => { this.#picked = null; this.#command(command); this.#commands(); };
    if (!tile) return place.replaceChildren(make("span", "", undo), button(t("Undo"), () => done({ do: "undo" })));
    const canvas = Object.assign(make("canvas", ""), { width: 28, height: 28 }), pixels = this.tiles.known.get(tile.id);
    if (pixels) paint(canvas, pixels);
    place.replaceChildren(canvas, make("span", "", tile.name), button(t("Hide"), () => done({ do: "hide", id: tile.id })), button(t("Remove all of {name}", { name: tile.name }), () => done({ do: "remove", id: tile.id })), button(t("Keep"), () => { this.#picked = null; this.#commands(); }));
  }

  /** On a projector, where nothing else is at hand. @param {KeyboardEvent} event */
  #press(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -1, PageDown: 1 }[event.key];
    if (!step || !this.#room || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (event.key.startsWith("Page")) this.tiles.go(step);
    else {
      const number = Math.min(this.#room.round, Math.max(1, (this.chapter?.number ?? 1) + step));
      this.#stage(number === this.#room.round ? "" : String(number));
    }
    this.#tick();
  }

  /** The wall begins or ends to fill the window. */
  #projected() {
    this.#picked = null;
    this.#written = "";
    this.#draw();
  }

  /** The wall ends where the window does. */
  #fit() {
    if (this.projector.on) this.root.style.height = "";
    else {
      const scrolled = document.querySelector(".stMain")?.scrollTop ?? 0, top = this.root.getBoundingClientRect().top + scrolled;
      this.root.style.height = innerWidth <= 640 ? "" : `${Math.max(360, innerHeight - top - 12)}px`;
    }
    this.tiles.layout();
  }
}
