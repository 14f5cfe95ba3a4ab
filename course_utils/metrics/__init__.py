"""How good a sample is: a judge that reads digits, how many modes were found, how far the features lie."""

from .agreement import agreement
from .bins import bin_shares, bins_covered, cluster_centres
from .digit_classifier import DigitClassifier
from .frechet import frechet_distance
from .modes import modes_covered
from .precision import precision_recall

__all__ = [
    "DigitClassifier", "agreement", "bin_shares", "bins_covered", "cluster_centres", "frechet_distance",
    "modes_covered", "precision_recall",
]  # fmt: skip
