"""Marks on a map of codes in a still picture."""

from ... import figures
from ...figures.fonts import readable


def scatter_glyphs(axis, codes, labels, names, most):
    """The first `most` codes [N, 2], each as the glyph of its class, in the class's colour."""
    for i, label in enumerate(labels.unique().tolist()):
        members = codes[:most][labels[:most] == label]
        is_letter = len(names[label]) == 1 and names[label].isalnum()
        glyph = readable(names[label], str(label)) if is_letter else str(label)
        colour = figures.CLASSES[i % len(figures.CLASSES)]
        axis.scatter(*members.T.numpy(), s=26, marker=f"${glyph}$", color=colour, linewidths=0)


def mark(axis, z):
    """A cross at z, seen on any ground."""
    axis.plot(*z, "+", color="white", markersize=20, markeredgewidth=6)
    axis.plot(*z, "+", color="black", markersize=18, markeredgewidth=2.5)
