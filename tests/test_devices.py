"""On a pretended GPU no code of the course mixes its tensors with the CPU's, nor needs float64 on Apple's."""

import contextlib
import functools
import math

import pytest
import torch
from pretended import DeviceMixed, NoFloat64, Pretended, pretended_gpu
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn import functional as F

from course_utils import (
    autoencoders,
    diffusion,
    divergences,
    flow_matching,
    gan,
    latent,
    metrics,
    training,
    transport,
    vae,
)
from course_utils.diffusion import control, guidance, samplers, schedules
from course_utils.exact import GaussianMixture, LinearGaussian
from course_utils.gan import conditional
from course_utils.gan.style import StyleGenerator
from course_utils.widgets import LatentExplorer, VAEExplorer

SCHEDULE = diffusion.NoiseSchedule.linear(12, 1e-2, 0.5)
SHAPE = (4, 1, 8, 8)


@pytest.fixture(params=["cuda", "mps"])
def gpu(request):
    """The pretended device: a GPU of CUDA's, and one of Apple's, which has no float64."""
    with pretended_gpu(request.param) as device:
        yield device


def has_float64(device):
    """The device of an answer in float64: the CPU, where the GPU has none."""
    return torch.device("cpu") if device.type == "mps" else device


def on(device, make, *args, **kwargs):
    """What make gives, with its weights on the device."""
    with device:
        return make(*args, **kwargs)


def mixed_in_fake(operation):
    """Whether torch's own FakeTensorMode refuses the operation on a CPU's and a GPU's tensor."""
    with FakeTensorMode():
        a, b = torch.ones(3, device="cpu"), torch.ones(3, device="cuda")
        try:
            operation(a, b)
        except RuntimeError:
            return True
    return False


MIXTURES = {
    "cpu + gpu": lambda a, b: a + b,
    "gpu + cpu": lambda a, b: b + a,
    "stack": lambda a, b: torch.stack([a, b]),
    "where": lambda a, b: torch.where(b > 0, b, a),
    "product": lambda a, b: b @ a,
    "gpu + cpu's scalar": lambda a, b: b + a.sum(),
    "cpu + gpu's scalar": lambda a, b: a + b.sum(),
    "gpu by cpu's index": lambda a, b: b[a.long()],
    "moved": lambda a, b: a + b.to("cpu"),
    "copied": lambda a, b: b.copy_(a),
    "number": lambda a, b: b * 2,
}


@pytest.mark.parametrize("operation", MIXTURES.values(), ids=MIXTURES)
def test_what_may_be_mixed_is_what_torch_says(operation):
    with pretended_gpu() as device:
        try:
            operation(torch.ones(3), torch.ones(3, device=device))
            refused = False
        except DeviceMixed:
            refused = True
    assert refused == mixed_in_fake(operation)


def test_what_fake_mode_lets_through_is_refused_as_on_a_real_gpu(gpu):
    with pytest.raises(DeviceMixed):
        torch.ones(3)[torch.zeros(2, dtype=torch.int64, device=gpu)]
    with pytest.raises(DeviceMixed, match="generator of another device"):
        torch.randn(3, device=gpu, generator=torch.Generator())


def test_apples_gpus_have_no_float64():
    with pretended_gpu("mps") as device, pytest.raises(NoFloat64):
        torch.ones(3, device=device).double()


class Told(diffusion.PlaneNet):
    """A denoiser of points that may be told a label."""

    classes = 3

    def __init__(self):
        super().__init__(8, 1, embedding=8)
        self.label = torch.nn.Embedding(4, 2)

    def forward(self, x_t, t, y=None):
        return super().forward(x_t if y is None else x_t + self.label(y), t)


# --- diffusion: every sampler, schedule and kind of prediction that is found ---


