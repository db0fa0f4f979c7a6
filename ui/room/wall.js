/* The wall: a tile for each drawing, newest first and largest, sized so that all of them fit. Tiles keep their elements,
   so nothing flickers when another one comes. Text only ever becomes text, never markup. All lengths are in pixels. */
const GAP = 6, BOTTOM = 28, MAX_SIDE = 260, PHONE_WIDTH = 640, MIN_SIDE_WITH_TEXT = 92, TEXT = 34;

export default function ({ data, parentElement, setTriggerValue }) {
  const wall = parentElement.querySelector(".wall");
  const tiles = data?.tiles ?? [];
  const known = new Map([...wall.children].map((element) => [element.dataset.id, element]));
  const wanted = [...tiles].reverse();
  for (const [id, element] of known) {
    if (!wanted.some((tile) => String(tile.id) === id)) element.remove();
  }
  let place = wall.firstElementChild;
  for (const tile of wanted) {
    const element = known.get(String(tile.id)) ?? created(tile);
    update(element, tile);
    element.disabled = !data.host;
    element.onclick = data.host ? () => setTriggerValue("picked", tile.id) : null;
    if (element === place) place = place.nextElementSibling;
    else wall.insertBefore(element, place);
  }
  wall.layout = () => arrange(wall, wanted.length);
  wall.layout();
  if (!wall.forget) {
    const layout = () => wall.layout();
    const observer = new ResizeObserver(layout);
    observer.observe(parentElement.querySelector(".frame"));
    window.addEventListener("resize", layout);
    wall.forget = () => { observer.disconnect(); window.removeEventListener("resize", layout); };
  }
  return wall.forget;
}

function created(tile) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "tile";
  element.dataset.id = tile.id;
  element.innerHTML = '<img alt=""><span class="label"></span><span class="predictions"></span><span class="name"></span>';
  return element;
}

function update(element, tile) {
  const written = JSON.stringify(tile);
  if (element.written === written) return;
  element.written = written;
  element.style.setProperty("--mine", tile.colour);
  const image = element.querySelector("img");
  if (image.getAttribute("src") !== tile.picture) image.src = tile.picture;
  image.alt = `a drawing by ${tile.name}`;
  element.querySelector(".label").textContent = tile.label ?? "";
  element.querySelector(".name").textContent = tile.name;
  const predictions = tile.predictions.map(([title, digit]) => {
    const prediction = document.createElement("i");
    prediction.textContent = digit;
    prediction.title = `${title} says ${digit}`;
    if (tile.label !== null) prediction.className = digit === tile.label ? "right" : "wrong";
    return prediction;
  });
  element.querySelector(".predictions").replaceChildren(...predictions);
  const wrong = tile.predictions.filter(([, digit]) => digit !== tile.label).length;
  element.dataset.kind =
    !tile.predictions.length || tile.label === null ? "" : wrong === 0 ? "right" : wrong === tile.predictions.length ? "fooled" : "split";
  element.title = [tile.name, tile.label === null ? "" : `meant ${tile.label}`,
    ...tile.predictions.map(([title, digit]) => `${title} ${digit}`)].filter(Boolean).join(" · ");
}

function arrange(wall, count) {
  const width = wall.clientWidth;
  if (!count || !width) return;
  const narrow = window.innerWidth <= PHONE_WIDTH;
  const height = narrow ? Infinity : Math.max(220, window.innerHeight - wall.getBoundingClientRect().top - scrolled() - BOTTOM);
  const [columns, side, large] = narrow ? [4, (width - 3 * GAP) / 4, 2] : fitted(count, width, height);
  wall.style.gridTemplateColumns = `repeat(${columns}, ${side}px)`;
  wall.style.gridAutoRows = `${tall(side)}px`;
  wall.style.setProperty("--side", `${side}px`);
  wall.style.setProperty("--large", large);
  wall.classList.toggle("large", large > 1);
  wall.classList.toggle("small", side < MIN_SIDE_WITH_TEXT);
}

function scrolled() {
  return document.querySelector(".stMain")?.scrollTop ?? 0;
}

/* The number of columns with which tiles are largest; the newest takes a square of several tiles. */
function fitted(count, width, height) {
  let best = [1, 0, 1];
  for (let columns = 1; columns <= count + 8; columns++) {
    const large = columns < 4 || count < 6 ? 1 : columns < 12 ? 2 : 3;
    const rows = Math.max(large, Math.ceil((count - 1 + large * large) / columns));
    const room = (height - (rows - 1) * GAP) / rows;
    const high = room - TEXT >= MIN_SIDE_WITH_TEXT ? room - TEXT : Math.min(room, MIN_SIDE_WITH_TEXT - 1);
    const side = Math.min(MAX_SIDE, (width - (columns - 1) * GAP) / columns, high);
    if (side > best[1]) best = [columns, side, large];
  }
  return best;
}

function tall(side) {
  return side < MIN_SIDE_WITH_TEXT ? side : side + TEXT;
}
