"""Our symbols and those of the source lectures, from course_utils/notation.py."""

from standalone import frame

from course_utils.notation import LECTURES, crosswalk

TITLE = "Notation"


def body(site):
    """One table of all symbols, and the lectures whose letters it names."""
    lectures = "\n".join(f"- **{letter}** {lecture}" for letter, lecture in LECTURES.items())
    return frame.written(
        f"# {TITLE}\n\nWhat each symbol of the course means, its name in code, and who writes it "
        f"otherwise.\n\n"
        f"{crosswalk()}\n\n## The lectures\n\n{lectures}\n"
    )
