"""The notebooks that are committed are what their sources build; blank ones run; nothing is given away."""

import json
import re
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from nbval_rules import MEASURED  # noqa: E402
from printed import said, words  # noqa: E402

import notebooks as build  # noqa: E402
from course_utils.classroom import aside  # noqa: E402

SOURCES = sorted(build.SOURCE.glob("[0-9][0-9]_*.py"))
NAMES = [path.stem for path in SOURCES]
FOLDERS = ("", "solutions", "capstone", "capstone/solutions")
EVERY = [path for folder in FOLDERS for path in sorted((ROOT / "notebooks" / folder).glob("*.ipynb"))]
RELATIVE = re.compile(r'\]\(([^()\s:#]+)[^()\s:]*\)|href="([^":#]+)[^":]*"')  # in Markdown, in HTML
CONTENTS = json.loads((ROOT / "notebooks" / "contents.json").read_text(encoding="utf-8"))


def committed(name, folder=""):
    return nbformat.read(ROOT / "notebooks" / folder / f"{name}.ipynb", as_version=4)


def code(nb):
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def exercises(name):
    return re.findall(r'check\("([a-z0-9_.]+)"', (build.SOURCE / f"{name}.py").read_text(encoding="utf-8"))


def test_there_is_a_source_for_every_notebook_and_no_other():
    assert NAMES, "no sources found"
    for folder in ("", "solutions"):
        assert sorted(path.stem for path in (ROOT / "notebooks" / folder).glob("*.ipynb")) == NAMES
    assert sorted(CONTENTS) == NAMES


@pytest.mark.parametrize("source", SOURCES, ids=NAMES)
def test_committed_notebooks_are_what_the_source_builds(source):
    student, solutions = build.products(source, CONTENTS)
    for fresh, stored in (
        (student, committed(source.stem)),
        (solutions, committed(source.stem, "solutions")),
    ):
        assert [cell.id for cell in stored.cells] == [cell.id for cell in fresh.cells]
        assert [cell.source for cell in stored.cells] == [cell.source for cell in fresh.cells]
        assert [cell.metadata for cell in stored.cells] == [cell.metadata for cell in fresh.cells]


@pytest.mark.parametrize("source", SOURCES, ids=NAMES)
def test_building_twice_changes_nothing(source, tmp_path):
    for _ in range(2):
        build.build(source, tmp_path, json.loads(json.dumps(CONTENTS)), run=False)
        assert (tmp_path / f"{source.stem}.ipynb").read_bytes() == (
            ROOT / "notebooks" / f"{source.stem}.ipynb"
        ).read_bytes()
    assert not (tmp_path / "my").exists()


@pytest.mark.parametrize("name", NAMES)
def test_student_notebook_gives_nothing_away(name):
    nb = committed(name)
    raw = (ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
    assert "SOLUTION" not in raw and "solution" not in json.dumps(nb.metadata)
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code(nb))
    source = (build.SOURCE / f"{name}.py").read_text(encoding="utf-8")
    answers = [match[2] for match in build.SOLUTION.finditer(source)]
    assert len(answers) >= len(exercises(name)), "an exercise has no answer between its markers"
    for answer in answers:
        lines = [line.strip() for line in answer.splitlines() if len(line.strip()) > 22]
        for line in lines:  # short lines such as `guess = "b"` say nothing by themselves
            assert line not in raw and json.dumps(line)[1:-1] not in raw, (
                f"an answer is left in {name}: {line}"
            )
    blanks = sum(cell.source.count(blank) for cell in nb.cells for blank in (build.BLANK, build.GUESS))
    assert blanks == len(answers)


@pytest.mark.parametrize("name", NAMES)
def test_every_solution_cell_was_executed_without_an_error(name):
    nb = committed(name, "solutions")
    executed = [cell for cell in code(nb) if cell.source.strip()]
    assert [cell.execution_count for cell in executed] == list(range(1, len(executed) + 1))
    told = said(executed)
    assert not [o for cell in executed for o in cell.outputs if o.output_type == "error"]
    assert not [o for cell in executed for o in cell.outputs if o.get("name") == "stderr"]
    assert "FAIL" not in told and "Warning" not in told
    assert "PASS" in told, "a lesson prints its numbers with `verdict`, as bands; this one claims none"


