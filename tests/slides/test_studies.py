"""What a deck computes at length is stored once, loaded otherwise, and never used when it is stale."""

from pathlib import Path

import pytest
from standalone import source, studies
from standalone.errors import BuildError

ROOT = Path(__file__).resolve().parents[2]
DECKS = sorted((ROOT / "slides").glob("[0-9][0-9]_*.md"))

FRONT = '---\ntitle: A small deck\nlesson: "99"\ncites: [A lecture]\n---\n'
DECK = """## A study

```python setup
import numpy as np
import torch
from torch import nn

torch.manual_seed(0)
size = 3
unrelated = 1
nets = {"small": nn.Linear(size, 1)}
```

```python study keep="table, draws, nets"
helper = torch.randn(size)
with torch.no_grad():
    nets["small"].weight += 1
draws = torch.randn(size, 2).T
table = {0.5: [1, 2.5, None], ("a", 1): (np.arange(3), float("inf"), True)}
```

Of {{ size }}: {{ table }}, {{ draws.sum() }}, {{ nets['small'].weight.sum().item() }}.

Then {{ torch.rand(1).item() }}.
"""


@pytest.fixture
def deck(tmp_path):
    """Write a deck and build it; deck.stored is the file of its studies."""
    from standalone import deck as builder

    def run(text, compute=False):
        path = tmp_path / "99_small.md"
        path.write_text(FRONT + text, encoding="utf-8")
        return builder.build(path, compute)

    run.stored = tmp_path / "studies" / "99_small.safetensors"
    return run


def test_a_study_gives_the_same_page_loaded_as_computed(deck):
    computed = deck(DECK, compute=True)
    bytes_of_it = deck.stored.read_bytes()
    assert "inf, True" in computed
    assert deck(DECK) == computed == deck(DECK, compute=True)
    assert deck.stored.read_bytes() == bytes_of_it


def test_a_study_is_not_run_when_its_results_are_there(deck):
    text = '## One\n\n```python study keep="x"\nimport builtins\nbuiltins.runs = x = 1\n```\n\n{{ x }}\n'
    deck(text, compute=True)
    import builtins

    builtins.runs = 0
    assert "<p>1</p>" in deck(text) and builtins.runs == 0
    del builtins.runs


@pytest.mark.parametrize(
    ("old", "new", "stale"),
    [
        ("torch.randn(size, 2)", "torch.randn(size, 3)", True),  # the study itself
        ("size = 3", "size = 4", True),  # what it depends on
        ("torch.manual_seed(0)", "torch.manual_seed(1)", True),
        ("table, draws, nets", "draws, table, nets", True),
        ("unrelated = 1", "unrelated = 2", False),  # what it does not
        ("Of {{ size }}", "Size {{ size + 1 }}", False),
        ("## A study", "## A study\n\n```python setup\nother = 2\n```", False),
    ],
)
def test_a_stale_study_stops_the_build_and_says_what_to_run(deck, old, new, stale):
    deck(DECK, compute=True)
    assert old in DECK
    if not stale:
        deck(DECK.replace(old, new))
        return
    with pytest.raises(BuildError, match=r"^99_small: slide 2 .*: run `make studies NAME=99_small`\.$"):
        deck(DECK.replace(old, new))


def test_what_a_function_of_the_deck_calls_counts_too(deck):
    text = """## One

```python setup
def inner():
    return 1


def outer():
    return inner()
```

```python study keep="x"
x = outer()
```
"""
    deck(text, compute=True)
    deck(text)
    with pytest.raises(BuildError, match="its study of x is not stored, or its code has changed since"):
        deck(text.replace("return 1", "return 2"))


def test_a_study_that_another_does_not_use_may_change(deck):
    one = '```python study keep="x"\nimport torch\ntorch.manual_seed(0)\nx = 1\n```\n\n'
    text = "## One\n\n```python setup\nimport torch\n```\n\n" + one
    text += '```python study keep="y"\ny = torch.ones(1)\n```\n\n```python study keep="z"\nz = x\n```\n'
    shelves = [
        studies.digests(source.parse(FRONT + each)[1]) for each in (text, text.replace("x = 1", "x = 2"))
    ]
    changed = [a != b for a, b in zip(*(shelf.values() for shelf in shelves), strict=True)]
    assert changed == [True, False, True]


