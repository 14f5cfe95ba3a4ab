"""The Dirac-GAN against autograd of the course's own losses, numpy's eigenvalues and measured paths."""

import cmath
import itertools
import math

import numpy as np
import pytest
import torch
from scipy import stats

from course_utils.gan import dirac, losses

GAMES = ("minimax", "non_saturating", "lsgan", "wgan", "hinge")
SLOPE = {"minimax": 0.5, "non_saturating": 0.5, "lsgan": 0.5, "wgan": 1.0, "hinge": 1.0}
SMOOTH = ("none", "r1", "instance_noise", "clip", "consensus")
PLACES = [(1.3, 0.7), (-0.4, 1.1), (0.9, -1.6), (-1.2, -0.3), (2.5, -0.9)]
every_game = pytest.mark.parametrize("game", GAMES)
in_the_plane = pytest.mark.parametrize(("theta", "psi"), PLACES)


def two(theta, psi):
    return [torch.tensor([value], dtype=torch.float64, requires_grad=True) for value in (theta, psi)]


def pair_of(game, theta, psi, noise=0.0):
    """Both players' losses with data at `noise` and fakes at theta + noise, by `gan.losses`."""
    neutral = 0.5 if game == "lsgan" else 0.0
    real, fake = psi * noise + neutral, psi * (theta + noise) + neutral
    return losses[game].d_loss(real, fake), losses[game].g_loss(fake)


def slopes(d_loss, g_loss, theta, psi, create_graph=False):
    """(theta', psi'): minus the gradient of each player's own loss."""
    (of_psi,) = torch.autograd.grad(d_loss, psi, create_graph=True, materialize_grads=True)
    (of_theta,) = torch.autograd.grad(g_loss, theta, create_graph=True, materialize_grads=True)
    return -of_theta, -of_psi


def by_autograd(game, theta, psi, penalty, strength):
    """The field from losses that are written down as they are in the docstring of `dirac`."""
    d_loss, g_loss = pair_of(game, theta, psi)
    if penalty == "r1":
        d_loss = d_loss + strength / 2 * psi**2
    if penalty in ("wgan_gp", "dragan"):
        d_loss = d_loss + strength * (psi.abs() - 1) ** 2
    if penalty == "consensus":
        d_theta, d_psi = slopes(d_loss, g_loss, theta, psi)
        both = strength / 2 * (d_theta**2 + d_psi**2)
        d_loss, g_loss = d_loss + both, g_loss + both
    return slopes(d_loss, g_loss, theta, psi)


@every_game
@pytest.mark.parametrize("penalty", ["none", "r1", "wgan_gp", "dragan", "consensus"])
@in_the_plane
def test_the_field_is_minus_each_players_gradient(game, penalty, theta, psi):
    expected = torch.cat(by_autograd(game, *two(theta, psi), penalty, 0.7))
    found = dirac.field(game, theta, psi, penalty, 0.7)
    assert torch.stack(found).tolist() == pytest.approx(expected.tolist(), abs=1e-12)


@every_game
@in_the_plane
def test_instance_noise_is_the_mean_over_noise_on_both_points(game, theta, psi):
    """By Gauss's rule on the losses' slopes, piece by piece between the places where the hinge's jump."""
    std = 0.8
    jumps = [1 / psi, -1 / psi, -1 / psi - theta]
    edges = sorted([-9 * std, 9 * std, *(at for at in jumps if abs(at) < 9 * std)])
    wanted = 0
    for a, b in itertools.pairwise(edges):
        nodes, weights = map(torch.from_numpy, np.polynomial.legendre.leggauss(60))
        noise = a + (b - a) * (nodes + 1) / 2
        places = [value.detach().repeat(60).requires_grad_() for value in two(theta, psi)]
        each = torch.stack(slopes(*pair_of(game, *places, noise), *places)) * 60  # the losses are means
        density = torch.from_numpy(stats.norm.pdf(noise, scale=std))
        wanted = wanted + (each * weights * density).sum(1) * (b - a) / 2
    found = dirac.field(game, theta, psi, "instance_noise", std)
    assert [float(value) for value in found] == pytest.approx(wanted.tolist(), abs=1e-7)


@every_game
def test_clipping_changes_nothing_but_what_points_out_of_the_box(game):
    for place in PLACES:
        free = dirac.field(game, *place)
        assert dirac.field(game, *place, "clip", 2.0) == free
        d_theta, d_psi = dirac.field(game, *place, "clip", 0.2)
        assert d_theta == free[0] and d_psi == (0 if place[1] * free[1] > 0 else free[1])
    psi = dirac.step(game, -1.0, 0.95, 0.5, penalty="clip", strength=1.0)[1]
    assert psi == min(1.0, 0.95 + 0.5 * dirac.field(game, -1.0, 0.95)[1])


