"""The 1x1 convolution: LU's determinant against slogdet, a rotation at first, and a convolution indeed."""

import pytest
import torch
from flow_examples import shaken
from torch.nn import functional as F

from course_utils import flows


@pytest.mark.parametrize("channels", [1, 2, 3, 8])
def test_it_starts_as_a_rotation(channels):
    torch.manual_seed(1)
    P, L, U = flows.Invertible1x1(channels).factors()
    W = P @ L @ U
    assert torch.allclose(W @ W.T, torch.eye(channels), atol=1e-5)
    _, log_det = flows.Invertible1x1(channels)(torch.randn(2, channels, 3, 3))
    assert torch.allclose(log_det, torch.zeros(2), atol=1e-4)


def test_the_determinant_by_lu_is_slogdet_s_times_the_pixels():
    flow = shaken("1x1 convolution")
    P, L, U = flow.factors()
    x = torch.randn(2, 3, 4, 2, dtype=torch.float64)
    z, log_det = flow(x)
    wanted = 8 * torch.linalg.slogdet(P @ L @ U).logabsdet
    assert torch.allclose(log_det, wanted.expand(2), rtol=0, atol=1e-12)
    assert torch.allclose(z, F.conv2d(x, (P @ L @ U)[:, :, None, None]))
    assert torch.equal(L.triu(1), torch.zeros_like(L)) and torch.equal(L.diagonal(), torch.ones_like(L[0]))
    assert torch.equal(U.tril(-1), torch.zeros_like(U)) and torch.equal(P @ P.T, torch.eye(3).double())


def test_rows_are_multiplied_too():
    flow, x = shaken("linear"), torch.randn(4, 2, dtype=torch.float64)
    P, L, U = flow.factors()
    assert torch.allclose(flow(x)[0], x @ (P @ L @ U).T)


def test_permute_puts_in_order():
    x = torch.randn(2, 3, 4)
    assert torch.equal(flows.Permute([2, 0, 1])(x)[0], torch.stack([x[:, 2], x[:, 0], x[:, 1]], 1))
    with pytest.raises(ValueError, match="x must have shape"):
        flows.Permute([1, 0])(x)
    with pytest.raises(ValueError, match="channels must be at least 1"):
        flows.Invertible1x1(0)
