"""A deck: run its Python, write its slides, put everything into one HTML file."""

import ast
import base64
import re
import warnings
from contextlib import contextmanager, suppress
from html import escape
from pathlib import Path
from urllib.parse import quote

import matplotlib as mpl
import pointers

from . import (
    bibliography,
    brand,
    figure,
    live,
    markdown,
    misprints,
    plan,
    reveals,
    sections,
    source,
    studies,
    tex,
)
from .errors import BuildError
from .vote import SAID

HERE = Path(__file__).resolve().parent
REVEAL = tex.MODULES / "reveal.js" / "dist"
MADE = "\ue002{}\ue003"  # stands in for a figure or a widget until Markdown is done
VALUE = re.compile(r"\{\{ (.+?) \}\}")
HYPHEN = re.compile(r"(?<![\w)\]-])-(?=\.?\d)")  # for a minus: before a number, and not between two things

START = """if (new URLSearchParams(location.search).has("45"))  // the lecture of 45 minutes
  document.querySelectorAll("section[data-cut]").forEach((section) => section.remove());
Reveal.initialize({
  width: 1280, height: 720, margin: 0, minScale: 0.1, maxScale: 6, center: false,
  hash: true, slideNumber: "c/t", transition: "none", backgroundTransition: "none",
  defaultTiming: 0,  // with a number here the speaker view paces by the minutes of the notes
  controlsTutorial: false, pdfSeparateFragments: false, pdfMaxPagesPerSlide: 1,
  plugins: [RevealNotes],
});"""


def build(path, compute=False):
    """The deck in a Markdown file as the text of one self-contained HTML page.

    compute: run its studies, and store what they give; they are loaded otherwise.
    Raises BuildError, in one sentence that names the deck and the slide, for whatever stops it.
    """
    path = Path(path)
    tex.need_modules()
    with _naming(path.stem):
        meta, slides = source.parse(path.read_text(encoding="utf-8"))
        meta["name"], meta["brand"] = path.stem, brand.load(path.parent / "brand")
        widgets, env = live.collection(), {"formulas": [], "values": []}
        shelf = studies.Shelf(path, slides, compute)
        written = write_slides(meta, slides, widgets, env, shelf)
        if compute:
            shelf.save()
        written += bibliography.slides(meta, _place(meta))
        body = fill_in("\n".join(written), env)
    return page(meta, body, widgets)


def import_for(paths):
    """Import what the code of some decks imports; their builds will say what cannot be."""
    for path in paths:
        with suppress(BuildError, SyntaxError, ImportError):
            _, slides = source.parse(path.read_text(encoding="utf-8"))
            blocks = [part for slide in slides for part in slide.body if isinstance(part, source.Block)]
            for node in (node for block in blocks for node in ast.walk(ast.parse(block.code))):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    exec(compile(ast.Module([node], []), "<imports>", "exec"), {})


@contextmanager
def _naming(place):
    """Put the name of a place (a deck, a slide) in front of what stops the build there."""
    try:
        yield
    except BuildError as error:
        raise BuildError(f"{place}: {error}") from None


def write_slides(meta, slides, widgets, env, shelf):
    """The section elements of all slides; their code runs in order in one namespace."""
    from course_utils.figures import STYLE

    md, namespace, written = markdown.parser(), {"__name__": "deck"}, []
    places = sections.of_slides(slides, sections.of(meta["name"]))
    meta["parts"] = plan.parts(slides, places)
    with mpl.rc_context({**STYLE, **figure.rc()}):
        for slide, place in zip(slides, places, strict=True):
            with _naming(f"slide {slide.number} ({slide.title})"):
                written.append(_section(meta, slide, place, md, namespace, widgets, env, shelf))
    return written


