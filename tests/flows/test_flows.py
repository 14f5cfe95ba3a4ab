"""Every flow, with random weights: there and back, log-determinants by autograd, densities that hold 1."""

import math

import pytest
import torch
from flow_examples import ALL, PLANE, points, shaken

from course_utils import exact, flows


@pytest.mark.parametrize("name", ALL)
def test_there_and_back_again(name):
    _, shape = ALL[name]
    for seed in range(3):
        flow, x = shaken(name, seed=seed), points(name, shape, 64)
        z, _ = flow(x)
        assert torch.allclose(flow.inverse(z), x, rtol=0, atol=1e-10)
        if name != "logit":
            assert not torch.allclose(z.flatten(1), x.flatten(1)) or name in ("flatten", "split")


@pytest.mark.parametrize("name", ALL)
def test_the_log_determinant_is_that_of_the_jacobian(name):
    _, shape = ALL[name]
    flow, x = shaken(name), points(name, shape)
    _, log_det = flow(x)
    assert log_det.shape == (len(x),)
    size = math.prod(shape)
    for row in range(len(x)):
        jacobian = torch.autograd.functional.jacobian(lambda one: flow(one[None])[0], x[row])
        _, wanted = torch.linalg.slogdet(jacobian.reshape(size, size))
        assert torch.allclose(log_det[row], wanted, rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", ALL)
def test_float32_in_float32_out(name):
    _, shape = ALL[name]
    flow, x = shaken(name), points(name, shape)
    wanted, log_det_wanted = flow(x)
    z, log_det = flow.float()(x.float())
    assert z.dtype == log_det.dtype == torch.float32
    assert torch.allclose(z.double(), wanted, rtol=1e-4, atol=1e-4)
    assert torch.allclose(log_det.double(), log_det_wanted, rtol=1e-4, atol=1e-4)
    assert torch.allclose(flow.inverse(z), x.float(), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("name", PLANE)
def test_densities_in_the_plane_hold_one(name):
    flow = flows.Flow([shaken(name, std=0.3)], base=2).double()
    generator = torch.Generator().manual_seed(0)
    drawn = flow.sample(20_000, generator)
    low, high = drawn.min(0).values - 3, drawn.max(0).values + 3
    axes = [
        torch.linspace(float(a), float(b), 500, dtype=torch.float64) for a, b in zip(low, high, strict=True)
    ]
    cell = math.prod(float(axis[1] - axis[0]) for axis in axes)
    with torch.no_grad():
        total = flow.log_prob(torch.cartesian_prod(*axes)).exp().sum() * cell
    assert abs(float(total) - 1) < 1e-3


@pytest.mark.parametrize("name", ["planar", "realnvp", "maf flow", "iaf"])
def test_samples_have_the_density_s_moments(name):
    flow = flows.Flow([shaken(name, std=0.3)], base=2).double()
    drawn = flow.sample(100_000, torch.Generator().manual_seed(0))
    base = 1.5 * drawn.std(0) * torch.randn(100_000, 2, generator=torch.Generator().manual_seed(2)).double()
    proposal = drawn.mean(0) + base
    log_q = -(0.5 * (base / (1.5 * drawn.std(0))).square() + (1.5 * drawn.std(0)).log()).sum(1)
    with torch.no_grad():
        weight = (flow.log_prob(proposal) - log_q + math.log(2 * math.pi)).exp()
    mean = (weight[:, None] * proposal).mean(0)  # importance sampling: the density's own mean
    assert torch.allclose(mean, drawn.mean(0), atol=0.03)


def test_affine_is_a_gaussian():
    flow = flows.Flow([flows.ElementwiseAffine(2)], base=2).double()
    with torch.no_grad():
        flow.steps[0].log_scale.copy_(torch.tensor([0.5, -1.0]))
        flow.steps[0].shift.copy_(torch.tensor([2.0, 0.3]))
    std = torch.tensor([-0.5, 1.0], dtype=torch.float64).exp()
    gaussian = torch.distributions.Normal(-flow.steps[0].shift.detach() * std, std)
    x = points("affine", (2,), 50)
    assert torch.allclose(flow.log_prob(x), gaussian.log_prob(x).sum(1))
    drawn = flow.sample(40_000, torch.Generator().manual_seed(0))
    assert torch.allclose(drawn.mean(0), gaussian.mean, atol=0.03) and drawn.dtype == torch.float64
    assert torch.allclose(drawn.std(0), std, rtol=0.02)


def test_log_determinants_add_and_stages_are_the_points_between():
    parts = [shaken(name, seed=i) for i, name in enumerate(["planar", "maf", "linear"])]
    flow, x = flows.Flow(parts, base=2).double(), points("", (2,))
    a, first = parts[0](x)
    b, second = parts[1](a)
    c, third = parts[2](b)
    z, log_det = flow(x)
    assert torch.equal(z, c) and torch.allclose(log_det, first + second + third)
    for found, wanted in zip(flow.stages(x), [x, a, b, c], strict=True):
        assert torch.equal(found, wanted)


def test_another_base_is_used_both_ways():
    means = torch.tensor([[-4.0, 0.0], [4.0, 0.0]], dtype=torch.float64)
    base = exact.GaussianMixture(means, 0.1)
    step = shaken("linear")
    flow, x = flows.Flow([step], base), points("", (2,))
    z, log_det = step(x)
    assert torch.equal(flow.log_prob(x), base.log_prob(z) + log_det)
    back = step(flow.sample(2_000, torch.Generator().manual_seed(0)))[0]
    assert (back[:, 0].abs() > 3).all() and 0.4 < (back[:, 0] > 0).double().mean() < 0.6


def test_sampling_repeats_with_a_generator_and_empty_flows_are_the_base():
    flow = flows.Flow([], (3, 2, 2))
    first, again = (flow.sample(5, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(first, again) and first.shape == (5, 3, 2, 2)
    wanted = torch.distributions.Normal(0.0, 1.0).log_prob(first).sum((1, 2, 3))
    assert torch.allclose(flow.log_prob(first), wanted, atol=1e-5)


def test_a_flow_is_trained_towards_the_likelihood_of_the_truth():
    truth = torch.distributions.MultivariateNormal(
        torch.tensor([1.0, -1.0]), torch.tensor([[1.0, 0.8], [0.8, 1.0]])
    )
    torch.manual_seed(0)
    x, flow = truth.sample((2_000,)), flows.MAF(2, 1, (8,))
    optimiser = torch.optim.Adam(flow.parameters(), 2e-2)
    for _ in range(200):
        optimiser.zero_grad()
        loss = -flow.log_prob(x).mean()
        loss.backward()
        optimiser.step()
    held_out = truth.sample((4_000,))
    with torch.no_grad():
        gap = float((truth.log_prob(held_out) - flow.log_prob(held_out)).mean())
    assert -0.01 < gap < 0.03


class Overwrites(torch.nn.Module):
    def forward(self, x):
        return x, torch.zeros(())


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: flows.Flow([], 0), "base must be at least 1"),
        (lambda: flows.Flow([], "2"), "base must be a whole number"),
        (lambda: flows.Flow([Overwrites()], 2).log_prob(torch.zeros(3, 2)), "log_det of step 0, Overwrites"),
        (lambda: flows.Flow([], 2).log_prob(torch.zeros(3, 3)), "z must have shape"),
        (lambda: flows.Flow([], 2).sample(0), "n must be at least 1"),
        (lambda: flows.Planar(2)(torch.zeros(3, 3)), "x must have shape"),
        (lambda: flows.ElementwiseAffine(2).inverse(torch.zeros(3)), "z must have shape"),
        (lambda: flows.Permute([0, 0]), "every number"),
        (lambda: flows.Permute([0.5, 1]), "order must be a whole number"),
        (lambda: flows.MAF(2, 0), "depth must be at least 1"),
    ],
)
def test_bad_input_is_told_in_one_sentence(call, said):
    with pytest.raises((TypeError, ValueError), match=said) as told:
        call()
    assert "\n" not in str(told.value)
