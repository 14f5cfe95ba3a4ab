"""What a deck's Markdown file says: its front matter, its slides, their notes and citations."""

import re
from dataclasses import dataclass, field

import yaml

from .errors import BuildError

FENCE = re.compile(r"^(`{3,}|~{3,})\s*(.*)$")
NOTE = re.compile(r"^Note(?: \((\d+) min\))?:\s*(.*)$")
SAYS = re.compile(r"^(Cite|Section|Part|Cut):\s*(.*?)\s*$")
OPTION = re.compile(r'(\w+)=("[^"]*"|\S+)')
# The kinds of code that is run, each with what its fence line may say.
OPTIONS = {
    "setup": (),
    "study": ("keep", "weights"),
    "figure": ("alt", "width"),
    "widget": ("alt", "width"),
}
WRITTEN = ("agenda", "misprints", "systems")  # the blocks that the builder writes out itself


@dataclass
class Block:
    """A fenced block of Python that is run: its kind (setup, study, figure or widget), options and code."""

    kind: str
    options: dict
    code: str


@dataclass
class Written:
    """A fenced block that the builder writes out: its kind (one of WRITTEN) and its lines."""

    kind: str
    lines: list


@dataclass
class Slide:
    """One slide: body holds Markdown strings, Blocks and Writtens, minutes its share of the hour.

    section: what it says of its place in the notebook (sections.py), empty where it says nothing. part: the
    part of the lecture that it begins; cut: whether a lecture of 45 minutes leaves it out (plan.py).
    """

    number: int
    title: str
    body: list = field(default_factory=list)
    notes: str = ""
    minutes: int = 0
    cites: list = field(default_factory=list)
    section: str = ""
    part: str = ""
    cut: bool = False


def parse(text):
    """A deck's text to (front matter dict, list of Slides); the first slide is the title slide.

    Raises BuildError for front matter without title, lesson and cites, or a deck without slides.
    """
    meta, text = front_matter(text)
    slides = [Slide(1, meta["title"])]
    lines = iter(text.splitlines())
    part, in_notes = [], False

    def close():
        if in_notes:
            slides[-1].notes += "\n".join(part).strip()
        elif part:
            slides[-1].body.append("\n".join(part) + "\n")
        part.clear()

    for line in lines:
        fence, note, says = FENCE.match(line), NOTE.match(line), not in_notes and SAYS.match(line)
        if fence:
            inside = list(_until(lines, fence[1], slides[-1]))
            if fence[2] in WRITTEN or len(fence[2].split()) > 1:
                close()
                slides[-1].body.append(_block(fence[2], inside, slides[-1]))
            else:
                part += [line, *inside, fence[1]]
        elif line.startswith("## "):
            close()
            in_notes = False
            slides.append(Slide(len(slides) + 1, line[3:].strip()))
        elif note:
            close()
            in_notes, slides[-1].minutes = True, int(note[1] or 0)
            part.append(note[2])
        elif says:
            _say(slides[-1], says[1], says[2], len(meta["cites"]))
        else:
            part.append(line)
    close()
    if len(slides) == 1:
        raise BuildError("it has no slide: a slide begins with a line `## Title`.")
    return meta, slides


def front_matter(text):
    """The YAML between the first two lines of three dashes, and the text after it."""
    match = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    try:
        meta = yaml.safe_load(match[1]) if match else None
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", error)
        raise BuildError(f"its front matter is not YAML: {problem}.") from None
    if not isinstance(meta, dict):
        raise BuildError("it must begin with front matter between two lines of three dashes.")
    for key, kind in (("title", str), ("lesson", str), ("cites", list)):
        if not isinstance(meta.get(key), kind):
            raise BuildError(f"its front matter needs {key} as a {kind.__name__}; got {meta.get(key)!r}.")
    return meta, text[match.end() :]


def _until(lines, mark, slide):
    """The lines up to the fence that closes the one opened with mark."""
    for line in lines:
        if line.rstrip() == mark:
            return
        yield line
    _stop(slide, f"a block that begins with {mark} is not closed.")


def _say(slide, word, said, cites):
    """Keep what a line such as `Part: The game` says of a slide; cites: how many lectures there are."""
    if word == "Cite":
        slide.cites = _numbers(said, cites, slide)
    elif word == "Cut":
        if said != "45":
            _stop(slide, f"Cut wants 45, the minutes of a lecture that leaves the slide out; got {said!r}.")
        slide.cut = True
    elif not said:
        _stop(slide, f"{word} wants words behind its colon.")
    else:
        setattr(slide, word.lower(), said)


def _block(fence, lines, slide):
    """The block of a fence line that says more than a language, or names what the builder writes."""
    if fence in WRITTEN:
        return Written(fence, lines)
    language, kind, *rest = fence.split(maxsplit=2)
    if language != "python" or kind not in OPTIONS:
        _stop(slide, f"a block is a language, or python and one of {', '.join(OPTIONS)}; got {fence!r}.")
    written = rest[0] if rest else ""
    options = {name: value.strip('"') for name, value in OPTION.findall(written)}
    unknown = [*OPTION.sub("", written).split(), *(name for name in options if name not in OPTIONS[kind])]
    if unknown:
        known = " and ".join(f'{name}="..."' for name in OPTIONS[kind]) or "nothing more"
        _stop(slide, f"a {kind} block takes {known}; got {unknown[0]!r}.")
    if options.get("weights", "half") != "half":
        _stop(slide, f'weights may be "half" or left out; got {options["weights"]!r}.')
    return Block(kind, options, "\n".join(lines))


def _stop(slide, sentence):
    raise BuildError(f"slide {slide.number} ({slide.title}): {sentence}")


def _numbers(text, count, slide):
    """The citations that a `Cite: 1, 3` line names, as positions in the front matter's list."""
    numbers = [int(word) for word in re.findall(r"\d+", text)]
    if not numbers or not all(1 <= number <= count for number in numbers):
        _stop(slide, f"Cite wants numbers from 1 to {count}; got {text!r}.")
    return [number - 1 for number in numbers]
