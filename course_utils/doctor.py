"""`python -m course_utils doctor`: is this machine ready for the course, and if not, what to do."""

import json
import os
import platform
import re
import shutil
import time
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
MEMORY_GB, DISK_GB = 4, 1  # a notebook's budget; room for the data sets that are downloaded on request
INSTALL = "run `make env` in the course's folder"


class Row(NamedTuple):
    """One line of the table; remedy is None where all is well."""

    what: str
    found: str
    wanted: str = ""
    remedy: str | None = None


def main():
    """Print the table and what to do about anything wrong; return 0 where all is well, else 1."""
    rows = examine()
    print(render(rows))
    return int(any(row.remedy for row in rows))


def examine():
    """All rows of the table: a list of Row."""
    try:
        asked = [python(), *packages()]
    except Exception as error:  # of pyproject.toml, or of the installed package's metadata
        found = f"what the course asks for cannot be read ({type(error).__name__})"
        asked = [Row("packages", found, "", f"get pyproject.toml from the repository again; then {INSTALL}")]
    return [*asked, device(), processes(), memory(), disk(), lessons(), checkpoints(), smoke_test()]


def render(rows):
    """The table as text, and under it one line for each remedy."""
    cells = [(row.what, row.found, row.wanted, "WRONG" if row.remedy else "ok") for row in rows]
    cells = [("what", "found", "wanted", ""), *cells]
    widths = [max(len(line[column]) for line in cells) for column in range(4)]
    lines = [
        "  ".join(text.ljust(w) for text, w in zip(line, widths, strict=True)).rstrip() for line in cells
    ]
    lines.insert(1, "-" * max(map(len, lines)))
    remedies = [f"{row.what}: {row.remedy}." for row in rows if row.remedy]
    verdict = ["", "What to do:", *remedies] if remedies else ["", "Everything is ready."]
    return "\n".join(lines + verdict)


def python():
    """Python's version against what the package asks for."""
    wanted = requirements()[0]
    found = platform.python_version()
    fits = all(compare(found, clause) for clause in wanted.split(","))
    return Row("python", found, wanted, None if fits else f"install Python {wanted}, then {INSTALL}")


def packages():
    """Each package the course needs, its version against the smallest that will do."""
    return [package(name, wanted) for name, wanted in requirements()[1]]


def package(name, wanted):
    """One package's row; nothing is imported, so this is fast and cannot crash."""
    try:
        found = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Row(name, "missing", wanted, INSTALL)
    fits = all(compare(found, clause) for clause in wanted.split(",") if clause)
    return Row(name, found, wanted, None if fits else f"it is too old or too new; {INSTALL}")


def requirements():
    """What pyproject.toml (or the installed metadata) asks for: Python's range, and [(package, range)]."""
    source = ROOT / "pyproject.toml"
    if source.is_file():
        import tomllib

        project = tomllib.loads(source.read_text(encoding="utf-8"))["project"]
        python_range, lines = project["requires-python"], project["dependencies"]
    else:
        installed = metadata.metadata("course-utils")
        python_range, lines = installed["Requires-Python"], metadata.requires("course-utils")
    lines = [line for line in lines if "extra ==" not in line]
    return python_range, [re.match(r"\s*([\w.-]+)\s*(.*?)\s*$", line).groups() for line in lines]


def compare(version, clause):
    """Whether a version such as "2.13.0+cpu" satisfies a clause such as ">=2.11"; others do not bind."""
    match = re.match(r"\s*(>=|<)\s*([\d.]+)", clause)
    if not match:
        return True
    have, bound = (tuple(map(int, re.match(r"[\d.]*\d", v)[0].split("."))) for v in (version, match[2]))
    return have >= bound if match[1] == ">=" else have < bound


def device():
    """What training would run on."""
    try:
        import torch
    except Exception as error:
        return Row("device", f"torch does not import ({type(error).__name__})", "", INSTALL)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    found = f"cpu ({platform.machine()}, {cores} cores, {torch.get_num_threads()} threads)"
    if torch.cuda.is_available():
        gigabytes = torch.cuda.get_device_properties(0).total_memory / 1e9
        found = f"cuda ({torch.cuda.get_device_name(0)}, {gigabytes:.0f} GB)"
    return Row("device", found)


def memory():
    """Free memory in GB, where the system says."""
    free = free_memory()
    if free is None:
        return Row("free memory", "unknown", f"{MEMORY_GB} GB")
    remedy = f"close other programs or notebooks until {MEMORY_GB} GB are free"
    return Row("free memory", f"{free:.1f} GB", f"{MEMORY_GB} GB", remedy if free < MEMORY_GB else None)


