"""What lesson 12 draws: a U-Net with its shapes, curves over t, a figure that a slider redraws in place."""

import itertools

import torch
from IPython.display import display
from matplotlib.colors import to_rgb

from .alt_text import alt_text
from .images import image_rows
from .style import DATA, GREEN, MODEL, NOISE, ORANGE, PURPLE, SIGN, picture, subplots

# What each part of the U-Net is filled with; its name stands in the box, so the colour is never alone.
FILLS = {"block": DATA, "attention": PURPLE, "resize": ORANGE, "conv": NOISE, "join": GREEN}


def unet_diagram(stages, title=""):
    """A figure of a U-Net: one box a stage, lower where the resolution is lower, arrows for the skips.

    stages: list of (level, kind, text) in the order of the forward pass: level 0 is the full resolution;
    kind is a key of FILLS; text stands in the box. A stage whose text begins with "keep" is joined by an
    arrow to the next free stage whose text begins with "join", the last kept first.
    """
    fig, ax = subplots(figsize=(10.5, 1.35 * (max(level for level, *_ in stages) + 1) + 1.5))
    lowest = max(level for level, *_ in stages)
    ax.set(xlim=(-0.6, len(stages) - 0.4), ylim=(-lowest - 0.45, 0.85), title=title)
    ax.axis("off")
    kept, boxes = [], []
    for place, (level, kind, text) in enumerate(stages):
        said = text.removeprefix("keep ").removeprefix("join ")
        box = ax.text(
            place, -level, said, ha="center", va="center", fontsize=9.5,
            bbox={"boxstyle": "round,pad=0.3", "facecolor": FILLS[kind] + "40", "edgecolor": FILLS[kind]},
        )  # fmt: skip
        boxes.append(box)
        if text.startswith("keep"):
            kept.append(place)
        if text.startswith("join"):
            start = kept.pop()
            ax.annotate(
                "", (place, -level + 0.3), (start, -level + 0.26),
                arrowprops={"arrowstyle": "->", "color": MODEL, "connectionstyle": "arc3,rad=-0.12", "lw": 2},
            )  # fmt: skip
            ax.text((start + place) / 2, -level + 0.62, "skip", color=MODEL, ha="center", fontsize=12)
    fig.draw_without_rendering()  # a box knows its size only then
    for start, end in itertools.pairwise(boxes):
        between = {"patchA": start.get_bbox_patch(), "patchB": end.get_bbox_patch()}
        style = {"arrowstyle": "->", "color": NOISE, "lw": 1.5, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", end.get_position(), start.get_position(), arrowprops=between | style)
    return fig


def completed(rows, known, title, names=None):
    """Rows of images as `image_rows` draws them, with a line below the pixel rows that were known."""
    return image_rows({name: _with_line(images, known) for name, images in rows.items()}, title, names=names)


def _with_line(images, known):
    """Images [n, 1, H, W] in colour, ten times as large, with a line below so many rows of their pixels."""
    large = images.expand(-1, 3, -1, -1).repeat_interleave(10, 2).repeat_interleave(10, 3)
    large[..., 10 * known - 1 : 10 * known + 1, :] = torch.tensor(to_rgb(MODEL))[:, None, None]
    return large


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


def codes_of_time(codes, likeness, marked=(100, 500)):
    """The code of every step, and how like the marked ones all others are; returns the figure.

    codes: [T, D]; likeness: [T, T], dot products of codes over half their length.
    """
    fig, (left, right) = subplots(1, 2, figsize=(10.4, 3.7), width_ratios=[1.25, 1])
    shown = left.imshow(codes.T, aspect="auto", cmap=SIGN, vmin=-1, vmax=1)
    left.set(title="The code of every step", xlabel="t", ylabel="place in the code")
    fig.colorbar(shown, ax=left)
    for t, colour, style in zip(marked, (DATA, MODEL), ("-", "--"), strict=True):
        right.plot(likeness[t], style, color=colour, linewidth=1.2, label=f"with t = {t}")
    right.set(title="How alike two codes are", xlabel="t", ylabel="dot product / 16", ylim=(-0.25, 1.6))
    right.legend(loc="upper right")
    return fig


def errors_over_t(ts, readings, kinds):
    """The error of one net over t: in three readings, and on two kinds of images; returns the figure.

    readings: what the answer is read as -> errors like ts; kinds: which images -> errors of v like ts.
    """
    fig, (left, right) = subplots(1, 2, figsize=(10.6, 3.9))
    for (name, errors), colour, style in zip(
        readings.items(), (DATA, NOISE, MODEL), ("-", "--", "-."), strict=True
    ):
        left.plot(ts, errors, style, marker="o", color=colour, label=f"as {name}")
    left.set(title="One net, three losses", xlabel="t", ylabel="mean squared error")
    left.legend()
    for (name, errors), colour, style in zip(kinds.items(), (DATA, MODEL), ("-", "--"), strict=True):
        right.plot(ts, errors, style, marker="o", color=colour, label=name)
    right.set(title="Seen and unseen digits", xlabel="t", ylabel="error of v")
    right.legend()
    return fig


def guess_over_t(ts, left_to_go, reads):
    """How far the guess is from the end, and the share that a judge reads, as t falls; returns the figure.

    reads: where the judge looks -> shares like ts.
    """
    fig, (left, right) = subplots(1, 2, figsize=(10.4, 3.6))
    left.plot(ts, left_to_go, color=MODEL)
    left.set(title="Distance of the guess from the end", xlabel="t", ylabel="root mean square", xlim=(999, 0))
    for (name, values), colour, style in zip(reads.items(), (NOISE, MODEL), ("--", "-"), strict=True):
        right.plot(ts, values, style, color=colour, label=name)
    right.set(title="The judge reads the class", xlabel="t", ylabel="share", xlim=(999, 0))
    right.legend(loc="lower right")
    return fig


def attention_maps(weights, pixels):
    """Where some pixels of a square image look; weights: [N, N], its rows sum to 1; returns the figure."""
    side = round(len(weights) ** 0.5)
    fig, axes = subplots(1, len(pixels), figsize=(10.4, 2.6))
    for ax, pixel in zip(axes, pixels, strict=True):
        shown = ax.imshow(weights[pixel].view(side, side), cmap="viridis", vmin=0, vmax=weights.max())
        ax.plot(pixel % side, pixel // side, "*", color="white", markeredgecolor="black", markersize=17)
        ax.set(xticks=[], yticks=[], title=f"from pixel {pixel}")
    fig.colorbar(shown, ax=axes, label="weight", shrink=0.9)
    return fig


def nearest_distances(panels):
    """Histograms of the distance to the nearest training image; returns the figure.

    panels: title -> (distances of samples [N], distances of held-out images [M]).
    """
    fig, axes = subplots(1, len(panels), figsize=(10.4, 3.5))
    for ax, (title, (samples, held_out)) in zip(axes, panels.items(), strict=True):
        furthest = 1.05 * max(samples.max(), held_out.max()).item()
        style = {"bins": torch.linspace(0, furthest, 30).numpy(), "density": True}
        ax.hist(samples.numpy(), color=MODEL, label="samples", histtype="step", linewidth=2.2, **style)
        ax.hist(held_out.numpy(), color=DATA, label="held-out", alpha=0.45, **style)
        ax.set(title=title, xlabel="distance to the nearest training image", ylabel="density")
        ax.legend()
    return fig
