"""Ours against torchmetrics, the library that papers report: FID, KID and the inception score, in float64.

Its feature extractor is a module that hands on what it gets, so both read the same features.
"""

import pytest
import torch
from torch import nn
from torchmetrics.image.fid import FrechetInceptionDistance
from torchmetrics.image.inception import InceptionScore
from torchmetrics.image.kid import KernelInceptionDistance

from course_utils import metrics

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:torchmetrics")  # of its buffers' memory


class HandsOn(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.num_features = width

    def forward(self, x):
        return x


def features(n, width, seed, spread=1.0, shift=0.0):
    x = torch.randn(n, width, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return spread * x.relu() + shift


PAIRS = [(80, 60, 6, 1.3, 0.2), (400, 400, 32, 1.0, 0.0), (50, 90, 3, 0.2, -1.0)]


@pytest.mark.parametrize(("n", "m", "width", "spread", "shift"), PAIRS)
class TestTwoSets:
    def test_frechet_distance(self, n, m, width, spread, shift):
        real, fake = features(n, width, 0), features(m, width, 1, spread, shift)
        peer = FrechetInceptionDistance(HandsOn(width)).set_dtype(torch.float64)
        peer.update(real, real=True)
        peer.update(fake, real=False)
        assert metrics.frechet_distance(real, fake) == pytest.approx(
            peer.compute().item(), rel=1e-9, abs=1e-9
        )

    def test_kernel_distance(self, n, m, width, spread, shift):
        """Its subsets are of one size, so ours gets as many rows of each."""
        rows = min(n, m)
        real, fake = features(rows, width, 0), features(rows, width, 1, spread, shift)
        peer = KernelInceptionDistance(HandsOn(width), subsets=1, subset_size=rows)
        peer.update(real, real=True)
        peer.update(fake, real=False)
        mean, _ = peer.compute()
        assert metrics.kernel_distance(real, fake) == pytest.approx(mean.item(), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("sharpness", [0.1, 1.0, 20.0])
def test_inception_score(sharpness):
    logits = sharpness * features(120, 10, 2)
    peer = InceptionScore(HandsOn(10), splits=1)
    peer.update(logits)
    score, _ = peer.compute()
    assert metrics.inception_score(logits.softmax(1)) == pytest.approx(score.item(), rel=1e-9)
