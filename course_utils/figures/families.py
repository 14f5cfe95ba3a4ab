"""The map of the families: what each kind of generative model knows about its own density."""

from .style import DATA, GREEN, MODEL, subplots

# kind of density -> (colour, what it gives, [(family, where the course has it)])
FAMILIES = {
    "explicit": (
        DATA,
        "$\\log p_\\theta(x)$ itself",
        [("PCA + mixture", "00"), ("normalising flow", "09"), ("autoregressive", "not here")],
    ),
    "approximate": (
        GREEN,
        "a bound, or up to a constant",
        [("variational autoencoder", "02, 03"), ("diffusion", "10 to 17"), ("energy-based", "met in 13")],
    ),
    "implicit": (MODEL, "samples only", [("adversarial (GAN)", "04 to 07")]),
}


def families_map():
    """A tree of generative models by what they know of their density; returns the figure (8 x 3.75 inches).

    After the taxonomy in Goodfellow, NIPS 2016 Tutorial, section 2.
    """
    fig, ax = subplots(figsize=(8, 3.75))
    ax.set(xlim=(0, 8), ylim=(6.75, -0.6))
    ax.axis("off")
    box = {"boxstyle": "round,pad=0.35", "facecolor": "white", "linewidth": 2}
    root = "model of\nthe data\n$p_\\theta(x)$"
    ax.text(0.6, 3, root, ha="center", va="center", fontsize=13, bbox={**box, "edgecolor": "black"})
    row = 0
    for kind, (colour, gives, members) in FAMILIES.items():
        middle = row + (len(members) - 1) / 2
        _join(ax, (1.18, 3), (1.7, middle), "black")
        ax.text(1.77, middle - 0.08, kind, weight="bold", color=colour, va="bottom", fontsize=13)
        ax.text(1.77, middle + 0.08, gives, va="top", fontsize=12)
        for name, where in members:
            _join(ax, (4.34, middle), (4.62, row), colour)
            ax.text(4.72, row, name, va="center", fontsize=12, bbox={**box, "edgecolor": colour})
            ax.text(7.95, row, where, va="center", ha="right", fontsize=12)
            row += 1
    ax.text(7.95, -0.5, "notebook", ha="right", va="bottom", fontsize=12, color="#555555")
    return fig


def _join(ax, start, end, colour):
    """An elbow from a parent to a child."""
    x = (start[0] + end[0]) / 2
    ax.plot([start[0], x, x, end[0]], [start[1], start[1], end[1], end[1]], color=colour, linewidth=1.6)
