"""What lesson 17 draws: sentences and their pictures, where words look, measures by budget, films."""

import textwrap

from .style import DATA, GREEN, MODEL, PURPLE, subplots

# A colour, a line and a marker for each of several methods, so that none is known by its colour alone.
LOOKS = ((DATA, "s--"), (MODEL, "o-"), (GREEN, "^-."), (PURPLE, "D:"))


def sentences(pictures, width=24):
    """A row of pictures for each sentence, which stands beside it; returns the figure.

    pictures: sentence -> images [k, 3, H, W] in [0, 1]; width: letters of a line of the sentence.
    """
    columns = max(len(images) for images in pictures.values())
    fig, axes = subplots(
        len(pictures), columns, figsize=(2.9 + 1.15 * columns, 1.15 * len(pictures)), squeeze=False
    )
    for line, (sentence, images) in zip(axes, pictures.items(), strict=True):
        for ax, image in zip(line, images, strict=False):
            ax.imshow(image.permute(1, 2, 0).numpy(), vmin=0, vmax=1)
        for ax in line:
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set_visible(False)
        words = "\n".join(textwrap.wrap(sentence, width)) or "(no words)"
        line[0].set_ylabel(words, rotation=0, ha="right", va="center", fontsize=13)
    return fig


def where_words_look(picture, maps):
    """A picture, and beside it where its pixels look at each of some words; returns the figure.

    picture: [3, H, W] in [0, 1]; maps: word -> weights [h, w], drawn each from 0 to its own largest.
    """
    fig, axes = subplots(1, 1 + len(maps), figsize=(1.9 * (1 + len(maps)), 2.5))
    axes[0].imshow(picture.permute(1, 2, 0).numpy(), vmin=0, vmax=1)
    axes[0].set_title("the picture", fontsize=13)
    for ax, (word, weights) in zip(axes[1:], maps.items(), strict=True):
        ax.imshow(weights.numpy(), cmap="viridis", vmin=0, vmax=float(weights.max()))
        ax.set_title(f"{word}\n(largest {float(weights.max()):.2f})", fontsize=13)
    for ax in axes:
        ax.set(xticks=[], yticks=[])
    return fig


def captioned(pictures, width=13):
    """A row of pictures, each under its words; returns the figure.

    pictures: words -> image [1, H, W] in [0, 1]; width: letters of a line of the words.
    """
    fig, axes = subplots(1, len(pictures), figsize=(1.75 * len(pictures), 2.7), squeeze=False)
    for ax, (words, image) in zip(axes[0], pictures.items(), strict=True):
        ax.imshow(image[0].numpy(), cmap="gray", vmin=0, vmax=1)
        ax.set_title("\n".join(textwrap.wrap(words, width)), fontsize=13)
        ax.set(xticks=[], yticks=[])
    return fig


def by_factor(factors, shares, title=""):
    """The share read as asked of each factor, several sets side by side; returns the figure.

    factors: n names; shares: name -> (shares [n], lows [n], highs [n]); the last is drawn as a level to
    compare with, without an interval.
    """
    fig, ax = subplots(figsize=(1.3 * len(factors) + 1.5, 3.4))
    *compared, (level, (right, _, _)) = shares.items()
    ax.hlines(right, [k - 0.32 for k in range(len(right))], [k + 0.32 for k in range(len(right))],
              color=GREEN, linewidth=3, label=level)  # fmt: skip
    for k, ((name, (middle, low, high)), (colour, style)) in enumerate(zip(compared, LOOKS, strict=False)):
        at = [place + 0.24 * (k - (len(compared) - 1) / 2) for place in range(len(factors))]
        ends = [
            [max(a - b, 0) for a, b in zip(middle, low, strict=True)],
            [max(b - a, 0) for a, b in zip(middle, high, strict=True)],
        ]
        ax.errorbar(at, middle, ends, fmt=style[0], color=colour, capsize=4, markersize=7, label=name)
    ax.set_xticks(range(len(factors)), factors)
    ax.set(ylabel="share read as asked", title=title)
    ax.legend(fontsize=12, loc="lower left")
    return fig


def measures_over(x, panels, xlabel, ylabels=None, log=True):
    """Measures of several methods with the range over seeds, a panel a measure; returns the figure.

    x: [n]; panels: title -> {name: [seeds, n]}; ylabels: one a panel; log: a logarithmic x axis.
    """
    fig, axes = subplots(1, len(panels), figsize=(5.4 * len(panels), 3.8), squeeze=False)
    for k, (ax, (title, curves)) in enumerate(zip(axes[0], panels.items(), strict=True)):
        for (name, of_seeds), (colour, style) in zip(curves.items(), LOOKS, strict=False):
            ax.fill_between(x, of_seeds.amin(0), of_seeds.amax(0), color=colour, alpha=0.2, linewidth=0)
            ax.plot(x, of_seeds.mean(0), style, color=colour, label=name, markersize=6)
        ax.set(title=title, xlabel=xlabel, ylabel=ylabels[k] if ylabels else "")
        if log:
            ax.set_xscale("log")
        ax.set_xticks(list(x), [f"{value:g}" for value in x])
        ax.minorticks_off()
    axes[0][0].legend(fontsize=12)
    return fig


def accuracies(scales, panels, title=""):
    """The share read as asked over the guidance scale, seen beside held out, a panel a factor.

    scales: [n]; panels: factor -> {name: (shares [n], lows [n], highs [n])}; returns the figure.
    """
    fig, axes = subplots(1, len(panels), figsize=(2.75 * len(panels), 3.4), sharey=True)
    for ax, (factor, curves) in zip(axes, panels.items(), strict=True):
        for (name, (shares, lows, highs)), (colour, style) in zip(curves.items(), LOOKS, strict=False):
            below = [max(share - low, 0) for share, low in zip(shares, lows, strict=True)]
            above = [max(high - share, 0) for share, high in zip(shares, highs, strict=True)]
            ax.errorbar(
                scales, shares, [below, above], fmt=style, color=colour, capsize=3, label=name, markersize=5
            )
        ax.set(title=factor, xlabel="scale")
        whole = [scale for scale in scales if scale == int(scale)]  # the others would stand too close
        ax.set_xticks(whole, [f"{scale:g}" for scale in whole])
    axes[0].set_ylabel("share read as asked")
    axes[0].legend(fontsize=12, loc="lower left")
    if title:
        fig.suptitle(title, fontsize=15)
    return fig


def films(rows, title=""):
    """The frames of one film a row, from left to right; returns the figure.

    rows: name -> frames [T, 1, H, W] in [0, 1].
    """
    count = max(len(frames) for frames in rows.values())
    fig, axes = subplots(
        len(rows), count, figsize=(2.2 + 0.95 * count, 1.02 * len(rows) + 0.7), squeeze=False
    )
    for line, (name, frames) in zip(axes, rows.items(), strict=True):
        for ax, image in zip(line, frames, strict=False):
            ax.imshow(image[0].numpy(), cmap="gray", vmin=0, vmax=1)
        for ax in line:
            ax.set(xticks=[], yticks=[])
        line[0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=13)
    for number, ax in enumerate(axes[0], 1):
        ax.set_title(str(number), fontsize=12)
    if title:
        fig.suptitle(title, fontsize=15)
    return fig