def _section(meta, slide, place, md, namespace, widgets, env, shelf):
    text, made = "", []
    for part in slide.body:
        if isinstance(part, source.Block):
            html = _run(part, namespace, widgets, shelf)
            if not html and reveals.waits(text):
                raise BuildError(
                    f"a {part.kind} block shows nothing that could wait behind {reveals.REVEAL}."
                )
            text += f"\n{reveals.MADE}{MADE.format(len(made))}</div>\n\n" if html else "\n"
            made += [html] if html else []
        else:
            text += part if isinstance(part, str) else _written(part, meta)
    # Values come after the slide's own code, so a number may be computed below the sentence that states it.
    body = md.render(substitute(text, namespace, env["values"]), env)
    for i, html in enumerate(made):
        body = body.replace(MADE.format(i), html)
    notes = md.render(substitute(slide.notes, namespace, env["values"]), env)
    if re.search(r'class="[^"]*\bfragment\b', notes):
        raise BuildError("its notes hold something that waits for a key, and nobody would see it come.")
    title = md.renderInline(substitute(slide.title, namespace, env["values"]), env)
    part = next((part for part in meta["parts"] if slide in part.slides and slide.number > 1), None)
    foot = f"<span>{_place(meta, place, slide.number == 1)}</span>"
    if part:
        words = md.renderInline(substitute(part.words, namespace, env["values"]), env)
        foot += f'<span class="part">Part {part.number} of {len(meta["parts"])}: {words}</span>'
    return _frame(meta, slide, foot, title, body, notes)


def _written(part, meta):
    """A block that the builder writes out, as Markdown."""
    if part.kind == "agenda":
        return plan.agenda(meta["parts"], meta["name"], plan.told(part))
    if part.kind == "misprints":
        return misprints.table(meta["name"], part.lines)
    return _systems(part.lines)


def _systems(lines):
    """The map of big systems for a ```systems block, a name a line, or nothing for all of them."""
    from course_utils import systems

    names = [line.strip() for line in lines if line.strip()]
    try:
        return f"\n{systems.html(names or None, '../pages/{}.html', brief=True)}\n\n"
    except ValueError as error:
        raise BuildError(f"its systems: {error}") from None


def _frame(meta, slide, foot, title, body, notes):
    """The section element: heading, content, foot and speaker notes."""
    first = slide.number == 1
    heading = f"<h1>{title}</h1>{meta['brand'].logo}" if first else f"<h2>{title}</h2>"
    cited = "; ".join(meta["cites"][i] for i in slide.cites)
    foot += f'<span class="after">After {escape(cited)}</span>' if cited else ""
    timing = f' data-timing="{slide.minutes * 60}"' if slide.minutes else ""
    if slide.cut:
        timing += f' data-cut="{plan.SHORT}"'
        foot = f'<span class="cut">{plan.CUT}</span>{foot}'
        notes = f"<p>{plan.CUT} Not in {plan.SHORT} minutes.</p>\n{notes}"
    return (
        f'<section class="{"title-slide" if first else "slide"}"{timing}>\n<header>{heading}</header>\n'
        f'<div class="body">\n{body}</div>\n<footer>{foot}</footer>\n'
        f'<aside class="notes">\n{notes}</aside>\n</section>'
    )


def _place(meta, section=None, first=False):
    """The foot's words on where a slide belongs: its lesson and section, as links where there is a page.

    The first slide leads to the notebook as well.
    """
    lesson = f"Lesson {meta['lesson']}"
    if not sections.of(meta["name"]):
        return escape(lesson)
    top = sections.page_link(meta["name"], None, lesson)
    if first:
        top += f", {sections.notebook_link(meta['name'])}"
    return f"{top}, {sections.page_link(meta['name'], section, section.name)}" if section else top


def fill_in(html, env):
    """The HTML with its formulas rendered and its values as text; a value in a formula belongs to it.

    In text a negative number has a minus sign, as it has in formulas and figures, and no hyphen.
    """
    if quote("\ue004") in html:
        raise BuildError("a value, {{ expression }}, cannot stand in the address of a link.")
    values = env["values"]
    formulas = [(SAID.sub(lambda mark: values[int(mark[1])], tex_), shown) for tex_, shown in env["formulas"]]
    return SAID.sub(lambda mark: escape(HYPHEN.sub("\u2212", values[int(mark[1])])), tex.fill(html, formulas))


