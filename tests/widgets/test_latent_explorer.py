"""The Python face: the student's own model in, one clear sentence where it does not fit."""

import base64
import io
import json
import math
import warnings
import zlib

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from course_utils.autoencoders import ConvAutoencoder, LinearAutoencoder, MLPAutoencoder
from course_utils.widgets import LatentExplorer

SHAPE = (1, 8, 8)


def example(n=60, classes=4):
    generator = torch.Generator().manual_seed(0)
    codes = torch.randn(n, 2, generator=generator)
    labels = torch.arange(n) % classes
    images = torch.rand(n, *SHAPE, generator=generator)
    return codes, labels, images


def decoder(out=64):
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, out), nn.Sigmoid())


def bytes_of(text):
    return base64.b64decode(text)


def test_the_courses_own_autoencoders_fit():
    codes, labels, images = example()
    for make, live in ((LinearAutoencoder, True), (MLPAutoencoder, True), (ConvAutoencoder, False)):
        explorer = LatentExplorer(make(SHAPE, 2).decoder, codes, labels, images)
        assert bool(explorer.network) is live
        assert bool(explorer.grid) is not live
        assert explorer.image_shape == list(SHAPE)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float64])
def test_a_decoder_of_another_precision_fits(dtype):
    codes, labels, _ = example()
    live = LatentExplorer(decoder().to(dtype), codes, labels)
    called = LatentExplorer(lambda z: decoder()(z).to(dtype), codes, labels)
    assert live.network["dtype"] == "float32"
    for explorer in (live, called):
        assert len(explorer._repr_mimebundle_()[0]["image/png"]) > 1000


def test_codes_that_still_carry_a_gradient_are_welcome():
    codes, labels, _ = example()
    explorer = LatentExplorer(decoder(), codes.requires_grad_(), labels)
    sent = np.frombuffer(bytes_of(explorer.codes), "<f4").reshape(-1, 2)
    assert sorted(map(tuple, sent)) == sorted(map(tuple, codes.detach().numpy()))


def test_the_decoder_is_called_in_evaluation_mode_and_left_as_it_was():
    codes, labels, _ = example()
    model = nn.Sequential(nn.Linear(2, 64), nn.BatchNorm1d(64), nn.Sigmoid())
    model[2].eval()
    before = model[1].running_mean.clone()
    LatentExplorer(model, codes, labels)
    assert [module.training for module in model] == [True, True, False]
    assert torch.equal(model[1].running_mean, before)


def test_a_map_without_labels():
    codes, _, images = example()
    explorer = LatentExplorer(decoder(), codes, images=images)
    assert explorer.names == [] and set(explorer.labels) == {0}
    assert "60 codes; beside" in explorer._alt() and "class" not in explorer._alt()
    ends = torch.tensor([explorer.point_a, explorer.point_b])
    assert ends[0, 0] == codes[:, 0].min() and ends[1, 0] == codes[:, 0].max()
    assert len(explorer._repr_mimebundle_()[0]["image/png"]) > 1000


def test_a_map_of_many_classes_in_colour():
    """Seventeen of them, some with names that no font has; their numbers stand in."""
    codes, labels, _ = example(classes=17)
    names = ["\u4e00", "\u0905", "ab", *map(str, range(3, 17))]
    explorer = LatentExplorer(decoder(48), codes, labels, torch.rand(60, 3, 4, 4), names=names)
    assert explorer.image_shape == [3, 4, 4] and len(set(explorer.labels)) == 17
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(explorer._repr_mimebundle_()[0]["image/png"]) > 1000


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"codes": torch.zeros(60, 3)}, ValueError, r"codes must have shape \[N, 2\].*\[60, 3\]"),
        ({"codes": torch.zeros(60)}, ValueError, "codes"),
        ({"codes": np.zeros((60, 2))}, TypeError, "codes must be a torch.Tensor"),
        ({"codes": torch.full((60, 2), math.nan)}, ValueError, "codes must be finite; got 60 of 60"),
        ({"codes": torch.zeros(0, 2), "labels": torch.zeros(0, dtype=torch.long)}, ValueError, "codes"),
        (
            {"labels": torch.zeros(59, dtype=torch.long)},
            ValueError,
            "labels must be as many as codes, 60; got 59",
        ),
        ({"labels": torch.zeros(60)}, TypeError, "labels must hold whole numbers"),
        ({"labels": -torch.ones(60, dtype=torch.long)}, ValueError, "labels must be at least 0"),
        ({"names": ["a", "b"]}, ValueError, "names must name every class"),
        ({"images": torch.zeros(59, *SHAPE)}, ValueError, "images"),
        ({"images": torch.zeros(60, 1, 7, 7)}, ValueError, r"decoder must return images of \[1, 7, 7\]"),
        ({"image_shape": (1, 5, 5)}, ValueError, r"decoder must return images of \[1, 5, 5\]"),
        ({"image_shape": (2, 4, 8)}, ValueError, "image_shape must be"),
        ({"decoder": 3}, TypeError, "decoder must be a module or function"),
        ({"decoder": nn.Linear(16, 64)}, ValueError, r"decoder must take codes of shape \[B, 2\]"),
        ({"decoder": lambda z: "image"}, ValueError, "decoder must map codes"),
        ({"decoder": lambda z: torch.full((len(z), 64), math.nan)}, ValueError, "decoder must return finite"),
        ({"decoder": decoder(63)}, ValueError, "image_shape must be given: the decoder returns 63"),
        ({"seed": -1}, ValueError, "seed"),
        ({"z": [0.0]}, ValueError, "z must be two finite numbers"),
    ],
)
def test_bad_arguments_get_one_sentence(change, error, words):
    codes, labels, _ = example()
    arguments = {"decoder": decoder(), "codes": codes, "labels": labels, **change}
    with pytest.raises(error, match=words) as caught:
        LatentExplorer(**arguments)
    assert "\n" not in str(caught.value)


