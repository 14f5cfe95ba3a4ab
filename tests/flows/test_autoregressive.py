"""Made's masks by its Jacobian, MAF and IAF by who is fast at what."""

import pytest
import torch
from flow_examples import shaken
from torch import nn

from course_utils import flows


def shake(net):
    torch.manual_seed(0)
    for weight in net.parameters():
        nn.init.normal_(weight, 0, 0.7)
    return net.double()


@pytest.mark.parametrize("hidden", [(20,), (11, 17), (3, 3, 3), ()])
@pytest.mark.parametrize("order", [None, [2, 4, 0, 1, 3]])
def test_no_output_depends_on_a_later_input_or_its_own(hidden, order):
    made = shake(flows.Made(5, 2, hidden, order))
    places = torch.tensor(order or range(5)).argsort()
    earlier = places[None] < places[:, None]  # [output, input]
    seen = torch.zeros(5, 5, dtype=torch.bool)
    for x in torch.randn(20, 5, dtype=torch.float64):
        jacobian = torch.autograd.functional.jacobian(lambda one: made(one[None])[0], x)
        assert torch.equal(jacobian[:, 0][~earlier], torch.zeros(15, dtype=torch.float64))
        assert torch.equal(jacobian[:, 1][~earlier], torch.zeros(15, dtype=torch.float64))
        seen |= (jacobian != 0).all(1)
    if hidden != (3, 3, 3):  # three hidden units have degrees 1 to 3 alone, and leave the fourth input out
        assert torch.equal(seen, earlier)


class Counting(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net, self.order, self.calls = net, net.order, 0

    def forward(self, x):
        self.calls += 1
        return self.net(x)


def test_maf_judges_in_one_pass_and_iaf_samples_in_one():
    maf, iaf = shaken("maf 5d"), flows.InverseAutoregressive(5, (8,)).double()
    maf.net, iaf.step.net = Counting(maf.net), Counting(iaf.step.net)
    x = torch.randn(3, 5, dtype=torch.float64)
    for call, passes in [(maf.forward, 1), (maf.inverse, 5)]:
        maf.net.calls = 0
        call(x)
        assert maf.net.calls == passes
    for call, passes in [(iaf.inverse, 1), (iaf.forward, 6)]:
        iaf.step.net.calls = 0
        call(x)
        assert iaf.step.net.calls == passes


def test_maf_is_a_chain_of_gaussians():
    maf, x = shaken("maf 5d"), torch.randn(7, 5, dtype=torch.float64)
    mean, scale = maf.mean_and_scale(x)
    wanted = torch.distributions.Normal(mean, scale.exp()).log_prob(x).sum(1)
    assert torch.allclose(flows.Flow([maf], 5).log_prob(x), wanted)


def test_gradients_pass_through_the_slow_way():
    maf, z = shaken("maf 5d"), torch.randn(2, 5, dtype=torch.float64)
    back = torch.autograd.functional.jacobian(lambda one: maf.inverse(one[None])[0], z[0])
    there = torch.autograd.functional.jacobian(lambda one: maf(one[None])[0], maf.inverse(z)[0].detach())
    assert torch.allclose(back @ there, torch.eye(5, dtype=torch.float64), atol=1e-9)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: flows.Made(3, order=[0, 1, 1]), "order must hold every number from 0 to 2 once"),
        (lambda: flows.Made(3, order=[0, 1]), "order must hold every number from 0 to 2 once"),
        (lambda: flows.Made(0), "dim must be at least 1"),
        (lambda: flows.MaskedAutoregressive(3, (0,)), "hidden must be at least 1"),
        (lambda: flows.MaskedAutoregressive(3, bound=-1), "bound must be a finite number above 0"),
        (lambda: flows.MaskedAutoregressive(3).inverse(torch.zeros(2, 4)), "z must have shape"),
    ],
)
def test_bad_input_is_told_in_one_sentence(call, said):
    with pytest.raises((TypeError, ValueError), match=said):
        call()
