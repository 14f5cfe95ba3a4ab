"""What the numbers in right options are derived with: a register of functions, and densities on a line."""

import re
import tomllib
from pathlib import Path

import torch

from course_utils import classroom

FOLDER = Path(classroom.__file__).parent / "questions"
NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:,\d{3})*(?:\.\d+)?")
LINE = torch.linspace(-12, 12, 4801, dtype=torch.float64)
DERIVED = {}


def derives(lesson, question):
    """Registers a function without arguments that returns the numbers in the right option, in their order."""
    return lambda function: DERIVED.setdefault((lesson, question), function)


def bank(lesson):
    """The questions of a lesson, by id."""
    (path,) = FOLDER.glob(f"{lesson}_*.toml")
    return {table["id"]: table for table in tomllib.loads(path.read_text(encoding="utf-8"))["question"]}


def fits(printed, value):
    """Whether a printed number is the value, to half a unit of its last digit."""
    digits = len(printed.partition(".")[2])
    return abs(float(printed.replace(",", "")) - value) <= 0.5001 * 10**-digits


def moments(log_density):
    """Mean and variance of a density on LINE, given by its logarithm up to a constant."""
    p = torch.softmax(log_density, 0)
    mean = (p * LINE).sum()
    return float(mean), float((p * (LINE - mean) ** 2).sum())


def log_normal(mean, variance):
    """The logarithm of a Gaussian density on LINE, up to a constant."""
    return -((LINE - mean) ** 2) / (2 * variance)


def one(value):
    """A number as a batch of one point on a line, [1, 1]."""
    return torch.tensor([[float(value)]], dtype=torch.float64)