def test_what_the_page_sends_back_is_checked():
    codes, labels, _ = example()
    explorer = LatentExplorer(decoder(), codes, labels)
    explorer.point_a = [1, 2]
    with pytest.raises(ValueError, match="z must be two finite numbers"):
        explorer.z = [math.inf, 0]
    assert explorer.point_a == [1.0, 2.0]


def test_many_codes_are_subsampled_with_their_labels_and_it_says_so():
    codes, labels, _ = example(2500, classes=5)
    codes[:, 0] = labels  # so that a code knows its label
    explorer = LatentExplorer(decoder(), codes, labels, seed=3)
    sent = np.frombuffer(bytes_of(explorer.codes), "<f4").reshape(-1, 2)
    assert len(sent) == len(explorer.labels) == 2000
    assert sent[:, 0].tolist() == explorer.labels
    assert explorer.n_total == 2500
    assert "2,500 codes of 5 classes, 2,000 of them shown" in explorer._alt()
    again = LatentExplorer(decoder(), codes, labels, seed=3)
    other = LatentExplorer(decoder(), codes, labels, seed=4)
    assert (again.codes, again.samples) == (explorer.codes, explorer.samples)
    assert other.codes != explorer.codes


def test_the_images_sent_belong_to_the_first_codes_sent():
    codes, labels, images = example()
    images[:] = (torch.arange(60) / 60)[:, None, None, None]
    codes[:, 0] = torch.arange(60)
    explorer = LatentExplorer(decoder(), codes, labels, images)
    sent = np.frombuffer(bytes_of(explorer.codes), "<f4").reshape(-1, 2)
    packed = np.frombuffer(zlib.decompress(bytes_of(explorer.images["data"])), np.uint8)
    assert explorer.images["count"] == 60
    assert packed.reshape(60, 64)[:, 0] == pytest.approx(sent[:, 0] / 60 * 255, abs=0.5)


def test_the_map_holds_every_code_and_every_sample():
    codes, labels, _ = example()
    explorer = LatentExplorer(decoder(), codes * 7 + 3, labels)
    points = torch.cat([codes * 7 + 3, torch.tensor(explorer.samples)])
    assert ((points - torch.tensor(explorer.center)).abs() <= explorer.half).all()


def test_a_large_model_with_many_images_keeps_the_notebook_small():
    torch.manual_seed(0)
    images = torch.rand(3000, 1, 28, 28).round()
    model = MLPAutoencoder((1, 28, 28), 2)
    explorer = LatentExplorer(model.decoder, torch.randn(3000, 2), torch.arange(3000) % 10, images)
    state = {k: v for k, v in explorer.get_state().items() if k != "layout"}
    assert len(json.dumps(state)) < 1_000_000


def test_the_still_and_its_sentence():
    codes, labels, images = example(2000, classes=10)
    bundles = [LatentExplorer(decoder(), codes, labels, images)._repr_mimebundle_() for _ in range(2)]
    (bundle, metadata), (second, _) = bundles
    assert bundle["text/plain"] == second["text/plain"] == metadata["image/png"]["alt"]
    assert "2,000 codes of 10 classes" in bundle["text/plain"]
    assert len(bundle["image/png"]) < 60_000
    assert Image.open(io.BytesIO(bundle["image/png"])).size[0] >= 600


def test_names_that_could_break_a_formula_still_draw():
    codes, labels, _ = example(classes=3)
    explorer = LatentExplorer(decoder(), codes, labels, names=["$", "{x}", "<b>"])
    assert len(explorer._repr_mimebundle_()[0]["image/png"]) > 1000