@pytest.mark.parametrize("kind", ["cuda", "mps"])
@pytest.mark.parametrize("name", samplers.by_name)
def test_samplers(name, kind):
    with pretended_gpu(kind) as device:
        net, how = on(device, Told), {"num_inference_steps": 3}
        y = torch.zeros(4, dtype=torch.int64, device=device)
        for model in (net, functools.partial(net, y=y), guidance.classifier_free(net, y, 2.0)):
            x = samplers.by_name[name](model, SCHEDULE, (4, 2), generator=torch.Generator(), **how)
            assert isinstance(x, Pretended) and x.device == device and x.dtype == torch.float32
        x_T = torch.zeros(4, 2, device=device)
        assert samplers.by_name[name](lambda x, t: x, SCHEDULE, (4, 2), x_T=x_T, **how).device == device


@pytest.mark.parametrize("kind", ["cuda", "mps"])
@pytest.mark.parametrize("name", schedules.by_name)
def test_schedules_and_the_loss(name, kind):
    schedule = schedules.by_name[name]()
    with pretended_gpu(kind) as device:
        x0, t = torch.zeros(SHAPE, device=device), torch.arange(4, device=device)
        for at in (t, 3):
            x_t = schedule.add_noise(x0, torch.randn_like(x0), at)
            assert all(part.device == device for part in schedule.posterior(x0, x_t, at))
            for target in diffusion.predictions:
                assert schedule.convert(x0, x_t, at, "sample", target).device == device
        for target in diffusion.predictions:
            loss = diffusion.denoising_loss(schedule, target, schedule.snr.clamp(max=5))
            assert loss(lambda x, t: x, x0).device == device


def test_exact_models_serve_a_network_on_another_device(gpu):
    mixture = GaussianMixture([[0.0, 1.0], [2.0, 0.0]], 0.5)
    model = diffusion.exact_model(mixture, SCHEDULE)
    x_T = torch.zeros(5, 2, device=gpu)
    assert samplers.ddim(model, SCHEDULE, (5, 2), x_T=x_T, num_inference_steps=3).device == gpu
    there = GaussianMixture(torch.zeros(2, 2, device=gpu), 0.5)
    assert there.sample(3).device == there.score(x_T).device == there.diffuse(0.5).means.device == gpu


def test_numbers_of_a_gpu_make_a_schedule_and_a_scale(gpu):
    betas = torch.tensor([0.1, 0.2]).to(gpu)
    assert diffusion.NoiseSchedule(betas).betas.tolist() == pytest.approx([0.1, 0.2])
    mean = torch.tensor([[-1.0], [1.0]]).to(gpu)  # their variance is 1, and 3 of each draw comes to it
    assert latent.latent_scale(mean, torch.full_like(mean, math.log(3.0))) == pytest.approx(0.5)


def test_guidance(gpu):
    net, judge = (
        on(gpu, diffusion.UNet, width=16, classes=3).eval(),
        on(gpu, diffusion.NoisyClassifier, 3, 16),
    )
    x, t = torch.zeros(SHAPE, device=gpu), torch.full((4,), 3, device=gpu)
    y = torch.arange(4, device=gpu) % 3
    led = guidance.classifier_guided(net, guidance.class_log_prob(judge, y), SCHEDULE, 2.0)
    for model in (led, guidance.classifier_free(net, y, 2.0), guidance.mixed(net, net, 2.0)):
        assert model(x, t).device == gpu
    assert guidance.drop_labels(y, 3, 0.5).device == gpu
    controlled = control.ControlledUNet(net)
    assert controlled(x, t, y, x).device == control.edges(x).device == gpu
    for outline in (control.edges, control.colour_edges):
        assert control.edge_agreement(x, x, 0, outline).device == has_float64(gpu)


def test_the_bound(gpu):
    net, x = on(gpu, diffusion.PlaneNet, 8, 1), torch.zeros(3, 2, device=gpu)
    assert diffusion.bound.bound_terms(net, SCHEDULE, x).device == gpu


# --- flow matching: every method, path and kind of prediction ---

PATHS = {
    "linear": flow_matching.Path.linear(),
    "cosine": flow_matching.Path.cosine(),
    "of_schedule": flow_matching.Path.of_schedule(SCHEDULE),
}


