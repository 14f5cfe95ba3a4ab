"""The Python face: an autoencoder and VAEs in, one clear sentence where they do not fit."""

import base64
import io
import json
import math
import zlib

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.distributions import Normal, kl_divergence

from course_utils.autoencoders import ConvAutoencoder, MLPAutoencoder
from course_utils.vae import VAE
from course_utils.widgets import VAEExplorer

SHAPE = (1, 8, 8)


def example(n=60, betas=(0.5, 2.0), hidden=(16,), shape=SHAPE):
    torch.manual_seed(0)
    return {
        "autoencoder": MLPAutoencoder(shape, 2, hidden),
        "vaes": {beta: VAE(shape, 2, hidden) for beta in betas},
        "images": torch.rand(n, *shape),
        "labels": torch.arange(n) % 4,
    }


def halves(text):
    return np.frombuffer(base64.b64decode(text), "<f2").astype(np.float32).reshape(-1, 2)


class Scaled(nn.Module):
    """A VAE stand-in whose posteriors are known: mean (a, -a) a the first pixel, variance one quarter."""

    def __init__(self, scale=1.0, latents=2):
        super().__init__()
        self.scale, self.latents = scale, latents
        self.decoder = nn.Sequential(nn.Linear(latents, 64), nn.Unflatten(1, SHAPE), nn.Sigmoid())

    def encode(self, x):
        first = self.scale * x[:, 0, 0, :1]
        signs = torch.tensor([1.0, -1.0] * self.latents)[: self.latents]
        mean = first * signs
        return mean, torch.full_like(mean, math.log(0.25))


def test_the_kl_of_each_beta_is_the_mean_over_all_images_and_exact():
    arguments = example(n=700)
    explorer = VAEExplorer(**arguments)
    for beta, vae in arguments["vaes"].items():
        mean, logvar = vae.encode(arguments["images"])
        posterior = Normal(mean.double(), (0.5 * logvar.double()).exp())
        expected = kl_divergence(posterior, Normal(0.0, 1.0)).sum(1).mean().item()
        assert explorer.kl[beta] == pytest.approx(expected, abs=1e-9)
    assert len(explorer.labels) == 500
    assert explorer.n_total == 700


def test_the_kl_of_a_known_posterior():
    arguments = {**example(), "vaes": {1.0: Scaled()}}
    first = arguments["images"][:, 0, 0, 0].double()
    expected = (first.square() + 0.25 - 1 + math.log(4)).mean().item()  # two latents: twice a half
    assert VAEExplorer(**arguments).kl[1.0] == pytest.approx(expected, abs=1e-6)


def test_codes_labels_and_logvars_belong_together():
    arguments = {**example(), "vaes": {1.0: Scaled()}}
    arguments["images"][:, 0, 0, 0] = arguments["labels"] / 4
    explorer = VAEExplorer(**arguments)
    codes = halves(explorer.vaes[0]["codes"])
    assert codes[:, 0].tolist() == [label / 4 for label in explorer.labels]
    assert (codes[:, 1] == -codes[:, 0]).all()
    assert halves(explorer.vaes[0]["logvar"]) == pytest.approx(math.log(0.25), abs=1e-3)


def test_betas_are_sorted_and_the_first_shown_is_the_one_nearest_to_1():
    explorer = VAEExplorer(**example(betas=(5, 0.1, 0.8, 0.0)))
    assert explorer.betas == [0.0, 0.1, 0.8, 5.0]
    assert explorer.beta == 0.8
    assert VAEExplorer(**example(), beta=2).beta == 2.0


def test_the_far_view_holds_every_code_and_the_near_one_does_not_shrink():
    arguments = {**example(), "vaes": {1.0: Scaled(20.0)}}
    explorer = VAEExplorer(**arguments)
    assert explorer.far == pytest.approx(1.05 * 20 * float(arguments["images"][:, 0, 0, 0].max()))
    assert VAEExplorer(**{**arguments, "vaes": {1.0: Scaled(0.1)}}).far == explorer.near == 4.0


def test_a_decoder_that_the_page_cannot_run_travels_as_images():
    arguments = {**example(), "autoencoder": ConvAutoencoder(SHAPE, 2)}
    explorer = VAEExplorer(**arguments)
    assert explorer.autoencoder["network"] == {}
    grid = explorer.autoencoder["grid"]
    images = np.frombuffer(zlib.decompress(base64.b64decode(grid["data"])), np.uint8)
    corner = arguments["autoencoder"].decoder(torch.tensor([[-4.0, -4.0]])).detach().flatten()
    assert images.reshape(33 * 33, 64)[0] / 255 == pytest.approx(corner.numpy(), abs=0.5 / 255 + 1e-6)
    assert explorer.far == explorer.near  # the images end there
    assert all(vae["network"] for vae in explorer.vaes)


