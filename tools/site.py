"""The course as one folder for any static host, or for no host: `make site` writes build/site/.

It holds the pages and decks that `make pages` and `make slides` have built, the students' notebooks, handouts
(each deck as a PDF), exercise sheets (also as PDFs), the projects, and pages of its own: index, glossary,
notation, errata, bibliography and search. Nothing in it makes a request. PDFs want Chromium: `--handouts
none` leaves them out, and `--handouts NN_name` prints those of one lesson.
"""

import argparse
import shutil
import sys
from pathlib import Path

import index
import nbformat
import site_pages
from standalone import exercises, frame, handout, notebook
from standalone.errors import BuildError
from standalone.files import write

from course_utils import capstone

ROOT = index.ROOT
FURTHER = {"../search.html": "Search", "../glossary.html": "Glossary", "../notation.html": "Notation"}


def clear(folder):
    """Remove the site that was there; BuildError where the folder holds anything else."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / "index.html").exists() or not (folder / "bibliography.html").exists():
            raise BuildError(f"{folder} holds something that is no site: name an empty folder, or a new one.")
        shutil.rmtree(folder)


def copy_built(site, pages, slides):
    """Copy the built pages and decks of all lessons; each page then leads to the site's own pages, too.

    Says what has not been built, for links to it will lead nowhere.
    """
    missing = [name for name in site.lessons if not (pages / f"{name}.html").exists()]
    if missing:
        print(f"site: without the pages of {', '.join(missing)}: run `make site` without a NAME.", flush=True)
    for name in site.lessons:
        page, deck = pages / f"{name}.html", slides / f"{name}.html"
        if page.exists():
            html = page.read_text(encoding="utf-8")
            own = notebook.places_of(name) | further(site, name)
            write(
                site.folder / "pages" / page.name,
                html.replace(notebook.tops(name), notebook.tops(name, own), 1),
            )
        if deck.exists():
            (site.folder / "slides").mkdir(parents=True, exist_ok=True)
            shutil.copyfile(deck, site.folder / "slides" / deck.name)


def further(site, name):
    """Where a page of a lesson leads in the site, {address: words}, besides where it leads without one."""
    own = {"Exercise sheet": f"exercises/{name}.html"}
    printed = {kind: index.KINDS[kind].format(name) for kind in ("Exercise sheet (PDF)", "Handout (PDF)")}
    own |= {kind: path for kind, path in printed.items() if (site.folder / path).exists()}
    return {f"../{path}": kind for kind, path in own.items()} | FURTHER


def sheets(site):
    """Write the exercise sheet of every lesson."""
    for name, lesson in site.lessons.items():
        above = {"../index.html": "All lessons", f"../pages/{name}.html": "Page"}
        above[f"../notebooks/{name}.ipynb"] = "Notebook"
        write(
            site.folder / "exercises" / f"{name}.html",
            exercises.build(name, lesson["title"], above | FURTHER),
        )


def projects(site):
    """Write the page of every project, as it is handed out, and of those that are worked in full."""
    for name in site.projects:
        starter, worked = index.CAPSTONE / f"{name}.ipynb", index.CAPSTONE / "solutions" / f"{name}.ipynb"
        above = {"../index.html": "All lessons", "../projects.html": "Projects"}
        above[f"../notebooks/{name}.ipynb"] = "Notebook"
        made = notebook.convert(with_rubric(starter), name, False, above | FURTHER)
        write(site.folder / "pages" / f"{name}.html", made)
        if worked.exists():
            made = notebook.convert(nbformat.read(worked, as_version=4), name, True, above | FURTHER)
            made = made.replace("</title>", ", worked in full</title>", 1)
            write(site.folder / "pages" / f"{name}_worked.html", made)


def with_rubric(path):
    """A project's notebook as it is handed out, with the rubric behind the cell that would show it."""
    starter, cells = nbformat.read(path, as_version=4), []
    for cell in starter.cells:
        cells.append(cell)
        if cell.cell_type == "code" and "capstone.rubric(" in cell.source:
            cells.append(nbformat.v4.new_markdown_cell(capstone.rubric(path.stem[:2])))
    starter.cells = cells
    return starter


def check_wanted(site, wanted):
    """BuildError where no lesson has the name whose handout is wanted; asked before anything is written."""
    if wanted not in {"all", "none", *site.lessons}:
        raise BuildError(f"handouts are all, none, or of one of {', '.join(site.lessons)}; got {wanted!r}.")


def handouts(site, wanted, slides):
    """Print decks that are built and exercise sheets: of all lessons, of one, or none.

    Says so where there is no Chromium.
    """
    names = [name for name in site.lessons if wanted in ("all", name)]
    if names and handout.browser() is None:
        print("site: no PDFs, for there is no Chromium here: install Debian's `chromium`, or Chrome.")
        return
    decks = [slides / f"{name}.html" for name in names if (slides / f"{name}.html").exists()]
    papers = [site.folder / "exercises" / f"{name}.html" for name in names]
    for made in handout.print_all(decks, site.folder / "handouts") if decks else ():
        print(f"{made}  {made.stat().st_size / 1e6:.2f} MB", flush=True)
    for made in handout.print_sheets(papers, site.folder / "exercises") if papers else ():
        print(f"{made}  {made.stat().st_size / 1e6:.2f} MB", flush=True)


def own_pages(site):
    """Write the site's own pages, and the index, which links to what is there."""
    modules = site_pages.found()
    places = {"index.html": "Lessons"} | {f"{name}.html": module.TITLE for name, module in modules.items()}
    for name, module in modules.items():
        script = getattr(module, "SCRIPT", "")
        page = frame.page(module.TITLE, module.body(site), places, f"{name}.html", script)
        write(site.folder / f"{name}.html", page)
    write(site.folder / "index.html", index.html(site.folder, site.lessons, site.projects, places))


def main(arguments=None):
    """Write the site; return the exit status."""
    parser = argparse.ArgumentParser(prog="site", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "site", help="the folder to write to")
    parser.add_argument(
        "--pages", type=Path, default=ROOT / "build" / "pages", help="where `make pages` wrote"
    )
    parser.add_argument(
        "--slides", type=Path, default=ROOT / "build" / "slides", help="where `make slides` wrote"
    )
    parser.add_argument(
        "--handouts", default="all", metavar="NN_name", help="which to print: all, none, or one"
    )
    options = parser.parse_args(arguments)
    site = site_pages.Site(options.out, *index.listings())
    try:
        check_wanted(site, options.handouts)
        clear(options.out)
        sheets(site)
        handouts(site, options.handouts, options.slides)
        copy_built(site, options.pages, options.slides)
        projects(site)
        index.copy_notebooks(site.folder, site.lessons)
        index.copy_notebooks(site.folder, site.projects, index.CAPSTONE)
        own_pages(site)
    except BuildError as error:
        print(f"site: {error}", file=sys.stderr)
        return 1
    size = sum(path.stat().st_size for path in options.out.rglob("*") if path.is_file())
    print(f"{options.out / 'index.html'}  {size / 1e6:.0f} MB in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
