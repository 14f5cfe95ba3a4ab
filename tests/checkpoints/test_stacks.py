import pytest
import torch
from torch.nn.utils.parametrizations import spectral_norm

from course_utils import gan
from course_utils.checkpoints.stacks import flat, stack


@pytest.fixture
def nets():
    torch.manual_seed(0)
    return [gan.Discriminator(2, (5, 4)) for _ in range(3)]


def test_each_net_sees_its_own_points(nets):
    x = torch.randn(3, 7, 2)
    expected = torch.stack([net(points) for net, points in zip(nets, x, strict=True)])
    torch.testing.assert_close(stack(nets)(x), expected)
    torch.testing.assert_close(flat(stack(nets), 3)(x.flatten(0, 1)), expected.flatten(0, 1))


def test_trained_at_once_they_become_what_each_becomes_alone(nets):
    x, one = torch.randn(3, 7, 2), stack(nets)
    for step in range(5):
        if step == 0:
            optimizers = [torch.optim.Adam(net.parameters(), 0.01) for net in nets]
            together = torch.optim.Adam(one.parameters(), 0.01)
        for net, optimizer, points in zip(nets, optimizers, x, strict=True):
            optimizer.zero_grad()
            net(points).square().mean().backward()
            optimizer.step()
        together.zero_grad()
        (3 * one(x).square().mean()).backward()
        together.step()
    expected = torch.stack([net(points) for net, points in zip(nets, x, strict=True)])
    torch.testing.assert_close(one(x), expected, rtol=1e-4, atol=1e-5)


def test_the_nets_stay_as_they_are(nets):
    before = nets[0][0].weight.clone()
    one = stack(nets)
    with torch.no_grad():
        one[0].weight.add_(1)
    assert torch.equal(nets[0][0].weight, before)


def test_spectral_norm_is_that_of_torch_after_many_steps(nets):
    one, x = stack(nets, spectral=True).train(), torch.randn(3, 7, 2)
    for net in nets:
        for layer in net[::2]:
            spectral_norm(layer)
    for _ in range(100):
        one(x), [net(x[0]) for net in nets]
    for layer in one[::2]:
        torch.testing.assert_close(
            torch.linalg.matrix_norm(layer.weight, 2), torch.ones(3), rtol=1e-3, atol=0
        )
    expected = torch.stack([net.eval()(points) for net, points in zip(nets, x, strict=True)])
    torch.testing.assert_close(one.eval()(x), expected, rtol=1e-3, atol=1e-4)


def test_in_evaluation_the_estimate_stays(nets):
    one, x = stack(nets, spectral=True).eval(), torch.randn(3, 7, 2)
    assert torch.equal(one(x), one(x))
    before = one[0].parametrizations.weight[0].u.clone()
    one.train()(x)
    assert not torch.equal(before, one[0].parametrizations.weight[0].u)
