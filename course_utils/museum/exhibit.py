"""Try what a student did to mend an exhibit of the failure museum, and say in one line how it ends."""

from .._say import say
from .._validate import check_kind
from .trying import told, tried

LONGEST = 60  # of what is quoted from an answer


def exhibit(name, answer, judged, wanted):
    """Show one line: not answered yet, mended, or still broken and why. No answer stops the notebook.

    name: the exhibit's letter; answer: what gives the student's answer, called without arguments;
    judged: takes that answer, returns "" if it mends the exhibit, else what is still wrong, in words;
    wanted: what an answer looks like, in words, for one that cannot be used at all.
    """
    given = tried(f"exhibit {name}", answer)
    if given is None:
        return
    try:
        wrong = judged(given)
    except Exception as error:
        quoted = " ".join(repr(given).split())
        quoted = quoted if len(quoted) <= LONGEST else quoted[:LONGEST] + "..."
        wrong = f"{wanted} is wanted; you return {quoted}, which ends in {told(error)}"
    if wrong:
        say("wrong", f"exhibit {name}: still broken", f", {wrong}")
    else:
        say("right", f"exhibit {name}: mended")


def settings_wrong(given, likes, **ranges):
    """What is wrong with a dict of settings, in words, or "" where each can be tried.

    given: the answer; likes: the broken settings, whose keys it must have; ranges: key -> (low, high).
    """
    check_kind("likes", likes, dict, "a dict")
    if not isinstance(given, dict) or set(given) != set(likes):
        return f"a dict with the keys {', '.join(likes)} is wanted"
    for key, (low, high) in ranges.items():
        value = given[key]
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            return f"{key} must be a number between {low:g} and {high:g}"
        if isinstance(likes[key], int) and value != int(value):
            return f"{key} must be a whole number"
    return ""
