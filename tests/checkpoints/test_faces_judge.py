"""The shipped reader of faces: what it says of faces that it has never seen."""

import pytest

from course_utils import checkpoints, data

FACES = data.load("faces", "test", n=600, seed=9)  # no recipe trains or measures on these


@pytest.fixture(scope="module")
def judge():
    return checkpoints.load("faces_judge")[0]


def test_the_judge_reads_faces_it_has_never_seen(judge):
    found, truth = judge.read(FACES.images), FACES.factors
    stated = checkpoints.load("faces_judge")[1]["metrics"]
    hair = (found["hair"] == truth["hair"]).double().mean().item()
    glasses = ((found["glasses"] > 0.5) == truth["glasses"].bool()).double().mean().item()
    assert hair > 0.97 and hair == pytest.approx(stated["hair_accuracy"], abs=0.02)
    assert glasses > 0.98 and glasses == pytest.approx(stated["glasses_accuracy"], abs=0.02)
    for name in ("skin", "smile", "mouth_open", "turn", "light", "width", "eyes"):
        spread = truth[name].std()
        assert (found[name] - truth[name]).abs().mean() < 0.35 * spread, name
