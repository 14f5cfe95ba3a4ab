// Looks through the entries of the page for all words that were typed, at the beginnings of words, and lists the best
// as links. Nothing leaves the page. Words are shown as text, never as HTML.
const MOST = 40;
const BEST = { word: 60, page: 12, slide: 6, paper: 4 };
const field = document.getElementById("q");
const list = document.querySelector(".found");
const status = document.querySelector("[role=status]");

// Without accents and capitals, so that "Frechet" finds "Fréchet"; a letter stays one letter, so that places agree.
const fold = (text) => [...text.toLowerCase()].map((c) => c.normalize("NFD")[0].padEnd(c.length)).join("");
const entries = JSON.parse(document.getElementById("entries").textContent);
for (const entry of entries) {
  entry.inTitle = fold(entry.title);
  entry.inText = fold(entry.text);
  entry.inCode = fold(entry.code ?? "");
}

const begins = (word) => new RegExp(`(?<![\\p{L}\\p{N}])${word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`, "gu");
const count = (text, pattern) => (text.match(pattern) ?? []).length;

function score(entry, query, patterns) {
  let sum = 0;
  for (const pattern of patterns) {
    const title = count(entry.inTitle, pattern);
    const text = count(entry.inText, pattern);
    const code = count(entry.inCode, pattern);
    if (!title && !text && !code) return 0;
    sum += 20 * Math.min(title, 1) + Math.min(text, 5) + Math.min(code, 1);
  }
  if (entry.inTitle.startsWith(query)) sum += BEST[entry.kind];
  if (entry.inText.includes(query)) sum += 8;
  return sum + BEST[entry.kind] / 10;
}

const element = (tag, className, ...children) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
};

// The words around the first place where one is found, all of them marked.
function extract(entry, patterns) {
  const first = Math.min(...patterns.map((pattern) => entry.inText.search(pattern)).filter((at) => at >= 0));
  let from = Number.isFinite(first) && first > 80 ? entry.text.indexOf(" ", first - 70) + 1 : 0;
  const cut = entry.text.indexOf(" ", from + 240);
  const to = cut < 0 ? entry.text.length : cut;
  const pieces = from ? ["… "] : [];
  const places = patterns.flatMap((pattern) => [...entry.inText.matchAll(pattern)]);
  for (const { index, 0: { length } } of places.sort((a, b) => a.index - b.index)) {
    if (index < from || index + length > to) continue;
    pieces.push(entry.text.slice(from, index), element("mark", "", entry.text.slice(index, index + length)));
    from = index + length;
  }
  return [...pieces, entry.text.slice(from, to), entry.text.length > to ? " …" : ""];
}

function item(entry, patterns) {
  const link = element("a", "", entry.title);
  link.href = entry.url;
  return element("li", "", link, element("p", "where", entry.where), element("p", "", ...extract(entry, patterns)));
}

function look() {
  const query = fold(field.value.trim());
  const patterns = query.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).map(begins);
  if (!patterns.length) {
    list.replaceChildren();
    status.textContent = "";
    return;
  }
  const found = entries
    .map((entry) => ({ entry, points: score(entry, query, patterns) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points);
  list.replaceChildren(...found.slice(0, MOST).map(({ entry }) => item(entry, patterns)));
  const best = found.length > MOST ? `, the best ${MOST} of them shown` : "";
  status.textContent = found.length ? `${found.length} found${best}.` : "Nothing found. Fewer or shorter words find more.";
}

function keep() {
  try {
    history.replaceState(null, "", field.value ? `?q=${encodeURIComponent(field.value)}` : location.pathname);
  } catch {
    // a browser that lets no file change its address: the search works all the same
  }
}

// Up and down go from result to result, and back to the field; a slash goes there from anywhere.
function move(event) {
  const links = [...list.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "/" && document.activeElement !== field) field.focus();
  else if (step && (at >= 0 || document.activeElement === field)) (links[at + step] ?? (step < 0 ? field : links.at(-1)))?.focus();
  else return;
  event.preventDefault();
}

document.addEventListener("keydown", move);
field.addEventListener("input", look);
field.form.addEventListener("submit", (event) => {
  event.preventDefault();
  look();
  keep();
  list.querySelector("a")?.focus();
});
field.value = new URLSearchParams(location.search).get("q") ?? "";
look();
if (!field.value) field.focus();
