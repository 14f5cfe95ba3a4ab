"""The last slides: lectures, and papers with a link to each."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from standalone import bibliography, source

ROOT = Path(__file__).resolve().parents[2]
DECKS = sorted((ROOT / "slides").glob("[0-9][0-9]_*.md"))
# Papers without a DOI and without an arXiv number, by how they begin, and why.
NO_ID = {
    "Ng and Jordan, Discriminative": "the proceedings of NIPS 14 have no DOI",
    "Kong, A note on importance sampling": "a technical report of a department",
    "Korpelevich, The extragradient method": "a Russian journal of 1976, before DOIs",
    "Shu et al., AC-GAN learns": "a paper of a workshop, on its page only",
    "Feller, Theory of stochastic processes": "a symposium of 1949, before DOIs",
    "Hyvärinen, Estimation of non-normalized": "this journal gives no DOIs",
    "Song et al., Pseudoinverse-guided": "a paper of a conference, on its page only",
}


def papers(path):
    meta, _ = source.parse(path.read_text(encoding="utf-8"))
    return meta.get("papers") or []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("A paper, 2014. arXiv:1406.2661", "10.48550/arXiv.1406.2661"),
        ("A paper, 1999. arXiv:math/9901001", "10.48550/arXiv.math/9901001"),
        ("A & B, 1991. doi:10.1109/18.61115", "10.1109/18.61115"),
        ("Brackets, 2001. doi:10.1016/S0001-2(01)00003-X", "10.1016/S0001-2(01)00003-X"),
    ],
)
def test_a_paper_links_to_its_doi(text, address):
    html = BeautifulSoup(bibliography.paper(text), "html.parser")
    assert html.a["href"] == f"https://doi.org/{address}" and html.get_text() == text
    assert html.a.get_text() == text.split(". ")[-1]


def test_a_paper_without_one_is_plain_words():
    assert bibliography.paper("A & B, 2001") == "A &amp; B, 2001"
    assert bibliography.paper("A, doi:10.1 of 2001") == "A, doi:10.1 of 2001"


def test_sources_take_as_many_slides_as_they_need():
    meta = {"cites": ["A lecture"], "papers": [f"Paper {i}. arXiv:1406.{i:04}" for i in range(1, 13)]}
    made = [BeautifulSoup(html, "html.parser") for html in bibliography.slides(meta, "foot")]
    assert [page.h2.get_text() for page in made] == ["Sources, 1 of 2", "Sources, 2 of 2"]
    assert [[h.get_text() for h in page("h3")] for page in made] == [["Lectures", "Papers"], ["Papers"]]
    assert [item.get_text() for page in made for item in page("li")] == [*meta["cites"], *meta["papers"]]


@pytest.mark.parametrize("path", DECKS, ids=lambda path: path.stem)
def test_every_paper_of_a_deck_has_a_doi_or_a_number_of_arxiv(path):
    for paper in papers(path):
        found = bibliography.ID.search(paper)
        excused = any(paper.startswith(start) for start in NO_ID)
        assert bool(found) != excused, f"{paper}: end it with doi:10... or arXiv:..., or say why in NO_ID"
        year = re.search(r"\b(19|20)\d\d\b(?=[^,]*$)", paper[: found.start()] if found else paper)
        assert year, f"{paper}: it says no year"
        if found and found[2] and found[2][0].isdigit():
            assert 0 <= int(year[0]) - 2000 - int(found[2][:2]) <= 2, (
                f"{paper}: arXiv has it from another year"
            )


def test_a_paper_is_written_in_one_way_in_all_decks():
    words = {}
    for path in DECKS:
        for paper in papers(path):
            found = bibliography.ID.search(paper)
            words.setdefault(found[0] if found else paper, set()).add(paper)
    assert [sorted(said) for said in words.values() if len(said) > 1] == []


def test_every_excuse_is_for_a_paper_of_a_deck():
    listed = [paper for path in DECKS for paper in papers(path)]
    assert [start for start in NO_ID if not any(paper.startswith(start) for paper in listed)] == []
