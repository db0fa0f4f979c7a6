/* What the page does in the browser besides the canvas: it announces answers, moves the bars, and opens panels in sight. */
{
  const MOVE = 150; // milliseconds in which a bar gets to its new length
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  /* One live region that stays in the page, as the answers themselves are replaced. */
  const announcer = document.createElement("p");
  announcer.className = "announcer";
  announcer.setAttribute("role", "status");
  document.body.append(announcer);

  const lengths = new Map(); // of the bars, by network and digit, as last shown

  function answered() {
    const said = document.querySelector(".answers h2")?.textContent ?? "";
    if (announcer.textContent !== said) announcer.textContent = said;
    for (const card of document.querySelectorAll(".bars[data-network]")) {
      for (const [digit, bar] of card.querySelectorAll(".bar").entries()) {
        lengthen(card, digit, bar, bar.style.width);
      }
    }
  }

  function lengthen(card, digit, bar, now) {
    const name = `${card.dataset.network} ${digit}`, before = lengths.get(name) ?? "0%";
    if (before === now) return;
    lengths.set(name, now);
    if (!still.matches) bar.animate([{ width: before }, { width: now }], { duration: MOVE, easing: "ease-out" });
  }

  /* Other lengths for the bars that are there, by network. */
  document.addEventListener("bars", ({ detail }) => {
    for (const card of document.querySelectorAll(".bars[data-network]")) {
      for (const [digit, bar] of card.querySelectorAll(".bar").entries()) {
        const now = detail[card.dataset.network]?.[digit];
        if (now !== undefined) { bar.style.width = now; lengthen(card, digit, bar, now); }
      }
    }
  });

  /* A panel is a step that Back takes back: Streamlit replaces the address, where a new entry is due. */
  const panel = (url) => new URL(url, location.href).searchParams.get("panel");
  const replace = history.replaceState.bind(history);
  history.replaceState = (state, title, url) => {
    const opened = url && panel(url) && !panel(location.href);
    (opened ? history.pushState.bind(history) : replace)(state, title, url);
  };

  /* Where the panel opens below what one looks at, as on a phone, it is scrolled to. */
  let open = null;
  function opened() {
    const now = document.querySelector(".st-key-opened") ? panel(location.href) : null;
    if (now && open === null && now !== open) {
      const place = document.querySelector(".st-key-opened");
      if (place.getBoundingClientRect().top > innerHeight * 0.7) {
        document.querySelector(".st-key-panel")?.scrollIntoView({ behavior: still.matches ? "auto" : "smooth" });
      }
    }
    open = now;
  }

  /* While the server is gone Streamlit shows a dialog over the drawing; the page has a banner, and one can draw on. */
  function reconnecting() {
    const gone = document.querySelector(".stApp")?.dataset.testConnectionState !== "CONNECTED";
    if (gone) document.querySelector(".stDialog button[aria-label=Close]")?.click();
  }

  /* What scrolls can be scrolled by keyboard. */
  function scrolling() {
    for (const text of document.querySelectorAll(".stCode pre:not([tabindex])")) text.tabIndex = 0;
  }

  /* Once for each frame, before it is painted: an answer is many changes. */
  let due = false;
  function look() {
    due = false;
    answered(); opened(); reconnecting(); scrolling();
  }
  new MutationObserver(() => { if (!due) { due = true; requestAnimationFrame(look); } }).observe(document.body, { childList: true, subtree: true });
}
