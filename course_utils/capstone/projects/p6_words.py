"""p6, from the part on codes and words: glyphs drawn as a sentence says."""

from .. import criteria
from ..judges import read_glyphs, small_pictures
from ..obeying import obeys_words
from ..project import Project

SHAPE = (1, 28, 28)

PROJECT = Project(
    "Drawn as the sentence says",
    (
        criteria.images(SHAPE),
        criteria.seeds(SHAPE, of_both=True),
        criteria.learnt(SHAPE, small_pictures, "told nothing", points=1),
        obeys_words(SHAPE, read_glyphs, "the same models told nothing", points=4),
        criteria.no_copies(SHAPE),
        criteria.kept_apart(SHAPE),
        criteria.card(),
    ),
)