@pytest.mark.parametrize("kind", ["cuda", "mps"])
@pytest.mark.parametrize("method", flow_matching.methods)
def test_flow_samplers(method, kind):
    with pretended_gpu(kind) as device:
        net = flow_matching.FlowNet(on(device, Told))
        y = torch.zeros(4, dtype=torch.int64, device=device)
        for model in (net, functools.partial(net, y=y), guidance.classifier_free(net, y, 2.0)):
            x = flow_matching.sample(model, (4, 2), steps=3, method=method, generator=torch.Generator())
            assert isinstance(x, Pretended) and x.device == device and x.dtype == torch.float32
        noise, data = flow_matching.reflow_pairs(net, 4, steps=2, method=method)
        assert noise.device == data.device == flow_matching.couple(noise, data).device == device
        assert isinstance(flow_matching.straightness(net, noise, steps=2), float)


@pytest.mark.parametrize("kind", ["cuda", "mps"])
@pytest.mark.parametrize("name", PATHS)
def test_paths_and_the_flow_loss(name, kind):
    path = PATHS[name]
    with pretended_gpu(kind) as device:
        x, t = torch.zeros(SHAPE, device=device), torch.full((4,), 0.5, device=device)
        noise = torch.randn_like(x)
        for at in (t, 0.5):
            x_t = path.interpolate(noise, x, at)
            assert path.velocity(noise, x, at).device == x_t.device == device
            for target in flow_matching.predictions:
                assert path.convert(x, x_t, at, "sample", target).device == device
        for times in (None, flow_matching.logit_normal):
            loss = flow_matching.matching_loss(path, times, flow_matching.couple)
            assert loss(lambda x, t: x, x).device == device
        retimed = flow_matching.retime(lambda x, t: x, path, flow_matching.Path.linear())
        denoiser = flow_matching.as_denoiser(lambda x, t: x, path, SCHEDULE)
        assert retimed(x, t).device == denoiser(x, torch.arange(4, device=device)).device == device


@pytest.mark.parametrize("probe", [None, "gaussian", "rademacher"])
def test_the_likelihood_of_a_flow(gpu, probe):
    x, net = torch.zeros(3, 2, device=gpu), flow_matching.FlowNet(on(gpu, diffusion.PlaneNet, 8, 1))
    assert flow_matching.log_prob(net, x, 2, probe=probe, generator=torch.Generator()).device == gpu
    mixture = GaussianMixture([[0.0, 1.0], [2.0, 0.0]], 0.5)
    assert flow_matching.exact_velocity(mixture)(x, torch.full((3,), 0.5, device=gpu)).device == gpu


# --- the other topics ---


@pytest.mark.parametrize("name", gan.losses)
def test_gan_losses_and_a_round_of_the_game(gpu, name):
    G, D = on(gpu, gan.Generator, 2), on(gpu, gan.Discriminator)
    optimisers = training.adamw(G), training.adamw(D)
    loss, extras = gan.game_round(G, D, gan.losses[name], *optimisers, 2, 2)(torch.randn(6, 2, device=gpu))
    assert loss.device == extras["g_loss"].device == gpu


def test_gan_tricks(gpu):
    D = on(gpu, gan.ImageDiscriminator)
    x = torch.zeros(SHAPE, device=gpu)
    assert gan.tricks.feature_matching(D, x, x).device == gpu
    assert on(gpu, gan.tricks.MinibatchDiscrimination, 5)(torch.zeros(3, 5, device=gpu)).device == gpu
    average = gan.tricks.HistoricalAverage(D)
    average.update()
    assert average.penalty().device == gpu
    assert on(gpu, gan.tricks.VirtualBatchNorm2d, 1, 2)(x).device == gpu