@pytest.mark.parametrize("name", NAMES)
def test_size_time_and_alternative_text(name):
    path = ROOT / "notebooks" / "solutions" / f"{name}.ipynb"
    assert path.stat().st_size <= build.MAX_BYTES
    assert CONTENTS[name]["seconds"] <= build.MAX_SECONDS
    for cell in code(committed(name, "solutions")):
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                assert len(output.metadata["image/png"]["alt"]) > 20, "a figure has no alternative text"
            for picture in re.findall("<img [^>]*>", output.get("data", {}).get("text/html", "")):
                assert re.search('alt="[^"]{20,}"', picture), "a figure has no alternative text"


@pytest.mark.parametrize("name", NAMES)
def test_solution_outputs_hold_no_machine_path(name):
    raw = (ROOT / "notebooks" / "solutions" / f"{name}.ipynb").read_text(encoding="utf-8")
    assert str(ROOT) not in raw and str(Path.home()) + "/" not in raw and "/tmp/" not in raw


@pytest.mark.parametrize("name", NAMES)
def test_no_output_that_is_compared_tells_a_time(name):
    """No two runs take equally long: a time belongs where it is not compared, `(here ...)` or a tag."""
    for cell in code(committed(name, "solutions")):
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            continue
        for output in cell.outputs:
            text = MEASURED.sub("", words(output))
            times = re.findall(r".*\b\d+(?:\.\d+)? ?(?:s|ms|us|µs|seconds?)\b.*", text)
            assert not times, times


def links(path):
    """The files that a notebook's texts and outputs lead to, relative to it."""
    for cell in nbformat.read(path, as_version=4).cells:
        shown = [cell.source] if cell.cell_type == "markdown" else []
        for output in cell.get("outputs", []):
            shown += [output.get("data", {}).get(kind, "") for kind in ("text/html", "text/markdown")]
        for match in RELATIVE.finditer("\n".join(shown)):
            yield match[1] or match[2]


@pytest.mark.parametrize("path", EVERY, ids=lambda path: str(path.relative_to(ROOT / "notebooks")))
def test_every_link_to_a_file_leads_to_one(path):
    assert [link for link in links(path) if not (path.parent / link).exists()] == []


def test_there_are_links_to_files_in_student_notebooks_and_solutions():
    counts = {
        folder: len({*links(ROOT / "notebooks" / folder / "18_trilemma.ipynb")}) for folder in FOLDERS[:2]
    }
    assert counts[""] == counts["solutions"] >= 7


@pytest.mark.parametrize("name", NAMES)
def test_the_student_is_told_how_to_get_page_and_deck(name):
    for nb, times in ((committed(name), 1), (committed(name, "solutions"), 0)):
        assert nb.cells[0].source.count(f"`make pages slides NAME={name}`") == times


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_blank_student_notebook_runs_to_the_end(name):
    nb = committed(name)
    build.execute(nb, ROOT / "notebooks", preset="smoke")  # raises where a cell does
    told = said(nb.cells)
    assert "FAIL" not in told and "PASS" not in told, "nothing was trained, so nothing may be judged"
    for exercise in exercises(name):
        assert re.search(rf"{re.escape(exercise)}.*not done yet", told), (
            f"{exercise} says nothing of its blank"
        )


def test_readme_holds_the_table():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert build.with_table(readme, CONTENTS) == readme
    assert build.table(CONTENTS) in readme


