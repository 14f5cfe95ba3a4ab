"""What the site's search looks through: sections of pages, slides, words of the glossary, papers.

An entry says what it is, where it leads, and its words. All are taken from the sources, whose headings give
the anchors; a browser gets them as one piece of JSON inside the page, and never as HTML.
"""

import json
import re

import nbformat

from . import markdown, papers, sections, source, terms
from .words import plain

NAME = re.compile(r"[A-Za-z_]\w{2,}")
HEADING = re.compile(r"^(?=#{1,4} )", re.MULTILINE)
DROPPED = {"hide-input"}


def entries(lessons, projects):
    """Everything that can be found, in the order in which it is shown where nothing else decides.

    lessons, projects: {name: {"title", ...}} of those that the site has. An entry: kind, title, url, where
    (words on the place), text; and where there are some: code, the names that the code of a section uses;
    notes, what the speaker says of a slide; short, the abbreviation of a word.
    """
    found, short = [], terms.abbreviations()
    for term in terms.gathered():
        if term.lesson in lessons:
            made = _entry("word", term.word, f"glossary.html#{term.id}", "Glossary", term.meaning)
            found.append(made | ({"short": short[term.word]} if term.word in short else {}))
    for name, lesson in lessons.items():
        said = f"{name[:2]} {lesson['title']}"
        found += _page(
            sections.ROOT / "notebooks" / "solutions" / f"{name}.ipynb", name, f"Page of lesson {said}"
        )
        found += _deck(name, f"Deck of lesson {said}")
    for name, project in projects.items():
        path = sections.ROOT / "notebooks" / "capstone" / f"{name}.ipynb"
        found += _page(path, name, f"Project {name[:2]} {project['title']}")
    for paper in papers.gathered(lessons):
        words = (
            f"{paper.authors}, {paper.year}. Lesson {', '.join(name[:2] for name in sorted(paper.lessons))}."
        )
        found.append(
            _entry("paper", paper.title, f"bibliography.html#{papers.identity(paper)}", "Bibliography", words)
        )
    return found


def _entry(kind, title, url, where, text, **more):
    made = {"kind": kind, "title": title, "url": url, "where": where, "text": text}
    return made | {key: said for key, said in more.items() if said}


def _page(path, name, where):
    """An entry for every heading of a notebook's page."""
    if not path.exists():
        return []
    md, seen, found = markdown.parser(anchors=True), {}, []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            if found and not DROPPED & {*cell.metadata.get("tags", [])}:
                found[-1]["names"].update(dict.fromkeys(NAME.findall(cell.source)))
            continue
        for piece in HEADING.split(cell.source):
            line, _, rest = piece.partition("\n")
            if line.startswith("#"):
                anchor = _anchor(md, line, seen)
                found.append({"title": plain(line), "anchor": anchor, "text": [rest], "names": {}})
            elif found:
                found[-1]["text"].append(piece)
    return [
        _entry(
            "page",
            one["title"],
            f"pages/{name}.html#{one['anchor']}",
            where,
            plain("\n\n".join(one["text"])),
            code=" ".join(one["names"]),
        )
        for one in found
    ]


def _anchor(md, line, seen):
    """The id that a heading has on its page, as notebook.headings numbers those that come twice."""
    id = md.parse(line, {"formulas": []})[0].attrs["id"]
    seen[id] = seen.get(id, 0) + 1
    return id if seen[id] == 1 else f"{id}-{seen[id]}"


def _deck(name, where):
    """An entry for every slide of a lesson's deck; what the speaker says of it is found apart."""
    path = sections.ROOT / "slides" / f"{name}.md"
    if not path.exists():
        return []
    _, slides = source.parse(path.read_text(encoding="utf-8"))
    return [
        _entry(
            "slide",
            plain(slide.title),
            f"slides/{name}.html#/{slide.number - 1}",
            f"{where}, slide {slide.number}",
            plain("\n".join(part for part in slide.body if isinstance(part, str))),
            notes=plain(slide.notes),
        )
        for slide in slides
    ]


def as_json(found):
    """Entries as JSON that can stand inside a script element."""
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return text.replace("</", "<\\/").replace("<!--", "<\\u0021--")
