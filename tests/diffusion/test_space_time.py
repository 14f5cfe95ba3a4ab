"""Frames by themselves without attention in time, exactly; with it they know of one another."""

import pytest
import torch
from networks import draw, shaken

from course_utils import diffusion
from course_utils.diffusion.dit import DiTBlock
from course_utils.diffusion.space_time import along_space, along_time

SHAPE = (3, 2, 8, 4)


def net(temporal, depth=2):
    return shaken(diffusion.SpaceTimeDiT(SHAPE, patch=2, width=16, depth=depth, heads=2, temporal=temporal))


X, T = draw(5, *SHAPE), torch.arange(5) * 100
OTHERS = torch.cat([X[:, :1], draw(5, 2, *SHAPE[1:], seed=1)], dim=1)  # the same first frame


def test_it_gives_a_film_of_zeros_before_it_learns():
    fresh = diffusion.SpaceTimeDiT(SHAPE, patch=2, width=16, depth=2, heads=2)
    assert torch.equal(fresh(X, T), torch.zeros_like(X))


def test_without_attention_in_time_a_frame_is_by_itself_exactly():
    one, other = (net(temporal=False)(x, T) for x in (X, OTHERS))
    assert torch.equal(one[:, 0], other[:, 0]) and not torch.allclose(one[:, 1:], other[:, 1:])


def test_with_it_a_frame_knows_of_all_the_others():
    model, x = net(temporal=True), X.clone().requires_grad_()
    assert not torch.allclose(model(X, T)[:, 0], model(OTHERS, T)[:, 0])
    model(x, T)[:, 0].square().sum().backward()
    assert (x.grad.abs().flatten(2).min(2).values > 0).all()  # two blocks, and every pixel has its say


def test_films_are_by_themselves():
    model = net(temporal=True)
    assert torch.allclose(model(X, T)[1:2], model(X[1:2], T[1:2]), atol=1e-5)
    assert not torch.allclose(model(X, T), model(X, T + 100))


def test_both_have_as_many_weights():
    assert len({sum(one.numel() for one in net(temporal).parameters()) for temporal in (True, False)}) == 1


def test_a_block_goes_along_one_axis():
    """Row by row: a block in space is the block on every frame, and one in time on every place."""
    block, h, told = shaken(DiTBlock(8, 2, 6)), draw(2, 3, 4, 8), draw(2, 6, seed=1)
    space = torch.stack([block(h[:, k], told) for k in range(3)], dim=1)
    time = torch.stack([block(h[:, :, k], told) for k in range(4)], dim=2)
    assert torch.allclose(along_space(block, h, told), space, atol=1e-5)
    assert torch.allclose(along_time(block, h, told), time, atol=1e-5)


@pytest.mark.parametrize(
    ("shape", "said"), [((3, 1, 9, 8), "size must divide"), ((3, 8, 8), "shape must hold 4")]
)
def test_what_is_wrong_is_said(shape, said):
    with pytest.raises(ValueError, match=said):
        diffusion.SpaceTimeDiT(shape)
