"""What was once taken without a word, one by one: now a sentence, or an answer that is right."""

import functools
import math
import warnings

import pytest
import torch
from torch import nn

from course_utils import divergences, gan, metrics, vae
from course_utils.autoencoders import Autoencoder, dead_units
from course_utils.diffusion import NoiseSchedule, PlaneNet, UNet, denoising_loss, exact_model, samplers
from course_utils.diffusion.guidance_exact import LabelledMixture
from course_utils.exact import GaussianMixture
from course_utils.gan import translating
from course_utils.training import device

CUDA = torch.device("cuda")
MIXTURE = GaussianMixture(torch.tensor([[-1.0, 0.0], [1.0, 0.0]]), 0.3)
NAN = torch.full((8, 2), math.nan)


def bump(centre):
    x = torch.arange(-8, 8, 0.1, dtype=torch.float64)
    return (-((x - centre) ** 2) / 2).exp() / math.sqrt(2 * math.pi)


@pytest.mark.parametrize("pixel", [-0.01, 1.01, 255.0])
def test_pixels_outside_0_and_1_have_no_bernoulli(pixel):
    x, logits, q = torch.rand(2, 1, 4, 4), torch.randn(2, 1, 4, 4), torch.zeros(2, 3)
    vae.log_bernoulli(x.round(), logits), vae.elbo(x, logits, q, q)
    x[1, 0, 2, 3] = pixel
    for call in (lambda: vae.log_bernoulli(x, logits), lambda: vae.elbo(x, logits, q, q)):
        with pytest.raises(ValueError, match="x must be between 0 and 1"):
            call()


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: metrics.agreement(nn.Linear(2, 3), NAN, torch.zeros(8).long()), "classifier"),
        (lambda: metrics.bin_shares(NAN, torch.zeros(3, 2)), "x"),
        (lambda: metrics.precision_recall(NAN, torch.randn(8, 2)), "real"),
        (lambda: metrics.modes_covered(torch.randn(8, 2), NAN, 1.0), "means"),
        (lambda: metrics.bins_covered(torch.tensor([0.5, math.nan]), torch.tensor([0.5, 0.5])), "shares"),
        (lambda: gan.optimal_discriminator(NAN, NAN.nan_to_num(1.0)), "p"),
    ],
)
def test_a_measure_of_nan_is_refused(call, argument):
    with pytest.raises(ValueError, match=argument):
        call()


def test_the_best_discriminator_of_two_nothings_is_undecided():
    p, q = torch.tensor([0.3, 0.0, 0.0]), torch.tensor([0.1, 0.2, 0.0])
    assert torch.allclose(gan.optimal_discriminator(p, q), torch.tensor([0.75, 0.0, 0.5]))


def test_a_denoiser_of_fewer_channels_does_not_train():
    loss = denoising_loss(NoiseSchedule.linear(10))
    narrow = UNet(3, width=8, out_channels=1)
    with pytest.raises(
        ValueError, match=r"model must return shape \[2, 3, 8, 8\]; it returned \[2, 1, 8, 8\]"
    ):
        loss(narrow, torch.rand(2, 3, 8, 8))


@pytest.mark.parametrize(("t", "prev"), [(3, 5), (3, 3), (torch.tensor([3, 4]), torch.tensor([1, 6]))])
def test_a_step_of_the_posterior_goes_down(t, prev):
    x = torch.randn(2, 3)
    with pytest.raises(ValueError, match="prev must be below t"):
        NoiseSchedule.linear(10).posterior(x, x, t, prev)
    variance = NoiseSchedule.linear(10).posterior(x, x, 5, torch.tensor([1, 4]))[1]
    assert (variance > 0).all()


@pytest.mark.parametrize("sampler", samplers.by_name)
@pytest.mark.parametrize("clip", [(1, -1), (1, 1), 1, (0, math.nan)])
def test_a_clip_has_a_low_and_a_high_end(sampler, clip):
    schedule = NoiseSchedule.linear(10)
    with pytest.raises((TypeError, ValueError), match="clip must be"):
        samplers.by_name[sampler](
            exact_model(MIXTURE, schedule), schedule, (4, 2), num_inference_steps=2, clip=clip
        )


