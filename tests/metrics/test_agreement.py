import pytest
import torch

from course_utils import metrics


def test_agreement_is_the_share_read_as_asked():
    logits = torch.tensor([[2.0, 0, 0], [0, 1, 3], [0, 5, 1], [1, 0, 0]])
    assert metrics.agreement(lambda images: images, logits, torch.tensor([0, 2, 1, 1])) == 0.75
    assert metrics.agreement(lambda images: -images, logits, torch.tensor([0, 2, 1, 1])) == 0.25


@pytest.mark.parametrize(
    ("images", "labels", "sentence"),
    [
        (torch.zeros(4, 3), torch.zeros(3), r"labels must have shape \[4\]; got \[3\]"),
        (torch.zeros(0, 3), torch.zeros(0), "images must not be empty"),
        (torch.full((4, 3), torch.nan), torch.zeros(4).long(), "classifier must give no NaN"),
    ],
)
def test_bad_input(images, labels, sentence):
    with pytest.raises(ValueError, match=sentence):
        metrics.agreement(lambda x: x, images, labels)
