"""What lesson 18 draws: measures of every family over seeds, ranks that cross, claims, and a guide."""

import textwrap

from .style import DATA, GREEN, LINES, MODEL, NOISE, PALETTE, few_ticks, subplots

FAMILIES = ("vae", "gan", "wgan_gp", "flow", "diffusion", "flow_matching", "latent_diffusion")
COLOURS = dict(zip(FAMILIES, PALETTE, strict=True))  # and marks, as the widget TableBrush gives them
MARKERS = dict(zip(FAMILIES, "o^sDv*X", strict=True))
NAMES = {
    "vae": "VAE", "gan": "GAN", "wgan_gp": "WGAN-GP", "flow": "flow", "diffusion": "diffusion",
    "flow_matching": "flow matching", "latent_diffusion": "latent diffusion",
}  # fmt: skip


def bias_of_n(counts, distances):
    """Frechet distance over one over the number of samples, and the line through the two largest, to 1/n = 0.

    counts: rising; distances: {family: [n]}.
    """
    fig, ax = subplots(figsize=(7.6, 4.2))
    for k, (family, values) in enumerate(distances.items()):
        look = {"color": COLOURS[family], "marker": MARKERS[family], "markersize": 9}
        ax.plot([1 / n for n in counts], values, LINES[k % 3], label=NAMES[family], **look)
        slope = (values[-2] - values[-1]) / (1 / counts[-2] - 1 / counts[-1])
        ends = values[-1], values[-1] - slope / counts[-1]
        ax.plot([1 / counts[-1], 0], ends, ":", color=COLOURS[family], linewidth=1.5)
    ax.set(title="One model, more samples", xlabel="samples n, as 1/n", ylabel="Fréchet distance")
    ax.set(xlim=(0, 1.04 / counts[0]), ylim=(0, None))
    ax.set_xticks([0, *(1 / n for n in counts)], ["∞", *map(str, counts)])
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return fig