def test_grids_of_many_large_images_have_fewer_points():
    arguments = example(shape=(1, 28, 28), betas=(1.0, 2.0))
    explorer = VAEExplorer(**{**arguments, "autoencoder": ConvAutoencoder((1, 28, 28), 2)})
    assert explorer.autoencoder["grid"]["side"] == 17


def test_the_models_are_called_in_evaluation_mode_and_left_as_they_were():
    class Noisy(Scaled):
        def __init__(self):
            super().__init__()
            self.drop = nn.Dropout(0.5)

        def encode(self, x):
            return super().encode(self.drop(x))

    vae = Noisy().train()
    first, second = (VAEExplorer(**{**example(), "vaes": {1.0: vae}}).vaes[0]["codes"] for _ in range(2))
    assert first == second
    assert vae.training and vae.drop.training
    assert all(parameter.grad is None for parameter in vae.parameters())


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"vaes": [VAE(SHAPE, 2, (8,))]}, TypeError, "vaes must be a dict from beta to a VAE"),
        ({"vaes": {}}, TypeError, "vaes must be a dict"),
        ({"vaes": {"a": VAE(SHAPE, 2, (8,))}}, TypeError, "each key of vaes must be a number"),
        (
            {"vaes": {-1.0: VAE(SHAPE, 2, (8,))}},
            ValueError,
            "each key of vaes must be a finite number at least 0",
        ),
        (
            {"vaes": {1.0: VAE(SHAPE, 16, (8,))}},
            ValueError,
            r"vaes\[1\].encode .* got \[60, 16\]: train with",
        ),
        ({"vaes": {1.0: nn.Linear(2, 2)}}, TypeError, r"vaes\[1\] must have .encode and .decoder; Linear"),
        ({"vaes": {1.0: Scaled(math.nan)}}, ValueError, r"vaes\[1\].encode must give finite"),
        ({"vaes": {1.0: VAE((1, 4, 4), 2, (8,))}}, ValueError, r"vaes\[1\].encode must take images"),
        ({"autoencoder": None}, TypeError, "autoencoder must have .encoder and .decoder; NoneType"),
        ({"autoencoder": MLPAutoencoder(SHAPE, 3)}, ValueError, r"autoencoder.encoder must give \[60, 2\]"),
        ({"images": torch.rand(60, 64)}, ValueError, "images must have shape"),
        ({"images": np.zeros((60, 1, 8, 8))}, TypeError, "images must be a torch.Tensor"),
        ({"labels": torch.zeros(59, dtype=torch.long)}, ValueError, "labels must be as many as images, 60"),
        ({"labels": torch.zeros(60)}, TypeError, "labels must hold whole numbers"),
        ({"names": ["a"]}, ValueError, "names must name every class"),
        ({"beta": 0.7}, ValueError, "beta must be one that a VAE was given for, 0.5, 2; got 0.7"),
        ({"beta": "1"}, TypeError, "beta must be a number"),
        ({"seed": -1}, ValueError, "seed"),
    ],
)
def test_bad_arguments_get_one_sentence(change, error, words):
    with pytest.raises(error, match=words) as caught:
        VAEExplorer(**{**example(), **change})
    assert "\n" not in str(caught.value)


def test_a_decoder_that_does_not_fit_is_named():
    vae = Scaled()
    vae.decoder = nn.Linear(16, 64)
    with pytest.raises(ValueError, match=r"vaes\[1\].decoder must take codes of shape \[B, 2\]"):
        VAEExplorer(**{**example(), "vaes": {1.0: vae}})


def test_what_the_page_sends_back_is_checked():
    explorer = VAEExplorer(**example())
    explorer.beta, explorer.z = 2, [1, -1]
    for name, value in (("beta", 1.0), ("z", [0.0])):
        with pytest.raises(ValueError, match=name):
            setattr(explorer, name, value)
    assert (explorer.beta, explorer.z) == (2.0, [1.0, -1.0])


def test_nine_decoders_of_digits_keep_the_notebook_small():
    betas = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0)
    explorer = VAEExplorer(**example(n=1442, betas=betas, hidden=(64, 64)))
    state = {name: value for name, value in explorer.get_state().items() if name != "layout"}
    assert len(json.dumps(state)) < 350_000


def test_the_same_seed_gives_the_same_picture():
    first, second, other = (VAEExplorer(**example(n=600), seed=seed) for seed in (3, 3, 4))
    assert (first.draws, first.labels, first.vaes) == (second.draws, second.labels, second.vaes)
    assert first.draws != other.draws


def test_the_still_and_its_sentence():
    bundles = [VAEExplorer(**example(n=500))._repr_mimebundle_() for _ in range(2)]
    (bundle, metadata), (second, _) = bundles
    assert bundle["text/plain"] == second["text/plain"] == metadata["image/png"]["alt"]
    assert "with beta 0.5 (of 0.5, 2)" in bundle["text/plain"]
    assert len(bundle["image/png"]) < 60_000
    assert Image.open(io.BytesIO(bundle["image/png"])).size[0] >= 800
