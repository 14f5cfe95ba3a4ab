import pytest

from course_utils import metrics


def answer(model, said, ms):
    return {"model": model, "real": model is None, "said": said, "ms": ms}


ANSWERS = [
    *(answer(None, said, ms) for said, ms in (("real", 400), ("fake", 900), ("real", 600), ("real", 2000))),
    *(answer("GAN", said, ms) for said, ms in (("fake", 300), ("real", 500), ("fake", 800))),
    answer("A VAE", "fake", 250),
]


def test_counts_rates_and_times_by_hand():
    found = metrics.told_apart(ANSWERS)
    assert list(found["models"]) == ["A VAE", "GAN"]
    gan, real = found["models"]["GAN"], found["real"]
    assert (gan["n"], gan["said_fake"], gan["rate"], gan["seconds"]) == (3, 2, 2 / 3, 0.5)
    assert (real["n"], real["said_fake"], real["rate"], real["seconds"]) == (4, 1, 0.25, 0.75)
    assert (gan["low"], gan["high"]) == metrics.wilson_interval(2, 3)
    assert (real["low"], real["high"]) == metrics.wilson_interval(1, 4)
    assert gan["d_prime"] == metrics.d_prime(2, 3, 1, 4) and real["d_prime"] is None


def test_what_was_not_shown_is_none():
    found = metrics.told_apart([answer("GAN", "fake", 300)])
    assert found["models"]["GAN"]["d_prime"] is None
    assert found["real"] == dict.fromkeys(found["real"]) | {"n": 0, "said_fake": 0}
    assert metrics.told_apart([])["models"] == {}


@pytest.mark.parametrize(
    "change",
    [
        {"model": None}, {"model": ""}, {"model": " "}, {"model": "x" * 61}, {"model": "\x1b[2J"},
        {"model": 3}, {"real": True}, {"real": 0}, {"said": "maybe"}, {"said": ["real"]}, {"ms": -1},
        {"ms": "3"}, {"ms": True}, {"ms": float("nan")}, {"ms": float("inf")}, {"ms": 10**400},
        {"name": "Ann"},
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused(change):
    with pytest.raises(ValueError, match=r"^answers\[1\]"):
        metrics.told_apart([answer(None, "real", 5), {**answer("GAN", "fake", 300), **change}])
