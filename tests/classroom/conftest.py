import needed
import pytest
from clones import commit, git, notebook


@pytest.fixture
def upstream(tmp_path):
    needed.command("git", advice="install it to try updates of a clone")
    folder = tmp_path / "upstream"
    folder.mkdir()
    git(folder, "init", "-q")
    first, second = notebook("one"), notebook("two")
    commit(
        folder, notebooks__00_one_DOT_ipynb=first, notebooks__01_two_DOT_ipynb=second,
        course_utils__code_DOT_py="x = 1\n", README_DOT_md="Read.\n", _DOT_gitignore="notebooks/my/\n*.log\n",
    )  # fmt: skip
    return folder


@pytest.fixture
def clone(tmp_path, upstream):
    git(tmp_path, "clone", "-q", str(upstream), "clone")
    return tmp_path / "clone"
