"""The bibliography: the papers as a notebook writes them, with the identifiers that the decks know."""

import index
import pytest
from site_pages import Site, bibliography
from standalone import papers

LESSONS, PROJECTS = index.listings()
GATHERED = papers.gathered(LESSONS)

TEXT = """## Going further: papers, and what was left out

**Left out here.** The *beta-VAE*, and more.

**Papers.** Lin, *Divergence measures*, 1991 (JS). Song, Meng and Ermon, *Denoising
diffusion implicit models*, 2021. Karras et al., *Elucidating*, 2022, and *Analyzing*, 2024.
Goodfellow, *NIPS 2016 tutorial*. Zhou et al., *What is it?*, 2019.
"""


def said(found):
    return [(paper.authors, paper.title, paper.year) for paper in found]


def test_papers_are_read_as_a_notebook_writes_them():
    assert said(papers.in_text(TEXT, "99_made")) == [
        ("Lin", "Divergence measures", "1991"),
        ("Song, Meng and Ermon", "Denoising diffusion implicit models", "2021"),
        ("Karras et al.", "Elucidating", "2022"),
        ("Karras et al.", "Analyzing", "2024"),
        ("Goodfellow", "NIPS 2016 tutorial", "2016"),
        ("Zhou et al.", "What is it?", "2019"),
    ]
    under_heading = "## Going further: the papers\n\nLin, *Divergence measures*, 1991.\n"
    assert said(papers.in_text(under_heading, "99_made")) == [("Lin", "Divergence measures", "1991")]
    assert papers.in_text("## A section\n\nSee *this*, 1991.", "99_made") == []


@pytest.mark.parametrize(
    ("line", "authors", "title"),
    [
        (
            "Wilson, Probable inference, JASA 22, 1927. doi:10.1080/0162",
            "Wilson",
            "Probable inference, JASA 22",
        ),
        ("Vincent, Score matching and denoising, 2011", "Vincent", "Score matching and denoising"),
        ("Song, Meng and Ermon, DDIM, 2021. arXiv:2010.02502", "Song, Meng and Ermon", "DDIM"),
        ("Wu and He, Group normalization, 2018", "Wu and He", "Group normalization"),
        ("van den Oord et al., Codes, 2017. arXiv:1711.00937", "van den Oord et al.", "Codes"),
    ],
)
def test_a_line_of_a_deck_is_taken_apart(monkeypatch, tmp_path, line, authors, title):
    (tmp_path / "slides").mkdir()
    front = f'---\ntitle: T\nlesson: "99"\ncites: [A]\npapers: ["{line}"]\n---\n## S\n'
    (tmp_path / "slides" / "99_made.md").write_text(front, encoding="utf-8")
    monkeypatch.setattr(papers.sections, "ROOT", tmp_path)
    (paper,) = papers.of_deck("99_made")
    assert (paper.authors, paper.title) == (authors, title)


# Known from the papers themselves: who is one, and who is not, for words alone would err.
@pytest.mark.parametrize(
    ("start", "identifier", "lessons"),
    [
        ("Denoising diffusion implicit models", "arXiv:2010.02502", {"11", "13"}),
        ("Score-based generative modeling through", "arXiv:2011.13456", {"10", "11", "13", "14"}),
        ("DPM-Solver: a fast", None, {"13"}),
        ("DPM-Solver++", "arXiv:2211.01095", {"13"}),
        ("Photorealistic text-to-image", "arXiv:2205.11487", {"14", "17"}),
        ("FFJORD", "arXiv:1810.01367", {"09", "13", "16"}),
        ("Hierarchical text-conditional", "arXiv:2204.06125", {"17"}),
        ("NIPS 2016 tutorial", "arXiv:1701.00160", {"00", "04"}),
        ("Guiding a diffusion model with a bad", None, {"14"}),
        ("Spectral normalization for", "arXiv:1802.05957", {"05", "06"}),
    ],
)
def test_a_paper_stands_once_with_its_number_and_all_its_lessons(start, identifier, lessons):
    (paper,) = [paper for paper in GATHERED if paper.title.startswith(start)]
    assert paper.identifier == identifier
    assert {name[:2] for name in paper.lessons} >= lessons


def test_no_identifier_and_no_paper_comes_twice():
    numbers = [paper.identifier for paper in GATHERED if paper.identifier]
    assert len(numbers) == len({*numbers})
    anchors = [papers.identity(paper) for paper in GATHERED]
    assert len(anchors) == len({*anchors}) >= 150


def test_every_paper_of_every_deck_is_in_it():
    known = {paper.identifier for paper in GATHERED}
    for name in LESSONS:
        assert {paper.identifier for paper in papers.of_deck(name)} <= known | {None}, name


def test_the_page_links_to_papers_and_lessons(tmp_path):
    html = bibliography.body(Site(tmp_path, LESSONS, PROJECTS))
    assert html.count("<li ") == len(GATHERED)
    assert 'href="https://doi.org/10.48550/arXiv.2010.02502"' in html
    assert 'href="pages/13_scores_and_samplers.html"' in html
