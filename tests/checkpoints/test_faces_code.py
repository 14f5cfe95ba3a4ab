"""The code of faces: its scale is right, and a decoded face still shows what a sentence says of it."""

import pytest
import torch

from course_utils import checkpoints, data, text
from course_utils.checkpoints import faces_code

FACES = data.load("faces", "test", n=200, seed=9)  # no recipe trains or measures on these


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("faces_code")


def test_a_code_has_deviation_one_and_a_sixth_of_the_numbers(shipped):
    space, record = shipped
    code = space.encode(FACES.images, torch.Generator().manual_seed(0))
    assert code.shape == (200, 8, 8, 8)
    assert float(code.square().mean()) - float(code.mean()) ** 2 == pytest.approx(1, abs=0.05)
    assert record["metrics"]["deviation_of_code"] == pytest.approx(1, abs=0.03)


def test_decoded_faces_are_near_and_read_as_faces_are(shipped):
    space, record = shipped
    decoded = space.decode(space.encode(FACES.images))
    stated, flat = record["metrics"], FACES.images.std()
    assert (decoded - FACES.images).square().mean().sqrt() < 1.2 * stated["rmse"] < 0.3 * flat
    for factor in text.grammar("faces").options:
        assert stated[f"{factor}_of_decoded"] > stated[f"{factor}_of_face"] - 0.05
        assert stated[f"{factor}_of_decoded"] > 0.8


def test_the_scale_is_measured_after_training():
    brief = {**faces_code.SETTINGS, "steps": 2}
    torch.manual_seed(0)
    space, history = faces_code.train(brief, faces_code.build(brief), FACES, progress=False)
    code = space.encode(FACES.images, torch.Generator().manual_seed(1))
    assert history.steps == 2 and float(code.std()) == pytest.approx(1, abs=0.02)


def test_the_judges_numbers_go_through_the_thirds_of_the_grammar():
    """A judge that sees the truth reads what the grammar says."""

    class Seer:
        def read(self, images):
            return {**FACES.factors, "glasses": FACES.factors["glasses"].float()}

    said = text.grammar("faces").read(FACES)
    wanted = torch.stack([said[factor] for factor in ("smile", "hair", "glasses", "turn")], dim=1)
    assert torch.equal(faces_code.read(Seer(), FACES.images), wanted)


def test_the_perceptual_distance_counts_what_poolings_give_in_units_of_their_variance():
    judge, _ = checkpoints.load("faces_judge")
    x, y = FACES.images[:4], FACES.images[4:8].clone().requires_grad_()
    sizes = [list(level.shape[1:]) for level in faces_code.seen_by(judge, x)]
    assert sizes == [[16, 16, 16], [32, 8, 8], [64, 4, 4]]
    distance = faces_code.perceptual(judge, FACES.images)
    assert distance(x, x) == 0
    distance(x, y).backward()
    assert y.grad.any() and not any(weight.requires_grad for weight in judge.parameters())
    # two independent faces are two variances apart at each of three levels, on the average
    others = FACES.images.roll(1, 0)
    assert float(distance(FACES.images, others)) == pytest.approx(6, rel=0.1)
