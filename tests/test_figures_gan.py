"""The picture of the four norms marks what torch's norms really share."""

import pytest
import torch
from torch import nn

from course_utils.figures import norm_axes
from course_utils.figures.gan import SHARED, SIZES, _in_the_set

C, N = SIZES["C"], SIZES["N"]
MODULES = {
    "batch": nn.BatchNorm2d(C),
    "layer": nn.LayerNorm([C, 2, 2]),
    "instance": nn.InstanceNorm2d(C),
    "group": nn.GroupNorm(2, C),
}


@pytest.mark.parametrize("name", SHARED)
def test_the_marked_cells_are_those_that_move_the_last_channel_of_the_first_image(name):
    x = torch.randn(N, C, 2, 2, generator=torch.Generator().manual_seed(0), requires_grad=True)
    output = MODULES[name](x)[0, C - 1, 0, 0]
    reached = torch.autograd.grad(output, x)[0].abs().sum((2, 3)) > 1e-8
    marked = torch.tensor([[_in_the_set(name, c, n) for c in range(C)] for n in range(N)])
    assert torch.equal(reached, marked)


def test_a_block_for_each_name():
    fig = norm_axes(("layer", "group"))
    assert [ax.get_title() for ax in fig.axes] == ["layer norm", "group norm"]
    with pytest.raises(ValueError, match="norm must be one of"):
        norm_axes(("batches",))
