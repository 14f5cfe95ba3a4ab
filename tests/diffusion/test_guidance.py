"""Guidance against the exact conditional score, against diffusers, and one call against two."""

import functools

import pytest
import torch
from diffusers.guiders import ClassifierFreeGuidance

from course_utils.diffusion import NoiseSchedule, UNet, exact_model, guidance, samplers
from course_utils.diffusion.guidance_exact import LabelledMixture
from course_utils.exact import GaussianMixture

F64 = torch.float64
MIXTURE = GaussianMixture(
    torch.tensor([[0.0, 0.0], [2.0, 1.0], [-1.0, 2.0], [3.0, -1.0]], dtype=F64),
    torch.tensor([0.5, 0.7, 0.4, 0.6], dtype=F64),
    torch.tensor([0.1, 0.2, 0.3, 0.4], dtype=F64),
)
LABELLED = LabelledMixture(MIXTURE, [0, 1, 1, 0])
SCHEDULE = NoiseSchedule.cosine()
KINDS = ["epsilon", "sample", "v_prediction", "score"]


def points(n=40, seed=0, scale=2.0):
    return scale * torch.randn(n, 2, generator=torch.Generator().manual_seed(seed), dtype=F64)


def step(t, n=40):
    return torch.full((n,), t)


def network(classes=3):
    """A small conditional U-Net with random weights everywhere."""
    torch.manual_seed(0)
    net = UNet(width=8, multipliers=(1, 2), classes=classes).eval()
    for weight in net.parameters():
        torch.nn.init.normal_(weight, std=0.1)
    return net


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("t", [0, 120, 500, 900])
def test_a_classifier_with_scale_one_gives_the_exact_conditional(kind, t):
    """Bayes: score(x | y) = score(x) + grad log p(y | x), and the root turns a score into an epsilon."""
    for y in (0, 1):
        log_prob = LABELLED.log_prob_at(SCHEDULE, y)
        guided = guidance.classifier_guided(
            exact_model(MIXTURE, SCHEDULE, kind), log_prob, SCHEDULE, 1.0, kind
        )
        wanted = exact_model(LABELLED.given(y), SCHEDULE, kind)(points(), step(t))
        torch.testing.assert_close(guided(points(), step(t)), wanted, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("power", [1, 2])
def test_without_the_root_the_score_is_missed(power):
    """sqrt(1 - alpha-bar) is right; 1 - alpha-bar and no factor at all are not."""
    x, t = points(), step(300)
    gradient = guidance.classifier_gradient(LABELLED.log_prob_at(SCHEDULE, 0), x, t)
    sigma = float((1 - SCHEDULE.alphas_cumprod[300]).sqrt())
    wanted = exact_model(LABELLED.given(0), SCHEDULE)(x, t)
    plain = exact_model(MIXTURE, SCHEDULE)(x, t)
    wrong = plain - (1 if power == 1 else sigma**2) * gradient
    assert (plain - sigma * gradient - wanted).abs().max() < 1e-12
    assert (wrong - wanted).abs().max() > 0.05


@pytest.mark.parametrize("scale", [0.0, 0.5, 2.0, 7.0])
def test_with_exact_models_both_kinds_of_guidance_are_one(scale):
    by_classifier = guidance.classifier_guided(
        exact_model(MIXTURE, SCHEDULE), LABELLED.log_prob_at(SCHEDULE, 1), SCHEDULE, scale
    )
    without = guidance.mixed(exact_model(MIXTURE, SCHEDULE), exact_model(LABELLED.given(1), SCHEDULE), scale)
    x, t = points(), step(400)
    torch.testing.assert_close(by_classifier(x, t), without(x, t), rtol=1e-9, atol=1e-9)


def test_the_gradient_is_each_images_own_and_carries_no_graph():
    log_prob = LABELLED.log_prob_at(SCHEDULE, 0)
    x, t = points(), step(200)
    with torch.no_grad():  # as in a sampler
        gradient = guidance.classifier_gradient(log_prob, x, t)
    assert not gradient.requires_grad and not x.requires_grad
    each = [guidance.classifier_gradient(log_prob, x[i : i + 1], t[:1]) for i in range(3)]
    torch.testing.assert_close(gradient[:3], torch.cat(each))
    nudge = torch.tensor([1e-6, 0.0], dtype=F64)
    slope = (log_prob(x + nudge, t) - log_prob(x - nudge, t)) / 2e-6
    torch.testing.assert_close(gradient[:, 0], slope, rtol=1e-5, atol=1e-6)


def test_the_log_probability_of_a_label():
    logits = torch.tensor([[1.0, 2.0, 0.5], [0.0, 0.0, 0.0]])
    log_prob = guidance.class_log_prob(lambda x_t, t: logits, torch.tensor([1, 2]))
    wanted = torch.tensor([torch.softmax(logits[0], 0)[1], 1 / 3]).log()
    torch.testing.assert_close(log_prob(None, None), wanted)


@pytest.mark.parametrize("dtype", [torch.float32, F64])
def test_zero_and_one_are_exact(dtype):
    uncond, cond = torch.randn(2, 500, generator=torch.Generator().manual_seed(0), dtype=dtype) * 1e3
    assert torch.equal(guidance.combine(uncond, cond, 0), uncond)
    assert torch.equal(guidance.combine(uncond, cond, 1), cond)


@pytest.mark.parametrize("scale", [0.0, 0.7, 1.0, 3.0, 7.5])
def test_both_conventions_of_diffusers(scale):
    """Its default is our s; its "original formulation" is the papers' w = s - 1."""
    uncond, cond = torch.randn(2, 100, generator=torch.Generator().manual_seed(1), dtype=F64)
    ours = guidance.combine(uncond, cond, scale)
    by_s = ClassifierFreeGuidance(guidance_scale=scale)
    by_w = ClassifierFreeGuidance(guidance_scale=scale - 1, use_original_formulation=True)
    for guider in (by_s, by_w):
        torch.testing.assert_close(guider.forward(cond, uncond).pred, ours, rtol=1e-12, atol=1e-12)
    if scale != 1:  # the w-form taken for the s-form is another model
        assert (cond + scale * (cond - uncond) - ours).abs().max() > 0.5


@pytest.mark.parametrize("scale", [0.0, 1.0, 4.0])
def test_one_call_of_the_network_is_two(scale):
    net, y = network(), torch.tensor([0, 2, 1, 2, 0])
    x, t = torch.randn(5, 1, 8, 8, generator=torch.Generator().manual_seed(2)), step(321, 5)
    calls = []

    def counted(*inputs):
        calls.append(len(inputs[0]))
        return net(*inputs)

    counted.classes = net.classes
    with torch.no_grad():
        batched = guidance.classifier_free(counted, y, scale)(x, t)
        uncond, cond = net(x, t), net(x, t, y)
    assert calls == [10]
    torch.testing.assert_close(batched, uncond + scale * (cond - uncond), rtol=0, atol=1e-6)
    if scale in (0, 1):
        torch.testing.assert_close(batched, (uncond, cond)[int(scale)], rtol=0, atol=1e-6)
    assert (cond - uncond).abs().max() > 1e-3  # the label does matter here


def test_it_goes_into_any_sampler():
    net, y = network(), torch.tensor([0, 1, 2])
    model = guidance.classifier_free(net, y, 1.0)
    x_T = torch.randn(3, 1, 8, 8, generator=torch.Generator().manual_seed(3))
    how = {"x_T": x_T, "num_inference_steps": 4, "prediction_type": "v_prediction", "clip": (-1, 1)}
    for sampler in (samplers.ddpm, samplers.ddim, samplers.heun):
        guided, plain = (
            sampler(each, SCHEDULE, (3, 1, 8, 8), generator=torch.Generator().manual_seed(4), **how)
            for each in (model, functools.partial(net, y=y))
        )
        torch.testing.assert_close(guided, plain, rtol=0, atol=1e-4)


def test_labels_are_dropped_by_their_share_one_by_one():
    y = torch.arange(100_000) % 10
    kept = y.clone()
    dropped = guidance.drop_labels(y, 10, 0.1, torch.Generator().manual_seed(0))
    assert torch.equal(y, kept)
    hidden = dropped == 10
    assert hidden.double().mean() == pytest.approx(0.1, abs=0.004)  # four standard errors
    assert torch.equal(dropped[~hidden], y[~hidden])
    by_label = hidden.view(-1, 10).double().mean(0)
    assert (by_label - 0.1).abs().max() < 0.013
    assert torch.equal(guidance.drop_labels(y, 10, 0.0), y)
    assert (guidance.drop_labels(y, 10, 1.0) == 10).all()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: guidance.combine(torch.zeros(2), torch.zeros(3), 1), r"shape of uncond, \[2\]; got \[3\]"),
        (lambda: guidance.combine(torch.zeros(2), torch.zeros(2), float("nan")), "guidance_scale"),
        (lambda: guidance.drop_labels(torch.tensor([1]), 10, 1.5), "share must"),
        (lambda: guidance.drop_labels(torch.tensor([1]), -1, 0.5), "null must"),
        (
            lambda: guidance.classifier_guided(None, None, SCHEDULE, 1.0, "epsilom"),
            "prediction_type.*epsilon",
        ),
        (
            lambda: guidance.classifier_free(network(), torch.tensor([0, 1]), 2.0)(
                torch.zeros(3, 1, 8, 8), step(3, 3)
            ),
            "y must hold one label for each of the 3 images; got 2 labels",
        ),
    ],
)
def test_bad_input(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