def test_at_a_slope_of_0_the_penalty_of_a_kink_has_no_pull():
    """As autograd has it for |psi|."""
    for penalty in ("wgan_gp", "dragan"):
        assert dirac.field("wgan", 0.5, 0.0, penalty) == dirac.field("wgan", 0.5, 0.0)


def test_dragans_penalty_around_the_data_is_that_of_wgan_gp_between_data_and_fakes():
    """D is straight, so that its slope is |psi| wherever it is asked for."""
    for place in PLACES:
        assert dirac.field("minimax", *place, "dragan", 0.9) == dirac.field("minimax", *place, "wgan_gp", 0.9)
    psi, points = torch.tensor(-0.6, requires_grad=True), torch.tensor([-0.2, 0.1, 0.4], requires_grad=True)
    (slope,) = torch.autograd.grad((psi * points).sum(), points, create_graph=True)
    (pull,) = torch.autograd.grad((slope.abs() - 1).square().mean(), psi)
    found = dirac.field("wgan", 0.0, -0.6, "dragan", 1.0)[1]
    assert float(found) == pytest.approx(-float(pull))


@every_game
@pytest.mark.parametrize("penalty", ["none", "r1", "clip", "consensus"])
@pytest.mark.parametrize("strength", [0.3, 1.7])
def test_eigenvalues_by_formula_by_autograd_and_from_a_step(game, penalty, strength):
    def field(place):
        pull = "none" if penalty == "clip" else penalty
        return torch.cat(by_autograd(game, place[:1], place[1:], pull, strength))

    jacobian = torch.autograd.functional.jacobian(field, torch.zeros(2, dtype=torch.float64))
    formula = ordered(dirac.eigenvalues(game, penalty, strength))
    assert formula == pytest.approx(ordered(np.linalg.eigvals(jacobian)), abs=1e-7)
    assert formula == pytest.approx(
        ordered((measured(game, penalty, strength, "simultaneous") - 1) / 0.2), abs=1e-6
    )


@every_game
@pytest.mark.parametrize("strength", [0.3, 1.7])
def test_eigenvalues_of_instance_noise(game, strength):
    formula = ordered(dirac.eigenvalues(game, "instance_noise", strength))
    found = (measured(game, "instance_noise", strength, "simultaneous") - 1) / 0.2
    assert formula == pytest.approx(ordered(found), abs=1e-6)
    bend = {"minimax": 0.25, "non_saturating": 0.25, "lsgan": 1.0, "wgan": 0.0, "hinge": 0.0}[game]
    root = cmath.sqrt((bend * strength**2) ** 2 - SLOPE[game] ** 2)  # lemma 3.2, with f''(0) = -bend
    assert formula == pytest.approx(ordered([-bend * strength**2 + root, -bend * strength**2 - root]))


def ordered(values):
    """Complex numbers by their real, then their imaginary part, rounding aside."""
    return sorted((complex(value) for value in values), key=lambda z: (round(z.real, 6), round(z.imag, 6)))


def measured(game, penalty, strength, rule, h=0.2, near=1e-5):
    """The eigenvalues of `step` near (0, 0), by central differences."""
    columns = []
    for axis in np.eye(2):
        ahead, back = (
            dirac.step(game, *(sign * near * axis), h, rule, penalty, strength) for sign in (1, -1)
        )
        columns.append([float(a - b) / (2 * near) for a, b in zip(ahead, back, strict=True)])
    return np.linalg.eigvals(np.array(columns).T)


@every_game
@pytest.mark.parametrize("penalty", SMOOTH)
@pytest.mark.parametrize("rule", dirac.RULES)
def test_eigenvalues_of_the_update(game, penalty, rule):
    formula = dirac.update_eigenvalues(game, 0.2, rule, penalty)
    strength = dirac.PENALTIES[penalty].strength
    assert ordered(formula) == pytest.approx(ordered(measured(game, penalty, strength, rule)), abs=1e-6)


@every_game
def test_without_a_penalty_the_field_turns(game):
    s = SLOPE[game]
    assert ordered(dirac.eigenvalues(game)) == pytest.approx([-1j * s, 1j * s])


@every_game
@pytest.mark.parametrize("gamma", [0.1, 0.8, 3.0])
def test_r1_damps_and_twice_the_slope_is_critical(game, gamma):
    s = SLOPE[game]
    root = cmath.sqrt(gamma**2 / 4 - s**2)  # lemma 3.3
    assert ordered(dirac.eigenvalues(game, "r1", gamma)) == pytest.approx(
        ordered([-gamma / 2 + root, -gamma / 2 - root])
    )
    assert torch.allclose(dirac.eigenvalues(game, "r1", 2 * s), torch.tensor(-s + 0j).to(torch.complex128))
    assert dirac.eigenvalues(game, "r1", 2.1 * s).imag.abs().max() == 0
    assert dirac.eigenvalues(game, "r1", 1.9 * s).imag.abs().min() > 0