def substitute(text, namespace, values=None):
    """The text with each `{{ expression:format }}` replaced by its value, as an f-string would write it.

    values: a list to which the values are appended; marks stand in for them until fill_in(). A pointer to a
    lesson, `{lesson 13}`, is written out, with "(to come)" where it is not there yet.
    """

    def value(match):
        try:
            said = tex.without_controls(str(eval(f"f'''{{{match[1]}}}'''", namespace)))
        except Exception as error:
            raise BuildError(f"{{{{ {match[1]} }}}} raised {type(error).__name__}: {error}.") from None
        if values is None:
            return said
        values.append(said)
        return f"\ue004{len(values) - 1}\ue005"

    outside_code = re.split(r"(^```.*?^```$|`[^`\n]*`)", text, flags=re.DOTALL | re.MULTILINE)
    pieces = [
        piece if i % 2 else VALUE.sub(value, pointers.filled(piece)) for i, piece in enumerate(outside_code)
    ]
    left = next((piece[piece.index("{{ ") :][:40] for piece in pieces[::2] if "{{ " in piece), None)
    if left:
        raise BuildError(f"a value is {{{{ expression }}}} with a space at each end; got {left!r}.")
    return "".join(pieces)


def _run(block, namespace, widgets, shelf):
    """Run one block; return the HTML it leaves on the slide (nothing for setup and study)."""
    if block.kind == "study":
        shelf.run(block, namespace, execute)
        return ""
    namespace.pop("fig", None)
    result = execute(block.code, namespace, block.kind)
    if block.kind == "setup":
        return ""
    alt = substitute(block.options.get("alt", ""), namespace)
    width = block.options.get("width")
    if width is not None and not width.isdigit():
        raise BuildError(f"width must be a whole number of pixels; got {width!r}.")
    if block.kind == "figure":
        return _figure(namespace.get("fig"), alt, width)
    html = _widget(result, alt, widgets)
    return f'<div style="--course-widget-max: {width}px">{html}</div>' if width else html


def _figure(fig, alt, width):
    if not isinstance(fig, mpl.figure.Figure):
        raise BuildError(
            f"the figure's code must leave a matplotlib figure in fig; got {type(fig).__name__}."
        )
    _need_alt("figure", alt)
    return figure.html(fig, alt, width and int(width))


def _widget(widget, alt, widgets):
    if not hasattr(widget, "_esm"):
        raise BuildError(f"the widget's code must end in an anywidget; got {type(widget).__name__}.")
    shown = widget._repr_mimebundle_()
    data, metadata = shown if isinstance(shown, tuple) else (shown, {})
    alt = alt or metadata.get("image/png", {}).get("alt", "")
    _need_alt("widget", alt)
    still = data.get("image/png")
    if isinstance(still, bytes):
        still = base64.b64encode(still).decode()
    return live.place(widgets, widget.get_state(), alt, still)


def _need_alt(kind, alt):
    if len(alt.strip()) < 10:
        raise BuildError(f'a {kind} needs alt="a sentence that says what it shows"; got {alt!r}.')


def execute(code, namespace, kind):
    """Run code in a namespace; return the value of its last line where that is an expression."""
    try:
        tree = ast.parse(code)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        with warnings.catch_warnings():
            # A font that lacks a letter, a layout that fails: the slide would show it.
            warnings.filterwarnings("error", message="Glyph .* missing|constrained_layout not applied")
            exec(compile(tree, "<deck>", "exec"), namespace)
            return eval(compile(ast.Expression(last.value), "<deck>", "eval"), namespace) if last else None
    except Exception as error:
        line = _line(error)
        raise BuildError(
            f"line {line} of its {kind} code raised {type(error).__name__}: {str(error).rstrip('.')}."
        ) from None


def _line(error):
    """The line of the deck's own code that an error comes from."""
    if isinstance(error, SyntaxError):
        return error.lineno
    trace, line = error.__traceback__, 0
    while trace:
        if trace.tb_frame.f_code.co_filename == "<deck>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def page(meta, body, widgets):
    """The whole file: every style, script, font and picture is inside it."""
    css = [(REVEAL / "reveal.css"), (HERE / "theme.css"), (HERE / "deck.css")]
    styles = "\n".join(path.read_text(encoding="utf-8") for path in css)
    styles += tex.css(body) + meta["brand"].css
    scripts = [(REVEAL / "reveal.js"), (REVEAL / "plugin" / "notes.js")]
    code = "\n".join(live.inline_script(path.read_text(encoding="utf-8")) for path in scripts)
    code += f"\n{START}\n{(HERE / 'theme.js').read_text(encoding='utf-8')}"
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(meta['title'])}</title>\n<style>\n{styles}\n</style>\n</head>\n<body>\n"
        f'<main class="reveal"><div class="slides">\n{body}\n</div></main>\n'
        f"<script>\n{code}</script>\n{live.scripts(widgets)}</body>\n</html>\n"
    )
