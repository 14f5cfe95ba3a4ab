"""What stands in the way of an update gets one sentence, and leaves everything as it was."""

import shutil
import subprocess

import pytest
from clones import commit, git, notebook, state, work

from course_utils.classroom import update as module
from course_utils.classroom.git import Refused, last_words
from course_utils.classroom.update import update


def no_network(clone, upstream):
    upstream.rename(upstream.with_name("gone"))


def branch_gone(clone, upstream):
    git(upstream, "branch", "-m", "main", "other")


def no_upstream(clone, upstream):
    git(clone, "branch", "--unset-upstream")


def no_remote(clone, upstream):
    git(clone, "remote", "remove", "origin")


def remote_of_another_name(clone, upstream):
    git(clone, "remote", "rename", "origin", "course")
    git(clone, "branch", "--unset-upstream")


def detached(clone, upstream):
    git(clone, "checkout", "-q", "--detach")


def diverged(clone, upstream):
    (clone / "LOCAL").write_text("mine")
    git(clone, "add", "LOCAL")
    git(clone, "commit", "-qm", "mine")


def rewritten(clone, upstream):
    git(upstream, "checkout", "-q", "--orphan", "anew")
    git(upstream, "commit", "-qm", "anew")
    git(upstream, "branch", "-M", "main")


def other_file(clone, upstream):
    (clone / "course_utils" / "code.py").write_text("x = 3\n")


def untracked(clone, upstream):
    (clone / "course_utils" / "new.py").write_text("mine\n")


def merging(clone, upstream):
    git(clone, "checkout", "-q", "-b", "side")
    commit(clone, README_DOT_md="Side.\n")
    git(clone, "checkout", "-q", "main")
    commit(clone, README_DOT_md="Main.\n")
    with pytest.raises(subprocess.CalledProcessError):
        git(clone, "merge", "side")


def folder(clone, upstream):
    (clone / "notebooks" / "new.ipynb").mkdir()
    (clone / "notebooks" / "new.ipynb" / "mine").write_text("mine")


def folder_elsewhere(clone, upstream):
    (clone / "course_utils" / "new.py").mkdir()
    (clone / "course_utils" / "new.py" / "mine").write_text("mine")


def link(clone, upstream):
    (clone / "notebooks" / "new.ipynb").symlink_to("nowhere")


def index_locked(clone, upstream):
    (clone / ".git" / "index.lock").write_text("")


def my_is_a_file(clone, upstream):
    (clone / "notebooks" / "my").write_text("mine")


TROUBLES = {
    no_network: "could not be fetched",
    branch_gone: "could not be fetched .*couldn't find remote ref",
    no_upstream: "main follows no branch .*: `git branch --set-upstream-to=origin/main`",
    no_remote: "main follows no branch .*`git remote add origin ADDRESS`, .* `git fetch origin` and",
    remote_of_another_name: "--set-upstream-to=course/main",
    detached: "detached head",
    diverged: "commits of its own",
    rewritten: "the course's history was written anew, .* clone the course anew",
    other_file: r"the update changes course_utils/code\.py, and so did you",
    untracked: r"the update changes course_utils/new\.py",
    merging: "a merge is not finished .*`git merge --abort`",
    folder: "a link or a folder",
    folder_elsewhere: r"the update changes course_utils/new\.py",
    link: "a link or a folder",
    index_locked: r"index\.lock, .* if no git is running, remove that file",
    my_is_a_file: "could not be copied",
}


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.__name__)
def test_what_stands_in_the_way_leaves_everything_as_it_was(clone, upstream, trouble):
    commit(
        upstream, notebooks__00_one_DOT_ipynb=notebook("new"), course_utils__code_DOT_py="x = 2\n",
        course_utils__new_DOT_py="", notebooks__new_DOT_ipynb=notebook("new"),
    )  # fmt: skip
    trouble(clone, upstream)
    work(clone / "notebooks" / "00_one.ipynb")
    (clone / "notebooks" / "mine.ipynb").write_text("mine")
    before = state(clone)
    for _ in range(2):
        with pytest.raises(Refused, match=TROUBLES[trouble]) as raised:
            update(clone)
        assert str(raised.value).count("\n") == 0
        assert state(clone) == before
    assert not (clone / "notebooks" / "my").is_dir()


