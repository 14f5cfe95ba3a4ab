"""Faces: every factor changes what it should and nothing else, and can be read back from the image."""

import numpy as np
import pytest
import torch

from course_utils.data import faces, load

PLAIN = {
    "hair": 2, "glasses": 0, "skin": 0.3, "hair_length": 0.5, "fringe": 0.4, "smile": 0.3, "mouth_open": 0.2,
    "eyes": 0.6, "brows": 0.0, "turn": 0.0, "width": 1.0, "background": 0.6, "light": 0.0,
}  # fmt: skip
EYES, MOUTH = slice(10, 20), slice(17, 26)  # rows of pixels
ENDS = {name: [low, high] for name, (low, high) in faces.RANGES.items()} | {"hair": [0, 4], "glasses": [0, 1]}


def render(**changed):
    """Faces that are plain but for some factors, each a number or a list: [B, 3, 32, 32]."""
    count = max((len(value) for value in changed.values() if isinstance(value, list)), default=1)
    values = {name: torch.as_tensor(value) for name, value in {**PLAIN, **changed}.items()}
    return faces.render({name: value.expand(count) for name, value in values.items()})


def moved(**changed):
    """Where an image differs between the two ends of a factor: bool [32, 32]."""
    first, second = render(**changed)
    return ((first - second).abs() > 0.02).any(0)


@pytest.fixture(scope="module")
def sample():
    return load("faces", n=1500, seed=1)


def test_images_are_what_load_promises(sample):
    assert sample.images.shape == (1500, 3, 32, 32) and sample.images.is_contiguous()
    assert sample.images.dtype == torch.float32 and sample.labels.dtype == torch.int64
    assert sample.images.min() >= 0 and sample.images.max() <= 1
    levels = 255 * sample.images
    assert (levels - levels.round()).abs().max() < 1e-4
    assert sample.classes == faces.HAIR and torch.equal(sample.labels, sample.factors["hair"])


def test_default_sizes():
    assert faces.DEFAULT_SIZE == {"train": 6_000, "test": 2_000}


def test_factors_have_their_ranges_and_are_independent(sample):
    assert list(sample.factors) == ["hair", "glasses", *faces.RANGES]
    assert (sample.labels.view(-1, 6).sort(dim=1).values == torch.arange(6)).all()
    assert 0.45 < sample.factors["glasses"].double().mean() < 0.55
    for name, (low, high) in faces.RANGES.items():
        value, edge = sample.factors[name], 0.01 * (high - low)
        assert low <= value.min() < low + edge and high - edge < value.max() <= high, name
    table = torch.stack([sample.factors[name].double() for name in sample.factors])
    assert (table.corrcoef() - torch.eye(len(table))).abs().max() < 0.11  # four standard errors


def test_the_first_images_do_not_depend_on_n_and_splits_and_seeds_never_meet(sample):
    assert torch.equal(load("faces", n=7, seed=1).images, sample.images[:7])
    for other in (load("faces", "test", n=7, seed=1), load("faces", n=7, seed=2)):
        assert not torch.equal(other.images, sample.images[:7])


def test_a_face_is_drawn_from_its_factors_and_nothing_else(sample):
    factors = {name: value[:96] for name, value in sample.factors.items()}
    assert (
        faces.render(factors) - sample.images[:96]
    ).abs().max() <= 1.5 / 255  # factors are stored as float32


@pytest.mark.parametrize("name", ENDS)
def test_every_factor_is_seen(name):
    ends = {"background": [0.0, 0.5]}.get(name, ENDS[name])
    assert moved(**{name: ends}).sum() >= 8


@pytest.mark.parametrize(
    "name, rows",
    [("glasses", EYES), ("eyes", EYES), ("brows", EYES), ("smile", MOUTH), ("mouth_open", MOUTH)],
)
def test_a_factor_of_one_part_changes_that_part_alone(name, rows):
    where = moved(**{name: ENDS[name]})
    assert where[rows].any() and where.sum() == where[rows].sum()


def test_the_background_is_what_lies_behind():
    where = moved(background=[0.0, 0.5])
    assert where[0].all() and not where[8:22, 11:21].any()


def test_the_hair_hangs_lower_the_longer_it_is_and_the_face_stays():
    where = moved(hair_length=[0.0, 1.0])
    assert where[24:].any() and not where[10:24, 11:21].any()


def test_a_head_turned_left_mirrors_one_turned_right():
    left, right = render(turn=[-0.7, 0.7])
    assert torch.equal(left, right.flip(-1))


def test_light_comes_from_the_side_it_is_said_to():
    left, right = render(light=[-1.0, 1.0])
    assert left[..., :10].mean() > right[..., :10].mean() + 0.05
    assert right[..., 22:].mean() > left[..., 22:].mean() + 0.05


def test_a_small_change_of_a_factor_is_a_small_change_of_the_image():
    for name, (low, high) in faces.RANGES.items():
        steps = torch.linspace(low, high, 41, dtype=torch.float64).tolist()
        images = render(**{name: steps})
        assert (images[1:] - images[:-1]).abs().mean((1, 2, 3)).max() < 0.02, name


READ = {  # the least share of its variance that a linear fit to 1,500 images explains on 300 others
    "skin": 0.95, "light": 0.95, "turn": 0.9, "eyes": 0.7, "width": 0.7, "smile": 0.6, "mouth_open": 0.6,
    "hair_length": 0.5, "brows": 0.3, "fringe": 0.2,
}  # fmt: skip


def test_factors_are_read_back_by_a_linear_fit(sample):
    others = load("faces", "test", n=300, seed=1)
    mean = sample.flat.double().mean(0)
    x, x_other = (part.flat.double().sub(mean).numpy() for part in (sample, others))
    weights = np.linalg.solve(x @ x.T + 5 * np.eye(len(x)), x)  # ridge, in its dual form
    assert set(READ) == set(faces.RANGES) - {"background"}
    for name, least in READ.items():
        y, truth = (part.factors[name].double().numpy() for part in (sample, others))
        found = x_other @ (weights.T @ (y - y.mean())) + y.mean()
        explained = 1 - ((found - truth) ** 2).mean() / truth.var()
        assert explained > least, f"{name}: {explained:.2f}"
