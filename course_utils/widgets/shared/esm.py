"""One self-contained ES module from the small ones: what Jupyter, a deck and an exported page all load.

In the source the modules import one another by relative paths, so that Node can test them one by one. The
bundle is the same text with the imports and the `export` keywords taken out, dependencies first.
"""

import functools
import re
from pathlib import Path

IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def modules(entry):
    """The entry's modules as paths, each after everything it imports; entry: a path, itself the last."""
    entry = Path(entry).resolve()
    ordered = []
    for _, target in IMPORT.findall(entry.read_text(encoding="utf-8")):
        ordered += [path for path in modules(entry.parent / target) if path not in ordered]
    return [*ordered, entry]


@functools.cache
def bundle(entry):
    """The text of one ES module without imports that does what the module at the path `entry` does."""
    texts = (path.read_text(encoding="utf-8") for path in modules(entry))
    return "\n".join(EXPORT.sub("", IMPORT.sub("", text)).strip() + "\n" for text in texts)
