/* Texts that people see: those in plain English, without what is the same in every language, and those that are cut off. */
() => {
  const same = /^[\W\d_]*$|^(MLP|CNN|RNN|ResNet( v2)?|LSTM|GRU|Bi-LSTM|DenseNet|Y-network)(, \d+ s)?$|^(MNIST|EN-XA|\d+ px)$/;
  const walker = document.createTreeWalker(document.querySelector(".stApp"), NodeFilter.SHOW_TEXT), plain = [], cut = [];
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim(), element = walker.currentNode.parentElement, box = element.getBoundingClientRect();
    const hidden = !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || element.closest("style, script, code, pre, select, .katex, [data-testid=stIconMaterial], [data-testid=stExpanderIcon], [data-testid=stSkipToContent], [data-testid=stDataFrame]");
    if (!text || hidden || !box.width) continue;
    if (!same.test(text) && !/[‹›]/.test(element.closest("p, h1, h2, h3, li, td, th, label, button, figcaption, small, span, div").textContent)) plain.push(text);
    const style = getComputedStyle(element);
    if (style.overflowX === "hidden" && style.clipPath === "none" && box.width > 2 && element.scrollWidth > element.clientWidth + 2) cut.push(text);
  }
  return { plain: [...new Set(plain)], cut: [...new Set(cut)], wide: document.documentElement.scrollWidth - innerWidth };
}
