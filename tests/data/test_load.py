"""digits, the balanced subset, and what load() says to a wrong request."""

import pytest
import torch

from course_utils.data import ImageData, load

SIZES = {"train": 1442, "test": 355}


@pytest.mark.parametrize("split", SIZES)
def test_digits_are_scikit_learns_in_the_units_promised(split):
    data = load("digits", split)
    assert data.images.shape == (SIZES[split], 1, 8, 8) and len(data) == SIZES[split]
    assert data.images.dtype == torch.float32 and data.labels.dtype == torch.int64
    assert data.images.is_contiguous() and data.labels.is_contiguous()
    assert data.images.min() == 0 and data.images.max() == 1
    assert data.factors is None and data.classes == tuple("0123456789")


def test_train_and_test_are_all_of_the_digits_and_share_none():
    from sklearn.datasets import load_digits

    bunch = load_digits()
    parts = [load("digits", split) for split in SIZES]
    got = sorted(bytes([*row, label]) for part in parts for row, label in _rows(part))
    everything = zip(bunch.data.astype(int).tolist(), bunch.target.tolist(), strict=True)
    assert got == sorted(bytes([*row, label]) for row, label in everything)


def _rows(data):
    return zip((16 * data.flat).int().tolist(), data.labels.tolist(), strict=True)


def test_the_split_is_stratified():
    train, test = (load("digits", split).labels.bincount() for split in SIZES)
    share = test / (train + test)
    assert ((share > 0.18) & (share <= 0.2)).all()


def test_the_seed_picks_the_subset_and_never_the_split():
    assert torch.equal(load("digits", seed=0).images, load("digits", seed=5).images)
    first, again, other = (load("digits", n=200, seed=seed) for seed in (0, 0, 1))
    assert torch.equal(first.images, again.images) and torch.equal(first.labels, again.labels)
    assert not torch.equal(first.images, other.images)
    test = {bytes([*row, label]) for row, label in _rows(load("digits", "test"))}
    assert not test & {bytes([*row, label]) for row, label in _rows(other)}


@pytest.mark.parametrize("n", [1, 37, 50, 1000, 1442])
def test_a_subset_is_balanced_without_repeats_and_nested(n):
    data, all_of_it = load("digits", n=n, seed=3), load("digits", n=1442, seed=3)
    assert torch.equal(data.images, all_of_it.images[:n])
    if n <= 1000:
        counts = data.labels.bincount(minlength=10)
        assert counts.max() - counts.min() <= 1
    whole = load("digits")
    rows = {bytes([*row, label]) for row, label in _rows(data)}
    assert rows <= {bytes([*row, label]) for row, label in _rows(whole)}
    assert len(rows) == n  # scikit-learn's digits hold no image twice


def test_loading_leaves_the_global_generator_alone():
    torch.manual_seed(1)
    before = torch.get_rng_state()
    load("digits", n=10), load("glyphs", n=10)
    assert torch.equal(before, torch.get_rng_state())


def test_image_data_has_rows_a_digest_and_a_short_repr():
    data = load("digits", n=20)
    assert data.flat.shape == (20, 64) and data.flat.data_ptr() == data.images.data_ptr()
    assert repr(data) == "ImageData(digits train: 20 of 1 x 8 x 8, 10 classes)"
    assert "factors font, rotation" in repr(load("glyphs", n=10))
    with pytest.raises(AttributeError):
        data.images = None


def test_the_digest_sees_every_pixel_label_and_the_shape():
    def digest(images, labels):
        return ImageData(images, labels, ("a", "b")).sha256()

    images, labels = torch.zeros(4, 1, 2, 2), torch.zeros(4, dtype=torch.int64)
    base = digest(images, labels)
    assert base == digest(images.clone(), labels.clone()) and len(base) == 64
    brighter, relabelled = images.clone(), labels.clone()
    brighter[3, 0, 1, 1] = 1e-3
    relabelled[3] = 1
    others = {digest(brighter, labels), digest(images, relabelled), digest(images.view(4, 1, 1, 4), labels)}
    assert len(others) == 3 and base not in others


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (
            {"name": "digit"},
            ValueError,
            "name must be one of 'digits', .*; got 'digit'. Did you mean 'digits'",
        ),
        ({"name": None}, TypeError, "name must be one of"),
        (
            {"split": "tset"},
            ValueError,
            "split must be one of 'train', 'test'; got 'tset'. Did you mean 'test'",
        ),
        ({"n": 0}, ValueError, "n must be at least 1; got 0"),
        ({"n": -3}, ValueError, "n must be at least 1; got -3"),
        ({"n": 2.5}, TypeError, "n must be a whole number; got 2.5"),
        ({"n": 1443}, ValueError, "n must be at most 1442, the size of digits's train split; got 1443"),
        ({"seed": -1}, ValueError, "seed must be at least 0 and at most 2147483647; got -1"),
        ({"seed": "a"}, TypeError, "seed must be a whole number; got 'a'"),
        ({"name": "glyphs", "n": 0}, ValueError, "n must be at least 1; got 0"),
    ],
)
def test_a_wrong_request_is_told_why(arguments, error, words):
    with pytest.raises(error, match=words):
        load(**{"name": "digits", **arguments})
