"""A vote: lettered options, and a sign at the right one that waits for a key."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from standalone import source
from standalone.errors import BuildError

ROOT = Path(__file__).resolve().parents[2]
DECKS = sorted((ROOT / "slides").glob("[0-9][0-9]_*.md"))
VOTE = """## One

Which?

::: vote {{ "ABC"[place] }}
- the first, $x$
- the *second*
- the third
  - with a line below
:::

```python setup
place = 1
```

+ why
"""


def test_a_votes_options_are_lettered_and_a_key_marks_the_right_one(build):
    body = BeautifulSoup(build(VOTE), "html.parser").select("section")[1].select_one(".body")
    options = body.select(".vote > ol > li")
    assert len(options) == 3 and not body.select(".vote > ul")
    signs = [option.select(".fragment") for option in options]
    assert [len(sign) for sign in signs] == [0, 1, 0]
    assert signs[1][0].parent is options[1] and signs[1][0]["aria-label"] == "this one"
    assert body.select(".fragment")[0] is signs[1][0]
    assert "::: " not in body.get_text()


def test_two_votes_on_a_slide_each_have_their_sign(build):
    text = "## One\n\n::: vote B\n- a\n- b\n:::\n\n::: vote A\n- c\n- d\n:::\n"
    signs = BeautifulSoup(build(text), "html.parser").select(".vote .fragment")
    assert [sign.parent.get_text().strip()[0] for sign in signs] == ["b", "c"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("::: vote D\n- a\n- b\n:::", r"a vote says which of AB is right, as `::: vote B` does; got 'D'"),
        ("::: vote\n- a\n- b\n:::", r"a vote says which of AB is right.*; got 'vote'"),
        ("::: vote {{ 7 }}\n- a\n- b\n:::", r"a vote says which of AB is right.*; got '7'"),
        ("::: vote A\nwords\n:::", r"a vote holds one list, of its options"),
        ("::: vote A\n:::", r"a vote holds one list, of its options"),
        ("::: vote A\n- a\n- b\n\nwords\n:::", r"a vote holds one list, of its options"),
        ("::: vote A\n+ a\n+ b\n:::", r"a vote holds one list, of its options, each with a -"),
    ],
)
def test_a_vote_that_is_none_stops_the_build(build, text, message):
    with pytest.raises(BuildError, match=r"^99_small: slide 2 \(One\): " + message):
        build(f"## One\n\n{text}\n")


VOTING = [path for path in DECKS if "\n::: vote" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", VOTING, ids=lambda path: path.stem)
def test_a_deck_writes_its_options_as_a_vote(path):
    _, slides = source.parse(path.read_text(encoding="utf-8"))
    text = "\n".join(part for slide in slides for part in slide.body if isinstance(part, str))
    assert not re.search(r"\(a\)[^|\n]+\(b\)|^\(a\)", text, re.MULTILINE), "::: vote B, and a list"
