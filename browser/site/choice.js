/* A choice of one of a few, as a row of buttons: reached by Tab, changed by the arrow keys, as radio buttons are. */

/** @param {string} name of the place, as the page names its own @param {string} label @param {string[]} titles @param {string} chosen
 * @param {(title: string) => void} choose called with each other choice */
export function choice(name, label, titles, chosen, choose) {
  const root = Object.assign(document.createElement("div"), { className: `st-key-${name}`, innerHTML: '<div class="stButtonGroup" data-testid="stButtonGroup"><div role="radiogroup"></div></div>' });
  const group = /** @type {Element} */ (root.querySelector("[role=radiogroup]"));
  const buttons = titles.map((title) => {
    const button = Object.assign(document.createElement("button"), { type: "button" }), words = document.createElement("span");
    words.textContent = title;
    button.append(words);
    button.setAttribute("role", "radio");
    button.addEventListener("click", () => {
      mark(title);
      choose(title);
    });
    return button;
  });
  const mark = (/** @type {string} */ title) => buttons.forEach((button) => {
    const checked = button.textContent === title;
    button.setAttribute("aria-checked", String(checked));
    button.tabIndex = checked ? 0 : -1;
  });
  group.setAttribute("aria-label", label);
  group.append(...buttons);
  group.addEventListener("keydown", (event) => {
    const { key } = /** @type {KeyboardEvent} */ (event), by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[key], at = buttons.findIndex((button) => button === event.target);
    if (!by || at < 0) return;
    event.preventDefault();
    const next = buttons[(at + by + buttons.length) % buttons.length];
    next.focus();
    next.click();
  });
  mark(chosen);
  return root;
}
