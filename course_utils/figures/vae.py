"""How a VAE draws: the story told forwards, and the draw that lets gradients through."""

import matplotlib.patches as patches

from .images import frame
from .style import BLACK, DATA, GREEN, MODEL, NOISE, subplots


def generative_story(z, probabilities, pixels):
    """A code from the prior, the pixels' probabilities, the pixels; returns the figure (8 x 2.2 inches).

    z: [2]; probabilities: [H, W] or [1, H, W] in [0, 1]; pixels: the same shape, drawn from them.
    """
    fig, ax = _canvas(2.2)
    _prior(ax, z, left=0.3)
    _image(ax, probabilities, (3.2, 0.4), 1.7, MODEL)
    _image(ax, pixels, (6.2, 0.4), 1.7, DATA)
    _arrow(ax, (2.1, 1.25), (3.1, 1.25))
    _arrow(ax, (5.0, 1.25), (6.1, 1.25))
    ax.text(2.6, 1.37, "decoder", ha="center", va="bottom", fontsize=13)
    ax.text(5.55, 1.37, f"toss {pixels.numel()}\ncoins", ha="center", va="bottom", fontsize=13)
    names = (
        (1.15, "$z \\sim \\mathcal{N}(0, I)$"),
        (4.05, "$p_\\theta(x_i = 1 \\mid z)$"),
        (7.05, "$x \\sim p_\\theta(x \\mid z)$"),
    )
    for place, name in names:
        ax.text(place, 0.28, name, ha="center", va="top", fontsize=14)
    return fig


def reparameterised_draw(x, x_hat):
    """From an image to its reconstruction, the noise beside the path; returns the figure (8 x 2.55 inches).

    Solid arrows: values. Dashed arrows: gradients, which reach mean and spread and need not pass the noise.
    x, x_hat: [H, W] or [1, H, W] in [0, 1]. After Kingma & Welling 2014, section 2.4.
    """
    fig, ax = _canvas(2.55)
    _image(ax, x, (0.05, 0.95), 1.2, DATA)
    _image(ax, x_hat, (6.75, 0.95), 1.2, MODEL)
    _net(ax, (1.4, 2.5), (0.95, 0.55), DATA, "encoder\n$\\phi$")
    _net(ax, (5.5, 6.6), (0.55, 0.95), MODEL, "decoder\n$\\theta$")
    for name, (place, colour) in {
        "$\\mu$": ((3.05, 2.1), DATA),
        "$\\sigma$": ((3.05, 0.98), DATA),
        "$\\times$": ((3.9, 0.98), BLACK),
        "$+$": ((4.4, 1.7), BLACK),
        "$z$": ((5.1, 1.55), GREEN),
        "$\\epsilon$": ((3.9, 0.25), NOISE),
    }.items():
        _node(ax, name, place, colour)
    for start, end in (
        ((2.5, 1.7), (2.86, 2.0)), ((2.5, 1.4), (2.86, 1.08)), ((3.27, 0.98), (3.68, 0.98)),
        ((3.9, 0.47), (3.9, 0.76)), ((4.02, 1.16), (4.28, 1.51)), ((3.27, 2.04), (4.18, 1.76)),
        ((4.62, 1.66), (4.88, 1.6)), ((5.32, 1.55), (5.5, 1.55)),
    ):  # fmt: skip
        _arrow(ax, start, end)
    _gradient(ax, (5.05, 1.8), (3.27, 2.2), bend=0.25)
    _gradient(ax, (4.87, 1.46), (3.27, 1.07), bend=0.02)
    ax.text(4.85, 2.36, "gradient", color=MODEL, ha="center", va="center", fontsize=13)
    ax.text(4.2, 0.25, "$\\sim \\mathcal{N}(0, I)$, drawn outside", va="center", fontsize=14)
    ax.text(0.65, 0.87, "$x$", ha="center", va="top", fontsize=15)
    ax.text(7.35, 0.87, "$\\hat x$", ha="center", va="top", fontsize=15)
    return fig


def _canvas(height):
    """An empty axes whose unit is an inch of the figure, 8 wide."""
    fig, ax = subplots(figsize=(8, height))
    ax.set(xlim=(0, 8), ylim=(0, height), aspect="equal")
    ax.axis("off")
    return fig, ax


def _image(ax, image, corner, side, colour):
    inner = ax.inset_axes([*corner, side, side], transform=ax.transData)
    inner.imshow(image.detach().squeeze().numpy(), vmin=0, vmax=1)
    inner.set(xticks=[], yticks=[])
    frame(inner, colour)


def _prior(ax, z, left):
    """The plane of codes with the prior's circles of one, two and three standard deviations, and one draw."""
    inner = ax.inset_axes([left, 0.4, 1.7, 1.7], transform=ax.transData)
    for radius in (1, 2, 3):
        style = {"fill": False, "linestyle": "--", "color": NOISE, "linewidth": 1.5}
        inner.add_patch(patches.Circle((0, 0), radius, **style))
    inner.plot(*z.tolist(), "D", color=GREEN, markersize=9)
    inner.set(xlim=(-3.3, 3.3), ylim=(-3.3, 3.3), xticks=[], yticks=[], aspect="equal")
    inner.spines[:].set_visible(True)


def _net(ax, sides, halves, colour, name):
    """A trapezium from left to right, its half heights at both ends, and its name."""
    (near, far), (first, last), middle = sides, halves, 1.55
    corners = [(near, middle - first), (far, middle - last), (far, middle + last), (near, middle + first)]
    ax.fill(*zip(*corners, strict=True), facecolor=colour, alpha=0.18, edgecolor=colour, linewidth=2)
    ax.text((near + far) / 2, middle, name, ha="center", va="center", fontsize=14)


def _node(ax, name, place, colour):
    ax.add_patch(patches.Circle(place, 0.22, facecolor="white", edgecolor=colour, linewidth=2.5, zorder=3))
    ax.text(*place, name, ha="center", va="center_baseline", fontsize=17, zorder=4)


def _arrow(ax, start, end):
    style = {"arrowstyle": "-|>", "color": BLACK, "linewidth": 1.8, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=end, xytext=start, arrowprops=style)


def _gradient(ax, start, end, bend):
    style = {"arrowstyle": "-|>", "color": MODEL, "linewidth": 2, "linestyle": (0, (3, 2))}
    ax.annotate("", xy=end, xytext=start, arrowprops={**style, "connectionstyle": f"arc3,rad={bend}"})
