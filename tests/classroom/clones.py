"""Small clones of a small course, and what a student leaves in one."""

import subprocess

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

WIDGETS = {"application/vnd.jupyter.widget-state+json": {"state": {"a": {"x": 1}}, "version_major": 2}}


def git(folder, *arguments):
    who = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def notebook(text):
    nb = new_notebook(cells=[new_markdown_cell(f"# {text}"), new_code_cell("x = ...  # your code here")])
    for number, cell in enumerate(nb.cells):
        cell.id = f"{number}"
    return nbformat.writes(nb) + "\n"


def commit(folder, **files):
    """Write files (None deletes one; __ in a name is a slash) and commit them."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_DOT_", ".")
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "a state of the course")


def work(path, edited=True):
    """Work in a notebook as a student does: a run with outputs and widgets, and perhaps an edit."""
    nb = nbformat.read(path, as_version=4)
    nb.cells[1].execution_count = 3
    nb.cells[1].outputs = [
        new_output("stream", text="hello\n"),
        new_output("display_data", {"text/html": "b"}),
    ]
    nb.metadata["widgets"] = WIDGETS
    if edited:
        nb.cells[1].source = "x = 42"
        nb.cells[0]["attachments"] = {"a.png": {"image/png": "aGVsbG8="}}
    nbformat.write(nb, path)
    return path.read_bytes()


def state(folder):
    """All that there is in a clone: files outside .git, what is staged, where HEAD is."""
    files = [path for path in folder.rglob("*") if ".git" not in path.relative_to(folder).parts]
    found = {str(path): path.read_bytes() for path in files if path.is_file()}
    return (
        found,
        git(folder, "diff", "--cached"),
        git(folder, "rev-parse", "HEAD"),
        git(folder, "status", "-s"),
    )