DRAWS = {
    "reparameterise": lambda x, dice: vae.reparameterise(x, x, dice),
    "a VAE": lambda x, dice: on(x.device, vae.VAE, SHAPE[1:], 2).sample(2, dice),
    "a VAE of convolutions": lambda x, dice: on(x.device, vae.ConvVAE, SHAPE[1:], 2, (4, 4)).sample(2, dice),
    "a VAE with labels": lambda x, dice: on(x.device, vae.ConditionalVAE, SHAPE[1:], 2, 3).sample(
        torch.zeros(2, dtype=torch.int64, device=x.device), dice
    ),
    "restart": lambda x, dice: restarted(on(x.device, vae.VectorQuantizer, 4, 2), x, dice),
    "a mixture": lambda x, dice: GaussianMixture(x, 0.5).sample(3, dice),
    "a linear model": lambda x, dice: LinearGaussian(x.T, x[:2, 0], 0.5).sample(3, dice),
    "the bound": lambda x, dice: diffusion.bound.bound_terms(lambda x, t: x, SCHEDULE, x, generator=dice),
    "a consistency model": lambda x, dice: diffusion.consistency.sample(
        lambda x, sigma: x, x, torch.tensor([2.0, 1.0]), dice
    ),
    "drop_labels": lambda x, dice: guidance.drop_labels(x[:, 0].long(), 3, 0.5, dice),
    "drop_sentences": lambda x, dice: guidance.drop_sentences(x.long(), 0.5, dice),
    "interpolate": lambda x, dice: gan.penalties.interpolate(x, x + 1, dice),
    "dragan": lambda x, dice: gan.penalties.dragan_penalty(lambda x: x.sum(1), x, dice),
    "the noise of styles": lambda x, dice: on(x.device, StyleGenerator).noise(1, dice)[0],
}


def restarted(quantizer, z, dice):
    quantizer.restart(z, torch.ones(4, device=z.device) > 0, dice)
    return quantizer.codebook


@pytest.mark.parametrize("name", DRAWS)
def test_a_generator_of_the_cpu_draws_for_a_gpu_what_it_draws_for_the_cpu(name):
    def drawn(x):
        torch.manual_seed(0)  # of a net's weights
        return DRAWS[name](x, torch.Generator().manual_seed(1)).detach()

    x = torch.tensor([[0.0, 1.0], [1.0, 0.0], [2.0, 0.0], [0.0, 2.0]])
    with pretended_gpu() as device:
        there = drawn(x.to(device))
        assert there.device == device and torch.equal(there.cpu(), drawn(x))


def test_vae_bounds_and_nets(gpu):
    net, x = on(gpu, vae.VAE, SHAPE[1:], 2), torch.zeros(SHAPE, device=gpu)
    logits, mean, logvar = net(x)
    assert (
        vae.elbo(x, logits, mean, logvar).value.device
        == vae.iwae(net, x, 3).device
        == net.sample(2).device
        == gpu
    )
    told, y = on(gpu, vae.ConditionalVAE, SHAPE[1:], 2, 3), torch.arange(4, device=gpu) % 3
    assert told(x, y)[0].device == told.sample(y).device == gpu
    coded = on(gpu, vae.VQVAE, SHAPE[1:], 3, 4)
    assert coded(x)[0].device == coded.decode(coded(x)[1].indices).device == gpu
    coded.quantizer.restart(torch.zeros(5, 8, device=gpu), torch.arange(4, device=gpu) % 2 == 0)


def test_metrics(gpu):
    x, judge = torch.rand(30, 1, 8, 8, device=gpu), on(gpu, metrics.DigitClassifier)
    labels, features = torch.zeros(30, dtype=torch.int64, device=gpu), x.flatten(1)
    found = [metrics.agreement(judge, x, labels), metrics.frechet_distance(features, features + 1)]
    found += metrics.precision_recall(features, features)
    for measure in (metrics.density_coverage, metrics.nearest_neighbour_test, metrics.classifier_test):
        found += measure(features, features + 1)
    found += [metrics.inception_score(judge(x).softmax(1)), metrics.kernel_distance(features, features + 1)]
    found.append(metrics.frechet_at_infinity(features, features + 1, [10, 30]))
    assert metrics.nearest_distances(features, features).device == has_float64(gpu)
    centres = metrics.cluster_centres(features, 4)
    shares = metrics.bin_shares(features, centres)
    found += [metrics.bins_covered(shares, shares), metrics.modes_covered(features, centres, 1.0)]
    assert centres.device == shares.device == has_float64(gpu) and all(
        isinstance(number, float | int) for number in found
    )
    p = torch.full((5,), 0.2, device=gpu)
    for measure in (divergences.js, divergences.kl, divergences.wasserstein1):
        assert measure(p, p).device == gpu


