"""What a figure shows, in words, for a reader who cannot see it; kept away from the code that others read.

The texts of lesson NN stand in alt_texts/NN_name.toml, one a name: `loss = '''The loss falls.'''` there is
`show(fig, "03.loss")` in notebook 03.
"""

import functools
import re
import tomllib
from pathlib import Path

from .._validate import check_choice

FOLDER = Path(__file__).parent / "alt_texts"
NAME = re.compile(r"\d\d\.\w+")


def alt_text(words, **values):
    """The alternative text: words themselves, or the text of that name ("03.loss") with values filled in.

    Raises ValueError where words are no sentence, or a name that no file holds, with the nearest one.
    """
    if not isinstance(words, str) or len(words.strip()) < 5:
        raise ValueError(
            f"alt must be a sentence that says what the figure shows, or its name; got {words!r}."
        )
    if NAME.fullmatch(words):
        text = alt_texts()[check_choice("alt", words, alt_texts())]
        return text.format(**values) if values else text
    if len(words.strip()) < 10:
        raise ValueError(f"alt must be a sentence that says what the figure shows; got {words!r}.")
    return words


@functools.cache
def alt_texts():
    """{"NN.name": text} of every lesson, found by looking; a text is one line, however it was wrapped."""
    return {
        f"{path.stem[:2]}.{name}": " ".join(text.split())
        for path in sorted(FOLDER.glob("[0-9][0-9]_*.toml"))
        for name, text in tomllib.loads(path.read_text(encoding="utf-8")).items()
    }
