"""What a figure shows, in words, for a reader who cannot see it; kept away from the code that others read.

The texts of lesson NN stand in alt_texts/NN_name.toml, one a name: `loss = '''The loss falls.'''` there is
`show(fig, "03.loss")` in notebook 03.
"""

from pathlib import Path

from .._texts import named

FOLDER = Path(__file__).parent / "alt_texts"


def alt_text(words, **values):
    """The alternative text: words themselves, or the text of that name ("03.loss") with values filled in.

    Raises ValueError where words are no sentence, or a name that no file holds, with the nearest one.
    """
    if not isinstance(words, str) or len(words.strip()) < 5:
        raise ValueError(
            f"alt must be a sentence that says what the figure shows, or its name; got {words!r}."
        )
    text = named("alt", words, FOLDER, values)
    if text is None and len(words.strip()) < 10:
        raise ValueError(f"alt must be a sentence that says what the figure shows; got {words!r}.")
    return words if text is None else text
