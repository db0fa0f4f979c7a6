/* Draws a slow 8, with a move in each frame. Returns the frames' times, for each change of the bars when it was painted and
   when the first move was made that the bars before did not show, how many paints showed a new reading, whether or not it
   changed a bar, and how often an open journey was drawn. */
async ([seconds]) => {
  const canvas = document.querySelector(".st-key-canvas [data-testid=stBidiComponentIsolated]").shadowRoot.querySelector("canvas.upper-canvas");
  const { left, top, height } = canvas.getBoundingClientRect(), frames = [], painted = [], moves = [];
  const at = (t) => [left + height * (0.5 + 0.22 * Math.sin(4 * Math.PI * t)), top + height * (0.5 - 0.36 * Math.cos(2 * Math.PI * t))];
  const send = (kind, [x, y]) => canvas.dispatchEvent(new MouseEvent(kind, { clientX: x, clientY: y, button: 0, buttons: 1, bubbles: true, composed: true }));
  const bars = () => [...document.querySelectorAll(".bars[data-network] .bar")].map((bar) => bar.style.width).join();
  const frame = () => new Promise(requestAnimationFrame);
  const journey = () => document.querySelector(".journey")?.dataset ?? {}, drawn = Number(journey().drawn ?? 0);
  let before = bars(), first = null, fresh = false, readings = 0;
  const read = () => { fresh = true; };
  addEventListener("draw-a-digit-reading", read);
  const channel = new MessageChannel();
  channel.port1.onmessage = () => { if (fresh) readings++; fresh = false; const now = bars(); if (now !== before) { before = now; painted.push([performance.now(), first]); first = null; } };
  const start = await frame();
  send("mousedown", at(0));
  for (let now = start; now - start < 1000 * seconds; now = await frame()) {
    frames.push(now);
    send("mousemove", at((now - start) / (1000 * seconds)));
    first ??= performance.now();
    channel.port2.postMessage(0); // after this frame has been painted
  }
  send("mouseup", at(1));
  removeEventListener("draw-a-digit-reading", read);
  return { frames, painted, readings, drawn: Number(journey().drawn ?? 0) - drawn };
}
