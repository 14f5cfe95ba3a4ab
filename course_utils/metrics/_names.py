"""What can stand as a model's name, in a game and in a file of answers."""

LONGEST_NAME = 60


def is_name(value):
    """Whether value is text of 1 to 60 printable characters, not all of them blank."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= LONGEST_NAME
        and value.isprintable()  # no line breaks, and nothing that a terminal would obey
        and bool(value.strip())
    )
