"""The page's diffusion against the course's mixture, samplers and network, and against closed forms."""

import math

import matplotlib as mpl
import numpy as np
import pytest
import torch

from course_utils.diffusion import NoiseSchedule, PlaneNet, exact_model, samplers, time_embedding
from course_utils.exact import GaussianMixture
from course_utils.widgets import DiffusionExplorer

MATH = ("shared/noising.js", "diffusion/math.js")
SESSION = (*MATH, "diffusion/session.js")
SCHEDULES = {"linear": NoiseSchedule.linear(), "cosine": NoiseSchedule.cosine(100)}
# A session that is computed to its end; `s`.
COMPUTED = """const levels = m.levelsOf(input.betas);
  const given = { levels, mixture: input.mixture, half: 4, learned: null };
  const s = m.newSession(given, input.settings);
  const shown = { k: 0, processes: ["stochastic", "deterministic"], field: "exact" };
  while (m.work(s, shown, Infinity)) {}"""


def three_modes():
    means = torch.tensor([[-2.0, 0.5], [1.0, 1.5], [0.5, -2.0]], dtype=torch.float64)
    return GaussianMixture(means, torch.tensor([0.3, 0.7, 0.1]), torch.tensor([0.2, 0.7, 0.1]))


def as_page(mixture):
    return {name: getattr(mixture, name).tolist() for name in ("means", "stds", "weights")}


