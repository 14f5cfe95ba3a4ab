"""Before, in the middle of and after an evening of grading: nobody is overlooked, and no hour is lost."""

import os
import signal

import pytest
from full_disk import files_of_at_most
from submissions import notebook

from course_utils.__main__ import main
from course_utils.classroom.grading import grade as module
from course_utils.classroom.grading import judge
from course_utils.classroom.grading.grade import grade
from course_utils.classroom.grading.judge import Result
from course_utils.classroom.grading.kept import Kept

CHECK = 'js = check("start.js", js)'
RIGHT = "def js(p, q):\n    return {}"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    for name in ("anna", "bert", "carl"):
        notebook(folder / f"{name}.ipynb", RIGHT.format(repr(name)), CHECK)
    return folder


@pytest.fixture
def judged(monkeypatch, tmp_path):
    """A function: which answers to start.js were judged so far. None is called, and all of them are wrong."""
    log = tmp_path / "log"

    def verdict(sandbox, fresh, answer, others=None):
        if fresh.exercise.name == "start.js":
            with open(log, "a") as file:
                file.write(answer.statements[-1].split()[-1] + "\n")
        return Result("wrong", f"No: {fresh.exercise.name}.")

    class Unused:
        fences = {"network": True, "files": True}  # noqa: RUF012

        def __init__(self, *arguments, **options): ...

        def close(self): ...

    monkeypatch.setattr(judge, "Sandbox", Unused)
    monkeypatch.setattr(judge, "verdict", verdict)
    return lambda: log.read_text().split() if log.exists() else []


def call(folder, *more):
    return main(["grade", str(folder), "--out", str(folder.parent / "g.csv"), "--jobs", "1", *more])


def test_what_was_judged_is_not_judged_again(folder, judged, tmp_path):
    kept = tmp_path / "kept"
    first, _ = grade(folder, lesson="00", jobs=1, kept=Kept(kept))
    notebook(folder / "bert.ipynb", RIGHT.format("'berta'"), CHECK)
    again, _ = grade(folder, lesson="00", jobs=1, kept=Kept(kept))
    assert judged() == ["'anna'", "'bert'", "'carl'", "'berta'"]
    assert [one.results for one in first] == [one.results for one in again]
    grade(folder, seed=1, lesson="00", jobs=1, kept=Kept(kept))
    assert len(judged()) == 7, "other inputs may bring another verdict"


def test_a_torn_line_is_judged_again_and_spoils_no_other(folder, judged, tmp_path):
    kept = tmp_path / "kept"
    grade(folder, lesson="00", jobs=1, kept=Kept(kept))
    whole = kept.read_bytes().rstrip()
    assert len(judged()) == 3 and b"start.js" in whole.splitlines()[-1]
    kept.write_bytes(b"null\n[1, 2, 3]\n\xff\n" + whole[:-9])
    for _ in range(2):
        grade(folder, lesson="00", jobs=1, kept=Kept(kept))
        assert len(judged()) == 4


@pytest.mark.usefixtures("heard")
def test_stopped_by_the_keyboard_it_goes_on(folder, judged, monkeypatch, capfd):
    told = module.judge_all

    def stopped(*arguments):
        told(*arguments)
        os.kill(os.getpid(), signal.SIGINT)
        signal.sigtimedwait([], 1)

    monkeypatch.setattr(module, "judge_all", stopped)
    assert call(folder, "--lesson", "00") == 130
    part = folder.parent / "g.csv.part"
    assert (
        f"What was judged is kept in {part}: the same command goes on from there." in capfd.readouterr().err
    )
    assert part.is_file() and not (folder.parent / "g.csv").exists()
    monkeypatch.setattr(module, "judge_all", told)
    assert call(folder, "--lesson", "00") == 0
    assert len(judged()) == 3 and not part.exists() and (folder.parent / "g.csv").is_file()


def test_a_full_disk_costs_the_table_and_not_the_verdicts(folder, judged, capfd):
    def table(*arguments):
        with files_of_at_most(100):
            return written(*arguments)

    written, module.write_table = module.write_table, table
    try:
        assert call(folder, "--lesson", "00") == 2
    finally:
        module.write_table = written
    assert "the same command goes on from there" in capfd.readouterr().err
    assert call(folder, "--lesson", "00") == 0 and len(judged()) == 3


def test_what_cannot_be_written_is_said_before_the_work(folder, judged, capfd):
    (folder.parent / "file").touch()
    (folder.parent / "notes.csv").write_text("name,remark\n")
    for more, said in (
        (["--out", str(folder)], "The table cannot be written to"),
        (["--out", str(folder / "none" / "g.csv")], "The table cannot be written to"),
        (["--html", str(folder.parent / "file")], "The pages cannot be written to"),
        (["--html", "/proc/x/pages"], "The pages cannot be written to"),
        (["--out", str(folder / "anna.ipynb")], "anna.ipynb, a submission: name another file"),
        (["--out", str(folder.parent / "notes.csv")], "is there already and is no table of grades"),
    ):
        assert call(folder, *more) == 2
        assert said in capfd.readouterr().err
    assert judged() == []