def test_an_index_beyond_the_codebook_is_refused():
    with pytest.raises(ValueError, match="indices must hold whole numbers from 0 to 3; got 0 to 4"):
        vae.codebook_use(torch.tensor([0, 4]), 4)
    assert vae.codebook_use(torch.tensor([0, 3]), 4) == pytest.approx((0.5, 2.0))


@pytest.mark.parametrize("measure", ["kl_density", "js_density", "wasserstein1_density"])
def test_a_density_integrates_to_one(measure):
    call = getattr(divergences, measure)
    assert call(bump(0.0), bump(1.0), 0.1) > 0
    for p, q, argument in [(2 * bump(0.0), bump(1.0), "p"), (bump(0.0), 0.5 * bump(1.0), "q")]:
        with pytest.raises(ValueError, match=f"{argument} must integrate to one"):
            call(p, q, 0.1)


@pytest.mark.parametrize("t", [-1, 10])
@pytest.mark.parametrize("kind", ["sample", "epsilon"])
def test_there_is_no_step_before_the_first_nor_after_the_last(t, kind):
    schedule, x, steps = NoiseSchedule.linear(10), torch.randn(3, 2), torch.full((3,), t)
    with pytest.raises(IndexError, match="t must lie in 0..9"):
        exact_model(MIXTURE, schedule, kind)(x, steps)
    with pytest.raises(IndexError, match="t must lie in 0..9"):
        LabelledMixture(MIXTURE, [0, 1]).log_prob_at(schedule, 1)(x, steps)


@pytest.mark.parametrize("sampler", samplers.by_name)
def test_a_start_without_signal_wants_another_prediction(sampler):
    """The exact denoiser's samples lie at the modes, so that they are about 1 from the centre."""
    schedule, draw = NoiseSchedule.linear(200).rescale(0.05).zero_terminal_snr(), samplers.by_name[sampler]
    for kind in ("sample", "v_prediction"):
        x = draw(
            exact_model(MIXTURE, schedule, kind), schedule, (400, 2), prediction_type=kind,
            num_inference_steps=100, generator=torch.Generator().manual_seed(0),
        )  # fmt: skip
        assert x.isfinite().all() and 0.9 < x[:, 0].abs().mean() < 1.1
    for kind in ("epsilon", "score"):
        with pytest.raises(ValueError, match="prediction_type must be 'sample' or 'v_prediction'"):
            draw(exact_model(MIXTURE, schedule, kind), schedule, (4, 2), prediction_type=kind)


def test_samples_that_run_off_are_told():
    """A network that finds no noise takes all for data over signal, some 5e-5 at cosine's last step."""
    schedule, start = NoiseSchedule.cosine(), torch.ones(4, 2)
    with pytest.warns(UserWarning, match=r"the samples reach .* give clip"):
        samplers.ddim(lambda x, t: 0 * x, schedule, (4, 2), x_T=start)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        samplers.ddim(lambda x, t: 0 * x, schedule, (4, 2), x_T=start, clip=(-1, 1))
        samplers.ddim(exact_model(MIXTURE, schedule), schedule, (4, 2), x_T=start)


def players():
    G, D = nn.Linear(3, 2), nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))
    optimisers = [torch.optim.SGD(net.parameters(), lr=0.1) for net in (G, D)]
    return G, D, optimisers


def test_a_round_makes_all_its_steps_or_says_so():
    G, D, optimisers = players()
    made = []
    D.register_forward_hook(lambda net, given, out: made.append(len(out)))
    update = gan.game_round(G, D, gan.losses["wgan"], *optimisers, 3, d_steps=4)
    update(torch.randn(8, 2))
    assert made == [2] * 9  # real and fake four times, then G's
    with pytest.raises(ValueError, match="x must have a multiple of d_steps = 6 rows; got 8"):
        gan.game_round(G, D, gan.losses["wgan"], *optimisers, 3, d_steps=6)(torch.randn(8, 2))


def rounds_of(G, D, optimisers, content):
    losses = gan.losses["wgan"]
    yield gan.game_round(G, D, losses, *optimisers, 3), (torch.randn(4, 2),)
    yield (
        translating.translation_round(G, D, losses, *optimisers, content),
        (torch.randn(4, 3), torch.randn(4, 2)),
    )


def test_frozen_weights_of_d_stay_frozen():
    G, D, optimisers = players()
    D[0].requires_grad_(False)
    for update, batch in rounds_of(G, D, optimisers, lambda x, made, y: (made - y).abs().mean()):
        update(*batch)
        assert [weight.requires_grad for weight in D.parameters()] == [False, False, True, True]


