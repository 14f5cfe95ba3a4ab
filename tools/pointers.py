"""Pointers from one lesson to another: a lesson that is not there yet is said to be to come.

A source writes `{notebook 13}` or `{lesson 13}`; the reader sees "notebook 13", and "(to come)" behind it
until there is a notebooks/source/13_name.py.
"""

import re
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "notebooks" / "source"
POINTER = re.compile(r"\{((?:notebook|lesson)\s)(\d\d)\}", re.IGNORECASE)
TO_COME = " (to come)"
NAKED = re.compile(rf"\b(?:notebook|lesson)\s(\d\d)\b(?!{re.escape(TO_COME)})", re.IGNORECASE)


def there():
    """The numbers of the lessons that there are, as two digits each."""
    return {path.stem[:2] for path in SOURCE.glob("[0-9][0-9]_*.py")}


def filled(text):
    """The text with every pointer written out."""
    known = there()
    return POINTER.sub(lambda found: found[1] + found[2] + ("" if found[2] in known else TO_COME), text)


def dangling(text):
    """The numbers of the lessons that a text sends its reader to, without a word that they are to come."""
    return sorted(set(NAKED.findall(text)) - there())
