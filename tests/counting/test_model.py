"""FLOPs and kept memory of the course's models, against torch's counter and against autograd itself."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from course_utils import counting, flows, vae
from course_utils.diffusion import DiT
from course_utils.diffusion.unet import UNet
from course_utils.gan.images import ImageDiscriminator, ImageGenerator

STEPS = torch.arange(3)


def images(channels=1, size=8):
    return torch.rand(3, channels, size, size)


MODELS = {
    "U-Net": lambda: (UNet(1, 16, classes=4), (images(), STEPS, STEPS)),
    "U-Net, colour, 3 levels": lambda: (UNet(3, 8, (1, 2, 2), heads=2), (images(3, 16), STEPS)),
    "DiT": lambda: (DiT((1, 8, 8), patch=2, width=16, depth=2, long_skips=True), (images(), STEPS)),
    "generator": lambda: (ImageGenerator(6, 8, width=8), (torch.randn(3, 6),)),
    "discriminator": lambda: (ImageDiscriminator(8, width=8, minibatch=True), (images(),)),
    "discriminator, spectral": lambda: (ImageDiscriminator(8, spectral=True), (images(),)),
    "VAE": lambda: (vae.VAE((1, 8, 8), 4, (20,)), (images(),)),
    "convolutional VAE": lambda: (vae.ConvVAE((1, 8, 8), 4), (images(),)),
    "RealNVP": lambda: (flows.RealNVP(2, 4, (16,)), (torch.randn(5, 2),)),
    "MAF": lambda: (flows.MAF(3, 2, (16,)), (torch.randn(5, 3),)),
    "Glow": lambda: (flows.Glow((1, 8, 8), depth=2, width=8), (images(),)),
}


def made(name):
    torch.manual_seed(0)
    return MODELS[name]()


def tensors(value):
    return [value] if isinstance(value, torch.Tensor) else [one for part in value for one in tensors(part)]


def by_torch(model, inputs):
    """(forward, backward) as torch counts, which sees attention's products only where they stand apart."""
    counter = FlopCounterMode(display=False)
    with sdpa_kernel(SDPBackend.MATH), counter:
        result = tensors(model(*inputs))
        forward = counter.get_total_flops()
        sum(one.square().mean() for one in result).backward()
    return forward, counter.get_total_flops() - forward


@pytest.mark.parametrize("name", [name for name in MODELS if name != "discriminator"])
def test_every_model_counts_as_torch_counts_it(name):
    model, inputs = made(name)
    found = counting.count(model, inputs)
    assert (found.forward, found.backward) == by_torch(model, inputs)
    assert 3 * found.norms < 0.1 * found.step  # what neither counts is little, and less in wider nets


def test_what_torch_sees_as_products_of_batches_is_within_5_percent():
    """The discriminator's einsum, which torch turns into a product in which every number counts."""
    model, inputs = made("discriminator")
    found = counting.count(model, inputs)
    assert (found.forward, found.backward) == pytest.approx(by_torch(model, inputs), rel=0.05)


@pytest.mark.parametrize("name", list(MODELS))
def test_what_autograd_keeps_is_what_the_rules_say(name):
    """To 5 %: on a CPU attention may keep its shares for q and k, and a spectral norm keeps its vectors."""
    model, inputs = made(name)
    measured = counting.saved_bytes(model, inputs)
    assert counting.activation_bytes(model, inputs) == pytest.approx(measured, rel=0.05)


def test_kept_memory_by_hand():
    """A layer keeps its input, a SiLU its input; the last layer's result is nobody's."""
    net = nn.Sequential(nn.Linear(5, 7), nn.SiLU(), nn.Linear(7, 3))
    wanted = 4 * (4 * 5 + 4 * 7 + 4 * 7)
    x = (torch.rand(4, 5),)
    assert counting.saved_bytes(net, x) == counting.activation_bytes(net, x) == wanted
    frozen = net.requires_grad_(False)
    assert counting.saved_bytes(frozen, x) == counting.activation_bytes(frozen, x) == 0