def test_d_is_as_before_where_a_step_of_g_raises():
    G, D, optimisers = players()

    def broken(*_, **__):
        raise ArithmeticError

    optimisers[0].step = broken
    for update, batch in rounds_of(G, D, optimisers, lambda x, made, y: (made - y).abs().mean()):
        with pytest.raises(ArithmeticError):
            update(*batch)
        assert all(weight.requires_grad for weight in D.parameters())


@pytest.mark.parametrize("name", gan.losses)
def test_losses_say_what_they_want(name):
    with pytest.raises(TypeError, match=r"real must be a torch.Tensor; got list\."):
        gan.losses[name].d_loss([1.0], torch.ones(2))
    with pytest.raises(TypeError, match=r"fake must hold floating-point numbers; got torch.int64\."):
        gan.losses[name].g_loss(torch.ones(2).long())


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: vae.VAE(16, 2), "in_shape must be a tuple of whole numbers; got 16."),
        (
            lambda: vae.VAE((1, 4, 4), 2)(torch.rand(2, 16)),
            r"x must have shape \[B, 1, 4, 4\]; got \[2, 16\].",
        ),
        (lambda: Autoencoder(None, nn.Identity()), r"encoder must be a function of \(x\); got None."),
        (lambda: Autoencoder(nn.Identity(), nn.Identity())([1]), "x must be a torch.Tensor; got list."),
        (lambda: vae.log_normal(torch.zeros(2, 3), torch.zeros(2, 1), torch.zeros(2, 3)), "one D"),
        (lambda: dead_units(torch.ones(3)), r"codes must have shape \[N, k\]; got \[3\]."),
    ],
)
def test_nets_and_measures_say_what_they_want(call, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        call()


@pytest.mark.parametrize("net", [PlaneNet(8, 1), UNet(width=8)])
def test_nets_refuse_steps_before_the_first(net):
    x = torch.randn(2, 2) if isinstance(net, PlaneNet) else torch.randn(2, 1, 8, 8)
    with pytest.raises(ValueError, match=r"t must hold no step below 0; got -1\."):
        net(x, torch.tensor([3, -1]))
    with pytest.raises(ValueError, match="t must hold no step below 0"):
        net(x, torch.tensor([3.0, -0.5]))
    assert net(x, torch.tensor([3.0, 2.5])).shape == x.shape  # flows of FlowNet stop between the steps


def test_bf16_is_asked_of_the_hardware(monkeypatch):
    """A T4 emulates it: torch says yes unless it is asked for the hardware's own."""
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: including_emulation)
    assert device.use_bf16("auto", CUDA) is False
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: True)
    assert device.use_bf16("auto", CUDA) is True


@pytest.mark.parametrize(("allowed", "precision"), [(True, "tf32"), (False, "ieee")])
def test_tf32_goes_with_both_kinds_of_settings(allowed, precision):
    matmul, conv, rnn = torch.backends.cuda.matmul, torch.backends.cudnn.conv, torch.backends.cudnn.rnn
    before = [kind.fp32_precision for kind in (matmul, conv, rnn)]
    try:
        matmul.fp32_precision, conv.fp32_precision = "tf32", "ieee"
        with pytest.raises(RuntimeError):
            torch.get_float32_matmul_precision()  # as torch has it where both are mixed
        with device.tf32_allowed(allowed, CUDA):
            assert {kind.fp32_precision for kind in (matmul, conv, rnn)} == {precision}
        assert [kind.fp32_precision for kind in (matmul, conv, rnn)] == ["tf32", "ieee", before[2]]
    finally:
        for kind, was in zip((matmul, conv, rnn), before, strict=True):
            kind.fp32_precision = was
    assert torch.get_float32_matmul_precision() == "highest"


@pytest.mark.parametrize("sampler", samplers.by_name)
def test_noise_is_of_the_models_kind(sampler):
    schedule, net = NoiseSchedule.linear(10), PlaneNet(8, 1).double()
    for model in (net, functools.partial(net), lambda x, t: net(x, t)):
        x = samplers.by_name[sampler](model, schedule, (4, 2), num_inference_steps=2)
        assert x.dtype == torch.float64
