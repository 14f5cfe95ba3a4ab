"""A lecture's plan: the parts of a deck, the minutes of each, and what 45 minutes leave out.

`Part: The game` under a slide's title begins a part, which holds until the next; what comes before the first
belongs to it. `Cut: 45` marks a slide that a lecture of 45 minutes leaves out. The agenda is made from both.
"""

from dataclasses import dataclass, field

from . import sections
from .errors import BuildError

SHORT, LEAST, WHOLE = 45, 35, 90  # minutes: a short lecture, the least that it should fill, a long one
CUT = "◇"


@dataclass
class Part:
    """A part of the lecture: its number, its words, and its slides with the Section of each."""

    number: int
    words: str
    slides: list = field(default_factory=list)
    places: list = field(default_factory=list)

    def minutes(self, short=False):
        """How long it takes by the notes; short: without what 45 minutes leave out."""
        return sum(slide.minutes for slide in self.slides if not (short and slide.cut))


def parts(slides, places):
    """The Parts of a deck; places: the Section of each slide, or None. No part where no slide begins one."""
    found = [Part(1, "")]
    for slide, place in zip(slides, places, strict=True):
        if slide.part and found[-1].words:
            found.append(Part(len(found) + 1, ""))
        found[-1].words = slide.part or found[-1].words
        found[-1].slides.append(slide)
        found[-1].places.append(place)
    return found if found[0].words else []


def remainder(slides):
    """What a deck's agenda says of what fills the rest of 90 minutes; "" where it has none."""
    blocks = [part for slide in slides for part in slide.body if getattr(part, "kind", "") == "agenda"]
    return told(blocks[0]) if blocks else ""


def told(block):
    """The line of an agenda block, such as "exercises 3 to 5"."""
    return " ".join(block.lines).strip()


def agenda(found, name, further):
    """The agenda of Parts as Markdown; further: what else fills 90 minutes, such as "exercises 3 to 5".

    Raises BuildError where the minutes of the notes do not make a lecture of 45 and one of 90 minutes.
    """
    short, whole = (sum(part.minutes(short) for part in found) for short in (True, False))
    _check(len(found), short, whole)
    columns = {"part": [f"{part.number}. {part.words}" for part in found] + ["**in all**"]}
    if sections.of(name):
        columns["in the notebook"] = [_places(part, name) for part in found] + [""]
    if short < whole:
        brief = [part.minutes(short=True) or CUT for part in found]
        columns[f"{SHORT} min"] = [*brief, f"**{short}**"]
    columns["all" if short < whole else "min"] = [part.minutes() for part in found] + [f"**{whole}**"]
    rows = [columns, ["---"] * len(columns), *zip(*columns.values(), strict=True)]
    table = "\n".join("| " + " | ".join(map(str, row)) + " |" for row in rows)
    said = f"In {SHORT} minutes, slides with a {CUT} in their foot are left out. " if short < whole else ""
    return f'<div class="agenda">\n\n{table}\n\n{said}In {WHOLE}: all, and {further}.\n\n</div>\n\n'


def _check(count, short, whole):
    if count < 3:
        raise BuildError(f"an agenda wants three parts, begun by `Part: The game` and its like; got {count}.")
    if short > SHORT or whole > WHOLE:
        most = f"the most is {SHORT} and {WHOLE}"
        raise BuildError(f"its notes give {short} minutes uncut and {whole} in all; {most}.")
    if short < min(LEAST, whole):
        raise BuildError(f"`Cut: {SHORT}` leaves {short} minutes; the least with a cut is {LEAST}.")


def _places(part, name):
    """Where a part stands in the notebook, as links: `the opening, sections 1, 2`."""
    places = list({place.name: place for place in part.places if place}.values())
    if len(places) > 1:  # what to take with you is found without a link
        places = [place for place in places if place.name != "closing"]
    numbers = [place for place in places if place.number]
    said = []
    for place in places:
        words = str(place.number)
        if place.number is None:
            words = place.name if place.name == "going further" else f"the {place.name}"
        elif place is numbers[0]:
            words = f"section{'s' if len(numbers) > 1 else ''} {words}"
        said.append(sections.page_link(name, place, words))
    return ", ".join(said)
