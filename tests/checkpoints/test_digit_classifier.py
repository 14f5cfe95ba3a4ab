import pytest
import torch

from course_utils import checkpoints, data
from course_utils.checkpoints import digit_classifier as recipes


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("digit_classifier")


@pytest.fixture(scope="module")
def held_out():
    return data.load("digits", split="test")


def share(model, images, labels):
    with torch.no_grad():
        return (model(images).argmax(1) == labels).sum().item() / len(labels)


def test_it_reads_held_out_digits_as_well_as_its_provenance_says(shipped, held_out):
    model, record = shipped
    grey = share(model, held_out.images, held_out.labels)
    binary = share(model, (held_out.images >= 0.5).float(), held_out.labels)
    one_image = 1.01 / len(held_out)
    assert grey == pytest.approx(record["metrics"]["test_accuracy_grey"], abs=one_image) and grey >= 0.985
    assert binary == pytest.approx(record["metrics"]["test_accuracy_binarised"], abs=one_image)
    assert binary >= 0.97


def test_a_nudge_does_not_change_its_mind(shipped, held_out):
    """Generated digits stand less straight than written ones."""
    model, _ = shipped
    for columns in (-1, 1):
        moved = torch.roll(held_out.images, columns, dims=3)
        moved[..., 0 if columns > 0 else -1] = 0
        assert share(model, moved, held_out.labels) > 0.85
    noise = torch.randn(held_out.images.shape, generator=torch.Generator().manual_seed(0))
    assert share(model, (held_out.images + 0.1 * noise).clamp(0, 1), held_out.labels) > 0.97


def test_features_of_one_class_lie_closer_than_those_of_two(shipped, held_out):
    model, _ = shipped
    with torch.no_grad():
        features = model.features(held_out.images)
    same = held_out.labels[:, None] == held_out.labels[None]
    distance = torch.cdist(features, features)
    assert distance[same].mean() < 0.6 * distance[~same].mean()


def test_distortion_keeps_the_range_and_binarises_half():
    x = data.load("digits").images
    torch.manual_seed(0)
    moved = recipes.distort(x, recipes.SETTINGS)
    assert moved.shape == x.shape and moved.min() >= 0 and moved.max() <= 1
    binary = ((moved == 0) | (moved == 1)).flatten(1).all(1)
    assert binary.double().mean().item() == pytest.approx(0.5, abs=0.05)


def test_no_distortion_leaves_the_image_alone():
    still = {**recipes.SETTINGS, "turn_degrees": 0.0, "shift_pixels": 0.0, "scale": 0.0, "noise_std": 0.0}
    x = data.load("digits", n=100).images
    torch.manual_seed(0)
    moved = recipes.distort(x, still)
    grey = ~((moved == 0) | (moved == 1)).flatten(1).all(1)
    assert torch.allclose(moved[grey], x[grey], atol=1e-5) and 20 < int(grey.sum()) < 80
    assert torch.equal(moved[~grey], (x[~grey] >= 0.5).float())