@every_game
@pytest.mark.parametrize("h", [0.05, 0.5, 1.0])
def test_of_undamped_games_simultaneous_steps_grow_and_alternating_ones_turn(game, h):
    together = dirac.update_eigenvalues(game, h).abs()
    assert together.tolist() == pytest.approx([math.sqrt(1 + (h * SLOPE[game]) ** 2)] * 2)  # lemma 2.4
    assert dirac.update_eigenvalues(game, h, "alternating").abs().tolist() == pytest.approx([1, 1])


def test_alternating_steps_of_more_than_2_leave_the_circle():
    """Lemma 2.5: a = h s > 2."""
    found = dirac.update_eigenvalues("wgan", 2.5, "alternating")
    middle = 1 - 2.5**2 / 2
    root = math.sqrt(middle**2 - 1)
    assert ordered(found) == pytest.approx(ordered([middle + root, middle - root]))
    assert found.abs().max() > 1


@pytest.mark.parametrize("penalty", ["wgan_gp", "dragan"])
def test_a_kink_has_no_eigenvalues_and_says_why(penalty):
    assert dirac.eigenvalues("wgan", penalty).isnan().all()
    assert dirac.update_eigenvalues("wgan", 0.1, "alternating", penalty).isnan().all()
    assert "kink" in dirac.PENALTIES[penalty].kink
    right, left = (float(dirac.field("wgan", 0.0, psi, penalty)[1]) for psi in (1e-9, -1e-9))
    assert right == pytest.approx(1) and left == pytest.approx(-1)  # +- 2 strength: no slope in between


def test_simultaneous_steps_of_wgan_multiply_the_distance_by_the_modulus():
    h = 0.1
    distance = dirac.path("wgan", (1.0, 0.0), h, 50).norm(dim=-1)
    assert distance.tolist() == pytest.approx([(1 + h**2) ** (s / 2) for s in range(51)])


def test_in_continuous_time_minimax_and_wgan_keep_their_distance_and_others_come_closer():
    """d(r^2)/dt = 2 (theta theta' + psi psi') is 0 (lemma 2.3), -2 t tanh(t/2) or -4 t^2; t = psi theta."""
    theta, psi = torch.tensor(PLACES, dtype=torch.float64).T
    t = psi * theta
    wanted = {"minimax": 0 * t, "wgan": 0 * t, "non_saturating": -2 * t * (t / 2).tanh(), "lsgan": -4 * t**2}
    for game, expected in wanted.items():
        d_theta, d_psi = dirac.field(game, theta, psi)
        assert torch.allclose(2 * (theta * d_theta + psi * d_psi), expected, atol=1e-14)


@pytest.mark.parametrize("strength", [0.25, 0.5, 0.8])
def test_wgan_gp_keeps_circling_as_far_out_as_its_two_half_planes_say(strength):
    """Where psi > 0, u = theta - 2 g is a damped oscillation, u'' + 2 g u' + u = 0: half a turn shrinks u by
    r = exp(-pi g / sqrt(1 - g^2)). So a path that crosses psi = 0 at -a does so next at 2 g + (a + 2 g) r,
    and it turns for ever where the two are equal: a = 2 g (1 + r) / (1 - r)."""
    r = math.exp(-math.pi * strength / math.sqrt(1 - strength**2))
    amplitude = 2 * strength * (1 + r) / (1 - r)
    paths = dirac.path("wgan", [[0.1, 0.1], [3.0, 0.0]], 0.01, 5000, "alternating", "wgan_gp", strength)
    assert paths[2500:, :, 0].abs().amax(0).tolist() == pytest.approx([amplitude] * 2, rel=0.02)
    assert [dirac.verdict(path) for path in paths.unbind(1)] == ["circles"] * 2


def test_a_strong_wgan_gp_stops_at_the_wrong_place():
    """From g = 1 on nothing oscillates: theta creeps to 2 g, where psi -> 0 but D's two pulls cancel."""
    path = dirac.path("wgan", (0.5, 0.5), 0.1, 1000, penalty="wgan_gp", strength=1.2)
    assert dirac.verdict(path) == "stalls"
    assert path[-1].tolist() == pytest.approx([2.4, 0], abs=1e-3)


@pytest.mark.parametrize("rule", dirac.RULES)
def test_clipping_keeps_circling_in_a_box(rule):
    path = dirac.path("wgan", (1.5, 0.5), 0.05, 2000, rule, "clip", 0.6)
    assert dirac.verdict(path) == "circles"
    assert path[1:, 1].abs().max() == pytest.approx(0.6)
    assert path[1000:, 0].abs().max() == pytest.approx(0.6, rel=0.1)  # a circle of the box's half width


