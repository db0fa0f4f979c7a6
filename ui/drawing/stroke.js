/* Moves the bars while the pen is down: asks the server several times a second for predictions of the drawing so far.

   The final predictions come when the pen is lifted. Off with reduced motion or reduced data, in a room, over strokes
   under the canvas, and for a while after the server was busy. */
{
  const INTERVAL = 250, BACKOFF = 5000, RESET = 1500; // milliseconds: between pictures, after 204, until bars go back
  const SIDE = 140; // height in pixels of the picture that is sent
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const small = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
  let stroke = 0, timer = null, waiting = false, restUntil = 0, before = null;

  const bars = () => document.querySelectorAll(".details .bars[data-network]");
  const widths = () => [...bars()].map((card) => [card.dataset.network, [...card.querySelectorAll(".bar")].map((bar) => bar.style.width)]);
  const move = (lengths) => document.dispatchEvent(new CustomEvent("bars", { detail: Object.fromEntries(lengths) }));

  function enabled() {
    const place = document.querySelector(".st-key-canvas");
    return place && bars().length && !still.matches && !navigator.connection?.saveData && performance.now() > restUntil
      && !document.querySelector(".st-key-room_strip") && !place.querySelector(".background:not(.ghost), .photo");
  }

  function picture(canvas) {
    const pen = small.getContext("2d"), width = Math.round(SIDE * canvas.width / canvas.height);
    small.width = width; // of a wide canvas twice its height; this also empties it
    for (const layer of canvas.getRootNode().querySelectorAll("canvas")) pen.drawImage(layer, 0, 0, width, SIDE);
    return new Promise((resolve) => small.toBlob(resolve, "image/png"));
  }

  async function ask(canvas) {
    if (waiting || !enabled()) return;
    waiting = true;
    const mine = stroke;
    try {
      const query = new URLSearchParams(), { recipe, raw } = document.querySelector(".details").dataset;
      for (const card of bars()) query.append("network", card.dataset.network);
      if (recipe) query.set("recipe", recipe);
      if (raw !== undefined) query.set("raw", "1");
      const answer = await fetch(`api/stroke?${query}`, { method: "POST", body: await picture(canvas) });
      if (answer.status !== 200) restUntil = performance.now() + BACKOFF;
      else if (mine === stroke && timer) {
        const shares = Object.entries(await answer.json());
        if (timer && mine === stroke && shares.length) move(shares.map(([key, list]) => [key, list.map((share) => `${(100 * share).toFixed(1)}%`)]));
      }
    } catch { restUntil = performance.now() + BACKOFF; } // the server is gone; the page says so itself
    waiting = false;
  }

  function begin(event) {
    const canvas = event.composedPath()[0];
    if (!canvas.matches?.("canvas.upper-canvas") || timer) return;
    stroke += 1;
    before = widths();
    timer = setInterval(() => ask(canvas), INTERVAL);
  }

  /* Where the final answer changes nothing on the page, the bars go back to their old lengths. */
  function end() {
    if (!timer) return;
    clearInterval(timer);
    timer = null;
    const mine = stroke, first = document.querySelector(".details .bar"), old = before;
    setTimeout(() => { if (mine === stroke && first?.isConnected) move(old); }, RESET);
  }

  for (const kind of ["mousedown", "touchstart"]) document.addEventListener(kind, begin, { capture: true, passive: true });
  for (const kind of ["mouseup", "touchend", "touchcancel"]) document.addEventListener(kind, end, { capture: true, passive: true });
}
