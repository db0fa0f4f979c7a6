/* The size of the tiles on a wall. All lengths are in pixels. */

/** @typedef {{ columns: number, side: number, named: boolean, pages: number, each: number }} Layout
 * side: of a tile's picture; named: names fit below; each: tiles on a page */
/** @typedef {{ gap: number, least: number, names: number, foot: (side: number, named: boolean) => number }} Look
 * least: the smallest side; names: that from which on names are shown; foot: the height of what is below a picture */

/** The largest side with which all tiles fit; where that would be too small, as many pages as are needed.
 * @param {{ small: number, large: number }} tiles large ones take two by two places, and come first
 * @param {{ width: number, height: number }} box @param {Look} look @returns {Layout} */
export function fitted({ small, large }, { width, height }, look) {
  const all = small + large, one = largest({ small, large }, { width, height }, look);
  if (one.side >= look.least || !all) return { ...one, pages: 1, each: all };
  const { gap, least } = look, foot = look.foot(least, false), most = (/** @type {number} */ length, /** @type {number} */ side) => Math.max(1, Math.floor((length + gap) / (side + gap)));
  const places = Math.max(1, most(width, least) * most(height, least + foot) - 3 * large), each = Math.ceil(all / Math.ceil(all / places)); // the last page is as full as the others
  return { ...largest({ small: Math.max(0, each - large), large }, { width, height }, look), pages: Math.ceil(all / each), each };
}

/** The largest side with which all fit on one page. @param {{ small: number, large: number }} tiles @param {{ width: number, height: number }} box @param {Look} look */
function largest({ small, large }, { width, height }, look) {
  const { gap } = look;
  let best = { columns: 1, side: 0, named: false };
  for (let columns = large ? 2 : 1; columns <= small + 2 * large; columns++) {
    const rows = Math.max(large && 2 * Math.ceil(large / Math.floor(columns / 2)), Math.ceil((small + 4 * large) / columns));
    const found = picture((width - (columns - 1) * gap) / columns, (height - (rows - 1) * gap) / rows, look);
    if (found.side > best.side) best = { columns, ...found };
  }
  return best;
}

/** The picture in a tile of this size: with a name where it is large enough. @param {number} width @param {number} height @param {Look} look */
function picture(width, height, look) {
  const side = (/** @type {boolean} */ named) => {
    let fits = Math.min(width, height);
    for (let step = 0; step < 6; step++) fits = Math.min(width, height - look.foot(fits, named)); // the foot grows with the side
    return Math.floor(fits);
  };
  const named = side(true) >= look.names;
  return { side: side(named), named };
}
