"""A classifier that reads noisy digits, and is told how noisy they are."""

from torch import nn

from .._validate import check_int, check_number, check_tensor
from .nets import check_time, time_embedding
from .unet import Downsample, ResidualBlock, check_width


class NoisyClassifier(nn.Module):
    """Logits over the classes of noisy 8x8 images at any step, to guide a diffusion model.

    forward(x_t [B, 1, 8, 8], t [B]) -> [B, classes]. width: channels at 8x8, twice as many at 4x4; dropout:
    in the residual blocks and before the last layer. It is a good deal smaller than the model that it guides,
    for every step of sampling asks for its gradient. Source: Dhariwal & Nichol 2021, section 4.
    """

    def __init__(self, classes=10, width=32, dropout=0.0):
        check_number("dropout", dropout, 0, 0.99)
        super().__init__()
        self.classes, self.width = check_int("classes", classes), check_width(width)
        dim = 2 * width
        self.time = nn.Sequential(nn.Linear(width, dim), nn.SiLU(), nn.Linear(dim, dim))
        self.first = nn.Conv2d(1, width, 3, padding=1)
        self.high = ResidualBlock(width, width, dim, dropout)
        self.shrink = Downsample(width)
        self.low = ResidualBlock(width, 2 * width, dim, dropout)
        self.head = nn.Sequential(nn.Flatten(), nn.Dropout(dropout), nn.Linear(2 * width * 4 * 4, classes))

    def forward(self, x_t, t):
        """x_t: [B, 1, 8, 8], t: [B] int -> logits [B, classes]. Raises ValueError for other shapes."""
        check_tensor("x_t", x_t, "[B, 1, 8, 8]")
        check_time(t, f"[{len(x_t)}]")
        embedding = self.time(time_embedding(t, self.width).to(x_t.dtype))
        h = self.high(self.first(x_t), embedding)
        return self.head(self.low(self.shrink(h), embedding))
