// Looks through the entries of the page for all words that were typed, at the beginnings of words, and lists the best
// as links. Where there are none it offers the nearest words. Nothing leaves the page. Words are shown as text, never
// as HTML.
const MOST = 40;
const BEST = { word: 60, page: 12, slide: 6, paper: 4 };
const MEANT = 1000; // points of the glossary's word that is typed whole, or by its abbreviation
const field = document.getElementById("q");
const list = document.querySelector(".found");
const status = document.querySelector("[role=status]");

// Without accents and capitals, so that "Frechet" finds "Fréchet"; a letter stays one letter, so that places agree.
const fold = (text) => [...text.toLowerCase()].map((c) => c.normalize("NFD")[0].padEnd(c.length)).join("");
const entries = JSON.parse(document.getElementById("entries").textContent);
for (const entry of entries) {
  entry.inTitle = fold(`${entry.title} ${entry.short ?? ""}`.trim());
  entry.inText = fold(entry.text);
  entry.inNotes = fold(entry.notes ?? "");
  entry.inCode = fold(entry.code ?? "");
}

const begins = (word) => new RegExp(`(?<![\\p{L}\\p{N}])${word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`, "gu");
const wordsOf = (text) => text.match(/[\p{L}\p{N}]+/gu) ?? [];
const count = (text, pattern) => (text.match(pattern) ?? []).length;

function score(entry, query, patterns) {
  let sum = 0;
  for (const pattern of patterns) {
    const title = count(entry.inTitle, pattern);
    const text = count(entry.inText, pattern) + count(entry.inNotes, pattern);
    const code = count(entry.inCode, pattern);
    if (!title && !text && !code) return 0;
    sum += 20 * Math.min(title, 1) + Math.min(text, 5) + Math.min(code, 1);
  }
  if (entry.inTitle.startsWith(query)) sum += BEST[entry.kind];
  if (entry.kind === "word" && [entry.title, entry.short ?? ""].some((name) => fold(name) === query)) sum += MEANT;
  if (entry.inText.includes(query) || entry.inNotes.includes(query)) sum += 8;
  return sum + BEST[entry.kind] / 10;
}

const element = (tag, className, ...children) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
};

// The words around the first place where one is found, all of them marked; of a slide's notes only where it itself
// has none of them, and then they are called that.
function extract(entry, patterns) {
  const has = (text) => patterns.some((pattern) => text.search(pattern) >= 0);
  if (has(entry.inText) || !has(entry.inNotes)) return around(entry.text, entry.inText, patterns);
  return ["In the notes: ", ...around(entry.notes, entry.inNotes, patterns)];
}

function around(text, folded, patterns) {
  const first = Math.min(...patterns.map((pattern) => folded.search(pattern)).filter((at) => at >= 0));
  let from = Number.isFinite(first) && first > 80 ? text.indexOf(" ", first - 70) + 1 : 0;
  const cut = text.indexOf(" ", from + 240);
  const to = cut < 0 ? text.length : cut;
  const pieces = from ? ["… "] : [];
  const places = patterns.flatMap((pattern) => [...folded.matchAll(pattern)]);
  for (const { index, 0: { length } } of places.sort((a, b) => a.index - b.index)) {
    if (index < from || index + length > to) continue;
    pieces.push(text.slice(from, index), element("mark", "", text.slice(index, index + length)));
    from = index + length;
  }
  return [...pieces, text.slice(from, to), text.length > to ? " …" : ""];
}

// How many letters have to be changed, left out, put in, or swapped with their neighbour; more than most is most + 1.
function apart(one, other, most) {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let [before, last] = [[], [...Array(other.length + 1).keys()]];
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1];
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    if (Math.min(...row) > most) return most + 1;
    [before, last] = [last, row];
  }
  return last[other.length];
}

// The words of all entries, the most frequent first; they are gathered when a search has found nothing.
let vocabulary;
function known() {
  if (vocabulary) return vocabulary;
  const times = new Map();
  for (const { inTitle, inText, inNotes } of entries)
    for (const word of wordsOf(`${inTitle} ${inText} ${inNotes}`)) times.set(word, (times.get(word) ?? 0) + 1);
  return (vocabulary = [...times.keys()].sort((a, b) => times.get(b) - times.get(a)));
}

// The query with each word that stands nowhere replaced by the nearest one that does; "" where that is no help.
function nearest(query) {
  const said = wordsOf(query).map((word) => {
    if (known().some((other) => other.startsWith(word))) return word;
    const most = word.length < 4 ? 0 : word.length < 7 ? 1 : 2;
    const near = known().map((other) => [apart(word, other, most), other]);
    const best = Math.min(...near.map(([distance]) => distance));
    return best > most ? "" : near.find(([distance]) => distance === best)[1];
  });
  const meant = said.every(Boolean) ? said.join(" ") : "";
  return meant && meant !== query && results(meant).found.length ? meant : "";
}

function nothing(query) {
  const meant = nearest(query);
  if (!meant) return ["Nothing found. Fewer or shorter words find more."];
  const link = element("a", "", meant);
  link.href = `?q=${encodeURIComponent(meant)}`;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    field.value = meant;
    field.focus();
    look();
    keep();
  });
  return ["Nothing found. Did you mean ", link, "?"];
}

function item(entry, patterns) {
  const link = element("a", "", entry.title);
  link.href = entry.url;
  return element("li", "", link, element("p", "where", entry.where), element("p", "", ...extract(entry, patterns)));
}

// What finds each word of a query, and the entries that have them all, the best first.
function results(query) {
  const patterns = query.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).map(begins);
  const scored = patterns.length ? entries.map((entry) => ({ entry, points: score(entry, query, patterns) })) : [];
  const found = scored.filter(({ points }) => points > 0).sort((a, b) => b.points - a.points);
  return { patterns, found };
}

function look() {
  const query = fold(field.value.trim());
  const { patterns, found } = results(query);
  if (!patterns.length) {
    list.replaceChildren();
    status.textContent = "";
    return;
  }
  list.replaceChildren(...found.slice(0, MOST).map(({ entry }) => item(entry, patterns)));
  const best = found.length > MOST ? `, the best ${MOST} of them shown` : "";
  status.replaceChildren(...(found.length ? [`${found.length} found${best}.`] : nothing(query)));
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
