import pytest
import torch
from torch.distributions import Bernoulli, Independent, Normal, kl_divergence

from course_utils import checkpoints, data


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("glyphs_vae")


@pytest.fixture(scope="module")
def x():
    images = data.load("glyphs", split="test", n=1_000).images  # seed 0: drawn apart from the recipe's own
    return (images >= 0.5).float()


def test_the_shipped_weights_are_as_good_as_their_provenance_says(shipped, x):
    model, record = shipped
    torch.manual_seed(7)
    with torch.no_grad():
        mean, logvar = model.encode(x)
        q = Independent(Normal(mean, logvar.mul(0.5).exp()), 1)
        kl = kl_divergence(q, Independent(Normal(torch.zeros_like(mean), 1.0), 1)).mean().item()
        pixels = Independent(Bernoulli(logits=model.logits(q.sample())), 3).log_prob(x).mean().item()
    assert pixels == pytest.approx(record["metrics"]["test_reconstruction"], rel=0.05)
    assert kl == pytest.approx(record["metrics"]["test_kl"], rel=0.03)
    bound = record["metrics"]["test_reconstruction"] - record["metrics"]["test_kl"]
    assert record["metrics"]["test_elbo"] == pytest.approx(bound, abs=1e-4)


def test_its_bound_is_far_above_what_the_pixels_frequencies_reach(shipped, x):
    """784 independent pixels, the best that can be said without a code."""
    frequencies = (data.load("glyphs", n=4_000).images >= 0.5).float().mean(0).clamp(1e-3, 1 - 1e-3)
    alone = Bernoulli(frequencies).log_prob(x).sum((1, 2, 3)).mean().item()
    assert shipped[1]["metrics"]["test_elbo"] > alone / 2


def test_the_prior_is_covered_and_samples_have_as_much_ink_as_glyphs(shipped, x):
    """The aggregate posterior has about the prior's spread, so that a draw of the prior is a known code."""
    model, _ = shipped
    with torch.no_grad():
        mean, logvar = model.encode(x)
    spread = mean.var(0) + logvar.exp().mean(0)
    assert spread.min() > 0.7 and spread.max() < 1.3
    ink = model.sample(2_000, torch.Generator().manual_seed(0)).mean().item()
    assert ink == pytest.approx(x.mean().item(), rel=0.1)
