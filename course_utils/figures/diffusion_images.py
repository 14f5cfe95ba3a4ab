"""What lesson 12 draws: a U-Net with its shapes, and a figure that a slider redraws in place."""

from IPython.display import display

from .alt_text import alt_text
from .style import DATA, GREEN, MODEL, NOISE, ORANGE, PURPLE, picture, subplots

# What each part of the U-Net is filled with; its name stands in the box, so the colour is never alone.
FILLS = {"block": DATA, "attention": PURPLE, "resize": ORANGE, "conv": NOISE, "join": GREEN}


def unet_diagram(stages, title=""):
    """A figure of a U-Net: one box a stage, lower where the resolution is lower, arrows for the skips.

    stages: list of (level, kind, text) in the order of the forward pass: level 0 is the full resolution;
    kind is a key of FILLS; text stands in the box. A stage whose text holds "keep" is joined by an arrow to
    the next free stage of its level whose text holds "join", the last kept first.
    """
    fig, ax = subplots(figsize=(10.5, 1.35 * (max(level for level, *_ in stages) + 1) + 1.5))
    kept = []
    for place, (level, kind, text) in enumerate(stages):
        name, shape = text.replace("keep ", "").replace("join ", "").split("\n")
        ax.text(
            place, -level, f"{name}\n{shape}", ha="center", va="center", fontsize=11,
            bbox={"boxstyle": "round,pad=0.35", "facecolor": FILLS[kind] + "40", "edgecolor": FILLS[kind]},
        )  # fmt: skip
        if text.startswith("keep"):
            kept.append(place)
        if text.startswith("join"):
            start = kept.pop()
            ax.annotate(
                "", (place, -level + 0.26), (start, -level + 0.26),
                arrowprops={"arrowstyle": "->", "color": MODEL, "connectionstyle": "arc3,rad=-0.12", "lw": 2},
            )  # fmt: skip
            ax.text((start + place) / 2, -level + 0.62, "skip", color=MODEL, ha="center", fontsize=12)
    lowest = max(level for level, *_ in stages)
    ax.set(xlim=(-0.6, len(stages) - 0.4), ylim=(-lowest - 0.45, 0.85), title=title)
    ax.axis("off")
    return fig


def touch(fig, draw, slider, alt):
    """Show a slider and a figure that draw(value) changes in place whenever the slider moves.

    draw: callable of the slider's value; it changes what is on the figure and returns nothing. slider: an
    ipywidgets control with a value. alt: what the figure shows, or the name of such a text. Without a kernel,
    as in an exported page, the picture stays at the slider's first value.
    """

    def bundle():
        draw(slider.value)
        return picture(fig, words)

    words = alt_text(alt)
    display(slider)
    shown = display(bundle(), display_id=True, raw=True)
    slider.observe(lambda change: shown.update(bundle(), raw=True), names="value")
