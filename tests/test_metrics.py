import pytest
import torch

from course_utils import metrics
from course_utils.autoencoders import count_parameters


def seeded(*shape):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(0))


def test_the_classifier_reads_its_features():
    model = metrics.DigitClassifier(channels=(4, 6), features=5)
    x = seeded(3, 1, 8, 8)
    features = model.features(x)
    assert features.shape == (3, 5) and (features >= 0).all()
    assert torch.equal(model(x), model.head(features)) and model(x).shape == (3, 10)
    convolutions = (9 + 1) * 4 + (9 * 4 + 1) * 4 + (9 * 4 + 1) * 6 + (9 * 6 + 1) * 6
    assert count_parameters(model) == convolutions + (6 * 2 * 2 + 1) * 5 + (5 + 1) * 10


@pytest.mark.parametrize("shape", [(3, 64), (3, 1, 28, 28), (3, 3, 8, 8)])
def test_another_shape_is_refused(shape):
    with pytest.raises(ValueError, match=r"x must have shape \[B, 1, 8, 8\]; got"):
        metrics.DigitClassifier()(seeded(*shape))


def test_agreement_is_the_share_read_as_asked():
    logits = torch.tensor([[2.0, 0, 0], [0, 1, 3], [0, 5, 1], [1, 0, 0]])
    assert metrics.agreement(lambda images: images, logits, torch.tensor([0, 2, 1, 1])) == 0.75
    assert metrics.agreement(lambda images: -images, logits, torch.tensor([0, 2, 1, 1])) == 0.25


@pytest.mark.parametrize(
    ("images", "labels", "sentence"),
    [
        (torch.zeros(4, 3), torch.zeros(3), r"labels must have shape \[4\]; got \[3\]"),
        (torch.zeros(0, 3), torch.zeros(0), "images must not be empty"),
    ],
)
def test_bad_input(images, labels, sentence):
    with pytest.raises(ValueError, match=sentence):
        metrics.agreement(lambda x: x, images, labels)


MODES = torch.tensor([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])


def test_a_mode_counts_from_its_share_on():
    """Ten points: six on the first mode, three on the second, one on the third, each 0.14 away from it."""
    samples = MODES[[0] * 6 + [1] * 3 + [2]] + torch.tensor([0.1, -0.1])
    for share, count in ((0.05, 3), (0.1, 3), (0.11, 2), (0.3, 2), (0.31, 1), (0.61, 0)):
        assert metrics.modes_covered(samples, MODES, 0.2, share) == count
    assert metrics.modes_covered(samples, MODES, 0.1) == 0
    assert metrics.modes_covered(samples[:6], MODES, 0.2) == 1


def test_samples_of_the_mixture_cover_it():
    noise = torch.randn(300, 2, generator=torch.Generator().manual_seed(0))
    assert metrics.modes_covered(MODES.repeat(100, 1) + 0.1 * noise, MODES, 0.3, 0.3) == 3


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"samples": torch.zeros(4, 3)}, r"means must have shape \[K, 3\]"),
        ({"radius": 0}, "radius must be a finite number above 0"),
        ({"at_least": 20}, "at_least must be a finite number above 0 and at most 1; got 20"),
    ],
)
def test_what_modes_covered_refuses(change, sentence):
    arguments = {"samples": torch.zeros(4, 2), "means": MODES, "radius": 0.5, "at_least": 0.1, **change}
    with pytest.raises(ValueError, match=sentence):
        metrics.modes_covered(**arguments)
