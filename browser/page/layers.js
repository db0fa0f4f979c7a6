/* The two layers of the canvas: the strokes that are done (lower), and the one under the pen (upper). The canvas component
   keeps them in a shadow root; where the page runs without a server, its own canvas has them on the page itself. */

/** The component's shadow root, once it is there. @param {ParentNode | null} place where the canvas stands */
export const shadowOf = (place) => place?.querySelector("[data-testid=stBidiComponentIsolated]")?.shadowRoot ?? null;

/** @param {ParentNode | null} [place] where the canvas stands
 * @returns {{ lower: HTMLCanvasElement, upper: HTMLCanvasElement } | null} null until both are there */
export function layersOf(place = document.querySelector(".st-key-canvas")) {
  const upper = /** @type {HTMLCanvasElement | null} */ ((shadowOf(place) ?? place)?.querySelector("canvas.upper-canvas") ?? null);
  const lower = /** @type {HTMLCanvasElement | null} */ (upper?.parentElement?.querySelector("canvas.lower-canvas") ?? null); // the component has another one, the background
  return upper && lower && { lower, upper };
}
