"""What the lectures print about diffusion in a code: each printed form fails; ours holds."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from course_utils import data
from course_utils.diffusion import DiT
from course_utils.diffusion.dit import DiTBlock, patchify


def test_a_code_keeps_more_than_a_small_image_and_not_all():
    """B: "a small sized image". 16 numbers for 64 pixels: the best linear code loses the sum of the other 48
    eigenvalues of the pixels' covariance (Eckart & Young), the 4 x 4 image more; neither loses nothing."""
    images = data.load("digits").images.double()
    x = (images - images.mean(0)).flatten(1)
    variances, directions = torch.linalg.eigh(x.T @ x / len(x))  # ascending
    code = x @ directions[:, -16:]
    lost_by_code = (code @ directions[:, -16:].T - x).square().sum(1).mean()
    assert torch.isclose(lost_by_code, variances[:48].sum())

    small = F.avg_pool2d(x.view(-1, 1, 8, 8), 2)  # the best 4 x 4 image for squares of one grey
    back = small.repeat_interleave(2, 2).repeat_interleave(2, 3).flatten(1)
    lost_by_image = (back - x).square().sum(1).mean()
    assert lost_by_image > 3 * lost_by_code and lost_by_code > 0.1 * variances.sum()


def test_noise_leaves_a_codebook_and_rounding_spoils_it():
    """C: "a discrete latent space". A codebook of -1 and 1, half of the signal's variance left: x_t has mean
    sqrt(1/2) and variance 1/2 about an x_0 of 1. Rounded to the codebook its mean is erf(1 / sqrt 2)."""
    alpha_cumprod, n = 0.5, 400_000
    noise = torch.randn(n, generator=torch.Generator().manual_seed(0)).double()
    x_t = math.sqrt(alpha_cumprod) + math.sqrt(1 - alpha_cumprod) * noise
    assert not torch.isin(x_t, torch.tensor([-1.0, 1.0]).double()).any()
    assert abs(x_t.mean() - math.sqrt(0.5)) < 0.005 and abs(x_t.var() - 0.5) < 0.005

    mean = math.erf(1 / math.sqrt(2))
    rounded = x_t.sign()
    assert abs(rounded.mean() - mean) < 0.005 and abs(rounded.var() - (1 - mean**2)) < 0.005
    assert math.sqrt(0.5) - mean > 0.02 and (1 - mean**2) - 0.5 > 0.03


class _Uvit(nn.Module):
    """The long skips alone (Bao et al. 2023): the middle block stands between two that are joined past it."""

    def __init__(self, blocks, width):
        super().__init__()
        self.first, self.middle, self.last = blocks
        self.join = nn.Linear(2 * width, width)

    def forward(self, x, embedding):
        early = self.first(x, embedding)
        late = self.middle(early, embedding)
        return self.last(self.join(torch.cat([late, early], dim=2)), embedding)


def test_long_skips_pass_the_middle_and_a_dit_has_none():
    """D: "U-ViT". Put a wall, zeros, into the middle of each: behind it a DiT says the same of every image,
    and a net with long skips does not."""
    torch.manual_seed(0)
    net = DiT((1, 8, 8), patch=4, width=16, depth=3, heads=2)
    for parameter in net.parameters():
        nn.init.normal_(parameter, std=0.2)  # as if it were trained: no layer is zero
    images, t = torch.randn(2, 1, 8, 8), torch.full((2,), 3)
    free = net(images, t)
    assert (free[0] - free[1]).abs().max() > 0.01
    net.blocks[1].register_forward_hook(lambda block, given, made: torch.zeros_like(made))
    walled = net(images, t)
    assert torch.equal(walled[0], walled[1])

    blocks = [DiTBlock(16, 2, 16) for _ in range(3)]
    uvit = _Uvit(blocks, 16)
    uvit.middle.register_forward_hook(lambda block, given, made: torch.zeros_like(made))
    first, second = uvit(net.enter(patchify(images, 4)), torch.randn(1, 16).expand(2, -1))
    assert (first - second).abs().max() > 0.01


def test_cutting_before_compressing_changes_the_code_at_the_edges():
    """D: "into patches and compressed". Two halves encoded apart: the same code inside, another one where
    they meet, where the convolution (4 wide, as in the course's autoencoders) sees over the edge."""
    torch.manual_seed(0)
    encode = nn.Conv2d(1, 3, 4, stride=2, padding=1).double()
    frame = torch.randn(1, 1, 8, 16).double()
    whole = encode(frame)  # [1, 3, 4, 8]: cut it now, and nothing is lost
    apart = torch.cat([encode(half) for half in frame.chunk(2, dim=3)], dim=3)
    differs = (whole - apart).abs().amax(dim=(0, 1, 2)) > 1e-9
    assert differs.nonzero().flatten().tolist() == [3, 4]
    assert torch.equal(torch.cat(whole.chunk(2, dim=3), dim=3), whole)