def test_transport_strokes_and_ranks(gpu):
    """What is computed in float64, which Apple's GPUs lack."""
    x, weights = torch.rand(6, 1, 8, 8, device=gpu), torch.full((6,), 1 / 6, device=gpu)
    points, found = x.flatten(1), has_float64(gpu)
    assert transport.cost(points, points).device == found
    assert transport.wasserstein1(points, points + 1) > 0
    plan = transport.solve(weights, weights, transport.cost(points, points))
    assert transport.potential(points, points, plan.g).device == found
    assert transport.line_potential(weights, weights.flip(0), 0.1).device == found
    assert all(bool(getattr(metrics, name)(x).isfinite().all()) for name in ("slant", "boldness", "radius"))
    assert metrics.rank_correlation(points[0], points[1]).device == found
    labels = torch.arange(6, device=gpu) % 3
    assert metrics.matched_purity(labels, labels, 3) == 1.0
    assert all(isinstance(number, float) for number in vae.codebook_use(labels, 3))


@pytest.mark.parametrize("dtype", [torch.int64, torch.int32])
def test_players_with_labels(gpu, dtype):
    y, z = (torch.arange(4, device=gpu) % 3).to(dtype), torch.randn(4, 5, device=gpu)
    x = on(gpu, conditional.JoinedGenerator, 5, 3, size=(4, 8), width=4, norm="none")(z, y)
    assert x.device == gpu and x.shape == (4, 1, 4, 8)
    assert on(gpu, conditional.JoinedDiscriminator, 3, size=(4, 8), width=4)(x, y).device == gpu


# --- the loop, and the widgets that take a student's model ---


class NoStream(contextlib.nullcontext):
    """In the place of RandomStream, whose generator a GPU's driver makes."""

    def __init__(self, *_):
        super().__init__()

    def state_dict(self):
        return {}


def test_the_loop(gpu, monkeypatch, tmp_path):
    from course_utils.training import fitting, loop

    monkeypatch.setattr(loop, "RandomStream", NoStream)
    for module in (loop, fitting):
        monkeypatch.setattr(module, "pick_device", lambda device=None: gpu)
    net = autoencoders.MLPAutoencoder(SHAPE[1:], 2, (8,))
    how = {"batch_size": 8, "precision": "fp32", "compile": False, "ema_decay": 0.9, "progress": False}
    images = torch.randint(0, 256, (20, *SHAPE[1:])).to(torch.uint8)
    loss = lambda model, x: (F.mse_loss(model(x), x), {"size": x.mean()})  # noqa: E731
    history = training.fit(net, loss, images, steps=4, checkpoint=tmp_path / "run", **how)
    assert history.steps == len(history.extras["size"]) == 4 and (tmp_path / "run").exists()
    assert {weight.device for part in (net, history.ema) for weight in part.parameters()} == {gpu}


def test_widgets_take_a_model_and_data_on_a_gpu(gpu):
    net, images = (
        on(gpu, autoencoders.ConvAutoencoder, SHAPE[1:], 2, (4, 8)),
        torch.rand(12, 1, 8, 8, device=gpu),
    )
    labels, codes = torch.arange(12, device=gpu) % 3, net.encoder(images).detach()
    for decoder in (net.decoder, on(gpu, autoencoders.MLPAutoencoder, SHAPE[1:], 2).decoder):
        LatentExplorer(decoder, codes, labels, images)._repr_mimebundle_()
    VAEExplorer(net, {1.0: on(gpu, vae.VAE, SHAPE[1:], 2)}, images, labels)._repr_mimebundle_()