def free_memory():
    """Gigabytes that a program could still use, or None where neither psutil nor the system says."""
    try:
        import psutil
    except ImportError:
        pass
    else:
        return psutil.virtual_memory().available / 1e9
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
    except OSError:
        return None
    return int(re.search(r"MemAvailable:\s*(\d+)", text)[1]) * 1024 / 1e9


def disk():
    """Free disk space in GB, where the course lies."""
    free = shutil.disk_usage(ROOT).free / 1e9
    remedy = f"free {DISK_GB} GB on the disk that holds the course"
    return Row("free disk", f"{free:.1f} GB", f"{DISK_GB} GB", remedy if free < DISK_GB else None)


def processes():
    """How several processes of one training can talk to each other; lesson 19 starts two."""
    try:
        from torch import distributed
    except Exception as error:
        return Row("processes", f"cannot be asked ({type(error).__name__})", "gloo", INSTALL)
    ways = [
        name
        for name, there in (("gloo", distributed.is_gloo_available), ("nccl", distributed.is_nccl_available))
        if distributed.is_available() and there()
    ]
    remedy = None if "gloo" in ways else f"lesson 19 needs a torch with gloo: {INSTALL}"
    return Row("processes", ", ".join(ways) or "none", "gloo", remedy)


def lessons():
    """Whether every lesson's notebook is there; an installed package has none, and needs none."""
    folder = ROOT / "notebooks"
    if not folder.is_dir():
        return Row("lessons", "none, for this is the package alone")
    try:
        named = json.loads((folder / "contents.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Row("lessons", "contents.json cannot be read", "", "get it from the repository again")
    missing = [name for name in named if not (folder / f"{name}.ipynb").is_file()]
    remedy = f"get {', '.join(missing)} from the repository again" if missing else None
    return Row("lessons", f"{len(named) - len(missing)} notebooks", f"{len(named)}", remedy)


def checkpoints():
    """Whether every trained model of the course can be read."""
    try:
        from . import checkpoints
    except Exception as error:
        return Row("checkpoints", f"cannot be read ({type(error).__name__})", "", INSTALL)
    total = len(checkpoints.RECIPES)
    if sentence := checkpoints.store.absent():
        return Row("checkpoints", "0 readable", f"{total}", sentence.removesuffix("."))
    damaged, locked = [], []
    for name in checkpoints.RECIPES:
        try:
            checkpoints.load(name)
        except checkpoints.CheckpointError as error:
            (locked if isinstance(error.__cause__, OSError) else damaged).append(name)
    remedies = []
    if locked:
        names = ", ".join(locked)
        remedies.append(f"give yourself the right to read, in {checkpoints.folder()}, the files of {names}")
    if damaged:
        runs = ", ".join(f"run `python -m course_utils train {name}`" for name in damaged)
        remedies.append(f"get the files from the repository again, or {runs}")
    found = f"{total - len(damaged) - len(locked)} readable"
    return Row("checkpoints", found, f"{total}", "; ".join(remedies) or None)


def smoke_test():
    """Train a linear model with the course's own loop, and compare it with the exact least-squares answer."""
    started = time.perf_counter()
    try:
        error = distance_to_least_squares()
    except Exception as problem:
        reason = f"{type(problem).__name__}: {problem}".splitlines()[0]
        return Row("smoke test", reason[:60], "", f"{INSTALL}; if it still fails, report that line")
    found = f"error {error:.0e} in {time.perf_counter() - started:.1f} s"
    remedy = "torch computes wrong results here; " + INSTALL
    return Row("smoke test", found, "error below 1e-3", None if error < 1e-3 else remedy)


def distance_to_least_squares():
    """The largest difference between trained weights and those of torch.linalg.lstsq, in float64."""
    import torch

    from . import training

    generator = torch.Generator().manual_seed(0)
    x = torch.randn(256, 4, generator=generator, dtype=torch.float64)
    y = x @ torch.randn(4, 1, generator=generator, dtype=torch.float64)
    y = y + 0.1 * torch.randn(256, 1, generator=generator, dtype=torch.float64)
    model = torch.nn.Linear(4, 1, bias=False, dtype=torch.float64)
    training.fit(
        model, lambda m, a, b: (m(a) - b).square().mean(), (x, y), steps=600, batch_size=256, lr=0.03,
        precision="fp32", compile=False, progress=False,
    )  # fmt: skip
    exact = torch.linalg.lstsq(x, y).solution
    return (model.weight.detach().cpu().T - exact).abs().max().item()
