"""What is measured or counted on the start page, notebooks/README.md: each lesson's line, and the total."""

import re

LESSON = re.compile(r"<!-- lesson (\d\d) -->.*?<!-- /lesson -->", re.DOTALL)
TOTAL = re.compile(r"<!-- total -->.*?<!-- /total -->")


def minutes(seconds):
    """Seconds as they are told to a reader: rounded up to half minutes."""
    return f"{max(1, -(-seconds // 30)) / 2:g} min"


def filled(page, contents, sources):
    """The page with every lesson's heading, time and number of exercises, and the total time, written anew.

    contents: {NN_name: {"title", "seconds", ...}}; sources: {NN_name: the text of its source}. A lesson that
    the page names and the course lacks raises KeyError.
    """
    by_number = {name[:2]: name for name in contents}

    def line(match):
        name = by_number[match[1]]
        seconds, source = contents[name].get("seconds"), sources[name]
        said = "not measured yet" if seconds is None else minutes(seconds)
        title = f"### [{match[1]} {contents[name]['title']}]({name}.ipynb)"
        counts = f"{len(_exercises(source))} exercises, {source.count('reveal(')} predictions"
        # blank lines, for Markdown takes what touches a comment to be HTML
        return f"<!-- lesson {match[1]} -->\n\n{title}\n\n{said} · {counts}\n\n<!-- /lesson -->"

    total = minutes(sum(entry.get("seconds", 0) for entry in contents.values()))
    return TOTAL.sub(f"<!-- total -->{total}<!-- /total -->", LESSON.sub(line, page))


def write(path, contents, sources):
    """Fill the page at path anew; sources: the folder of the lessons' sources."""
    texts = {name: (sources / f"{name}.py").read_text(encoding="utf-8") for name in contents}
    path.write_text(filled(path.read_text(encoding="utf-8"), contents, texts), encoding="utf-8")


def _exercises(source):
    return set(re.findall(r'= check\("([a-z0-9_.]+)"', source))