def test_a_first_layer_and_a_frozen_one_have_less_of_a_backward_pass():
    net = nn.Sequential(nn.Linear(5, 7), nn.Linear(7, 3))
    found = counting.count(net, (torch.rand(4, 5),))
    one, two = 2 * 4 * 5 * 7, 2 * 4 * 7 * 3
    assert found.by("module") == {"0": 2 * one, "1": 3 * two}
    net[1].requires_grad_(False)
    assert counting.count(net, (torch.rand(4, 5),)).backward == one + two
    assert counting.count(net, (torch.rand(4, 5, requires_grad=True),)).backward == 2 * one + two


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("transposed", [False, True])
def test_convolutions_by_counting_the_taps(groups, stride, transposed):
    """Every number of the input (with its padding) that a weight meets is one multiplication."""
    kind = nn.ConvTranspose2d if transposed else nn.Conv2d
    layer = kind(4, 6, (3, 2), stride=stride, groups=groups, bias=False)
    x = torch.rand(2, 4, 7, 9)
    places = x if transposed else layer(x)
    nn.init.ones_(layer.weight)
    met = layer(torch.ones_like(x)).sum().item()  # each product is 1
    found = counting.count(layer, (x,))
    assert found.forward == 2 * met
    size = tuple(places.shape[2:])
    assert counting.convolution_flops(2, 4, 6, (3, 2), size, groups) == found.forward == found.backward


def test_torch_counts_a_grouped_weight_gradient_once_for_each_pair_of_channels():
    """What both count is exact but for this: torch forgets there that groups do not meet."""
    layer, x = nn.Conv2d(4, 6, 3, groups=2), torch.rand(2, 4, 7, 7)
    forward, backward = by_torch(layer, (x,))
    found = counting.count(layer, (x,))
    assert found.forward == forward and (found.backward, backward) == (forward, 2 * forward)


class Attending(nn.Module):
    def forward(self, q, k, v):
        return F.scaled_dot_product_attention(q, k, v)


def test_attention_and_functions():
    q, k, v = torch.randn(2, 3, 5, 4), torch.randn(2, 3, 7, 4), torch.randn(2, 3, 7, 6)
    found = counting.count(Attending(), (q, k, v))
    assert found.forward == counting.attention_flops(2, 3, 5, 7, 4, 6) == 2 * 6 * 5 * 7 * (4 + 6)
    assert found.backward == 0
    wanted = [one.requires_grad_() for one in (q, k, v)]
    assert counting.count(Attending(), wanted).backward == 2 * found.forward


def test_random_numbers_weights_and_hooks_are_as_before():
    model, inputs = made("U-Net")
    before, state = [one.clone() for one in model.parameters()], torch.get_rng_state()
    counting.count(model, inputs), counting.activation_bytes(model, inputs)
    assert torch.equal(state, torch.get_rng_state())
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))
    assert not any(one._forward_hooks or one._forward_pre_hooks for one in model.modules())
    assert all(one.grad is None for one in model.parameters())


class Called(nn.Module):
    """A layer, a norm and attention whose arguments are given by place, or by name."""

    def __init__(self, by_name):
        super().__init__()
        self.weight, self.by_name = nn.Parameter(torch.ones(8, 6)), by_name

    def forward(self, x):
        if not self.by_name:
            x = F.silu(F.layer_norm(F.linear(x, self.weight), (8,)))
            return F.scaled_dot_product_attention(x, x, x)
        x = F.silu(input=F.layer_norm(F.linear(x, weight=self.weight), normalized_shape=(8,)))
        return F.scaled_dot_product_attention(query=x, key=x, value=x)


def test_arguments_may_be_given_by_name():
    x = torch.rand(2, 5, 6)
    placed, named = (counting.count(Called(by_name), (x,)) for by_name in (False, True))
    assert named == placed and named.forward == 2 * 2 * 5 * 6 * 8 + 2 * 2 * 2 * 5 * 5 * 8
    assert counting.activation_bytes(Called(True), (x,)) == counting.activation_bytes(Called(False), (x,))


def test_what_no_formula_is_for_is_said():
    with pytest.raises(ValueError, match="^model must be made of products that are counted: it calls lstm"):
        counting.count(nn.LSTM(3, 4), (torch.rand(5, 2, 3),))
    with pytest.raises(ValueError, match="^inputs must be what model takes; it stopped with: x must have"):
        counting.count(made("DiT")[0], (images(3), STEPS))


def test_the_transformer_formula_is_the_blocks_of_a_dit():
    depth, width = 3, 24
    model = DiT((2, 8, 12), patch=2, width=width, depth=depth, heads=3)
    found = counting.count(model, (torch.rand(2, 2, 8, 12), STEPS[:2]))
    inside = [one for one in found.operations if one.module.startswith("blocks.")]
    blocks = sum(one.forward for one in inside if one.kind != "layer_norm")
    inner = 2 * 24 * width * 12 * width  # by hand: 24 patches, 12 width^2 weights, 6 width^2 told
    assert blocks == 2 * depth * (inner + 12 * width**2 + 4 * 24**2 * width)
    assert counting.transformer_flops(2, 24, width, depth, modulated=6) == blocks
