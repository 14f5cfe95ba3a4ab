"""The builder's first frame as a matplotlib figure, for where no script runs."""

import matplotlib as mpl
import torch

from ... import figures

SHARE = 0.5  # of the colour, as in math.js


def still(picture, attention, word, judged, title, scale):
    """The face, the attention to one word laid over it in greys, and the judge's reading."""
    fig, (face, map_, table) = figures.subplots(1, 3, figsize=(9.0, 3.6))
    fig.suptitle(title)
    pixels = picture.permute(1, 2, 0)
    face.imshow(pixels.numpy())
    face.set(title=f"scale {scale:g}", xticks=[], yticks=[])
    shares = attention.double() / 255
    most = float(shares.max())
    map_.imshow(overlaid(pixels, shares).numpy())
    map_.set(
        title=f"attention to {word}", xticks=[], yticks=[], xlabel=f"yellow is {100 * most:.0f} % of a place"
    )
    table.axis("off")
    table.set_title("what a judge reads")
    for row, (name, asked, seen) in enumerate(judged):
        sign, colour = ("\u2713", figures.GREEN) if asked == seen else ("\u2717", figures.MODEL)
        y = 0.85 - 0.24 * row
        table.text(0, y, f"{name}: {seen}", transform=table.transAxes)
        table.text(0, y - 0.1, f"asked: {asked}", transform=table.transAxes, color="0.35")
        table.text(0.9, y, sign, transform=table.transAxes, color=colour, fontweight="bold")
    return fig


def overlaid(pixels, shares):
    """Viridis of the shares [8, 8] over their largest, mixed with the greys of the pixels [32, 32, 3]."""
    block = len(pixels) // len(shares)
    ratio = shares / shares.max().clamp(min=1e-9)
    colour = torch.from_numpy(mpl.colormaps["viridis"](ratio.numpy())[..., :3])
    colour = colour.repeat_interleave(block, 0).repeat_interleave(block, 1)
    grey = pixels.double() @ torch.tensor([0.299, 0.587, 0.114], dtype=torch.float64) / 255
    return SHARE * colour + (1 - SHARE) * grey[..., None]
