/* The page's behaviour in the browser beside drawing and answering. Loaded by the page's first HTML, before Streamlit is there;
   the tag that loads it names the catalog, which has the samples. */
import { t } from "../language/language.js";
import { startCanvas } from "./canvas.js";
import { layersOf } from "./layers.js";
import { followStage } from "./projector.js";

const BLOCKED = 20_000; // milliseconds without a connection, after which it will not come
const BLOCKED_WORDS = t("This page cannot reach its server: WebSockets may be blocked on this network. Ask whoever runs the network, or try another one.");

const still = matchMedia("(prefers-reduced-motion: reduce)");
const tag = /** @type {HTMLScriptElement} */ (document.querySelector("script[data-catalog]"));

/** The live region in which the verdict is told. */
const announcer = Object.assign(document.createElement("p"), { className: "announcer" });
announcer.setAttribute("role", "status");
document.body.append(announcer);

fetch(new URL(/** @type {string} */ (tag.dataset.catalog), new URL("../../../", import.meta.url)))
  .then((response) => response.json())
  .then(({ samples }) => startCanvas(samples))
  .catch(() => startCanvas({})); // without the keys for samples, the canvas works

/** A panel is a step that Back takes back: Streamlit replaces the address, where a new entry is due. */
const panel = (/** @type {string | URL} */ url) => new URL(url, location.href).searchParams.get("panel");
const replace = history.replaceState.bind(history);
history.replaceState = (state, title, url) => {
  const opens = url && panel(url) && !panel(location.href);
  (opens ? history.pushState.bind(history) : replace)(state, title, url);
};

/** Scrolls to a panel that opens below the window, as on a phone. */
/** @type {string | null} */ let open = null;
function showPanel() {
  const opened = document.querySelector(".st-key-opened"), now = opened && panel(location.href);
  if (now && open === null && opened.getBoundingClientRect().top > innerHeight * 0.7) {
    document.querySelector(".st-key-panel")?.scrollIntoView({ behavior: still.matches ? "auto" : "smooth" });
  }
  open = now;
}

/** While the server is gone Streamlit shows a dialog over the drawing; the page has a banner, and the visitor draws on. */
function closeDialog() {
  const app = /** @type {HTMLElement | null} */ (document.querySelector(".stApp"));
  if (app?.dataset.testConnectionState !== "CONNECTED") /** @type {HTMLElement | null} */ (document.querySelector(".stDialog button[aria-label=Close]"))?.click();
}

/** Makes everything that scrolls reachable by keyboard. */
function makeScrollable() {
  for (const text of document.querySelectorAll(".stCode pre:not([tabindex]), .stTable div:has(> table):not([tabindex])")) /** @type {HTMLElement} */ (text).tabIndex = 0;
}

/** Once for each frame, before it is painted: an answer is many changes. */
let due = false;
new MutationObserver(() => {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    showPanel();
    followStage();
    closeDialog();
    makeScrollable();
  });
}).observe(document.body, { childList: true, subtree: true });

/** The frame of the first HTML goes when the page is there. */
const placeholder = document.getElementById("placeholder");
const since = performance.now();
function reveal() {
  const canvas = document.querySelector(".st-key-canvas"), ready = layersOf(canvas);
  const answers = document.querySelector(".st-key-answers_bars .bars, .st-key-opened, .st-key-played .answers");
  const other = !canvas && document.querySelector(".stMainBlockContainer :is(h1, .masthead)"); // a page without a canvas
  if ((ready && (answers || performance.now() - since > 8000)) || other) return placeholder?.remove();
  requestAnimationFrame(reveal);
}
reveal();

const there = () => document.querySelector(".st-key-canvas, .stMainBlockContainer h1") !== null;
setTimeout(() => {
  if (there()) return;
  const words = Object.assign(document.createElement("p"), { className: "blocked", textContent: BLOCKED_WORDS });
  words.setAttribute("role", "alert");
  words.style.cssText = "position: fixed; inset: auto 0 0; z-index: 1000001; margin: 0; padding: 1rem; background: #8a4b00; color: #fff; font: 1.1rem/1.4 system-ui, sans-serif; text-align: center";
  document.body.append(words);
  const slow = setInterval(() => { // it was only slow
    if (!there()) return;
    words.remove();
    clearInterval(slow);
  }, 500);
}, BLOCKED);
