/* Who somebody is in a room, kept in their browser, so that scanning the code again finds them. */

/** @typedef {{ token: string, name: string, until: number }} Known until: milliseconds since 1970 */

const NAME = "draw-a-digit-rooms";
const KEPT = 24 * 3600_000; // as long as rooms live

/** @returns {Record<string, Known>} by the rooms' codes */
function stored() {
  try {
    const all = JSON.parse(localStorage.getItem(NAME) ?? "{}"), now = Date.now();
    return Object.fromEntries(Object.entries(all).filter(([, known]) => typeof known?.token === "string" && typeof known.name === "string" && known.until > now));
  } catch {
    return {}; // a browser without storage, or something that was not stored here
  }
}

/** @param {string} code @param {string} token @param {string} name */
export function remember(code, token, name) {
  const all = stored();
  if (all[code]?.token === token) return;
  all[code] = { token, name, until: Date.now() + KEPT };
  try {
    localStorage.setItem(NAME, JSON.stringify(all));
  } catch { /* a browser without storage */ }
}

/** @param {string} code @returns {Known | undefined} */
export const recall = (code) => stored()[code];
