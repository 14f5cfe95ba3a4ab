"""Sentences that notebooks show and do not hold: what a figure shows, why a prediction's answer is right.

Those of lesson NN stand in FOLDER/NN_name.toml; `loss = '''The loss falls.'''` there is "NN.loss".
"""

import functools
import re
import tomllib

from ._validate import check_choice

NAME = re.compile(r"\d\d\.\w+")


@functools.cache
def texts(folder):
    """{"NN.name": text} of every lesson, found by looking; a text is one line, however it was wrapped."""
    return {
        f"{path.stem[:2]}.{name}": " ".join(text.split())
        for path in sorted(folder.glob("[0-9][0-9]_*.toml"))
        for name, text in tomllib.loads(path.read_text(encoding="utf-8")).items()
    }


def named(argument, words, folder, values):
    """The text of the name words ("03.loss") with values filled in; None where words are no name.

    argument: what an error calls it. Raises ValueError where no file holds the name, with the nearest one.
    """
    if not isinstance(words, str) or not NAME.fullmatch(words):
        return None
    text = texts(folder)[check_choice(argument, words, texts(folder))]
    return text.format(**values) if values else text
