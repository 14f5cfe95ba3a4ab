import pytest
import torch

from course_utils import metrics

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
