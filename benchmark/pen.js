/* Watches a stroke, until window.watched() ends it and returns the frames' times, for each change of the bars when it was
   painted and when the first move was made that the bars before did not show, how many paints showed a new reading, whether
   or not it changed a bar, how many moves there were, and how often an open journey was drawn. */
() => {
  const bars = () => [...document.querySelectorAll(".bars[data-network] .bar")].map((bar) => bar.style.width).join();
  const journey = () => document.querySelector(".journey")?.dataset ?? {};
  const frames = [], painted = [], drawn = Number(journey().drawn ?? 0);
  let before = bars(), first = null, fresh = false, readings = 0, moves = 0, watching = true;
  const read = () => { fresh = true; };
  const move = () => { moves++; first ??= performance.now(); };
  addEventListener("draw-a-digit-reading", read);
  addEventListener("pointermove", move, true);
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    if (fresh) readings++;
    fresh = false;
    const now = bars();
    if (now === before) return;
    before = now;
    painted.push([performance.now(), first]);
    first = null;
  };
  const frame = (now) => {
    if (!watching) return;
    frames.push(now);
    channel.port2.postMessage(0); // after this frame has been painted
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  window.watched = () => {
    watching = false;
    removeEventListener("draw-a-digit-reading", read);
    removeEventListener("pointermove", move, true);
    return { frames, painted, readings, moves, drawn: Number(journey().drawn ?? 0) - drawn };
  };
}
