"""The board as a matplotlib figure, for where no script runs."""

from ... import figures


def still(lessons):
    """A bar for each lesson, its numbers beside it; lessons: as ProgressBoard keeps them."""
    fig, axis = figures.subplots(figsize=(7.4, 0.6 + 0.28 * max(1, len(lessons))))
    for row, lesson in enumerate(lessons):
        solved, count = sum(done for _, done in lesson["exercises"]), len(lesson["exercises"])
        axis.barh(row, 1, height=0.55, color="white", edgecolor=figures.NOISE)
        axis.barh(row, solved / count, height=0.55, color=figures.GREEN if solved == count else figures.DATA)
        sign = " ✓" if solved == count else ""
        axis.text(1.02, row, f"{solved} of {count}{sign}", va="center", fontsize=11)
    names = [f"{lesson['notebook'][:2]} {lesson['title']}" for lesson in lessons]
    axis.set(yticks=range(len(lessons)), yticklabels=names, xticks=[], xlim=(0, 1.25))
    axis.set(title="Exercises solved: a still of the live board", ylim=(len(lessons) - 0.4, -0.6))
    axis.tick_params(axis="y", length=0, labelsize=11)
    axis.grid(False)
    for spine in axis.spines.values():
        spine.set_visible(False)
    return fig
