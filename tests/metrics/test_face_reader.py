"""The reader of faces: its outputs' shapes and units, and that its loss is least at the truth."""

import math

import pytest
import torch

from course_utils import data, metrics
from course_utils.data.faces import RANGES
from course_utils.metrics import face_reader


@pytest.fixture
def reader():
    torch.manual_seed(0)
    return metrics.FaceReader(channels=(4, 4, 4), features=8).eval()


@pytest.fixture(scope="module")
def faces():
    return data.load("faces", n=12)


class Knows(metrics.FaceReader):
    """Answers with what it was told, whatever it sees."""

    def told(self, factors):
        angle = 2 * math.pi * factors["background"]
        numbers = [
            2 * (factors[name] - RANGES[name][0]) / (RANGES[name][1] - RANGES[name][0]) - 1
            for name in face_reader.NUMBERS
        ]
        self.answer = (
            20 * torch.nn.functional.one_hot(factors["hair"], 6).float(),
            40 * factors["glasses"].float()[:, None] - 20,
            torch.stack([angle.cos(), angle.sin()], dim=1),
            torch.stack(numbers, dim=1),
        )
        return self

    def forward(self, x):
        return self.answer


def test_shapes(reader, faces):
    assert [part.shape[1] for part in reader(faces.images)] == [6, 1, 2, 10]
    assert reader.features(faces.images).shape == (12, 8)
    found = reader.read(faces.images)
    assert list(found) == list(faces.factors)
    assert all(value.shape == (12,) for value in found.values()) and found["hair"].dtype == torch.int64
    with pytest.raises(ValueError, match=r"\[B, 3, 32, 32\]"):
        reader(faces.images[:, :1])


def test_what_the_net_says_is_told_in_the_factors_units(faces):
    found = Knows(channels=(4, 4, 4)).told(faces.factors).read(faces.images)
    for name, truth in faces.factors.items():
        assert torch.allclose(found[name].float(), truth.float(), atol=1e-5), name


def test_the_loss_is_least_at_the_truth_and_every_factor_counts(faces):
    reader = Knows(channels=(4, 4, 4)).told(faces.factors)
    assert reader.loss(faces.images, faces.factors) < 1e-6
    for name in faces.factors:
        other = {**faces.factors, name: faces.factors[name].flip(0)}
        assert reader.loss(faces.images, other) > 0.01, name


def test_a_reader_of_many_reads_each_as_it_would_alone(reader):
    x = data.load("faces", n=501).images
    whole, last = reader.read(x), reader.read(x[500:])
    for name, value in last.items():
        assert torch.allclose(whole[name][500:].float(), value.float(), atol=1e-5)
