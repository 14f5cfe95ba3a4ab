"""The shipped style-based generator, and the measure of what comes with each layer's style."""

import pytest
import torch

from course_utils import checkpoints
from course_utils.checkpoints import faces_style as recipes


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("faces_style")


class OneFactorALayer:
    """A generator whose layer k alone says number k, and a judge that reads it off; noise does nothing."""

    latent_dim, layers = 6, range(6)

    def styles(self, z):
        return z

    def noise(self, n, generator=None):
        return [torch.zeros(n, 1, 1, 1)] * 6

    def synthesise(self, w, noise=None):
        return torch.stack([w[:, k, k] for k in range(6)], 1)

    def read(self, x):
        numbers = dict(zip(("turn", "width", "hair_length", "smile", "glasses", "skin"), x.T, strict=True))
        return numbers | {"hair": torch.zeros(len(x)).long(), "background": torch.rand(len(x))}


def test_a_factor_that_one_layer_says_comes_with_that_layer_alone():
    net = OneFactorALayer()
    shares = recipes.shares_by_layer(net, net, n=600)
    for k, name in enumerate(("turn", "width", "hair_length", "smile", "glasses", "skin")):
        expected = torch.zeros(6)
        expected[k] = 1
        torch.testing.assert_close(shares[name].float(), expected)


def test_hue_is_read_round_its_circle():
    read = dict.fromkeys(recipes.READ, torch.zeros(2)) | {"hair": torch.tensor([0, 1])}
    rows = recipes.features_read(read | {"background": torch.tensor([0.0, 1.0])})
    torch.testing.assert_close(rows["background"][0], rows["background"][1])
    assert rows["hair"].shape == (2, 6)


def test_the_mapping_network_learns_slower():
    G = recipes.build(recipes.SETTINGS)
    of_G, _ = recipes.optimizers(recipes.SETTINGS, G, torch.nn.Linear(1, 1))
    rates = {id(w): group["lr"] for group in of_G.param_groups for w in group["params"]}
    assert len(rates) == len(list(G.parameters()))
    assert {rates[id(w)] for w in G.mapping.parameters()} == {recipes.SETTINGS["mapping_lr"]}


def test_samples_are_far_nearer_to_faces_than_truncated_ones(shipped):
    metrics = shipped[1]["metrics"]
    assert metrics["frechet_distance_train_faces"] < metrics["frechet_distance"] < 30
    assert metrics["frechet_distance"] < metrics["frechet_distance_truncated"]
    assert metrics["spread_truncated"] < 0.9


def test_a_short_training_gives_an_average():
    settings = recipes.SETTINGS | {"steps": 2, "batch_size": 4, "widths": [4] * 6, "d_width": 4}
    G, history = recipes.train(settings, recipes.build(settings), recipes.faces("test"), progress=False)
    assert history.steps == 2
    assert G(torch.randn(2, 32)).shape == (2, 3, 32, 32)
