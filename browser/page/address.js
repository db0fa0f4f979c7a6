/* Keeps the tokens of a room in the address's fragment, which browsers send to no server and no log holds.

   Streamlit reads parameters from the query alone. So this stands inline in the first HTML, before Streamlit: a token comes
   back into the query while Streamlit starts, and leaves it as soon as that has read it. An old link, with the token in its
   query, works; its server has seen the token once. */
{
  const TOKENS = ["host", "me"]; // ui/shared/session.py
  const push = history.pushState.bind(history), replace = history.replaceState.bind(history);

  /** The address with tokens in its fragment. @param {string | URL} url */
  const hidden = (url) => {
    const address = new URL(url, location.href), tokens = new URLSearchParams();
    for (const name of TOKENS) {
      const token = address.searchParams.get(name);
      if (token === null) continue;
      tokens.set(name, token);
      address.searchParams.delete(name);
    }
    if (String(tokens)) address.hash = String(tokens);
    return address.href;
  };

  history.pushState = (state, title, url) => {
    const address = url && hidden(url);
    (address === location.href ? replace : push)(state, title, address);
  };
  history.replaceState = (state, title, url) => replace(state, title, url && hidden(url));

  const kept = new URLSearchParams(location.hash.slice(1)), address = new URL(location.href);
  for (const name of TOKENS) {
    const token = kept.get(name);
    if (token === null) continue;
    address.searchParams.set(name, token);
    address.hash = "";
  }
  if (address.href !== location.href) replace(history.state, "", address);

  const start = new MutationObserver(() => {
    if (!document.querySelector(".stApp")) return;
    start.disconnect();
    history.replaceState(history.state, "", location.href);
  });
  start.observe(document, { childList: true, subtree: true });
}