@pytest.mark.parametrize(
    ("before", "study", "old", "new", "stale"),
    [
        (
            "figure:fig, ax = subplots(figsize=(8, 2))\nax.plot(x)",
            "y = x",
            "8",
            "7",
            False,
        ),  # how it is drawn
        ("figure:x = x + 1", "y = x", "+ 1", "+ 2", True),  # a figure may bind what it needs ...
        ("figure:x.add_(1)", "y = x", "(1)", "(2)", True),  # ... and change what it calls
        ("setup:change(x, 1)", "y = x", "1", "2", True),
        ("setup:for name in 'ab':\n    z = name", "y = [name for name in 'c']", "ab", "ad", False),
        ("setup:for name in 'ab':\n    z = name", "for name in 'c':\n    y = name", "ab", "ad", False),
        ("setup:for name in 'ab':\n    z = name", "y = name", "ab", "ad", True),
        ("setup:n = 1\nn = 2", "y = n", "n = 1", "n = 3", False),  # bound anew before it is used
        ("setup:n = 1\nn += 2", "y = n", "n = 1", "n = 3", True),
        ("setup:def f():\n    return n\n\n\nn = 1", "y = f()", "n = 1", "n = 2", True),  # bound after it
        ("setup:def f(n):\n    return n\n\n\nn = 1", "y = f(3)", "n = 1", "n = 2", False),
        ("setup:n = 1\nf = lambda m: m + n", "y = f(3)", "n = 1", "n = 2", True),
    ],
)
def test_only_what_may_reach_a_study_asks_for_it_again(before, study, old, new, stale):
    kind, code = before.split(":", 1)

    def digest(code):
        text = f'## One\n\n```python {kind}\n{code}\n```\n\n```python study keep="y"\n{study}\n```\n'
        return list(studies.digests(source.parse(FRONT + text)[1]).values())

    assert old in code
    assert (digest(code) != digest(code.replace(old, new))) == stale


def test_a_missing_file_stops_the_build_and_a_deck_without_studies_has_none(deck):
    with pytest.raises(BuildError, match="not stored"):
        deck(DECK)
    deck(DECK, compute=True)
    deck("## One\n\nwords\n", compute=True)
    assert not deck.stored.exists()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x = [1, {'a': lambda: 2}]", r"x\[1\]\['a'\] of its study is a function, which cannot be stored"),
        ("x = {1, 2}", "x of its study is a set, which cannot be stored"),
        ("y = 1", "its study should keep x, but its code makes no such name"),
        ("import torch\nx = torch.nn.Linear(1, 1)", "x of its study is a network: make it, untrained"),
        ("x = 1\nx / 0", "line 2 of its study code raised ZeroDivisionError"),
        ("import torch\nx = torch.zeros(1_000_000)", "its studies would take 4.0 MB and 3 MB is the most"),
    ],
)
def test_what_cannot_be_stored_is_named(deck, code, message):
    with pytest.raises(BuildError, match=message) as raised:
        deck(f'## One\n\n```python study keep="x"\n{code}\n```\n', compute=True)
    assert "\n" not in str(raised.value) and not deck.stored.exists()


def test_a_study_says_what_it_keeps(deck):
    with pytest.raises(BuildError, match='a study needs keep="name, name"'):
        deck("## One\n\n```python study\nx = 1\n```\n")


def test_a_file_that_is_no_study_is_refused(deck):
    deck.stored.parent.mkdir()
    deck.stored.write_text("nothing")
    with pytest.raises(BuildError, match="studies/99_small.safetensors cannot be read"):
        deck(DECK)


def test_networks_are_kept_in_half_precision_where_the_deck_says_so(deck):
    deck(DECK, compute=True)
    whole = deck.stored.stat().st_size
    half = DECK.replace('nets"', 'nets" weights="half"').replace("size = 3", "size = 300")
    computed = deck(half, compute=True)
    assert deck(half) == computed and "(array([0, 1, 2])" in computed
    smaller = deck.stored.stat().st_size
    deck(half.replace(' weights="half"', ""), compute=True)
    assert whole < smaller < deck.stored.stat().st_size - 500  # 301 weights of two bytes less
    with pytest.raises(BuildError, match="changed since"):
        deck(half)


def test_what_a_study_makes_on_its_way_stays_in_it(deck):
    with pytest.raises(BuildError, match="helper }} raised NameError"):
        deck(DECK + "\n{{ helper }}\n", compute=True)


@pytest.mark.parametrize("path", DECKS, ids=lambda path: path.stem)
def test_every_study_of_the_decks_is_stored_as_its_code_stands(path):
    _, slides = source.parse(path.read_text(encoding="utf-8"))
    shelf = studies.Shelf(path, slides)
    assert set(shelf.values) == set(shelf.digests.values()), f"run `make studies NAME={path.stem}`"


def test_no_stored_study_is_left_without_its_deck():
    stored = (ROOT / "slides" / "studies").glob("*")
    assert {path.name.split(".")[0] for path in stored} <= {path.stem for path in DECKS}
