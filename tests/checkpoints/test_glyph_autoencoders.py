import math

import pytest
import torch
from sklearn.decomposition import PCA

from course_utils import checkpoints, data
from course_utils.checkpoints import glyph_autoencoders as recipes

NAMES = [recipe.name for recipe in recipes.RECIPES]


@pytest.fixture(scope="module")
def held_out():
    return data.load("glyphs", split="test", n=recipes.N_TEST).images


@pytest.mark.parametrize("name", NAMES)
def test_the_shipped_weights_are_as_good_as_their_provenance_says(name, held_out):
    model, record = checkpoints.load(name)
    noise = record["settings"].get("noise_std", 0.0)
    noisy = held_out + noise * torch.randn(held_out.shape, generator=torch.Generator().manual_seed(9))
    with torch.no_grad():
        error = (model(noisy) - held_out).square().mean().item()
    assert error == pytest.approx(record["metrics"]["test_mse"], rel=0.03)
    assert error < 0.75 * record["metrics"]["test_mse_pca"]


def test_pca_is_that_of_scikit_learn():
    x = data.load("digits").images.flatten(1)
    mean, components = recipes.pca(x, 5)
    theirs = PCA(5).fit(x.numpy())
    ours = mean + (x - mean) @ components @ components.T
    expected = theirs.inverse_transform(theirs.transform(x.numpy()))
    assert ours.numpy() == pytest.approx(expected, abs=1e-4)


def test_corruption_has_the_stated_deviation_and_none_means_none():
    x = torch.rand(200, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    noise = recipes.corrupt(x, 0.5, torch.Generator().manual_seed(1)) - x
    assert noise.std().item() == pytest.approx(0.5, rel=0.01) and abs(noise.mean().item()) < 0.01
    assert recipes.corrupt(x, 0.0) is x


@pytest.mark.parametrize("name", NAMES)
def test_the_metrics_hold_together(name):
    record = checkpoints.load(name)[1]
    found, noise = record["metrics"], record["settings"].get("noise_std")
    for who in ("", "_pca", "_input") if noise else ("", "_pca"):
        psnr = -10 * math.log10(found[f"test_mse{who}"])
        assert found[f"test_psnr{who}_db"] == pytest.approx(psnr, abs=1e-3)
    if noise:
        assert found["test_mse_input"] == pytest.approx(noise**2, rel=0.02)
