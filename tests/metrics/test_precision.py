import pytest
import torch

from course_utils import metrics


def test_precision_and_recall_by_hand():
    """On a line, k = 1: the data's balls have radius 1; the first samples' have 0.2 and 0.5."""
    real = torch.tensor([[0.0], [1.0], [10.0], [11.0]])
    fake = torch.tensor([[0.5], [0.7], [30.0], [30.5]])
    assert metrics.precision_recall(real, fake, k=1) == (0.5, 0.0)
    fake = torch.tensor([[0.5], [1.2], [9.8], [50.0]])  # balls of radius 0.7, 0.7, 8.6, 40.2
    assert metrics.precision_recall(real, fake, k=1) == (0.75, 1.0)
    fake = torch.tensor([[0.1], [0.3], [0.4], [0.5]])  # one place of two: all precise, little recalled
    assert metrics.precision_recall(real, fake, k=1) == (1.0, 0.25)


def test_a_set_covers_itself_and_nothing_far():
    x = torch.rand(40, 5, generator=torch.Generator().manual_seed(0))
    assert metrics.precision_recall(x, x) == (1.0, 1.0)
    assert metrics.precision_recall(x, x + 100) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("fake", "sentence"),
    [(torch.zeros(5, 2), "fake must have shape"), (torch.zeros(3, 3), "fake must have more than k = 3 rows")],
)
def test_precision_refuses(fake, sentence):
    with pytest.raises(ValueError, match=sentence):
        metrics.precision_recall(torch.rand(9, 3), fake)
