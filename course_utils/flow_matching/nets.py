"""A network that was written for diffusion's steps, told the time of a flow."""

import torch
from torch import nn

from .._validate import check_callable, check_number, check_tensor, check_whole


class FlowNet(nn.Module):
    """A velocity model(x, t, y=None) out of a network net(x, steps, y), such as diffusion's PlaneNet or UNet.

    Their embedding of time is made for steps from 0 to 1,000, so t in [0, 1] is multiplied by `scale`; the
    network knows nothing of which end is noise. y: labels [B] for a network with labels, or None, which it
    reads as its label for "not told", net.classes.
    """

    def __init__(self, net, scale=1000.0):
        check_callable("net", net, "x", "steps")
        super().__init__()
        self.net, self.scale = net, check_number("scale", scale, 0, open_minimum=True)

    @property
    def classes(self):
        """The network's number of labels, which is also the label for "not told"; or None."""
        return getattr(self.net, "classes", None)

    def forward(self, x, t, y=None):
        """x: [B, ...], t: float [B], y: int [B] or None -> [B, ...]."""
        check_tensor("x", x, "[B, ...]")
        if y is not None:
            y = check_whole("y", y, f"[{len(x)}]")
        check_tensor("t", t, f"[{len(x)}]")
        if y is None and self.classes is not None:
            y = torch.full((len(x),), self.classes, device=x.device)
        return self.net(x, self.scale * t) if y is None else self.net(x, self.scale * t, y)