class TestBuilder:
    SOURCE = (
        "# ---\n# jupyter:\n#   course:\n#     title: T\n#     summary: S.\n#     about: A.\n# ---\n\n"
        "# %% [markdown]\n# # Title\n\n"
        "# %%\ndef f(x):\n    ### BEGIN SOLUTION\n    return x + 1\n    ### END SOLUTION\n\n\n"
        '# %% tags=["nbval-ignore-output"]\nprint(f(1))\n'
    )

    def source(self, tmp_path, text=None):
        path = tmp_path / "77_toy.py"
        path.write_text(text or self.SOURCE, encoding="utf-8")
        return path

    def test_blank_stands_where_the_answer_stood(self, tmp_path):
        student, solutions = build.products(self.source(tmp_path), {})
        assert student.cells[1].source == "def f(x):\n    ...  # your code here"
        assert solutions.cells[1].source == "def f(x):\n    return x + 1"
        assert student.cells[2].metadata == {"tags": ["nbval-ignore-output"]}

    def test_links_hold_from_where_each_notebook_lies(self, tmp_path):
        text = (
            "# # Title [a](README.md), [b](capstone/p1.ipynb#c), [c](https://a.org/b.md), [d](#e), $[0](1)$"
        )
        student, solutions = build.products(self.source(tmp_path, self.SOURCE.replace("# # Title", text)), {})
        assert student.cells[0].source == text[2:]
        below = text[2:].replace("](README", "](../README").replace("](capstone", "](../capstone")
        assert solutions.cells[0].source == below

    def test_a_guess_keeps_its_name(self):
        text = '### BEGIN SOLUTION\nguess = "b"\n### END SOLUTION\n'
        assert build.clear_solutions(text) == f"guess = {build.GUESS}\n"

    def test_ids_depend_on_the_text_alone(self, tmp_path):
        first = build.read_source(self.source(tmp_path))
        longer = build.read_source(
            self.source(tmp_path, self.SOURCE.replace("# # Title", "# # Another title"))
        )
        assert [cell.id for cell in first.cells[1:]] == [cell.id for cell in longer.cells[1:]]
        assert first.cells[0].id != longer.cells[0].id

    @pytest.mark.parametrize("marker", ["### BEGIN SOLUTION", "### END SOLUTION"])
    def test_unpaired_marker_is_refused(self, marker):
        with pytest.raises(ValueError, match="SOLUTION"):
            build.clear_solutions(f"def f():\n    {marker}\n    return 1\n")

    def test_a_students_work_is_set_aside_not_overwritten(self, tmp_path):
        source, out = self.source(tmp_path), tmp_path / "out"
        build.build(source, out, {}, run=False)
        path = out / "77_toy.ipynb"
        worked = nbformat.read(path, as_version=4)
        worked.cells[1].source = "def f(x):\n    return x + 41"
        nbformat.write(worked, path)
        said = build.build(source, out, {}, run=False)
        assert "my/77_toy_1.ipynb" in said
        assert nbformat.read(out / "my" / "77_toy_1.ipynb", as_version=4).cells[1].source.endswith("x + 41")
        assert nbformat.read(path, as_version=4).cells[1].source.endswith(build.BLANK)

    def test_what_was_merely_run_is_set_aside_with_its_outputs(self, tmp_path):
        source, out = self.source(tmp_path), tmp_path / "out"
        path, kept = out / "77_toy.ipynb", {}
        for number in (1, 2, 3):
            build.build(source, out, {}, run=False)
            nb = nbformat.read(path, as_version=4)
            if number == 1:
                nb.cells[1].outputs = [nbformat.v4.new_output("stream", text="2\n")]
            elif number == 2:
                nb.metadata["widgets"] = {build.WIDGETS: {"state": {"a": {}}}}
            else:
                nb.cells[0]["attachments"] = {"a.png": {"image/png": "aGVsbG8="}}
            nbformat.write(nb, path)
            kept[f"77_toy_{number}.ipynb"] = path.read_bytes()
        assert "my/77_toy_3.ipynb" in build.build(source, out, {}, run=False)
        assert {path.name: path.read_bytes() for path in (out / "my").iterdir()} == kept

    def test_a_student_file_that_is_no_notebook_any_more_is_set_aside(self, tmp_path):
        source, out = self.source(tmp_path), tmp_path / "out"
        build.build(source, out, {}, run=False)
        for number, damaged in enumerate(
            (b"<<<<<<<", b"\xff", b"[]", b"", b'{"cells": [1]}', b'{"cells": []}')
        ):
            (out / "77_toy.ipynb").write_bytes(damaged)
            build.build(source, out, {}, run=False)
            assert (out / "my" / f"77_toy_{number + 1}.ipynb").read_bytes() == damaged
        assert aside.parsed((out / "77_toy.ipynb").read_bytes())

    def test_work_that_cannot_be_set_aside_stays(self, tmp_path):
        source, out = self.source(tmp_path), tmp_path / "out"
        build.build(source, out, {}, run=False)
        (out / "my").write_text("a file")
        (out / "77_toy.ipynb").write_text("work")
        with pytest.raises(SystemExit, match="could not be set aside, so it stays"):
            build.build(source, out, {}, run=False)
        assert (out / "77_toy.ipynb").read_text() == "work"

    def test_a_failing_cell_writes_nothing(self, tmp_path):
        source = self.source(tmp_path, self.SOURCE.replace("print(f(1))", "1 / 0"))
        with pytest.raises(SystemExit, match="nothing was written"):
            build.build(source, tmp_path / "out", {}, run=True)
        assert not (tmp_path / "out").exists()

    def test_prose_alone_keeps_the_outputs_and_other_code_is_refused(self, tmp_path):
        source, out = self.source(tmp_path), tmp_path / "out"
        _, ran = build.products(source, {})
        for k, cell in enumerate(cell for cell in ran.cells if cell.cell_type == "code"):
            cell.execution_count = k + 1
            cell.outputs = [nbformat.v4.new_output("stream", text=f"output {k}")]
        build.write(ran, out / "solutions" / "77_toy.ipynb")
        source.write_text(
            source.read_text().replace("# %% [markdown]\n# ", "# %% [markdown]\n# Other words. ", 1)
        )
        build.build(source, out, {}, prose=True)
        kept = nbformat.read(out / "solutions" / "77_toy.ipynb", as_version=4)
        assert "Other words" in "".join(cell.source for cell in kept.cells)
        code = [cell for cell in kept.cells if cell.cell_type == "code"]
        assert code and all(cell.outputs[0].text == f"output {k}" for k, cell in enumerate(code))
        source.write_text(source.read_text().replace("print(f(1))", "print(f(2))"))
        with pytest.raises(SystemExit, match="its code has changed"):
            build.build(source, out, {}, prose=True)

    @pytest.mark.parametrize(
        ("then", "kept"), [("memory  22.8 GB  ok\n", True), ("memory 3 GB WRONG\n", False)]
    )
    def test_what_nbval_does_not_compare_is_kept_while_it_says_the_same(self, tmp_path, then, kept):
        def ran(text):
            cell = nbformat.v4.new_code_cell("f()", id="a", metadata={"tags": ["nbval-ignore-output"]})
            cell.outputs = [nbformat.v4.new_output("stream", text=text)]
            return nbformat.v4.new_notebook(cells=[cell])

        build.write(ran(then), tmp_path / "stored.ipynb")
        now = ran("memory 1,021 GB ok\n")
        build.keep_uncompared(tmp_path / "stored.ipynb", now)
        assert now.cells[0].outputs[0].text == (then if kept else "memory 1,021 GB ok\n")

    def test_prints_in_a_row_are_joined_and_none_across_a_box(self):
        def print_of(text, name="stdout"):
            return nbformat.v4.new_output("stream", name=name, text=text)

        shown = nbformat.v4.new_output("display_data", {"text/plain": "a: right."})
        ran = [print_of("1\n"), print_of("2\n"), shown, print_of("3\n"), print_of("4\n", "stderr")]
        joined = build.join_prints(ran)
        assert [one.get("text") for one in joined] == ["1\n2\n", None, "3\n", "4\n"]
        cell = nbformat.v4.new_code_cell("", outputs=joined)
        assert said([cell]) == "1\n2\na: right.\n3\n4"

    def test_a_published_time_is_kept_unless_a_new_one_is_asked_for(self, monkeypatch):
        monkeypatch.delenv("RETIME", raising=False)
        assert build.keep_time(60, 195.2) == 60 and build.keep_time(None, 12.3) == 13
        monkeypatch.setenv("RETIME", "1")
        assert build.keep_time(60, 75.2) == 76

    def test_a_cell_that_only_draws_is_collapsed_for_the_student(self, tmp_path):
        text = self.SOURCE.replace("nbval-ignore-output", build.COLLAPSED)
        student, solutions = build.products(self.source(tmp_path, text), {})
        assert student.cells[2].metadata == {"tags": [build.COLLAPSED], "jupyter": {"source_hidden": True}}
        assert solutions.cells[2].metadata == {"tags": [build.COLLAPSED]}

    def test_widget_names_are_settled(self, tmp_path):
        def notebook(widget, layout):
            nb = nbformat.v4.new_notebook()
            view = {build.VIEW: {"model_id": widget, "version_major": 2, "version_minor": 0}}
            nb.cells = [
                nbformat.v4.new_code_cell("w", id="a", outputs=[nbformat.v4.new_output("display_data", view)])
            ]
            states = {
                widget: {"state": {"layout": f"IPY_MODEL_{layout}"}},
                layout: {"state": {}},
                "f" * 32: {},
            }
            nb.metadata["widgets"] = {build.WIDGETS: {"state": states}}
            return build.settle_widgets(nb, "77_toy")

        one, two = notebook("a" * 32, "b" * 32), notebook("c" * 32, "d" * 32)
        assert one == two
        assert len(one.metadata["widgets"][build.WIDGETS]["state"]) == 2
