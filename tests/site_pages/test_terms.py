"""The glossary: a lesson that is said to introduce a word says it, and a meaning is one plain sentence."""

import re

import index
import pytest
from site_pages import Site, glossary
from standalone import sections, terms

LESSONS, PROJECTS = index.listings()
FILES = sorted(terms.FOLDER.glob("*.toml"))
TERMS = terms.gathered()


def test_every_file_has_a_lesson_and_words():
    named = [path.stem for path in FILES]
    assert {*named} <= {*LESSONS}
    assert all(sum(term.lesson == name for term in TERMS) >= 5 for name in named)
    assert len(TERMS) >= 120


def test_no_word_is_explained_twice():
    words = [term.id for term in TERMS]
    assert sorted({word for word in words if words.count(word) > 1}) == []


@pytest.mark.parametrize("name", sorted(LESSONS))
def test_the_lesson_that_introduces_a_word_says_it(name):
    said = " ".join(text for _, text in terms.parts(name)).replace("*", "")
    missing = [t.word for t in TERMS if t.lesson == name and not terms.pattern(t.word).search(said)]
    assert missing == []
    known = {section.id for section in sections.of(name)} | {None}
    assert {term.section for term in TERMS if term.lesson == name} <= known


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.id)
def test_a_meaning_is_one_sentence_that_does_not_lean_on_its_own_word(term):
    assert re.fullmatch(r"[A-Z][^$`*]{20,240}[.]", term.meaning), term.meaning
    assert not re.search(r"\. [A-Z]", term.meaning.replace("et al. ", "")), "more than one sentence"
    assert not term.meaning.lower().startswith(("a " + term.word.lower(), "the " + term.word.lower()))


@pytest.mark.parametrize(
    ("word", "said", "found"),
    [
        ("mode collapse", "It shows mode\ncollapse.", True),
        ("critic", "two critics play", True),
        ("critic", "a critical point", False),
        ("MADE", "it is made of wood", False),
        ("MADE", "masks make a MADE", True),
        ("Dirac-GAN", "the Dirac-GAN's eigenvalues", True),
        ("DPM-Solver++", "with DPM-Solver++(2M)", True),
    ],
)
def test_a_word_is_found_as_a_word(word, said, found):
    assert bool(terms.pattern(word).search(said)) == found


def test_a_place_is_where_a_word_is_bold_before_where_it_is_only_said(monkeypatch):
    first, second = (sections.Section(f"s{i}", i, f"S{i}", f"section {i}") for i in (1, 2))
    said = ((None, "the critic"), (first, "a critic"), (second, "the **critic** is"))
    monkeypatch.setattr(terms, "parts", lambda lesson: said)
    assert terms.place("critic", "06_wasserstein") == "s2"
    monkeypatch.setattr(terms, "parts", lambda lesson: said[:2])
    assert terms.place("critic", "06_wasserstein") == "s1"
    monkeypatch.setattr(terms, "parts", lambda lesson: said[:1])
    assert terms.place("critic", "06_wasserstein") is None


def test_the_page_has_every_word_and_leads_to_its_lesson(tmp_path):
    html = glossary.body(Site(tmp_path, LESSONS, PROJECTS))
    assert html.count("<dt ") == len(TERMS)
    assert 'href="pages/04_the_minimax_game.html#' in html
    assert '<h2 id="letter-W">W</h2>' in html
