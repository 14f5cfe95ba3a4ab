"""A formula in letters holds no command of TeX, and says what the formula says."""

import re

import index
import pytest
from standalone import search, terms
from standalone.letters import formula

LESSONS, PROJECTS = index.listings()


@pytest.mark.parametrize(
    ("tex", "said"),
    [
        (r"\frac12", "1/2"),
        (r"\tfrac{a}{b}", "a/b"),
        (r"\frac{1}{1 - x_{t-1}}", "1/(1 - x_(t-1))"),
        (r"D^*(x) = \dfrac{p(x)}{p + q}", "D(x) = p(x)/(p + q)"),
        (r"-\log p(x \mid z)", "-log p(x | z)"),
        (r"x\log(x)", "x log(x)"),
        (r"\epsilon_\theta(x_t, t, \varnothing)", "ε_θ(x_t, t, ∅)"),
        (r"-\int p \log q", "-∫ p log q"),
        (r"W^\top W", "Wᵀ W"),
        (r"\mathrm{KL}(q \Vert p)", "KL(q ‖ p)"),
        (r"\|x\|^2", "‖x‖²"),
        (r"\partial_t \bar\alpha_t", "∂_t α_t"),
        (r"\sqrt{1 - \bar\alpha_t}\,\hat\epsilon", "√(1 - α_t) ε"),
        (r"\text{mean distance}", "mean distance"),
        (r"\mathcal{L}^{\mathrm{IS}}", "L^IS"),
        (r"\unheardof x \, \{1\}", "x {1}"),
        (r"\frac", "/"),
    ],
)
def test_a_formula_is_read_at_a_glance(tex, said):
    assert formula(tex) == said


def test_no_entry_of_the_search_spells_a_command():
    texts = [f"{e['title']} {e['text']} {e.get('notes', '')}" for e in search.entries(LESSONS, PROJECTS)]
    debris = re.compile(
        r"\\|\b[td]?frac(?!tion)|varnothing|\btop\b(?= [A-Z])|\blVert|\bmathbb|[\ue100-\ue1ff]"
    )
    assert [text[:60] for text in texts if debris.search(text)] == []


def test_an_abbreviation_stands_for_a_word_of_the_glossary():
    assert terms.abbreviations().keys() <= {term.word for term in terms.gathered()}
    assert terms.abbreviations()["Kullback-Leibler divergence"] == "KL"