def points(n=40, scale=2.0):
    return scale * torch.randn(n, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def flat(tensor):
    return tensor.flatten().tolist()


@pytest.fixture(scope="module")
def computed(node):
    """A function: the value of an expression over a finished session `s` and the module `m`."""

    def run(expression, mixture, schedule, **settings):
        source = f"(() => {{ {COMPUTED} return {expression}; }})()"
        return node(
            SESSION,
            source,
            betas=schedule.betas.tolist(),
            mixture=as_page(mixture),
            settings={"steps": 10, "variance": "fixed_small", "seed": 0, **settings},
        )

    return run


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
def test_the_levels_are_the_schedules(node, schedule):
    found = node(MATH, "[...m.levelsOf(input.betas)]", betas=schedule.betas.tolist())
    assert found[0] == 1
    assert found[1:] == pytest.approx(schedule.alphas_cumprod.tolist(), rel=1e-12)


@pytest.mark.parametrize(("total", "steps"), [(1000, 50), (100, 100), (37, 10), (250, 100), (10, 4), (1, 1)])
def test_the_visited_times_are_the_samplers(node, total, steps):
    schedule = NoiseSchedule.linear(total)
    expected = [t + 1 for t, _ in samplers.timesteps(schedule, steps)]  # as the mathematics counts
    found = node(MATH, "m.visitedTimes(input.total, input.steps)", total=total, steps=steps)
    assert found == [0, *reversed(expected)]


@pytest.mark.parametrize("level", [1.0, 0.9, 0.3, 1e-4])
def test_density_and_score_of_the_diffused_mixture(node, level):
    mixture, x = three_modes(), points()
    expression = """(() => { const p = m.diffuse(input.mixture, input.level);
      return { logs: [...m.logDensity(p, input.x)], score: [...m.score(p, input.x)] }; })()"""
    found = node(MATH, expression, mixture=as_page(mixture), level=level, x=flat(x))
    noisy = mixture.diffuse(level)
    assert found["logs"] == pytest.approx(noisy.log_prob(x).tolist(), rel=1e-9, abs=1e-9)
    assert found["score"] == pytest.approx(flat(noisy.score(x)), rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("t", [1, 7, 60, 100])
def test_the_exact_prediction_is_the_exact_model(node, t):
    mixture, schedule, x = three_modes(), SCHEDULES["cosine"], points()
    expression = (
        "[...m.exactEpsilon(input.mixture, m.levelsOf(input.betas))(Float64Array.from(input.x), input.t)]"
    )
    found = node(MATH, expression, mixture=as_page(mixture), betas=schedule.betas.tolist(), x=flat(x), t=t)
    expected = exact_model(mixture, schedule)(x, torch.full((len(x),), t - 1))
    assert found == pytest.approx(flat(expected), abs=1e-8)


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
@pytest.mark.parametrize("variance", ["fixed_small", "fixed_large"])
def test_both_samplers_step_for_step_with_the_same_noise(computed, monkeypatch, schedule, variance):
    mixture = three_modes()
    expression = """{ start: [...s.start], noises: s.noises.map((z) => [...z]),
      stochastic: m.pathOf(s, "stochastic", "exact").states.map((x) => [...x]),
      deterministic: m.pathOf(s, "deterministic", "exact").states.map((x) => [...x]) }"""
    found = {
        name: torch.tensor(values, dtype=torch.float64).unflatten(-1, (-1, 2))
        for name, values in computed(expression, mixture, schedule, variance=variance).items()
    }
    queue = list(found["noises"])  # the last step is taken to noises[1], which ddpm does not draw
    monkeypatch.setattr(samplers.Walk, "noise", lambda walk, x: queue.pop())
    model, start, steps = exact_model(mixture, schedule), found["start"], 10
    expected = {"stochastic": [], "deterministic": []}
    samplers.ddpm(
        model, schedule, start.shape, x_T=start, num_inference_steps=steps, variance_type=variance,
        watch=lambda t, x, x0: expected["stochastic"].append(x),
    )  # fmt: skip
    queue = list(found["noises"])
    options = {"x_T": start, "num_inference_steps": steps}
    last = {
        "stochastic": samplers.ddpm(model, schedule, start.shape, variance_type=variance, **options),
        "deterministic": samplers.ddim(
            model,
            schedule,
            start.shape,
            watch=lambda t, x, x0: expected["deterministic"].append(x),
            **options,
        ),
    }
    for name, states in expected.items():
        assert torch.allclose(found[name].flip(0), torch.stack([*states, last[name]]), rtol=0, atol=1e-7)


def test_what_drives_the_paths_changes_neither_the_start_nor_the_noise(computed):
    mixture = three_modes()
    noise = "[[...s.start], s.noises.slice(-2).map((z) => [...z])]"
    small, large = (
        computed(noise, mixture, SCHEDULES["cosine"], variance=name)
        for name in ("fixed_small", "fixed_large")
    )
    assert small == large
    assert small[0] == computed("[...s.start]", mixture, SCHEDULES["linear"], steps=50)
    assert small[0] != computed("[...s.start]", mixture, SCHEDULES["cosine"], seed=1)


@pytest.mark.parametrize("steps", [5, 10, 50])
def test_ddim_on_normal_data_shrinks_by_the_product_of_the_cosines(computed, steps):
    normal, schedule = GaussianMixture(torch.zeros(1, 2), 1.0), SCHEDULES["linear"]
    path = 'm.pathOf(s, "deterministic", "exact")'
    ends = computed(f"[{path}.states[0], s.start].map((x) => [...x])", normal, schedule, steps=steps)
    visited = [t for t, _ in samplers.timesteps(schedule, steps)]
    angles = torch.cat([schedule.alphas_cumprod[visited].sqrt().arccos(), torch.zeros(1)])
    expected = float((angles[:-1] - angles[1:]).cos().prod())
    ratio = np.array(ends[0]) / np.array(ends[1])
    assert ratio == pytest.approx(np.full_like(ratio, expected), rel=1e-6)


def test_the_forward_chain_has_the_one_jump_kernel(node):
    """The weight of each step's noise in x_T, squared and summed, is 1 - alpha-bar."""
    expression = """(() => {
      const levels = m.levelsOf(input.betas), times = m.visitedTimes(levels.length - 1, 10), rows = [];
      for (let noisy = 0; noisy <= 10; noisy++) {
        let x = new Float64Array([noisy ? 0 : 1]);
        for (let k = 1; k <= 10; k++) {
          x = m.forwardStep(x, [noisy === k ? 1 : 0], { a: levels[times[k]], before: levels[times[k - 1]] });
        }
        rows.push(x[0]);
      }
      return rows; })()"""
    schedule = NoiseSchedule.linear(200)
    signal, *noises = node(MATH, expression, betas=schedule.betas.tolist())
    level = float(schedule.alphas_cumprod[-1])
    assert signal == pytest.approx(math.sqrt(level), rel=1e-9)
    assert sum(weight**2 for weight in noises) == pytest.approx(1 - level, rel=1e-9)
    assert min(noises) > 0


def test_true_draws_compare_as_true(node):
    mixture = three_modes()
    x = mixture.sample(20_000, torch.Generator().manual_seed(0))
    found = node(MATH, "m.compare(input.mixture, input.x)", mixture=as_page(mixture), x=flat(x))
    assert found["shares"] == pytest.approx(mixture.responsibilities(x).mean(0).tolist(), abs=1e-9)
    assert found["gap"] == pytest.approx(max(abs(np.array(found["shares"]) - [0.2, 0.7, 0.1])), abs=1e-6)
    assert found["gap"] < 0.012
    assert found["spread"] == pytest.approx(1, abs=0.015)


def test_narrow_modes_and_a_missing_one_are_told(node):
    means = torch.tensor([[-4.0, 0.0], [4.0, 0.0]])
    mixture = GaussianMixture(means, 0.5, [0.75, 0.25])
    x = means[0] + 0.4 * torch.randn(5000, 2, generator=torch.Generator().manual_seed(0))
    found = node(MATH, "m.compare(input.mixture, input.x)", mixture=as_page(mixture), x=flat(x))
    assert found["gap"] == pytest.approx(0.25, abs=1e-6)
    assert found["spread"] == pytest.approx(0.8, abs=0.02)


def test_the_points_drawn_are_the_mixtures(node):
    mixture = three_modes()
    expression = """(() => {
      let seed = 1;
      const uniform = () => ((seed = (seed * 16807) % 2147483647) / 2147483647);
      const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
      return [...m.sampleMixture(input.mixture, { uniform, normal }, 20000)]; })()"""
    x = torch.tensor(node(MATH, expression, mixture=as_page(mixture)), dtype=torch.float64).view(-1, 2)
    assert mixture.responsibilities(x).mean(0).tolist() == pytest.approx([0.2, 0.7, 0.1], abs=0.015)
    mean = mixture.weights @ mixture.means
    spread = mixture.weights @ (mixture.stds.square()[:, None] + (mixture.means - mean).square())
    assert x.mean(0).tolist() == pytest.approx(mean.tolist(), abs=0.04)
    assert x.var(0).tolist() == pytest.approx(spread.tolist(), rel=0.03)


@pytest.mark.parametrize("size", [{}, {"hidden": 20, "layers": 1, "embedding": 8}])
def test_the_network_in_the_page_is_torchs(node, size):
    torch.manual_seed(0)
    net = PlaneNet(**size)
    explorer = DiffusionExplorer(model=net)
    x, times = points(37).float(), [1, 2, 137, 1000]
    expression = """(() => { const f = m.learnedEpsilon(input); const x = Float64Array.from(input.x);
      return input.times.map((t) => [...f(x, t)]); })()"""
    exported = {"embedding": explorer.embedding, "network": explorer.network}
    found = node("diffusion/learned.js", expression, **exported, x=flat(x), times=times)
    with torch.no_grad():
        expected = [flat(net(x, torch.full((len(x),), t - 1))) for t in times]
    assert np.array(found) == pytest.approx(np.array(expected), abs=1e-5)


def test_the_time_embedding_is_torchs(node):
    times = [0, 1, 50, 333, 999]
    found = node("diffusion/learned.js", "input.times.map((t) => m.timeEmbedding(t, 32))", times=times)
    assert np.array(found) == pytest.approx(time_embedding(torch.tensor(times), 32).numpy(), abs=1e-6)


def test_the_error_on_show_is_the_mean_square_on_the_samples(node):
    """A learned field that is the exact one plus (0.3, -0.1): 0.05, in pieces or at once."""
    expression = """(async () => {
      const levels = Float64Array.from({ length: 41 }, (_, t) => 0.9 ** t);
      const exact = m.exactEpsilon(input.mixture, levels);
      const learned = (x, t) => exact(x, t).map((value, i) => value + (i % 2 ? -0.1 : 0.3));
      const s = m.newSession({ levels, mixture: input.mixture, half: 4, learned }, input.settings);
      const shown = { k: 2, processes: ["forward"], field: "learned" };
      let pieces = 0;
      while (m.work(s, shown, -1)) pieces += 1;
      const whole = learned(s.grid, s.times[2]);
      const apart = Math.max(...m.learnedAt(s, 2).map((value, i) => Math.abs(value - whole[i])));
      return { pieces, apart, error: m.onShow(s, m.pathOf(s, "forward", "learned"), 2).error };
    })()"""
    settings = {"steps": 10, "variance": "fixed_small", "seed": 0}
    found = node(SESSION, expression, mixture=as_page(three_modes()), settings=settings)
    assert found["error"] == pytest.approx((0.3**2 + 0.1**2) / 2, rel=1e-9)
    assert found["pieces"] > 20
    assert found["apart"] < 1e-12


def test_viridis_is_matplotlibs(node):
    shares = np.linspace(0, 1, 101)
    found = np.array(node("shared/viridis.js", "input.shares.map(m.viridis)", shares=shares.tolist()))
    assert found / 255 == pytest.approx(mpl.colormaps["viridis"](shares)[:, :3], abs=6 / 255)
    assert node("shared/viridis.js", "[m.viridis(-1), m.viridis(2)]") == [[0x44, 1, 0x54], [0xFD, 0xE7, 0x25]]
