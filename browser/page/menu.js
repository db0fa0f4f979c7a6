/* The menu of languages. What is chosen is remembered in a cookie, and the page is loaded again in that language. */
import { language, t } from "../language/language.js";

const YEAR = 31_536_000; // seconds
const GLOBE = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 0c3 3 3.5 6 3.5 9S15 18 12 21c-3-3-3.5-6-3.5-9S9 6 12 3zM3.5 9h17M3.5 15h17" fill="none" stroke="currentColor" stroke-width="1.6"/></svg>';

/** @param {{ data: { languages: Record<string, string> }, parentElement: HTMLElement }} component languages: their own names, by key */
export function mount({ data, parentElement }) {
  if (parentElement.querySelector("select")) return;
  const label = document.createElement("label"), select = document.createElement("select");
  label.className = "languages";
  label.innerHTML = GLOBE;
  label.append(Object.assign(document.createElement("span"), { textContent: language.toUpperCase() }), select);
  select.setAttribute("aria-label", t("Language"));
  for (const [key, name] of Object.entries(data.languages)) {
    const option = new Option(name, key, key === language, key === language);
    option.lang = key;
    select.add(option);
  }
  select.addEventListener("change", () => speak(select.value));
  parentElement.append(label);
  if (new URL(location.href).searchParams.get("lang") === language) remember(language);
}

/** @param {string} key */
export function speak(key) {
  remember(key);
  const address = new URL(location.href);
  address.searchParams.delete("lang"); // a link's language counts until another one is chosen
  if (address.href === location.href) location.reload();
  else location.replace(address);
}

/** @param {string} key */
function remember(key) {
  document.cookie = `language=${key}; path=/; max-age=${YEAR}; samesite=lax`;
}
