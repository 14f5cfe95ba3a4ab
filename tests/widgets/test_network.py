"""What the page computes equals what torch computes, layer by layer and whole."""

import base64
import zlib

import numpy as np
import pytest
import torch
from torch import nn

from course_utils.widgets.shared.export import SIDE, export_grid, export_network, pack_images, pack_numbers

NETWORK = "shared/network.js"
POINTS = [[0.0, 0.0], [1.0, -1.0], [-3.0, 2.5], [0.3, 4.0]]
APPLY = "(() => { const f = m.network(input.exported); return input.points.map((z) => Array.from(f(z))); })()"


def in_page(node, exported):
    return np.array(node(NETWORK, APPLY, exported=exported, points=POINTS))


def in_torch(decoder):
    with torch.no_grad():
        return decoder(torch.tensor(POINTS)).flatten(1).numpy()


@pytest.mark.parametrize(
    "activation",
    [
        nn.ReLU(),
        nn.LeakyReLU(0.2),
        nn.Tanh(),
        nn.Sigmoid(),
        nn.SiLU(),
        nn.GELU(),
        nn.GELU(approximate="tanh"),
    ],
    ids=str,
)
def test_each_activation(node, activation):
    torch.manual_seed(0)
    decoder = nn.Sequential(nn.Linear(2, 16), activation, nn.Linear(16, 9, bias=False), activation)
    assert in_page(node, export_network(decoder)) == pytest.approx(in_torch(decoder), abs=1e-5)


def test_nested_layers_and_those_that_change_no_number(node):
    torch.manual_seed(0)
    inner = nn.Sequential(nn.Linear(2, 12), nn.ReLU(), nn.Dropout(0.5))
    decoder = nn.Sequential(inner, nn.Identity(), nn.Linear(12, 12), nn.Sigmoid(), nn.Unflatten(1, (3, 2, 2)))
    decoder.eval()
    assert in_page(node, export_network(decoder)) == pytest.approx(in_torch(decoder), abs=1e-5)


def test_a_large_decoder_travels_as_halves(node):
    torch.manual_seed(0)
    decoder = nn.Sequential(
        nn.Linear(2, 128), nn.ReLU(), nn.Linear(128, 256), nn.ReLU(), nn.Linear(256, 784), nn.Sigmoid()
    )
    exported = export_network(decoder)
    assert exported["dtype"] == "float16"
    found = in_page(node, exported)
    assert found == pytest.approx(in_torch(decoder), abs=2e-3)
    for parameter in decoder.parameters():
        parameter.data = parameter.data.half().float()
    assert found == pytest.approx(in_torch(decoder), abs=1e-5)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_numbers_survive_base64(node, dtype):
    values = [0.0, -0.0, 1.0, -2.5, 6e-8, 3e-5, 65504.0, 0.1, -1 / 3]
    found = node("shared/base64.js", "Array.from(m.decodeFloats(input.text, input.dtype))",
                 text=pack_numbers(torch.tensor(values), dtype), dtype=dtype)  # fmt: skip
    assert found == np.array(values, dtype=dtype).astype(np.float64).tolist()


class Own(nn.Sequential):
    """A Sequential whose forward is its own: running its layers would show another function."""

    def forward(self, x):
        return super().forward(x) + 1


def hooked():
    decoder = nn.Sequential(nn.Linear(2, 4))
    decoder.register_forward_hook(lambda module, inputs, output: output + 1)
    return decoder


@pytest.mark.parametrize(
    "decoder",
    [
        nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4)),
        nn.Sequential(nn.Linear(2, 4), nn.Unflatten(1, (2, 2)), nn.Linear(2, 2)),
        nn.Sequential(nn.ReLU()),
        nn.Sequential(),
        Own(nn.Linear(2, 4)),
        hooked(),
        nn.utils.parametrizations.weight_norm(nn.Linear(2, 4)),
        lambda z: z,
    ],
)
def test_what_a_page_cannot_run_is_not_exported(decoder):
    assert export_network(decoder) is None


def test_the_table_holds_the_images_of_its_grid_and_answers_with_the_nearest(node):
    def decode(z):
        return torch.sigmoid(torch.stack([z[:, 0], z[:, 1], z[:, 0] * z[:, 1], z.sum(dim=1)], dim=1))

    center, half = [0.5, -1.0], 3.0
    exported = export_grid(decode, center, half)
    images = list(zlib.decompress(base64.b64decode(exported.pop("data"))))
    ticks = np.linspace(-half, half, SIDE)
    cells = [(0, 0), (SIDE - 1, 3), (7, 20), (SIDE // 2, SIDE // 2)]
    wobble = 0.4 * (ticks[1] - ticks[0])
    points = [[center[0] + ticks[i] + wobble, center[1] + ticks[j] - wobble] for i, j in cells]
    found = node(NETWORK, "(() => { const f = m.table(input.grid, Uint8Array.from(input.images));"
                 "return input.points.map((z) => Array.from(f(z))); })()",
                 grid=exported, images=images, points=[*points, [99.0, 99.0]])  # fmt: skip
    exact = [[center[0] + ticks[i], center[1] + ticks[j]] for i, j in cells]
    corner = [center[0] + half, center[1] + half]
    expected = decode(torch.tensor([*exact, corner], dtype=torch.float32)).numpy()
    assert np.array(found) == pytest.approx(expected, abs=0.5 / 255 + 1e-6)


def test_packed_images_are_unpacked_and_clipped(node):
    text = pack_images(torch.tensor([[-0.5, 0.0, 0.5, 1.0, 1.7]]))
    assert node("shared/base64.js", "m.inflate(input.text).then((b) => Array.from(b))", text=text) == [
        0,
        0,
        128,
        255,
        255,
    ]
