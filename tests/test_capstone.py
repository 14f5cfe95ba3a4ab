"""The capstone's notebooks are what their sources build, run blank, and the worked one earns its points."""

import re
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import capstone as build  # noqa: E402
from printed import said  # noqa: E402

import notebooks as lessons  # noqa: E402
from course_utils.capstone import grade, grading  # noqa: E402
from course_utils.capstone.card import FIELDS  # noqa: E402

NAMES = list(build.SOURCES)
WORKED = [name for name in NAMES if build.is_worked(build.SOURCES[name])]
CONTENTS = build.listing()


def stored(name, folder=""):
    return nbformat.read(build.FOLDER / folder / f"{name}.ipynb", as_version=4)


def test_every_project_has_a_starter_and_one_is_worked():
    assert [name[:2] for name in NAMES] == grading.names()
    assert sorted(path.stem for path in build.FOLDER.glob("*.ipynb")) == NAMES
    assert (
        sorted(path.stem for path in (build.FOLDER / "solutions").glob("*.ipynb")) == WORKED == ["p1_codes"]
    )
    for name in NAMES:
        assert CONTENTS[name]["title"] == grade(name[:2]).title


@pytest.mark.parametrize("name", NAMES)
def test_the_stored_notebooks_are_what_the_source_builds(name):
    student, solutions = lessons.products(build.SOURCES[name], CONTENTS)
    pairs = [(student, stored(name))] + ([(solutions, stored(name, "solutions"))] if name in WORKED else [])
    for fresh, kept in pairs:
        assert [cell.id for cell in kept.cells] == [cell.id for cell in fresh.cells]
        assert [cell.source for cell in kept.cells] == [cell.source for cell in fresh.cells]
    assert stored(name).metadata["course"]["sha256"] == lessons.fingerprint(stored(name))
    assert not any(cell.get("outputs") for cell in stored(name).cells)


@pytest.mark.parametrize("name", NAMES)
def test_a_starter_says_what_it_must_and_gives_nothing_away(name):
    text = "\n".join(cell.source for cell in stored(name).cells)
    for word in ("**The question.**", "**Data.**", "**What is given.**", "**Milestones**", "What to read"):
        assert word in text, word
    assert f'capstone.rubric("{name[:2]}")' in text and "card_template()" in text
    called = re.search(rf'capstone\.grade\(\s*"{name[:2]}",(.*?)\)', text, re.DOTALL)[1]
    handed_in = set(re.findall(r"(\w+)=", called))
    assert handed_in == set(grading._project(name[:2]).artefacts)
    for answer in lessons.SOLUTION.finditer(build.SOURCES[name].read_text(encoding="utf-8")):
        for line in (line.strip() for line in answer[2].splitlines() if len(line.strip()) > 22):
            assert line not in text, f"an answer is left: {line}"


@pytest.mark.parametrize("name", WORKED)
def test_the_worked_example_earns_every_point_within_a_minute(name):
    told = said([cell for cell in stored(name, "solutions").cells if cell.cell_type == "code"])
    of = grade(name[:2]).of
    assert f"Judged by computation: {of} of {of} points." in told
    assert "False" not in told and CONTENTS[name]["seconds"] <= 60


def test_the_page_holds_the_table_and_the_empty_card():
    page = (build.FOLDER / "README.md").read_text(encoding="utf-8")
    assert build.with_table(page, CONTENTS) == page
    assert all(f"({name}.ipynb)" in page for name in NAMES) and all(f"## {name}\n" in page for name in FIELDS)


def test_the_way_through_the_course_leads_to_every_project():
    page = build.START_PAGE.read_text(encoding="utf-8")
    assert build.on_start_page(page, CONTENTS) == page
    links = re.findall(r"\]\((capstone/p\w+\.ipynb)\)", page)
    assert links == [f"capstone/{name}.ipynb" for name in NAMES]
    assert all((build.START_PAGE.parent / link).is_file() for link in links)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_blank_starter_runs_to_the_end(name, tmp_path):
    nb = stored(name)
    lessons.execute(nb, tmp_path, preset="smoke")  # raises where a cell does
    assert "is not handed in yet." in said(nb.cells)
