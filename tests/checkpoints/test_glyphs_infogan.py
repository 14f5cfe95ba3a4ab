import math

import pytest
import torch

from course_utils import checkpoints, data, metrics
from course_utils.checkpoints import glyphs_infogan as recipes
from course_utils.gan import infogan

NAMES = ["glyphs_infogan", "glyphs_infogan_plain"]
BRIEF = {**recipes.SETTINGS, "seeds": 1, "steps": 3, "width": 4, "latent_dim": 5}


@pytest.fixture(scope="module", params=NAMES)
def each(request):
    return checkpoints.load(request.param)


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.load("glyphs_infogan")[0]


@pytest.fixture(scope="module")
def plain():
    return checkpoints.load("glyphs_infogan_plain")[0]


def drawn(model, seed=0, n=500):
    with torch.no_grad():
        return model.samples(seed, n, torch.Generator().manual_seed(7))


def test_samples_look_like_glyphs_pixel_by_pixel(each):
    model, _ = each
    x = data.load("glyphs", n=1_000, seed=2).images
    for seed in range(recipes.SETTINGS["seeds"]):
        images, codes = drawn(model, seed)
        assert images.shape == (500, 1, 28, 28) and codes.numbers.shape == (500, 2)
        assert images.min() >= 0 and images.max() <= 1
        assert images.mean().item() == pytest.approx(x.mean().item(), rel=0.3)
        assert images.std().item() == pytest.approx(x.std().item(), rel=0.3)


def test_the_bound_stays_below_log_10(each):
    model, record = each
    assert (model.bounds[..., 0] <= math.log(10) + 1e-3).all()
    assert record["metrics"]["bound_category"] <= math.log(10)


def test_with_the_term_the_codes_tell_and_without_they_do_not(shipped, plain):
    for seed in range(recipes.SETTINGS["seeds"]):
        bounds = []
        for model in (shipped, plain):
            images, codes = drawn(model, seed)
            with torch.no_grad():
                bounds.append(infogan.infogan_bound(model.D[seed](images)[1], codes))
        told, silent = bounds
        assert told[0] > 1.5 > 1.0 > silent[0] and told[1:].sum() > silent[1:].sum()


def test_the_stored_bounds_end_where_fresh_samples_do(shipped):
    images, codes = drawn(shipped, n=2_000)
    with torch.no_grad():
        bound = infogan.infogan_bound(shipped.D[0](images)[1], codes)
    assert bound[0].item() == pytest.approx(shipped.bounds[0, -1, 0].item(), abs=0.3)


def test_the_correlations_are_those_of_numpy_within_a_category():
    """A number that is the slant but for its category's own offset has correlation 1 with it."""
    images = data.load("glyphs", n=200, seed=3).images
    category = torch.arange(200) % 10
    slant = metrics.slant(images)
    numbers = torch.stack([5 * slant + 100 * category, torch.rand(200, generator=torch.Generator())], 1)
    r = recipes.correlations(images, infogan.Codes(category, numbers))
    assert r.shape == (2, 3) and r[0, 0].item() == pytest.approx(1, abs=1e-6)
    assert (r[1] < 0.3).all()
    one = infogan.Codes(torch.zeros(200, dtype=torch.int64), numbers)
    wanted = torch.corrcoef(torch.stack([numbers[:, 0].double(), metrics.radius(images).double()]))[0, 1]
    assert recipes.correlations(images, one)[0, 2].item() == pytest.approx(abs(wanted.item()), abs=1e-9)


def test_without_the_term_only_q_s_head_learns_from_the_codes():
    """The same game, with Q's head drawn anew: neither G nor the trunk notices."""
    torch.manual_seed(0)
    silent = {**BRIEF, "lambda": [0.0, 0.0]}
    images = data.load("glyphs", n=64).images
    ends = []
    for scale in (1.0, 3.0):
        torch.manual_seed(0)
        model = recipes.build(silent)
        with torch.no_grad():
            model.D[0].q[0].weight.mul_(scale)
        recipes.run(silent, model, type(data.load("digits", n=10))(images, torch.zeros(64).long(), ()), 0)
        ends.append(model)
    first, second = ends
    for a, b in zip(first.G.parameters(), second.G.parameters(), strict=True):
        assert torch.equal(a, b)
    for a, b in zip(first.D[0].body.parameters(), second.D[0].body.parameters(), strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(first.D[0].q[2].weight, second.D[0].q[2].weight)


def test_the_plain_ones_start_as_the_informed_do():
    models = []
    for settings in (recipes.SETTINGS, recipes.PLAIN):
        torch.manual_seed(0)
        models.append(recipes.build(settings).state_dict())
    assert all(torch.equal(a, models[1][key]) for key, a in models[0].items())
    differ = {key for key in recipes.SETTINGS if recipes.SETTINGS[key] != recipes.PLAIN[key]}
    assert differ == {"lambda"}


def test_glyphs_are_read_by_their_nearest(shipped):
    train = data.load("glyphs", n=500, seed=4)
    assert torch.equal(recipes.read(train.images[:20], train), train.labels[:20])
