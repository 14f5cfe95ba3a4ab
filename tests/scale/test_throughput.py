"""What is measured are the images that were asked for; how fast they come is the machine's affair."""

import types

import pytest
import torch

from course_utils.scale import throughput
from course_utils.scale.throughput import Encoded, rate

IMAGES = torch.randint(0, 256, (20, 3, 8, 8), generator=torch.Generator().manual_seed(0)).to(torch.uint8)


@pytest.mark.parametrize("images", [IMAGES, IMAGES[:, :1]], ids=["colour", "grey"])
def test_an_encoded_image_is_the_image(images):
    encoded = Encoded(images)
    assert len(encoded) == 20 and all(torch.equal(encoded[i], images[i]) for i in range(20))


def test_every_way_has_its_number():
    found = throughput(IMAGES, workers=(0, 1), batch_size=6, seconds=0.05, device="cpu")
    assert list(found) == ["resident", "workers_0", "workers_1"] and all(n > 0 for n in found.values())


def test_the_rate_is_images_by_seconds(monkeypatch):
    """By a clock that goes one second on at every look: two batches of 5 after the first, in 3 seconds."""
    looks = iter(range(100))
    clock = types.SimpleNamespace(perf_counter=lambda: float(next(looks)))
    monkeypatch.setitem(rate.__globals__, "time", clock)
    assert rate(IMAGES, 5, 1.5, torch.device("cpu")) == pytest.approx(10 / 3)


def test_what_it_does_not_take():
    with pytest.raises(ValueError, match=r"images must be uint8 \[N, 1 or 3, H, W\]; got torch.float32"):
        throughput(IMAGES.float())
    with pytest.raises(ValueError, match="workers must be at least 0"):
        throughput(IMAGES, workers=(-1,))
