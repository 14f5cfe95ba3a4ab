"""What the lectures of a lesson misprint, as a table: lines of course_utils/errata, named by their tests."""

from .errors import BuildError


def table(name, lines):
    """Markdown for a ```misprints block of the deck `name`: a table of the errata that its lines name.

    A line is the name of an erratum's test, or `test_name: printed | what holds` with shorter words for both.
    Raises BuildError for a test that the lesson has not.
    """
    from course_utils.errata import BY_LESSON

    errata = {erratum.test: erratum for erratum in BY_LESSON.get(name, [])}
    rows = [_row(line, errata) for line in lines if line.strip()]
    left = len(errata) - len(rows)
    said = f"\n\nAnd {left} more in the notebook, each held by a test." if left else ""
    return "\n".join(["| printed | what holds |", "|---|---|", *rows]) + f"{said}\n\n"


def _row(line, errata):
    test, short, words = line.strip().partition(": ")
    if test not in errata:
        raise BuildError(f"misprints wants tests of the lesson's errata; got {test!r}.")
    if short and words.count(" | ") != 1:
        raise BuildError(f"a misprint's own words are `printed | what holds`; got {words!r}.")
    return f"| {words or f'{errata[test].printed} | {errata[test].holds}'} |"