def test_nobody_who_handed_in_something_else_is_overlooked(folder, judged, monkeypatch, capfd):
    for name in ("dora", "emil"):
        (folder / name).mkdir()
    (folder / "dora" / "work.zip").touch()
    notebook(folder / "emil" / "lesson.ipynb", RIGHT.format("'emil'"), CHECK)
    (folder / "emil" / "notes.txt").touch()
    (folder / "fred.pdf").touch()
    (folder / ".DS_Store").touch()
    notebook(folder / "GABI.IPYNB", RIGHT.format("'gabi'"), CHECK)
    (folder / "hans.ipynb").symlink_to("anna.ipynb")
    monkeypatch.chdir(folder)
    assert main(["grade", ".", "--out", "g.csv", "--html", "pages", "--jobs", "1"]) == 0
    assert main(["grade", ".", "--out", "g.csv", "--html", "pages", "--jobs", "1"]) == 0
    said = capfd.readouterr().out
    said = dict(line.split(": ", 1) for line in said.splitlines() if ": " in line and line[0] != " ")
    none = "There is no notebook (.ipynb) here, so nothing was judged."
    assert {name for name, what in said.items() if what == none} == {"dora", "fred.pdf"}
    assert said["hans.ipynb"] == "It is a link to another file, so nothing was judged."
    graded = {"anna.ipynb", "bert.ipynb", "carl.ipynb", "emil/lesson.ipynb", "GABI.IPYNB"}
    assert {name for name, what in said.items() if what == "0 of 5 points, lesson 00"} == graded


def test_a_corrected_table_is_set_aside_and_is_no_submission(folder, judged, monkeypatch, capfd):
    monkeypatch.chdir(folder)
    command = ["grade", ".", "--out", "g.csv", "--html", "pages", "--jobs", "1", "--lesson", "00"]
    assert main(command) == 0 and "kept" not in capfd.readouterr().out
    corrected = (folder / "g.csv").read_text(encoding="utf-8-sig").replace("00,0,5", "00,1,5", 1)
    (folder / "g.csv").write_text(corrected, encoding="utf-8")
    page = folder / "pages" / "anna.html"
    page.write_text(page.read_text(encoding="utf-8").replace("0 of 5", "1 of 5"), encoding="utf-8")
    assert main(command) == 0
    said = capfd.readouterr().out
    assert "The table is in g.csv. What stood there before is kept as g_1.csv." in said
    assert "1 that stood there and were changed since are kept in pages/before." in said
    assert (folder / "g_1.csv").read_text(encoding="utf-8") == corrected
    assert main(command) == 0
    assert not {"no notebook", "kept"} & set(capfd.readouterr().out.split())
    assert "g_1" not in (folder / "g.csv").read_text(encoding="utf-8")


def problems(folder, capfd):
    """{what stands in the table: the problem that is told for it}, of those that could not be judged."""
    assert call(folder) == 0
    rows = (line.split(": ", 1) for line in capfd.readouterr().out.splitlines() if line[0] != " ")
    return {row[0]: row[1] for row in rows if "nothing was judged" in row[-1]}


def test_in_a_folder_of_a_group_nobody_is_overlooked_either(folder, judged, capfd):
    group = folder / "group A"
    for name in ("carla", "frida", "__MACOSX/carla"):
        (group / name).mkdir(parents=True)
    notebook(group / "carla" / "10.ipynb", RIGHT.format("'carla'"), CHECK)
    for name in ("dora.zip", "emil.py", "frida/x.txt", "carla/notes.txt", "._dora.zip"):
        (group / name).touch()
    for name in ("__MACOSX/carla/._10.ipynb", "._carla.ipynb"):
        (group / name).write_bytes(b"\0\5\x16\7")
    found = problems(folder, capfd)
    assert set(found) == {"group A/dora.zip", "group A/emil.py", "group A/frida"}
    rows = (folder.parent / "g.csv").read_text(encoding="utf-8")
    assert "group A/carla/10.ipynb" in rows and "MACOSX" not in rows and "._" not in rows


def test_a_link_and_a_folder_that_cannot_be_opened_are_told_as_such(folder, judged, monkeypatch, capfd):
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    notebook(elsewhere / "a.ipynb", RIGHT.format("'else'"), CHECK)
    (folder / "linked").symlink_to(elsewhere)
    (folder / "closed" / "inner").mkdir(parents=True)
    (folder / "empty").mkdir()
    walk = os.walk

    def refuses(top, onerror):
        """As the system does for whoever is not its administrator."""
        yield from walk(top, onerror=onerror)
        if "closed" in str(top):
            onerror(PermissionError(13, "Permission denied", f"{top}/inner"))

    monkeypatch.setattr(module.os, "walk", refuses)
    found = problems(folder, capfd)
    assert found["linked"] == "It is a link to another place, so nothing was judged."
    assert found["closed"].startswith("It cannot be opened, or a folder in it cannot, so nothing was judged")
    assert found["empty"] == "There is no notebook (.ipynb) here, so nothing was judged."


@pytest.mark.parametrize(("broken", "said"), [("answers", "taken out"), ("forms", "compared")])
def test_one_that_the_grader_cannot_read_costs_nobody_else_the_table(
    folder, judged, monkeypatch, capfd, broken, said
):
    whole = getattr(module, broken)

    def stumbles(cells, *functions):
        found = whole(cells, *functions)
        own = found if broken == "answers" else cells
        if own["start.js"].statements[-1:] == [RIGHT.format("'bert'")]:
            raise RecursionError
        return found

    monkeypatch.setattr(module, broken, stumbles)
    assert call(folder, "--lesson", "00") == 0
    told = capfd.readouterr().out
    assert told.count(f"could not be {said}") == 1 and "(RecursionError)" in told
    assert (folder.parent / "g.csv").read_text(encoding="utf-8").count("Recursion") == 1
    assert "anna.ipynb: 0 of 5 points" in told and "carl.ipynb: 0 of 5 points" in told
