"""Updates of real clones in a temporary folder: nothing that a student has is ever lost."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import needed
import pytest
from clones import commit, git, notebook, state, work

from course_utils.classroom import update as module
from course_utils.classroom.update import update

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("edited", [True, False], ids=["edited", "merely run"])
@pytest.mark.parametrize("staged", [False, True])
def test_a_worked_notebook_is_set_aside_whole(upstream, clone, edited, staged):
    worked = work(clone / "notebooks" / "00_one.ipynb", edited)
    if staged:
        git(clone, "add", "-A")
    commit(upstream, notebooks__00_one_DOT_ipynb=notebook("one, mended"))
    said = update(clone)
    assert (clone / "notebooks" / "my" / "00_one_1.ipynb").read_bytes() == worked
    assert (clone / "notebooks" / "00_one.ipynb").read_text() == notebook("one, mended")
    assert git(clone, "rev-parse", "HEAD") == git(upstream, "rev-parse", "HEAD")
    assert git(clone, "status", "-s") == ""
    assert said == (
        "The course is up to date. What you had worked in is kept, outputs included, as "
        "notebooks/my/00_one_1.ipynb."
    )


@pytest.mark.parametrize("edited", [True, False], ids=["edited", "merely run"])
@pytest.mark.parametrize("new", ["notebooks/00_uno.ipynb", None], ids=["renamed", "deleted"])
def test_a_worked_notebook_that_is_renamed_or_deleted_upstream(upstream, clone, new, edited):
    worked = work(clone / "notebooks" / "00_one.ipynb", edited)
    if new is None:
        commit(upstream, notebooks__00_one_DOT_ipynb=None)
    else:
        git(upstream, "mv", "notebooks/00_one.ipynb", new)
        git(upstream, "commit", "-qm", "renamed")
    update(clone)
    assert (clone / "notebooks" / "my" / "00_one_1.ipynb").read_bytes() == worked
    assert not (clone / "notebooks" / "00_one.ipynb").exists()
    assert new is None or (clone / new).read_text() == notebook("one")


@pytest.mark.parametrize("edited", [True, False], ids=["edited", "merely run"])
def test_a_worked_notebook_that_is_renamed_and_mended_at_once(upstream, clone, edited):
    """As when a lesson moves: its number, its name and its text are new, and another takes its old place."""
    worked = [work(clone / "notebooks" / name, edited) for name in ("00_one.ipynb", "01_two.ipynb")]
    git(upstream, "mv", "notebooks/01_two.ipynb", "notebooks/02_two.ipynb")
    commit(
        upstream, notebooks__02_two_DOT_ipynb=notebook("two, mended"), notebooks__00_one_DOT_ipynb=None,
        notebooks__01_two_DOT_ipynb=notebook("something else, in the old place"),
    )  # fmt: skip
    said = update(clone)
    kept = [(clone / "notebooks" / "my" / name).read_bytes() for name in ("00_one_1.ipynb", "01_two_1.ipynb")]
    assert kept == worked and "00_one_1.ipynb and notebooks/my/01_two_1.ipynb" in said
    there = {path.name: path.read_text() for path in (clone / "notebooks").glob("*.ipynb")}
    assert there == {
        "01_two.ipynb": notebook("something else, in the old place"),
        "02_two.ipynb": notebook("two, mended"),
    }
    assert git(clone, "status", "-s") == ""


def test_a_worked_notebook_that_did_not_change_stays_in_its_place_too(upstream, clone):
    worked = work(clone / "notebooks" / "00_one.ipynb")
    commit(upstream, notebooks__01_two_DOT_ipynb=notebook("two, mended"))
    assert update(clone).endswith("; what did not change also stays in its place: notebooks/00_one.ipynb.")
    for path in ("notebooks/00_one.ipynb", "notebooks/my/00_one_1.ipynb"):
        assert (clone / path).read_bytes() == worked


def test_twice(upstream, clone):
    first = work(clone / "notebooks" / "00_one.ipynb")
    commit(upstream, notebooks__00_one_DOT_ipynb=notebook("again"))
    update(clone)
    before = state(clone)
    assert update(clone) == "The course is up to date already; nothing was changed."
    assert state(clone) == before
    second = work(clone / "notebooks" / "00_one.ipynb")
    commit(upstream, notebooks__00_one_DOT_ipynb=notebook("and again"))
    assert "notebooks/my/00_one_2.ipynb" in update(clone)
    assert (clone / "notebooks" / "my" / "00_one_1.ipynb").read_bytes() == first
    assert (clone / "notebooks" / "my" / "00_one_2.ipynb").read_bytes() == second
    work(clone / "notebooks" / "00_one.ipynb")
    (clone / "notebooks" / "00_one.ipynb").write_bytes(second)  # the same work once more: one copy will do
    commit(upstream, notebooks__00_one_DOT_ipynb=notebook("a third time"))
    assert "00_one_2.ipynb" in update(clone)
    assert len(list((clone / "notebooks" / "my").iterdir())) == 2


def test_files_of_ones_own_stay_and_make_room_where_the_update_brings_one(upstream, clone):
    (clone / "notebooks" / "mine.ipynb").write_text("mine")
    (clone / "notebooks" / "02_three.ipynb").write_text("my three")
    (clone / "notebooks" / "data.log").write_text("ignored by git, and mine")
    (clone / "notebooks" / "my").mkdir()
    (clone / "notebooks" / "my" / "02_three_1.ipynb").write_text("older")
    commit(upstream, notebooks__02_three_DOT_ipynb=notebook("three"))
    (upstream / "notebooks" / "data.log").write_text("the course's")
    git(upstream, "add", "-f", "notebooks/data.log")
    git(upstream, "commit", "-qm", "data")
    said = update(clone)
    texts = {path.name: path.read_text() for path in (clone / "notebooks" / "my").iterdir()}
    assert texts == {
        "02_three_1.ipynb": "older", "02_three_2.ipynb": "my three", "data_1.log": "ignored by git, and mine",
    }  # fmt: skip
    assert (clone / "notebooks" / "mine.ipynb").read_text() == "mine"
    assert (clone / "notebooks" / "02_three.ipynb").read_text() == notebook("three")
    assert "notebooks/my/02_three_2.ipynb and notebooks/my/data_1.log" in said


def test_a_file_that_stands_where_the_update_brings_a_folder(upstream, clone):
    (clone / "notebooks" / "extra").write_text("mine")
    commit(upstream, notebooks__extra__more_DOT_ipynb=notebook("more"))
    update(clone)
    assert (clone / "notebooks" / "my" / "extra_1").read_text() == "mine"
    assert (clone / "notebooks" / "extra" / "more.ipynb").exists()


def test_work_in_other_files_is_kept_and_said(upstream, clone):
    (clone / "README.md").write_text("Mine.\n")
    worked = work(clone / "notebooks" / "00_one.ipynb")
    commit(upstream, notebooks__00_one_DOT_ipynb=notebook("new"))
    assert update(clone).endswith("notebooks/my/00_one_1.ipynb. Your changes in README.md are as they were.")
    assert (clone / "README.md").read_text() == "Mine.\n"
    assert (clone / "notebooks" / "my" / "00_one_1.ipynb").read_bytes() == worked


@pytest.mark.parametrize("ignored", [True, False])
def test_progress_stays(upstream, clone, ignored):
    """Also in a clone from before there was such a file, in which git does not ignore it."""
    progress = b'{"version": 1, "exercises": {}}'
    (clone / "notebooks" / "progress.json").write_bytes(progress)
    if ignored:
        (clone / ".git" / "info" / "exclude").write_text("notebooks/progress.json*\n")
    work(clone / "notebooks" / "00_one.ipynb")
    commit(
        upstream, _DOT_gitignore="notebooks/my/\nnotebooks/progress.json*\n", notebooks__00_one_DOT_ipynb=None
    )
    update(clone)
    assert (clone / "notebooks" / "progress.json").read_bytes() == progress
    assert [path.name for path in (clone / "notebooks" / "my").iterdir()] == ["00_one_1.ipynb"]
    assert git(clone, "status", "-s") == ""


def test_what_was_staged_and_then_edited_is_kept_in_both_states(upstream, clone):
    path = clone / "notebooks" / "00_one.ipynb"
    states = [work(path, edited=False)]
    git(clone, "add", "-A")
    states.append(work(path))
    commit(upstream, notebooks__00_one_DOT_ipynb=notebook("new"))
    update(clone)
    kept = [path.read_bytes() for path in (clone / "notebooks" / "my").iterdir()]
    assert sorted(kept) == sorted(states)


@pytest.mark.parametrize("how", ["filter", "assume-unchanged", "skip-worktree"])
def test_work_that_git_was_told_not_to_see_is_kept_all_the_same(upstream, clone, how):
    """A filter that strips outputs, or a flag that `git update-index` sets."""
    path = clone / "notebooks" / "00_one.ipynb"
    if how == "filter":
        git(clone, "config", "filter.strip.clean", "git cat-file blob HEAD:notebooks/00_one.ipynb")
        (clone / ".git" / "info" / "attributes").write_text("*00_one.ipynb filter=strip\n")
    else:
        git(clone, "update-index", f"--{how}", "notebooks/00_one.ipynb")
    worked = work(path, edited=False)
    if how == "filter":
        git(clone, "add", "notebooks/00_one.ipynb")  # by which git learns that nothing has changed
    assert git(clone, "status", "-s") == ""
    commit(upstream, notebooks__00_one_DOT_ipynb=notebook("new"))
    update(clone)
    assert (clone / "notebooks" / "my" / "00_one_1.ipynb").read_bytes() == worked


@pytest.mark.parametrize("changed", [notebook("new"), None], ids=["changed", "deleted"])
@pytest.mark.parametrize("staged", [False, True])
@pytest.mark.parametrize("saved", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("setting", ["true", "input", "false"])
def test_ends_of_lines_are_no_work_and_stand_in_no_ones_way(
    tmp_path, upstream, setting, saved, staged, changed
):
    git(tmp_path, "clone", "-q", "-c", f"core.autocrlf={setting}", str(upstream), "clone")
    path = tmp_path / "clone" / "notebooks" / "00_one.ipynb"
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", saved))
    if staged:
        git(tmp_path / "clone", "add", "-A")
    commit(upstream, notebooks__00_one_DOT_ipynb=changed)
    assert update(tmp_path / "clone") == "The course is up to date."
    assert git(tmp_path / "clone", "status", "-s") == "" and not (path.parent / "my").exists()
    assert path.exists() == (changed is not None)
    if changed:
        ends = b"\r\n" if setting == "true" else b"\n"
        assert path.read_bytes() == changed.encode().replace(b"\n", ends)


def test_other_ends_of_lines_in_the_file_hide_no_staged_work(upstream, clone):
    path = clone / "notebooks" / "00_one.ipynb"
    before, worked = path.read_bytes(), work(path)
    git(clone, "add", "-A")
    path.write_bytes(before.replace(b"\n", b"\r\n"))
    commit(upstream, notebooks__00_one_DOT_ipynb=notebook("new"))
    update(clone)
    assert worked in [one.read_bytes() for one in (clone / "notebooks" / "my").iterdir()]


def test_a_notebook_that_saw_no_work_and_is_hidden_from_git_is_updated(upstream, clone):
    git(clone, "update-index", "--skip-worktree", "notebooks/00_one.ipynb")
    commit(upstream, notebooks__00_one_DOT_ipynb=notebook("new"))
    assert update(clone) == "The course is up to date."
    assert (clone / "notebooks" / "00_one.ipynb").read_text() == notebook("new")


def test_a_notebook_that_was_saved_while_it_was_being_set_aside(upstream, clone, monkeypatch):
    path, keep = clone / "notebooks" / "00_one.ipynb", module.aside.keep
    work(path)
    commit(upstream, notebooks__00_one_DOT_ipynb=notebook("new"))
    saved = []

    def autosave(*arguments):
        kept = keep(*arguments)
        if not saved:
            path.write_text("saved later")
            saved.append(True)
        return kept

    monkeypatch.setattr(module.aside, "keep", autosave)
    update(clone)
    assert (clone / "notebooks" / "my" / "00_one_2.ipynb").read_text() == "saved later"


def test_a_shallow_clone(tmp_path, upstream):
    commit(upstream, README_DOT_md="More.\n")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{upstream}", "shallow")
    worked = work(tmp_path / "shallow" / "notebooks" / "00_one.ipynb")
    commit(upstream, notebooks__00_one_DOT_ipynb=notebook("new"))
    update(tmp_path / "shallow")
    assert (tmp_path / "shallow" / "notebooks" / "my" / "00_one_1.ipynb").read_bytes() == worked


@pytest.mark.parametrize("command", ["make", "python"])
def test_the_command_says_one_sentence(tmp_path, upstream, command):
    """On a clone that holds what the command needs: the classroom, without an environment."""
    if command == "make":
        needed.command("make", advice="install it to run the README's commands")
    for name in ("__init__.py", "__main__.py", "_commands", "classroom", "_threads.py"):
        source = ROOT / "course_utils" / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, upstream / "course_utils" / name)
    shutil.copy(ROOT / "Makefile", upstream / "Makefile")
    commit(upstream)
    git(tmp_path, "clone", "-q", str(upstream), "clone")
    clone = tmp_path / "clone"
    worked = work(clone / "notebooks" / "00_one.ipynb")
    commit(upstream, notebooks__00_one_DOT_ipynb=notebook("new"))
    arguments = ["make", "update", f"PYTHON={sys.executable}"]
    if command == "python":
        arguments = [sys.executable, "-m", "course_utils", "update"]
    # A make inside `make test` would say which folder it enters; a student's is not inside one.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    done = subprocess.run(arguments, cwd=clone, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1 and "notebooks/my/00_one_1.ipynb" in done.stdout
    assert (clone / "notebooks" / "my" / "00_one_1.ipynb").read_bytes() == worked
    git(clone, "branch", "--unset-upstream")
    done = subprocess.run(arguments, cwd=clone, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 2 and "follows no branch" in done.stderr and "Traceback" not in done.stderr
