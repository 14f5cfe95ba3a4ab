"""An executed notebook as one HTML page: text, code, outputs, mathematics, and widgets that still answer."""

import re
from html import escape, unescape
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from nbconvert import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter

from . import code_style, frame, live, markdown, sections, tex
from .errors import BuildError

HERE = Path(__file__).resolve().parent
VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
# A link to another notebook leads to that notebook's page. An executed notebook lies one folder further down.
NOTEBOOK_LINK = re.compile(r'href="(?:\.\./)?(\d\d_\w+)\.ipynb')
# The way through the course and the list of projects have their like in the index; the projects' notebooks
# are beside the pages.
START_PAGE, INDEX = re.compile(r'href="(?:\.\./)?(?:capstone/)?README\.md"'), 'href="../index.html"'
CAPSTONE_LINK, COPY = re.compile(r'href="(?:\.\./)?capstone/'), 'href="../notebooks/'
COLOURED = {"text", "text/plain", "traceback"}  # parts of an output in which a terminal's escapes colour
WITH_FORMULAS = {"text/latex", "text/markdown"}
TAG = re.compile(r"<[^>]+>")
# Words in columns, two rows of them at least: wrapped, they would be no table.
COLUMNS = re.compile(r"\S {2,}\S")
PRINTED = re.compile(r'(<div class="output_subarea[^>]*>\s*)<pre>(.*?)</pre>', re.DOTALL)
BOX, IN_BOX = '<output class="said"', re.compile(r"\$([^$<]+)\$")  # course_utils/_say.py makes them
NO_KERNEL = "<p><em>This control needs a running kernel: open the notebook in JupyterLab.</em></p>"


def build(path):
    """The page of an executed notebook file, as text.

    Raises BuildError, in one sentence that names the notebook, where it cannot be read, was not executed,
    or holds a formula that does not parse.
    """
    path = Path(path)
    try:
        notebook = nbformat.read(path, as_version=4)
    except (ValueError, OSError) as error:
        raise BuildError(f"{path.stem}: it is not a notebook: {error}.") from None
    tex.need_modules()
    try:
        return convert(notebook, path.stem)
    except BuildError as error:
        raise BuildError(f"{path.stem}: {error}") from None


def convert(notebook, name, executed=True, places=None):
    """The page of a notebook node, as text; the node is changed.

    executed: False for one that is shown as it is handed out, without outputs. places: {address: words}, what
    stands above it, in place of a lesson's own (tops).
    """
    if executed and not any(cell.get("execution_count") for cell in notebook.cells):
        raise BuildError("no cell has been executed; build it with `make notebooks` first.")
    notebook.cells = [nbformat.from_dict(_clean(cell)) for cell in notebook.cells]
    widgets, formulas = live.collection(), []
    place_widgets(notebook, widgets)
    latex_to_markdown(notebook)
    boxes(notebook, formulas)
    notebook.metadata.pop("widgets", None)
    body, _ = exporter(formulas).from_notebook_node(notebook)
    body = body.replace("\x1b", "\u241b")  # what was no colour
    body = PRINTED.sub(_in_columns, body)
    body = NOTEBOOK_LINK.sub(r'href="\1.html', body)
    body = CAPSTONE_LINK.sub(COPY, START_PAGE.sub(INDEX, body))
    body, contents = headings(body, name)
    main = '<main id="main" tabindex="-1">' if executed else '<main id="main" tabindex="-1" class="handed">'
    around = tex.fill(f"{frame.SKIP}{tops(name, places)}{contents}{main}\n{body}\n</main>", formulas)
    return page(title(body, formulas, name), around, widgets)


def _in_columns(match):
    rows = [line for line in unescape(TAG.sub("", match[2])).splitlines() if COLUMNS.search(line)]
    return f'{match[1]}<pre class="columns">{match[2]}</pre>' if len(rows) > 1 else match[0]


def _clean(node, kind=""):
    """A cell without odd control characters; kind: the key under which a part of it stands."""
    if isinstance(node, str):
        if kind in WITH_FORMULAS:  # which could not hold their pictures
            return tex.ODD.sub("", node)
        return tex.without_controls(node, "\x1b" if kind in COLOURED else "")
    if isinstance(node, dict):
        return {key: _clean(value, key) for key, value in node.items()}
    return [_clean(value, kind) for value in node] if isinstance(node, list) else node


class Exporter(HTMLExporter):
    """nbconvert's exporter without what takes two thirds of its time: it parses the finished page to look for
    pictures without words, of which we have none, and washes the highlighted code, which is our own."""

    def from_notebook_node(self, nb, resources=None, **kw):
        """The body of a notebook's page, and nbconvert's resources."""
        lexer = nb.metadata.get("language_info", {}).get("pygments_lexer", "ipython3")
        self.register_filter("highlight_code", Highlight2HTML(pygments_lexer=lexer, parent=self))
        data_type = WidgetsDataTypeFilter(notebook_metadata=nb.metadata, parent=self, resources=resources)
        self.register_filter("filter_data_type", data_type)
        return TemplateExporter.from_notebook_node(self, nb, resources, **kw)