def of_seeds(panels, columns=3):
    """Every family's seeds as marks, its mean as a bar across, a panel a measure.

    panels: {title: ({family: [S]}, logarithmic)}. A family without numbers has a row and the word "none".
    """
    rows = -(-len(panels) // columns)
    fig, axes = subplots(rows, columns, figsize=(4.3 * columns, 2.9 * rows), sharey=True, squeeze=False)
    families = list(next(iter(panels.values()))[0])
    for ax, (title, (found, logarithmic)) in zip(axes.flat, panels.items(), strict=False):
        for place, family in enumerate(families):
            values = found[family]
            if not len(values):
                ax.text(0.5, place, "none", transform=ax.get_yaxis_transform(), ha="center", va="center")
                continue
            look = {"color": COLOURS[family], "marker": MARKERS[family]}
            ax.plot(values, [place] * len(values), linestyle="", alpha=0.6, markersize=7, **look)
            mean = sum(values) / len(values)
            ax.plot([mean] * 2, [place - 0.36, place + 0.36], color=COLOURS[family], linewidth=3)
        ax.set_title(title, fontsize=14)
        ax.set_yticks(range(len(families)), [NAMES[family] for family in families])
        ax.grid(axis="y", color="0.9")
        if logarithmic:
            ax.set_xscale("log")
            few_ticks(ax.xaxis)
    axes[0, 0].invert_yaxis()
    for ax in list(axes.flat)[len(panels) :]:
        ax.set_visible(False)
    return fig


def ranks(orders):
    """Ranks of the families, a column a measure; orders: {measure in words: families from the best on}.

    A family that a measure leaves out stands below the line, in no order.
    """
    fig, ax = subplots(figsize=(10.5, 4.8))
    families = [family for family in NAMES if any(family in order for order in orders.values())]
    lowest = len(families)
    for k, family in enumerate(families):
        known = [order.index(family) + 1 if family in order else None for order in orders.values()]
        places = [lowest + 1.2 if one is None else one for one in known]
        look = {
            "color": COLOURS[family],
            "marker": MARKERS[family],
            "linestyle": LINES[k % 4],
            "markersize": 11,
        }
        ax.plot(range(len(orders)), places, **look)
        ax.text(len(orders) - 0.85, places[-1], NAMES[family], color=COLOURS[family], va="center")
    ax.axhline(lowest + 0.6, color=NOISE, linewidth=1)
    ax.set_yticks([*range(1, lowest + 1), lowest + 1.2], ["best", *map(str, range(2, lowest + 1)), "none"])
    ax.set_xticks(range(len(orders)), [name.replace(" ", "\n", 1) for name in orders], fontsize=12)
    ax.set(title="Who is best depends on what is measured", ylabel="rank", xlim=(-0.3, len(orders) + 1.1))
    ax.invert_yaxis()
    ax.spines["bottom"].set_visible(False)
    return fig


MARKS = {
    "confirmed": ("✔", GREEN),
    "not confirmed": ("–", MODEL),
    "not measurable here": ("?", "0.35"),
}


def claims(rows, sets, title, families=True):
    """Claims with their verdicts, in order, a row each.

    rows: (lecture, family, "pro" or "con", words, verdict on each of sets, a list, and on all of them).
    families: whether there is a column for them; without it the figure is narrower.
    """
    fig, ax = subplots(figsize=(11 if families else 8, 0.42 * len(rows) + 1.3))
    sign_at = 0.175 if families else 0.045
    columns = [(0.695 if families else 0.65) + (0.075 if families else 0.12) * k for k in range(len(sets))]
    for x, name in zip(columns, sets, strict=True):
        ax.text(x, -0.95, name, fontsize=12, ha="center", va="center")
    for place, (lecture, family, side, words, each, said) in enumerate(rows):
        if place % 2:
            ax.axhspan(place - 0.5, place + 0.5, color="0.95", linewidth=0)
        at = {"y": place, "va": "center", "fontsize": 13}
        ax.text(x=0.0, s=lecture, weight="bold", **at)
        ax.text(x=0.03, s=NAMES[family] if families else "", **at)
        ax.text(x=sign_at, s="+" if side == "pro" else "−", **at)
        ax.text(x=sign_at + 0.025, s=words, **at)
        for x, word in zip(columns, each, strict=True):
            sign, colour = MARKS[word]
            ax.text(x=x, s=sign, color=colour, weight="bold", family="DejaVu Sans", ha="center", **at)
        ax.text(x=0.82 if families else 0.83, s=said, color=MARKS[said][1], **at)
    ax.set(xlim=(0, 1), ylim=(len(rows) - 0.5, -1.4), title=title)
    ax.axis("off")
    return fig


def guide(answers, sets):
    """The guide as a table: needs down, families across, a mark a data set where the family answers.

    answers: {need in words: {data set: families}}.
    """
    families = list(NAMES)
    fig, ax = subplots(figsize=(11, 0.56 * len(answers) + 1.6))
    for row, found in enumerate(answers.values()):
        if row % 2:
            ax.axhspan(row - 0.5, row + 0.5, color="0.95", linewidth=0)
        for column, family in enumerate(families):
            there = [data for data in sets if family in found[data]]
            if len(there) == len(sets):
                ax.plot(column, row, "o", color=DATA, markersize=16)
            elif there:
                ax.plot(column, row, "o", markerfacecolor="white", color=DATA, markersize=17)
                ax.text(column, row - 0.02, there[0][0], ha="center", va="center_baseline", fontsize=12)
    ax.set_xticks(range(len(families)), [NAMES[one].replace(" ", "\n") for one in families], fontsize=12)
    ax.set_yticks(range(len(answers)), [textwrap.fill(need, 22) for need in answers], fontsize=13)
    ax.set(xlim=(-0.6, len(families) - 0.4), ylim=(len(answers) - 0.5, -0.5))
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.set_title("If you need this, ask these", pad=14)
    return fig


def copies(nearest, usual, title):
    """How near samples lie to the training images: a row of quartiles a family; nearest: {name: [n]}.

    usual: the distances of held-out images, drawn as a band behind.
    """
    fig, ax = subplots(figsize=(8, 0.5 * len(nearest) + 1.7))
    low, middle, high = (float(usual.quantile(q)) for q in (0.25, 0.5, 0.75))
    ax.axvspan(low, high, color="0.88", label="middle half of held-out images")
    ax.axvline(middle, color=NOISE, linewidth=1.5)
    for place, (name, values) in enumerate(nearest.items()):
        a, b, c = (float(values.quantile(q)) for q in (0.25, 0.5, 0.75))
        colour, marker = COLOURS.get(name, NOISE), MARKERS.get(name, "P")
        ax.plot([a, c], [place, place], color=colour, linewidth=5, alpha=0.5, solid_capstyle="butt")
        ax.plot(b, place, color=colour, marker=marker, markersize=10)
    ax.set_yticks(range(len(nearest)), [NAMES.get(name, name) for name in nearest])
    ax.set(title=title, xlabel="distance to the nearest training image", ylim=(len(nearest) - 0.4, -0.6))
    fig.legend(loc="outside lower center")
    return fig
