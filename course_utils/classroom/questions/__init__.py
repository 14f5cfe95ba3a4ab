"""Five questions at the end of each lesson, drawn from a bank of at least ten that instructors can export.

The bank of lesson NN is NN_name.toml in this folder, named as its notebook is. Each question of it is a table
of this form (in single quotes TeX keeps its backslashes):

    [[question]]
    id = "far-from-all-data"              # small letters, digits, hyphens; of no other question here
    section = "1. Two questions about data"   # a heading of the lesson's source, without its marks #
    shown = true                          # for exactly five questions of a bank; the others leave it out
    ask = '''
    Whole sentences in Markdown, with $TeX$. A second paragraph or a block of code may follow.
    '''
    options = [                           # three to five, each one line once unwrapped, no two alike
        'the first, in Markdown with $TeX$',
        'the second',
        'the third',
    ]
    answer = 2                            # which of the options is right, counted from 0
    reason = '''
    Whole sentences: why the right one is right, and why each wrong one that tempts is wrong.
    '''

A reason never names an option by its letter or its place ("the second"): it says what the option says.
"""

from .bank import Question, lessons, load
from .exporting import export
from .formats import FORMATS

__all__ = ["FORMATS", "Question", "export", "lessons", "load"]
