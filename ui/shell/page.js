/* Announces answers to screen readers, animates the bars, and scrolls to panels. */
{
  const DURATION = 150; // milliseconds in which a bar reaches its new length
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  /* One live region that stays in the page, as the answers themselves are replaced. */
  const announcer = document.createElement("p");
  announcer.className = "announcer";
  announcer.setAttribute("role", "status");
  document.body.append(announcer);

  const lengths = new Map(); // of the bars, by network and digit, as last shown

  function updateAnswers() {
    const said = document.querySelector(".answers h2")?.textContent ?? "";
    if (announcer.textContent !== said) announcer.textContent = said;
    for (const card of document.querySelectorAll(".bars[data-network]")) {
      for (const [digit, bar] of card.querySelectorAll(".bar").entries()) {
        animate(card, digit, bar, bar.style.width);
      }
    }
  }

  function animate(card, digit, bar, now) {
    const name = `${card.dataset.network} ${digit}`, before = lengths.get(name) ?? "0%";
    if (before === now) return;
    lengths.set(name, now);
    if (!still.matches) bar.animate([{ width: before }, { width: now }], { duration: DURATION, easing: "ease-out" });
  }

  /* Other lengths for the bars that are there, by network. */
  document.addEventListener("bars", ({ detail }) => {
    for (const card of document.querySelectorAll(".bars[data-network]")) {
      for (const [digit, bar] of card.querySelectorAll(".bar").entries()) {
        const now = detail[card.dataset.network]?.[digit];
        if (now !== undefined) { bar.style.width = now; animate(card, digit, bar, now); }
      }
    }
  });

  /* Back closes a panel: Streamlit replaces the address where a new history entry is due. */
  const panel = (url) => new URL(url, location.href).searchParams.get("panel");
  const replace = history.replaceState.bind(history);
  history.replaceState = (state, title, url) => {
    const opens = url && panel(url) && !panel(location.href);
    (opens ? history.pushState.bind(history) : replace)(state, title, url);
  };

  /* Scrolls to a panel that opens below the fold, as on a phone. */
  let open = null;
  function scrollToPanel() {
    const now = document.querySelector(".st-key-opened") ? panel(location.href) : null;
    if (now && open === null && now !== open) {
      const place = document.querySelector(".st-key-opened");
      if (place.getBoundingClientRect().top > innerHeight * 0.7) {
        document.querySelector(".st-key-panel")?.scrollIntoView({ behavior: still.matches ? "auto" : "smooth" });
      }
    }
    open = now;
  }

  /* While the server is gone Streamlit shows a dialog over the drawing; the page has a banner instead. */
  function hideReconnecting() {
    const gone = document.querySelector(".stApp")?.dataset.testConnectionState !== "CONNECTED";
    if (gone) document.querySelector(".stDialog button[aria-label=Close]")?.click();
  }

  /* Makes scrollable text focusable, for the keyboard. */
  function makeScrollable() {
    for (const text of document.querySelectorAll(".stCode pre:not([tabindex])")) text.tabIndex = 0;
  }

  /* Once a frame, before it is painted, because an answer is many changes. */
  let due = false;
  function update() {
    due = false;
    updateAnswers(); scrollToPanel(); hideReconnecting(); makeScrollable();
  }
  new MutationObserver(() => { if (!due) { due = true; requestAnimationFrame(update); } }).observe(document.body, { childList: true, subtree: true });
}
