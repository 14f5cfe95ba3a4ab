"""Glyphs: the factors are true, the streams are apart, and the same request gives the same pixels."""

import pytest
import torch
from scipy import ndimage

from course_utils.data import glyphs, load

NEUTRAL = {"rotation": 0.0, "scale": 1.0, "shear": 0.0, "dx": 0.0, "dy": 0.0}
EVERY = torch.arange(len(glyphs.FONTS) * 10)


def factors(**changed):
    """Factors of every digit of every font, [120] each, neutral but for what is changed."""
    values = {name: torch.full((len(EVERY),), value) for name, value in {**NEUTRAL, **changed}.items()}
    return {"font": EVERY // 10, **values}


def render(**changed):
    return glyphs.render(EVERY % 10, factors(**changed))[:, 0]


def moments(images):
    """Centre of mass (right, down) from the image's centre and second central moments, of [B, 28, 28]."""
    axis = torch.arange(28.0) - 13.5
    weight = images / images.sum((1, 2), keepdim=True)
    right, down = (weight.sum(1) * axis).sum(1), (weight.sum(2) * axis).sum(1)
    x, y = axis - right[:, None], axis - down[:, None]
    xx, yy = (weight.sum(1) * x.square()).sum(1), (weight.sum(2) * y.square()).sum(1)
    xy = (weight * x[:, None, :] * y[:, :, None]).sum((1, 2))
    return right, down, xx, yy, xy


@pytest.fixture(scope="module")
def sample():
    return load("glyphs", n=2000, seed=1)


def test_images_are_what_load_promises(sample):
    assert sample.images.shape == (2000, 1, 28, 28) and sample.images.is_contiguous()
    assert sample.images.dtype == torch.float32 and sample.labels.dtype == torch.int64
    assert sample.images.min() == 0 and sample.images.max() <= 1
    assert (sample.images.amax((1, 2, 3)) > 0.6).all()  # ink on every image
    assert sample.images.mean() < 0.25  # light on dark
    levels = 255 * sample.images
    assert (levels - levels.round()).abs().max() < 1e-4


def test_default_sizes():
    assert glyphs.DEFAULT_SIZE == {"train": 20_000, "test": 4_000}
    assert len(load("glyphs", "test")) == 4_000


def test_labels_are_balanced_in_every_ten(sample):
    assert (sample.labels.view(-1, 10).sort(dim=1).values == torch.arange(10)).all()
    assert len(sample.labels.view(-1, 10).unique(dim=0)) > 150  # in another order each time


def test_factors_have_their_names_types_and_ranges(sample):
    assert list(sample.factors) == ["font", "rotation", "scale", "shear", "dx", "dy"]
    assert sample.factors["font"].dtype == torch.int64
    assert sample.factors["font"].unique().tolist() == list(range(len(glyphs.FONTS)))
    for name, (low, high) in glyphs.RANGES.items():
        value = sample.factors[name]
        assert value.shape == (2000,) and value.dtype == torch.float32
        assert (
            low <= value.min() < low + 0.01 * (high - low)
            and high - 0.01 * (high - low) < value.max() <= high
        )


def test_nearly_no_digit_is_cut_off_at_the_border(sample):
    edges = [
        sample.images[..., 0, :],
        sample.images[..., -1, :],
        sample.images[..., 0],
        sample.images[..., -1],
    ]
    brightest = torch.cat(edges, dim=-1).amax((1, 2))
    assert (brightest > 0.1).float().mean() < 0.005


def test_centre_of_mass_follows_dx_and_dy_through_all_the_bending(sample):
    right, down, *_ = moments(sample.images[:, 0])
    for measured, name in ((right, "dx"), (down, "dy")):
        off = measured - sample.factors[name]
        assert off.square().mean().sqrt() < 0.08 and off.abs().max() < 1


def test_the_same_factors_are_not_the_same_image(sample):
    """The elastic field bends each image its own way: by more than a trace, by less than the digit."""
    plain = glyphs.render(sample.labels, sample.factors)
    difference = (plain - sample.images).abs().sum((1, 2, 3)) / plain.sum((1, 2, 3))
    assert (difference > 0.05).float().mean() > 0.95 and difference.median() < 0.8


def test_shift_moves_the_whole_image():
    torch.testing.assert_close(
        render(dx=2.0, dy=-1.0)[:, 4:20, 6:24], render()[:, 5:21, 4:22], rtol=0, atol=0.005
    )


def test_rotation_is_scipys_rotation_anticlockwise():
    for degrees in (-15.0, 10.0):
        turned = render(rotation=degrees)
        expected = ndimage.rotate(render().numpy(), degrees, axes=(1, 2), reshape=False, order=3)
        expected = torch.from_numpy(expected)
        wrong_way = ndimage.rotate(render().numpy(), -degrees, axes=(1, 2), reshape=False, order=3)
        # scipy smooths the picture a second time; turning it the other way is ten times further off
        assert (turned - expected).abs().mean() < 0.008
        assert (turned - torch.from_numpy(wrong_way)).abs().mean() > 0.05


def test_scale_scales_lengths_and_shear_leans_to_the_right():
    """Second moments: times scale^2; x -> x - shear y mixes them as it mixes covariances."""
    _, _, xx, yy, xy = moments(render())
    _, _, wide, tall, _ = moments(render(scale=1.1))
    torch.testing.assert_close(tall, 1.21 * yy, rtol=0.01, atol=0)
    torch.testing.assert_close(wide, 1.21 * xx, rtol=0.02, atol=0)
    _, _, wide, tall, mixed = moments(render(shear=0.2))
    torch.testing.assert_close(tall, yy, rtol=0.01, atol=0)
    torch.testing.assert_close(mixed, xy - 0.2 * yy, rtol=0, atol=0.1)
    torch.testing.assert_close(wide, xx - 0.4 * xy + 0.04 * yy, rtol=0.02, atol=0)


def test_scale_one_is_sixteen_pixels_high():
    inked = (render() > 0.5).any(2)
    rows = torch.arange(28).expand_as(inked)
    height = torch.where(inked, rows, -1).amax(1) - torch.where(inked, rows, 99).amin(1) + 1
    tallest = height.view(-1, 10).amax(1)
    assert ((tallest >= 15) & (tallest <= 17)).all() and height.min() >= 14


def test_every_font_has_ten_different_digits_and_no_box():
    """A font without a digit draws the same box for all of them."""
    flat = render().flatten(1).view(len(glyphs.FONTS), 10, -1)
    for font in flat:
        assert torch.pdist(font).min() > 2
    # on average over the fonts a digit is nearest to the mean of its own kind
    assert (torch.cdist(flat, flat.mean(0)).mean(0).argmin(1) == torch.arange(10)).all()


def test_digits_stand_upright_and_unmirrored():
    """Third moments: the light end of a 6 is on top, of a 9 and a 7 below; a 4 is heavy on the right."""
    images = render().view(len(glyphs.FONTS), 10, 28, 28)
    cube = (torch.arange(28.0) - 13.5) ** 3
    down, right = images.sum(3) @ cube, images.sum(2) @ cube  # positive: the tail points that way
    assert (down[:, 6] < 0).all() and (down[:, [9, 7]] > 0).all()
    assert (right[:, 4] < 0).all()


def test_the_first_images_do_not_depend_on_how_many_follow():
    few, more = load("glyphs", n=130, seed=2), load("glyphs", n=270, seed=2)
    assert torch.equal(few.images, more.images[:130]) and torch.equal(few.labels, more.labels[:130])
    assert all(torch.equal(value, more.factors[name][:130]) for name, value in few.factors.items())
    assert len(load("glyphs", n=1)) == 1


def test_the_same_request_gives_the_same_bits():
    assert load("glyphs", n=300, seed=3).sha256() == load("glyphs", n=300, seed=3).sha256()


def test_one_thread_and_two_give_the_same_pixels():
    threads = torch.get_num_threads()
    try:
        images = []
        for count in (1, 2):
            torch.set_num_threads(count)
            images.append(load("glyphs", n=300, seed=3).images)
            assert torch.get_num_threads() == count
    finally:
        torch.set_num_threads(threads)
    torch.testing.assert_close(*images, rtol=0, atol=1e-5)


def test_train_and_test_never_meet():
    """Not for one seed, and not for seeds that neighbour each other."""
    seen = {}
    for split in ("train", "test"):
        draws = [load("glyphs", split, n=100, seed=seed) for seed in range(4)]
        assert not torch.equal(draws[0].images, draws[1].images)
        seen[split] = {image.numpy().tobytes() for data in draws for image in data.images}
        assert len(seen[split]) == 400
    assert not seen["train"] & seen["test"]


def test_the_nearest_training_image_names_nearly_every_test_image():
    """One and the same ten digits in both splits, not bent past reading: even raw pixels find a match."""
    train, test = load("glyphs", n=4000), load("glyphs", "test", n=500)
    nearest = torch.cdist(test.flat, train.flat).argmin(1)
    assert (train.labels[nearest] == test.labels).float().mean() > 0.88
