"""The study of guidance scales: what is stored, what it shows, and that a run of it repeats."""

import pytest
import torch

from course_utils import checkpoints, data, metrics
from course_utils.checkpoints import digits_diffusion
from course_utils.checkpoints import digits_guidance as recipes

NAME = "digits_guidance"
SCALES = {"classifier_free": [0, 1, 2.5], "classifier": [3]}
BRIEF = {
    **recipes.SETTINGS,
    "seeds": 2,
    "samples": 7,
    "scales": SCALES,
    "net": {**recipes.SETTINGS["net"], "width": 8, "steps": 2},
    "guide": {**recipes.SETTINGS["guide"], "width": 8, "steps": 2},
}


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load(NAME)


@pytest.fixture(scope="module")
def pair():
    return recipes.train_pair(BRIEF, data.load("digits"), seed=0, progress=False)


def test_every_scale_holds_samples_of_every_seed(shipped):
    study, _ = shipped
    assert study.images.dtype == torch.uint8
    for method, several in study.scales.items():
        assert list(several) == sorted(several) and {0, 1, 2, 4} <= set(several)
        for scale in several:
            x = study(method, scale)
            assert x.shape == (5, 500, 1, 8, 8) and x.min() >= 0 and x.max() <= 1 and x.std() > 0.1
            assert len({seed.numpy().tobytes() for seed in x}) == 5  # no two seeds gave the same


def test_both_methods_start_from_the_same_unguided_samples(shipped):
    study, _ = shipped
    assert torch.equal(study("classifier", 0), study("classifier_free", 0))
    assert not torch.equal(study("classifier", 1), study("classifier_free", 1))


def test_what_was_not_sampled_is_refused(shipped):
    study, _ = shipped
    with pytest.raises(ValueError, match="scale must be one of 0, 0.5, 1, .*; got 7"):
        study("classifier_free", 7)
    with pytest.raises(ValueError, match="Did you mean 'classifier_free'"):
        study("classifier-free", 1)


def test_guidance_buys_agreement_with_the_label_and_pays_with_recall(shipped):
    """The metrics of three rows anew, from the stored samples."""
    study, record = shipped
    judge, _ = checkpoints.load("digit_classifier")
    labels = torch.arange(500) % 10
    with torch.no_grad():
        real = judge.features(data.load("digits").images)
        for method, strong in (("classifier_free", 9), ("classifier", 32)):
            agreed, recalled = [], []
            for scale in (0, 1, strong):
                agreed.append([metrics.agreement(judge, x, labels) for x in study(method, scale)])
                recalled.append(
                    [metrics.precision_recall(real, judge.features(x), k=3)[1] for x in study(method, scale)]
                )
                found = record["metrics"]
                assert found[f"read_as_asked_{method}_{scale}"] == pytest.approx(
                    sum(agreed[-1]) / 5, abs=1e-5
                )
                assert found[f"recall_{method}_{scale}"] == pytest.approx(sum(recalled[-1]) / 5, abs=2e-3)
            assert max(agreed[0]) < 0.2 < 0.6 < min(agreed[1]) and min(agreed[2]) > 0.95
            assert max(recalled[2]) < min(recalled[1])


def test_a_run_repeats_and_another_seed_is_another(pair):
    net, guide, runs = pair
    assert runs.steps == 4 and not net.training and not guide.training
    again, _, _ = recipes.train_pair(BRIEF, data.load("digits"), seed=0, progress=False)
    other, _, _ = recipes.train_pair(BRIEF, data.load("digits"), seed=1, progress=False)
    assert torch.equal(net.first.weight, again.first.weight)
    assert not torch.equal(net.first.weight, other.first.weight)
    first = recipes.sample(BRIEF, net, guide, seed=0)
    assert torch.equal(first, recipes.sample(BRIEF, again, guide, seed=0))
    assert not torch.equal(first, recipes.sample(BRIEF, net, guide, seed=1))


def test_rows_are_the_scales_in_their_order(pair, monkeypatch):
    """Scale 0 asks the network without a label, scale 1 the one with it; all start from the same noise."""
    net, guide, _ = pair
    with torch.no_grad():
        net.last[2].weight.normal_(0, 0.1, generator=torch.Generator().manual_seed(0))
    rows = recipes.sample(BRIEF, net, guide, seed=0)
    assert rows.shape == (4, 7, 1, 8, 8) and len({row.numpy().tobytes() for row in rows}) == 4
    noise = torch.randn(7, 1, 8, 8, generator=torch.Generator().manual_seed(10_000))
    for number, label in enumerate((None, torch.arange(7))):
        x = recipes.diffusion.samplers.ddim(
            lambda x_t, t, y=label: net(x_t, t, y), digits_diffusion.schedule(), (7, 1, 8, 8), x_T=noise,
            num_inference_steps=25, prediction_type="v_prediction", clip=(-1, 1),
        )  # fmt: skip
        assert (255 * (x + 1) / 2 - rows[number]).abs().max() <= 0.51


def test_a_brief_study_fills_every_row_and_reports_every_measure():
    study = recipes.GuidedSamples(SCALES, seeds=2, n=7)
    filled, runs = recipes.train(BRIEF, study, data.load("digits"), progress=False)
    assert runs.steps == 8 and filled.images.flatten(3).float().std(-1).min() > 0
    wanted = [f"classifier_free_{s}" for s in ("0", "1", "2.5")] + [
        "classifier_0",
        "classifier_3",
        "held_out",
    ]
    found = recipes.evaluate(filled)
    assert set(found) == {f"{what}_{name}" for what in recipes.MEASURES for name in wanted}
    assert all(torch.isfinite(torch.tensor(float(value))) for value in found.values())


def test_the_study_is_two_networks_for_each_seed(shipped):
    settings, training = shipped[1]["settings"], shipped[1]["training"]
    each = settings["net"]["steps"] + settings["guide"]["steps"]
    assert training["steps"] == settings["seeds"] * each
