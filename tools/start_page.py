"""The start page, notebooks/README.md: what each lesson is about, measured and counted, and what is to come.

A person writes the page's own words, the titles of its parts, and the list of planned lessons; the lessons
themselves are filled in from their sources' headers, and leave that list, as soon as they are there.
"""

import re
import textwrap

PART = re.compile(r"<!-- lessons (\d\d) to (\d\d): ([^>]*) -->.*?<!-- /lessons -->", re.DOTALL)
TOTAL = re.compile(r"<!-- total -->.*?<!-- /total -->")
PLANNED = re.compile(r"^- \*\*(\d\d) .*\n", re.MULTILINE)
WIDTH = 120


def minutes(seconds):
    """Seconds as they are told to a reader: rounded up to half minutes."""
    return f"{max(1, -(-seconds // 30)) / 2:g} min"


def filled(page, contents, sources):
    """The page with the parts' lessons, the total time and the list of what is to come written anew.

    contents: {NN_name: {"title", "about", "seconds", ...}}; sources: {NN_name: the text of its source}.
    """

    def part(match):
        first, last, title = match.groups()
        named = [name for name in sorted(contents) if first <= name[:2] <= last]
        lessons = "".join(f"{_lesson(name, contents[name], sources[name])}\n\n" for name in named)
        body = f"\n\n## {title}\n\n{lessons}" if named else ""
        return f"<!-- lessons {first} to {last}: {title} -->{body}<!-- /lessons -->"

    total = minutes(sum(entry.get("seconds", 0) for entry in contents.values()))
    page = TOTAL.sub(f"<!-- total -->{total}<!-- /total -->", PART.sub(part, page))
    there = {name[:2] for name in contents}
    return PLANNED.sub(lambda match: "" if match[1] in there else match[0], page)


def _lesson(name, entry, source):
    """A lesson's heading, its time and counts, and what it is about."""
    said = "not measured yet" if entry.get("seconds") is None else minutes(entry["seconds"])
    title = f"### [{name[:2]} {entry['title']}]({name}.ipynb)"
    counts = f"{len(exercises(source))} exercises, {source.count('reveal(')} predictions"
    about = "\n".join(textwrap.wrap(entry["about"], WIDTH, break_long_words=False, break_on_hyphens=False))
    return f"{title}\n\n{said} · {counts}\n\n{about}"


def write(path, contents, sources):
    """Fill the page at path anew; sources: the folder of the lessons' sources."""
    texts = {name: (sources / f"{name}.py").read_text(encoding="utf-8") for name in contents}
    path.write_text(filled(path.read_text(encoding="utf-8"), contents, texts), encoding="utf-8")


def exercises(source):
    """The names of the exercises that the source of a lesson checks: a set."""
    return set(re.findall(r'= check\("([a-z0-9_.]+)"', source))
