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