def exporter(formulas):
    """The exporter with our Markdown in place of its own; formulas collects the TeX."""
    md = markdown.parser(anchors=True)
    made = Exporter(template_name="basic")
    made.register_filter("markdown2html", lambda text: md.render(text, {"formulas": formulas}))
    made.register_filter("clean_html", lambda text: text)
    return made


def place_widgets(notebook, widgets):
    """Replace every output that is a widget by the element that holds it, in place.

    The states come from the notebook's metadata, where nbclient keeps them; two views of one model share it.
    """
    states = notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
    placed = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            bundle = output.get("data", {})
            if VIEW in bundle:
                said = output.get("metadata", {}).get("image/png", {}).get("alt")
                output.data = {"text/html": _widget(bundle, said, states, placed, widgets)}


def _widget(bundle, alt, states, placed, widgets):
    model_id = bundle[VIEW]["model_id"]
    state = states.get(model_id, {}).get("state", {})
    if "_esm" not in state:
        return NO_KERNEL
    alt = alt or state.get("_anywidget_id", "widget").split(".")[-1]  # a class name is better than nothing
    if model_id in placed:
        return live.element(placed[model_id], alt, bundle.get("image/png"))
    html = live.place(widgets, state, alt, bundle.get("image/png"))
    placed[model_id] = len(widgets["models"]) - 1
    return html


def latex_to_markdown(notebook):
    """Let outputs in LaTeX go through the same renderer as the text, in place."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/latex" in data and "text/html" not in data:
                data["text/markdown"] = data.pop("text/latex")


def boxes(notebook, formulas):
    """Set the formulas in the boxes that checks speak in, in place; JupyterLab does that with MathJax."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            html = output.get("data", {}).get("text/html", "")
            if html.startswith(BOX):
                output.data["text/html"] = IN_BOX.sub(
                    lambda match: tex.slot(formulas, unescape(match[1]), False), html
                )


def title(body, formulas, name):
    """The words of the first top-level heading, formulas as TeX; the file's name where there is none."""
    heading = re.search(r"<h1[ >].*?</h1>", body, re.DOTALL)
    words = BeautifulSoup(heading[0], "html.parser").get_text().strip() if heading else name
    return tex.SLOT.sub(lambda match: formulas[int(match[1])][0], words)


def headings(body, name):
    """A page's body with ids of its own for all headings and links to the deck, and its list of contents."""
    seen, listed, first = {}, [], sections.first_slides(name)

    def heading(match):
        level, id, words = match.groups()
        seen[id] = seen.get(id, 0) + 1
        id += f"-{seen[id]}" if seen[id] > 1 else ""
        if level in "23":
            listed.append(f'<li class="level-{level}"><a href="#{escape(id)}">{TAG.sub("", words)}</a></li>')
        slide = first.get(id)
        back = (
            f' <a class="slide" href="../slides/{name}.html#/{slide - 1}">slide {slide}</a>' if slide else ""
        )
        return f'<h{level} id="{escape(id)}">{words}{back}</h{level}>'

    body = sections.HEADING.sub(heading, body)
    if not listed:
        return body, ""
    items = "\n".join(listed)
    return body, (
        '<nav class="contents" aria-label="Contents"><details><summary>Contents</summary>\n'
        f"<ul>\n{items}\n</ul></details></nav>\n"
    )


def tops(name, places=None):
    """What stands above a page: links to places, {address: words}, or to the index and what a lesson has."""
    links = [
        f'<a href="{escape(address)}"{" download" if address.endswith(".ipynb") else ""}>{escape(words)}</a>'
        for address, words in (places or places_of(name)).items()
    ]
    return f'<header><nav aria-label="Lesson">{" ".join(links)}</nav></header>\n'


def places_of(name):
    """Where a page of a lesson leads, {address: words}: the index, its deck, its notebook where they are."""
    places = {"../index.html": "All lessons"}
    if (sections.ROOT / "slides" / f"{name}.md").exists():
        places[f"../slides/{name}.html"] = "Deck"
    if (sections.ROOT / "notebooks" / f"{name}.ipynb").exists():
        places[f"../notebooks/{name}.ipynb"] = "Notebook"
    return places


def page(title, body, widgets):
    """The whole file: every style, script, font and picture is inside it."""
    script = live.inline_script((HERE / "page.js").read_text(encoding="utf-8"))
    sheets = [(HERE / name).read_text(encoding="utf-8") for name in ("theme.css", "page.css")]
    styles = code_style.css() + "".join(sheets) + tex.css(body)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{styles}\n</style>\n</head>\n<body>\n"
        f'{body}\n<script type="module">\n{script}</script>\n{live.scripts(widgets)}</body>\n</html>\n'
    )
