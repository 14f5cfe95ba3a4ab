"""One call of what a student wrote to mend an exhibit; a blank, or an error, is one sentence."""

from .._say import say

LONGEST = 120  # characters of an error's words


def tried(exhibit, answer):
    """What answer() returns; None, and a sentence is shown, where that is a blank or an error.

    exhibit: what the sentence begins with, such as "exhibit A".
    """
    try:
        given = answer()
    except Exception as error:  # a student's function may raise anything
        say("wrong", f"{exhibit}: still broken", f", your function stops with {told(error)}")
        return None
    if given is None or given is ...:
        say("blank", f"{exhibit}: not answered yet")
        return None
    return given


def told(error):
    """An error in one line."""
    text = " ".join(str(error).split())
    text = text if len(text) <= LONGEST else text[:LONGEST] + "..."
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