def test_a_merge_that_fails_half_way_is_taken_back(clone, upstream, monkeypatch):
    """As a full disk would make it: git has written some files, and gives up."""
    commit(
        upstream, notebooks__00_one_DOT_ipynb=notebook("new"), course_utils__code_DOT_py="x = 2\n",
        notebooks__new_DOT_ipynb=notebook("new"),
    )  # fmt: skip
    work(clone / "notebooks" / "00_one.ipynb")
    before, run = state(clone), module.Clone.run

    def half(self, *arguments):
        if arguments[0] != "merge":
            return run(self, *arguments)
        (clone / "notebooks" / "00_one.ipynb").write_text("half")
        (clone / "notebooks" / "new.ipynb").write_text("half")
        (clone / "course_utils" / "code.py").write_text("half")
        return subprocess.CompletedProcess(arguments, 128, b"", b"fatal: No space left on device\n")

    monkeypatch.setattr(module.Clone, "run", half)
    with pytest.raises(Refused, match=r"could not go forward \(No space left on device\): all is as it was"):
        update(clone)
    monkeypatch.undo()
    assert state(clone) == before
    update(clone)


def test_a_flag_of_the_index_is_back_where_the_update_fails(clone, upstream, monkeypatch):
    path = clone / "notebooks" / "00_one.ipynb"
    git(clone, "update-index", "--skip-worktree", "notebooks/00_one.ipynb")
    worked, run = work(path), module.Clone.run
    commit(upstream, notebooks__00_one_DOT_ipynb=notebook("new"))
    before, failed = state(clone), subprocess.CompletedProcess([], 1, b"", b"error: No.\n")
    monkeypatch.setattr(
        module.Clone,
        "run",
        lambda self, *arguments: failed if arguments[0] == "merge" else run(self, *arguments),
    )
    with pytest.raises(Refused, match=r"\(No\)"):
        update(clone)
    assert state(clone) == before and path.read_bytes() == worked
    assert git(clone, "ls-files", "-t", "notebooks/00_one.ipynb") == "S notebooks/00_one.ipynb"


def test_an_empty_folder_stands_in_no_ones_way(clone, upstream):
    (clone / "notebooks" / "new.ipynb").mkdir()
    commit(upstream, notebooks__new_DOT_ipynb=notebook("new"))
    assert update(clone) == "The course is up to date."


def test_gits_last_words_hold_the_names_that_it_lists():
    said = b"error: Your changes to these would be overwritten:\n\ta.py\n\tb \xc3\xa4.py\nPlease commit."
    for names, more in ((b"", "a.py and b ä.py"), (b"\tc\n" * 6, "a.py, c, c, c, c and 3 more")):
        told = last_words(said.replace(b"\tb", names + b"\tb") + b"\nAborting\n")
        assert told == f"Your changes to these would be overwritten: {more}"
    assert last_words(b"hint: x\nfatal: No space left.\n") == "No space left"
    assert last_words(b"  odd.\n") == "odd" and last_words(b"") == "it gave no reason"


def test_an_update_that_was_killed_half_way_is_taken_up_again(clone, upstream):
    commit(
        upstream, notebooks__00_one_DOT_ipynb=notebook("new"), course_utils__code_DOT_py="x = 2\n",
        course_utils__new_DOT_py="y = 2\n",
    )  # fmt: skip
    for name in ("notebooks/00_one.ipynb", "course_utils/code.py", "course_utils/new.py"):
        shutil.copy(upstream / name, clone / name)
    assert update(clone) == "The course is up to date." and git(clone, "status", "-s") == ""


def test_no_git_and_no_clone(tmp_path, clone, monkeypatch):
    for folder in (tmp_path, clone / "notebooks", tmp_path / "clone" / "course_utils"):
        with pytest.raises(Refused, match="is no clone of the course"):
            update(folder)
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    monkeypatch.setattr("course_utils.classroom.git.shutil.which", lambda name: None)
    with pytest.raises(Refused, match="git is not installed"):
        update(clone)
