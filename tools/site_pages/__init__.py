"""The site's own pages: one file each, found by looking.

It has TITLE and `body(site)`, the HTML of its main part; SCRIPT is the JavaScript at its end, if it has one.
"""

import importlib
import pkgutil
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Site:
    """What a page may ask of the site: its folder, and the lessons and projects, {name: {"title", ...}}."""

    folder: Path
    lessons: dict
    projects: dict


def found():
    """{name: module} of every page, by title; a page is written to name.html."""
    names = [info.name for info in pkgutil.iter_modules(__path__)]
    modules = {name: importlib.import_module(f"{__name__}.{name}") for name in names}
    return dict(sorted(modules.items(), key=lambda item: item[1].TITLE))