VERDICTS = {
    ("wgan", "none", "simultaneous"): "spirals out",
    ("wgan", "none", "alternating"): "circles",
    ("wgan", "instance_noise", "simultaneous"): "spirals out",  # f''(0) = 0: the noise damps nothing
    ("wgan", "r1", "simultaneous"): "arrives",
    ("wgan", "consensus", "alternating"): "arrives",
    ("minimax", "none", "simultaneous"): "spirals out",
    ("minimax", "none", "alternating"): "circles",
    ("minimax", "r1", "simultaneous"): "arrives",
    ("minimax", "instance_noise", "simultaneous"): "arrives",
    ("minimax", "wgan_gp", "simultaneous"): "stalls",
    ("non_saturating", "none", "simultaneous"): "circles",  # beside (0, 0): see the next test
    ("non_saturating", "none", "alternating"): "arrives",
    ("hinge", "none", "alternating"): "circles",
}


@pytest.mark.parametrize("case", VERDICTS, ids=" ".join)
def test_verdicts_on_measured_paths(case):
    game, penalty, rule = case
    path = dirac.path(game, (1.0, 1.0), 0.1, 2000, rule, penalty)
    assert dirac.verdict(path) == VERDICTS[case]


@pytest.mark.parametrize(("game", "squared"), [("non_saturating", 0.1), ("lsgan", 0.025)])
def test_simultaneous_steps_that_draw_in_end_on_a_circle_that_the_step_sets(game, squared):
    """A step adds h^2 r^2 / 4 to r^2; the field takes, in the mean over a turn, h r^4 / 8 (non_saturating) or
    h r^4 / 2 (lsgan). They balance at r^2 = 2 h and h / 2."""
    for inside in (0.8, 1.2):
        path = dirac.path(game, (inside * math.sqrt(squared), 0.0), 0.05, 6000)
        assert path[4000:].square().sum(-1).mean() == pytest.approx(squared, rel=0.05)


def test_verdicts_on_paths_that_are_known():
    turns = torch.arange(401, dtype=torch.float64) * 0.2
    circle = torch.stack([turns.cos(), turns.sin()], -1)
    for rate, expected in ((0.0, "circles"), (0.01, "spirals out"), (-0.01, "arrives"), (-1.0, "arrives")):
        assert dirac.verdict((rate * turns).exp()[:, None] * circle) == expected
    assert dirac.verdict(circle / (1 + turns)[:, None].sqrt()) == "arrives"  # slowly, as the least squares do
    assert dirac.verdict(circle + torch.tensor([3.0, 0.0], dtype=torch.float64)) == "stalls"  # around another
    assert dirac.verdict(torch.full((9, 2), 0.5)) == "stalls"
    assert dirac.verdict(torch.zeros(9, 2)) == "arrives"
    circle[300] = math.inf
    assert dirac.verdict(circle) == "spirals out"


def test_several_starts_are_several_paths_and_both_rules_are_what_they_say():
    starts = torch.tensor([[1.0, 0.5], [-0.3, 2.0]])
    together = dirac.path("lsgan", starts, 0.3, 7, "alternating", "r1")
    assert together.shape == (8, 2, 2) and together.dtype == torch.float64
    for i, start in enumerate(starts.tolist()):
        assert torch.equal(together[:, i], dirac.path("lsgan", start, 0.3, 7, "alternating", "r1"))
    theta, psi = dirac.step("wgan", 1.0, 0.5, 0.1)
    assert (float(theta), float(psi)) == pytest.approx((1.05, 0.4))
    theta, psi = dirac.step("wgan", 1.0, 0.5, 0.1, "alternating")
    assert (float(theta), float(psi)) == pytest.approx((1.04, 0.4))  # G has seen the new D


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: dirac.field("wgann", 0, 0), "game must be one of .* Did you mean 'wgan'"),
        (lambda: dirac.field("wgan", 0, 0, "r2"), "penalty must be one of"),
        (lambda: dirac.eigenvalues("wgan", "r1", -1), "strength must be a finite number at least 0"),
        (lambda: dirac.step("wgan", 0, 0, 0), "h must be a finite number above 0"),
        (lambda: dirac.update_eigenvalues("wgan", 0.1, "both"), "rule must be one of"),
        (lambda: dirac.path("wgan", [1, 2, 3], 0.1, 10), r"start must have shape \[..., 2\]"),
        (lambda: dirac.path("wgan", [1, 2], 0.1, 0), "steps must be at least 1"),
        (lambda: dirac.verdict(torch.zeros(8, 2)), "path must have at least 8 steps; got 7"),
        (lambda: dirac.verdict(torch.zeros(9, 3)), r"path must have shape \[S, 2\]"),
    ],
)
def test_bad_input_gets_one_sentence(call, named):
    with pytest.raises(ValueError, match=named):
        call()
