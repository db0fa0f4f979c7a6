/* The canvas in the browser: its size, its accessible name, and Undo and Clear, which must not wait for the server.

   The canvas component keeps a toolbar of its own in its shadow root. On touch screens that toolbar is invisible and yet takes
   taps in the canvas's top right corner, so it is hidden; its buttons still undo strokes and empty the canvas at once. */
{
  const LABEL = "Canvas: draw a digit with a mouse, a pen or a finger, or press one of the keys 0 to 9 for a sample";
  const look = new CSSStyleSheet();
  look.replaceSync(`
    .dc-toolbar { display: none !important; }
    :host > div, :host > div > div, .canvas-root, .dc-root, .dc-scroll, .dc-container, .dc-container > div { width: 100% !important; height: 100% !important; max-width: none; }
    .dc-scroll { overflow: hidden !important; }
    canvas { width: 100% !important; height: 100% !important; outline: none !important; }
    canvas:focus-visible { box-shadow: inset 0 0 0 3px #6db3ff; }
  `);

  const place = () => document.querySelector(".st-key-canvas");
  const root = () => place()?.querySelector("[data-testid=stBidiComponentIsolated]")?.shadowRoot;
  const tool = (name) => root()?.querySelector(`.dc-toolbar [aria-label^="${name}"]`);

  const blank = () => tool("Undo")?.disabled ?? true; // nothing was drawn on the canvas itself

  /* Gives the canvas its size and name; returns whether that is done, or no canvas is on this page. */
  function setUp() {
    if (!place()) return true;
    const shadow = root();
    if (!shadow) return false;
    if (!shadow.adoptedStyleSheets.includes(look)) {
      shadow.adoptedStyleSheets.push(look);
      new MutationObserver(setUp).observe(shadow, { childList: true, subtree: true });
    }
    const canvas = shadow.querySelector("canvas.upper-canvas");
    if (!canvas) return false;
    if (canvas.hasAttribute("aria-label")) return true;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", LABEL);
    canvas.tabIndex = 0;
    return true;
  }

  const isCanvas = (event) => event.composedPath()[0].matches?.("canvas.upper-canvas");

  /* Hides the faint digit with the first touch, not with the server's answer. */
  for (const kind of ["mousedown", "touchstart"]) {
    document.addEventListener(kind, (event) => { if (isCanvas(event)) place().dataset.touched = ""; }, { capture: true, passive: true });
  }

  document.addEventListener("keydown", (event) => {
    if (!isCanvas(event) || !(event.key in SAMPLES) || event.ctrlKey || event.metaKey || event.altKey) return;
    write(event.composedPath()[0], SAMPLES[event.key]);
  });

  /* Draws a sample with mouse events, so that it can be undone and drawn on like any other stroke. */
  function write(canvas, strokes) {
    if (!blank() || place().querySelector(".background:not(.ghost)")) document.querySelector(".st-key-clear button")?.click();
    setTimeout(() => {
      const { left, top, height } = canvas.getBoundingClientRect();
      for (const stroke of strokes) {
        const events = [["mousedown", ...stroke[0]], ...path(stroke).map((at) => ["mousemove", ...at])];
        events.push(["mouseup", ...stroke.at(-1)]);
        for (const [kind, x, y] of events) {
          const at = { clientX: left + x * height, clientY: top + y * height, button: 0, bubbles: true, composed: true };
          canvas.dispatchEvent(new MouseEvent(kind, at));
        }
      }
    });
  }

  /* Adds points to a stroke, because the canvas rounds the corners between them. */
  const STEPS = 6;
  const path = (stroke) => stroke.slice(1).flatMap(([x, y], i) => Array.from({ length: STEPS }, (_, step) => {
    const [fromX, fromY] = stroke[i], along = (step + 1) / STEPS;
    return [fromX + (x - fromX) * along, fromY + (y - fromY) * along];
  }));

  /* Hides strokes under the canvas, which are the server's, until its answer is certain to have come. */
  function hide(strokes) {
    for (const stroke of strokes) {
      stroke.style.visibility = "hidden";
      setTimeout(() => { stroke.style.visibility = ""; }, 3000);
    }
  }

  function undo(event) {
    if (!blank()) {
      tool("Undo").click();
      event.stopImmediatePropagation(); // the canvas sends what is left by itself
      if (blank()) delete place().dataset.touched;
    } else {
      hide([...place().querySelectorAll(".background:not(.ghost):not([style*=hidden])")].slice(-1));
    }
  }

  function clear() {
    if (!blank()) tool("Reset").click(); // a canvas that has not loaded yet would forget its next stroke
    hide(place().querySelectorAll(".background:not(.ghost), .photo"));
    delete place().dataset.touched;
  }

  document.addEventListener("click", (event) => {
    if (!place()) return;
    if (event.target.closest?.(".st-key-undo button")) undo(event);
    if (event.target.closest?.(".st-key-clear button, .st-key-start_game button, .st-key-next button")) clear();
  }, true);

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== "z") return;
    if (event.composedPath()[0].matches?.("input, textarea")) return;
    const button = document.querySelector(".st-key-undo button");
    if (!button) return;
    event.preventDefault();
    button.click();
  });

  /* At once, so that the canvas is not painted in its own size first. A shadow root may come after the last change of the
     page around it, which nothing tells: so it is looked for in each frame until the canvas is there. */
  let due = false;
  function setUpUntilDone() {
    if (setUp() || due) return;
    due = true;
    requestAnimationFrame(() => { due = false; setUpUntilDone(); });
  }
  new MutationObserver(setUpUntilDone).observe(document.body, { childList: true, subtree: true });
  setUpUntilDone();
}
