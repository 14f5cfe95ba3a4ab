"""The figures of a lesson come out of its executed notebook whole, each with its words."""

import io
import sys
from pathlib import Path

import nbformat
import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

import figures

NAME = "02_evidence_lower_bound"
WORDS = ('A "first" figure, x < 1.', "The second & last one.")


def lines(folder):
    return [line.split("\t") for line in (folder / "alt.txt").read_text(encoding="utf-8").splitlines()]


def test_a_lessons_figures_are_files_with_words(tmp_path, capsys):
    for _ in range(2):  # a second export replaces the first
        assert figures.main([NAME, "--out", str(tmp_path)]) == 0
    folder = tmp_path / NAME
    listed = lines(folder)
    text = (figures.SOLUTIONS / f"{NAME}.ipynb").read_text(encoding="utf-8")
    assert len(listed) == text.count("<img alt=") + text.count('"image/png": "') > 5
    assert [name for name, _ in listed] == sorted(path.name for path in folder.glob("*.png"))
    for name, words in listed:
        with Image.open(folder / name) as image:
            assert image.format == "PNG" and min(image.size) > 40
        assert len(words) > 20
    assert f"{len(listed)} figures" in capsys.readouterr().out


def test_words_and_picture_belong_together(tmp_path):
    """What show() writes is found again: the same pixels, and the same words, signs and all."""
    from matplotlib.figure import Figure

    from course_utils.figures import style

    cells = []
    for width, words in enumerate(WORDS, 1):
        fig = Figure(figsize=(width, 1), dpi=50)
        fig.subplots().plot([0, 1])
        cell = nbformat.v4.new_code_cell()
        data = style.picture(fig, words)
        cell.outputs = [nbformat.v4.new_output("display_data", data=data)]
        cells.append(cell)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "99_two.ipynb")
    assert figures.export(tmp_path / "99_two.ipynb", tmp_path / "out") == 2
    assert [words for _, words in lines(tmp_path / "out")] == list(WORDS)
    sizes = [Image.open(io.BytesIO((tmp_path / "out" / f"0{i}.png").read_bytes())).size for i in (1, 2)]
    assert sizes[1][0] == pytest.approx(2 * sizes[0][0], rel=0.1)


def test_what_stands_in_the_way_is_said(tmp_path, capsys):
    assert figures.main(["20_nothing", "--out", str(tmp_path)]) == 1
    (tmp_path / NAME).mkdir()
    (tmp_path / NAME / "mine.txt").write_text("mine")
    assert figures.main([NAME, "--out", str(tmp_path)]) == 1
    unknown, foreign = capsys.readouterr().err.splitlines()
    assert unknown.startswith("figures: NAME must be a lesson in solutions/: 00_start_here,")
    assert "holds something that is no figure" in foreign
    assert (tmp_path / NAME / "mine.txt").read_text() == "mine"
    silent = nbformat.v4.new_code_cell()
    silent.outputs = [nbformat.v4.new_output("display_data", data={"image/png": "aGk="})]
    nbformat.write(nbformat.v4.new_notebook(cells=[silent]), tmp_path / "99_silent.ipynb")
    with pytest.raises(figures.BuildError, match="99_silent: a figure has no alternative text"):
        figures.export(tmp_path / "99_silent.ipynb", tmp_path / "silent")
