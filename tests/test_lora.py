"""Low-rank adaptation: the layer at the start, one layer when merged, and few weights that learn."""

import pytest
import torch
from torch import nn

from course_utils import diffusion, lora

LAYERS = {
    "linear": (nn.Linear(5, 7), (3, 5)),
    "rows": (nn.Linear(5, 7, bias=False), (3, 4, 5)),
    "convolution": (nn.Conv2d(3, 6, 3, padding=1), (2, 3, 8, 8)),
    "strided": (nn.Conv2d(3, 6, (3, 2), stride=2, padding=(1, 0), dilation=2), (2, 3, 9, 8)),
    "grouped": (nn.Conv2d(4, 6, 3, groups=2), (2, 4, 6, 6)),
}


def changes(model):
    return [one for one in model.modules() if isinstance(one, lora.LowRank)]


def adapted(name, spread=1.0):
    """(the layer, one with a change of rank 2 and random weights, an input)"""
    torch.manual_seed(0)
    layer, shape = LAYERS[name]
    model = lora.add_lora(nn.Sequential(layer), rank=2, scale=0.5).double()
    nn.init.normal_(changes(model)[0].up, std=spread)
    return nn.Sequential(layer).double(), model, torch.randn(shape, dtype=torch.float64)


@pytest.mark.parametrize("name", LAYERS)
def test_it_starts_as_the_layer_exactly(name):
    layer, model, x = adapted(name, spread=0.0)
    assert torch.equal(model(x), layer(x))


@pytest.mark.parametrize("name", LAYERS)
def test_merged_is_unmerged_exactly(name):
    layer, model, x = adapted(name)
    merged = lora.merge_lora(model)
    assert torch.equal(merged(x), model(x)) and not torch.allclose(model(x), layer(x), atol=1e-3)
    assert not changes(merged) and merged.state_dict().keys() == layer.state_dict().keys()


@pytest.mark.parametrize("name", ["linear", "rows"])
def test_it_is_two_thin_layers_beside_the_wide_one(name):
    layer, model, x = adapted(name)
    (change,) = changes(model)
    assert torch.allclose(model(x), layer(x) + 0.5 * (x @ change.down.T) @ change.up.T, atol=1e-12)


@pytest.mark.parametrize("name", LAYERS)
def test_the_change_has_the_rank(name):
    layer, model, _ = adapted(name)
    change = (model[0].weight - layer[0].weight).detach().flatten(1)
    assert torch.linalg.matrix_rank(change, tol=1e-9) == 2


class TestAModel:
    net = diffusion.UNet(1, width=8, classes=3)
    x, t, y = torch.randn(2, 1, 8, 8), torch.tensor([3, 500]), torch.tensor([0, 2])

    def changed(self, where=lambda name, layer: True):
        torch.manual_seed(0)
        model = lora.add_lora(self.net, rank=2, where=where)
        for one in changes(model):
            nn.init.normal_(one.up, std=0.1)
        return model

    def test_the_original_is_left_alone(self):
        before = {name: value.clone() for name, value in self.net.state_dict().items()}
        self.changed()
        assert all(torch.equal(value, before[name]) for name, value in self.net.state_dict().items())
        assert all(one.requires_grad for one in self.net.parameters())

    def test_merged_it_is_a_plain_net_with_the_same_answer(self):
        model = self.changed(where=lambda name, layer: "attention" not in name)
        plain = lora.merge_lora(model)
        assert plain.state_dict().keys() == self.net.state_dict().keys()
        assert torch.equal(plain(self.x, self.t, self.y), model(self.x, self.t, self.y))
        assert not torch.equal(plain(self.x, self.t, self.y), self.net(self.x, self.t, self.y))
        assert torch.equal(plain.attention.to_qkv.weight, self.net.attention.to_qkv.weight)

    def test_only_the_new_weights_learn(self):
        model = lora.add_lora(self.net, rank=1, where=lambda name, layer: name == "first")
        asks = {id(one) for one in model.parameters() if one.requires_grad}
        assert asks == {id(one) for change in changes(model) for one in change.parameters()}
        new, all_of_it = 9 * 1 + 8, sum(one.numel() for one in model.parameters())
        assert lora.share_trained(model) == pytest.approx(new / all_of_it)

    def test_it_learns_and_the_rest_stays(self):
        torch.manual_seed(0)
        model, layer = nn.Linear(4, 4), nn.Linear(4, 4)
        model = lora.add_lora(model, rank=4)
        x = torch.randn(64, 4)
        frozen = model.parametrizations.weight.original.clone()
        optimiser = torch.optim.Adam([one for one in model.parameters() if one.requires_grad], 0.05)
        wanted = (x @ layer.weight.T + model.bias).detach()
        for _ in range(200):
            loss = (model(x) - wanted).square().mean()
            optimiser.zero_grad(), loss.backward(), optimiser.step()
        assert loss < 1e-3 and torch.equal(model.parametrizations.weight.original, frozen)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: lora.add_lora("net", rank=2), "model must be a torch.nn.Module"),
        (lambda: lora.add_lora(nn.Linear(2, 2), rank=0), "rank must be"),
        (lambda: lora.add_lora(nn.Linear(2, 2), 2, where=lambda name, layer: False), "at least one linear"),
        (lambda: lora.merge_lora(3), "model must be a torch.nn.Module"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(call, said):
    with pytest.raises((TypeError, ValueError), match=said) as raised:
        call()
    assert "\n" not in str(raised.value)
