"""The game's Python face: images in, one clear sentence where they do not fit, no word on what is real."""

import base64
import json
import zlib

import numpy as np
import pytest
import torch

from course_utils import metrics
from course_utils.widgets import RealOrFake

SHAPE = (3, 6, 5)


def images(n, seed=0, shape=SHAPE):
    return torch.rand(n, *shape, generator=torch.Generator().manual_seed(seed))


def game(n=30, rounds=10, names=("VAE", "GAN"), **options):
    return RealOrFake(images(n), {name: images(n, 1 + i) for i, name in enumerate(names)}, rounds, **options)


def unpacked(source):
    pixels = np.frombuffer(zlib.decompress(base64.b64decode(source["data"])), np.uint8)
    return pixels.reshape(source["count"], *SHAPE)


def test_the_page_gets_twice_what_a_game_can_need_and_no_image_twice():
    given = game()
    assert given.pictures["shape"] == list(SHAPE)
    names, counts = zip(*((one["name"], one["count"]) for one in given.pictures["sources"]), strict=True)
    assert (names, counts) == ((None, "VAE", "GAN"), (20, 10, 10))
    real = unpacked(given.pictures["sources"][0])
    wanted = {image.tobytes() for image in (images(30) * 255).round().to(torch.uint8).numpy()}
    assert len({image.tobytes() for image in real} & wanted) == 20
    enough = game(n=10)
    assert [one["count"] for one in enough.pictures["sources"]] == [10, 10, 10]


def test_the_same_seed_gives_the_same_pictures_and_the_global_dice_stay():
    torch.manual_seed(5)
    drawn = torch.rand(1)
    torch.manual_seed(5)
    first, again, other = game(seed=1), game(seed=1), game(seed=2)
    assert torch.equal(drawn, torch.rand(1))
    assert first.pictures == again.pictures != other.pictures
    assert (first.seed, game().seed) == (1, None)


def test_what_a_model_gives_is_welcome_and_left_as_it_was():
    real = images(12).double().requires_grad_()
    before = real.detach().clone()
    fakes = {"VAE": images(30, 3).transpose(0, 1).contiguous().transpose(0, 1)}
    RealOrFake(real, fakes, rounds=12)
    assert torch.equal(real.detach(), before) and real.requires_grad


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"real": [1, 2]}, TypeError, "real must be a torch.Tensor"),
        ({"real": images(12, shape=(6, 5))}, ValueError, r"real must have shape \[N, C, H, W\]"),
        ({"real": images(12, shape=(2, 6, 5))}, ValueError, "real must have 1 or 3 channels; got 2"),
        ({"real": images(9)}, ValueError, "real must hold at least 10 images, for none comes twice; got 9"),
        ({"real": 2 * images(12)}, ValueError, r"real must hold numbers in \[0, 1\]"),
        ({"real": images(12) * float("nan")}, ValueError, r"real must hold numbers in \[0, 1\]"),
        ({"fakes": images(12)}, ValueError, "fakes must be a dict of 1 to 8"),
        ({"fakes": {}}, ValueError, "fakes must be a dict of 1 to 8"),
        ({"fakes": {str(i): images(12) for i in range(9)}}, ValueError, "fakes must be a dict of 1 to 8"),
        ({"fakes": {3: images(12)}}, ValueError, "a name in fakes must be text"),
        ({"fakes": {"": images(12)}}, ValueError, "a name in fakes must be text"),
        ({"fakes": {"A": images(12, shape=(3, 5, 6))}}, ValueError, r"fakes\['A'\] must have shape"),
        ({"fakes": {"A": images(9)}}, ValueError, r"fakes\['A'\] must hold at least 10 images"),
        (
            {"fakes": {"A": images(12), "B": images(4)}},
            ValueError,
            r"fakes\['B'\] must hold at least 5 images",
        ),
        ({"fakes": {"A": -images(12)}}, ValueError, r"fakes\['A'\] must hold numbers in \[0, 1\]"),
        ({"rounds": 0}, ValueError, "rounds must be at least 1"),
        ({"rounds": 2.5}, TypeError, "rounds must be a whole number"),
        ({"seed": -1}, ValueError, "seed must be at least 0"),
        ({"exposure": 0}, ValueError, "exposure must be a finite number at least 0.05"),
        ({"exposure": "2 s"}, TypeError, "exposure must be a number"),
    ],
)
def test_what_does_not_fit_gets_one_sentence(change, error, says):
    arguments = {"real": images(12), "fakes": {"A": images(12, 1)}, "rounds": 10, **change}
    with pytest.raises(error, match=says):
        RealOrFake(**arguments)


ANSWERS = [
    {"model": None, "real": True, "said": "real", "ms": 700},
    {"model": "GAN", "real": False, "said": "fake", "ms": 900},
]


def test_the_pages_answers_become_results_and_are_no_part_of_the_saved_state():
    played = game()
    assert (played.answers, played.results) == ([], {})
    played._handle_custom_msg({"kind": "answers", "answers": ANSWERS}, [])
    assert played.answers == ANSWERS
    assert played.results == metrics.told_apart(ANSWERS)
    state = played.get_state()
    assert not {"answers", "results"} & set(state)
    assert "said" not in json.dumps(state["pictures"])


def test_results_can_be_watched_and_a_strange_message_changes_nothing():
    played, seen = game(), []
    played.observe(lambda change: seen.append(change.new), "results")
    played._heard(played, {"kind": "answers", "answers": ANSWERS}, [])
    assert seen == [metrics.told_apart(ANSWERS)]
    with pytest.raises(ValueError, match="answers"):
        played._heard(played, {"kind": "answers", "answers": [{"said": "maybe"}]}, [])
    played._heard(played, {"kind": "other"}, [])
    assert played.answers == ANSWERS and len(seen) == 1


@pytest.mark.parametrize(
    ("names", "makers"), [(("VAE",), "by VAE;"), (("VAE", "GAN", "flow"), "by VAE, GAN or flow;")]
)
def test_the_alt_text_names_the_models_and_tells_nothing_of_the_still(names, makers):
    given = game(names=names)
    assert makers in given._alt() and "10 pictures" in given._alt()
    axes = given._still().axes
    assert len(axes) == 12 and all(axis.get_title() == "" for axis in axes)


def test_a_still_of_few_pictures_is_drawn():
    fig = RealOrFake(images(1), {"A": images(1, 1)}, rounds=1)._still()
    assert sum(len(axis.images) for axis in fig.axes) == 2
