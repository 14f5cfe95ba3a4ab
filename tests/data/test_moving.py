"""Films of digits: where the ink is, that it goes straight and evenly, and that none of it leaves."""

import pytest
import torch

from course_utils import data


@pytest.fixture(scope="module")
def videos():
    return data.moving_digits(200)


def centre(frames):
    """Centre of mass by the definition, sum of place times ink over sum of ink: column and row."""
    down, right = torch.meshgrid(torch.arange(16.0), torch.arange(16.0), indexing="ij")
    ink = frames[:, :, 0].double()
    return torch.stack([(ink * way).sum((2, 3)) / ink.sum((2, 3)) for way in (right, down)], dim=-1)


def test_shapes_and_range(videos):
    assert videos.frames.shape == (200, 8, 1, 16, 16) and videos.frames.dtype == torch.float32
    assert videos.positions.shape == (200, 8, 2) and videos.labels.shape == (200,)
    assert float(videos.frames.min()) == 0 and 0.9 < float(videos.frames.max()) <= 1
    assert videos.labels.unique().tolist() == list(range(10))


def test_positions_are_where_the_ink_is(videos):
    assert torch.allclose(centre(videos.frames), videos.positions.double(), atol=1e-4)


def test_the_velocity_is_constant(videos):
    steps = videos.positions.diff(dim=1)
    assert torch.allclose(steps, steps[:, :1].expand_as(steps), atol=1e-5)
    assert float(steps.std()) > 0.2


def test_no_ink_leaves(videos):
    """All frames of a film have the ink of its digit, however it lies between the pixels."""
    ink = videos.frames.sum((2, 3, 4))
    assert torch.allclose(ink, ink[:, :1].expand_as(ink), atol=1e-3)


def test_where_the_digit_lies_on_pixels_it_is_the_digit_itself():
    """A square of 8 pixels leaves no room to move."""
    videos, digits = data.moving_digits(5, size=8, frames=3), data.load("digits")
    for film, label in zip(videos.frames, videos.labels, strict=True):
        same = (digits.images - film[0]).abs().flatten(1).max(1).values < 1e-6
        assert same.any() and int(digits.labels[same][0]) == label
        assert torch.equal(film[0], film[2])


def test_the_seed_and_the_split_are_those_asked_for():
    one, again = data.moving_digits(4, seed=1), data.moving_digits(4, seed=1)
    assert torch.equal(one.frames, again.frames)
    for other in (data.moving_digits(4, seed=2), data.moving_digits(4, "test", seed=1)):
        assert not torch.equal(one.frames, other.frames)
    assert data.moving_digits(3, frames=2, size=20).frames.shape == (3, 2, 1, 20, 20)


@pytest.mark.parametrize("wrong", [{"size": 7}, {"frames": 0}, {"split": "tset"}])
def test_what_is_wrong_is_named(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        data.moving_digits(2, **wrong)
