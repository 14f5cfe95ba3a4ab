"""What the lectures print about labels, codes and styles in GANs: small tables with exact answers."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

RANDOM = torch.Generator().manual_seed(0)


def js(p, q):
    """The Jensen-Shannon divergence of two tables without negative entries, each with the sum 1."""
    m = (p + q) / 2
    return sum(0.5 * torch.xlogy(one, one / m.clamp_min(1e-300)).sum().item() for one in (p, q))


def information(joint):
    """I(c; x) in nats of a table of P(c, x)."""
    apart = joint.sum(1, keepdim=True) * joint.sum(0, keepdim=True)
    return torch.xlogy(joint, joint / apart.clamp_min(1e-300)).sum().item()


def bound(joint, q):
    """E log Q(c | x) + H(c) of a table of P(c, x), and one of Q(c | x) in the same places."""
    share = joint.sum(1)
    return (torch.xlogy(joint, q).sum() - torch.xlogy(share, share).sum()).item()


def random_joint(rows=3, columns=5):
    return (
        torch.rand(rows, columns, generator=RANDOM, dtype=torch.float64).flatten().softmax(0).view(rows, -1)
    )


def test_a_generator_that_is_not_told_the_label_cannot_match_it():
    """Two classes with one image each: a G(z) that is drawn without c has the table q(x) p(c)."""
    data = torch.eye(2, dtype=torch.float64) / 2  # P(c, x)
    share = torch.linspace(0, 1, 1001, dtype=torch.float64)  # of the first image among what G draws
    blind = [torch.stack([s, 1 - s]).expand(2, 2) / 2 for s in share]
    distance = [js(data, fake) for fake in blind]
    assert (
        min(distance) == pytest.approx(0.75 * math.log(4 / 3)) and share[distance.index(min(distance))] == 0.5
    )
    told = torch.eye(2, dtype=torch.float64) / 2  # G(z, c) draws the image of c
    assert js(data, told) == 0
    guesses = torch.rand(500, 2, generator=RANDOM, dtype=torch.float64)  # Q(c = 0 | x) for both images
    for fake, best in ((blind[300], -math.log(2)), (told, 0.0)):
        values = [torch.xlogy(fake, torch.stack([q, 1 - q])).sum().item() for q in guesses]
        assert max(values) <= best
        assert torch.xlogy(fake, fake / fake.sum(0)).sum().item() == pytest.approx(best)


@pytest.mark.parametrize("share", [0.55, 0.7, 0.95])
def test_without_the_logarithm_the_best_classifier_is_always_certain(share):
    """Among the images that look like this one, so many are of the first class."""
    q = torch.linspace(0, 1, 2001, dtype=torch.float64)  # what the classifier says of the first class
    printed = share * q + (1 - share) * (1 - q)
    ours = torch.xlogy(torch.tensor(share), q) + torch.xlogy(torch.tensor(1 - share), 1 - q)
    assert q[printed.argmax()] == 1
    assert q[ours.argmax()].item() == pytest.approx(share, abs=1e-3)


def test_a_bound_that_is_subtracted_from_what_is_maximised_makes_q_guess_wrong():
    joint = random_joint()
    posterior, level = joint / joint.sum(0), torch.full_like(joint, 1 / 3)
    assert bound(joint, posterior) == pytest.approx(information(joint)) and bound(joint, level) < 0
    assert bound(joint, posterior) > bound(joint, level)  # to be added: the best Q is the posterior
    printed = [-bound(joint, q) for q in (posterior, level)]
    for small in (1e-3, 1e-9, 1e-100):
        wrong = torch.full_like(joint, small)
        wrong[0] = 1 - 2 * small  # certain of the first code, whatever the image
        printed.append(-bound(joint, wrong))
    assert printed == sorted(printed) and printed[-1] > 100  # better without end
    entropy = -torch.xlogy(joint.sum(1), joint.sum(1)).sum().item()
    for q in (posterior, level):  # a cross-entropy that is subtracted says the same as the bound added
        cross_entropy = -(joint * q.log()).sum().item()
        assert -cross_entropy + entropy == pytest.approx(bound(joint, q))
    told, blind = torch.eye(4, dtype=torch.float64) / 4, torch.full((4, 4), 1 / 16, dtype=torch.float64)
    assert information(told) == pytest.approx(math.log(4)) and abs(information(blind)) < 1e-12
    assert -information(told) < -information(blind)  # and G, as printed, is to hide the code


def test_with_one_code_held_a_perfect_generator_is_not_the_best():
    """Ten images; G draws that of the code. With the best D, V = 2 JS(data, fakes) - 2 log 2."""
    data, fakes = torch.full((10,), 0.1, dtype=torch.float64), torch.eye(10, dtype=torch.float64)

    def value(fake):
        return 2 * js(data, fake) - 2 * math.log(2)

    assert value(fakes.mean(0)) == pytest.approx(-2 * math.log(2))  # over all codes: the lowest there is
    assert min(value(fake) for fake in fakes) > -2 * math.log(2) + 0.7  # any one code that is held
    ignores = data.expand(10, 10)  # rows: codes. The same images whatever the code
    assert all(value(fake) == pytest.approx(-2 * math.log(2)) for fake in ignores)
    assert information(fakes / 10) == pytest.approx(math.log(10))
    assert information(ignores / 10) == pytest.approx(0, abs=1e-12)


def test_what_is_determined_has_no_entropy_left():
    """Y is one of four, X says whether it is odd: X is determined by Y, and Y not by X."""
    joint = torch.tensor([[1, 0, 1, 0], [0, 1, 0, 1]], dtype=torch.float64) / 4  # P(x, y)

    def entropy(p):
        return -torch.xlogy(p, p).sum().item()

    h_x, h_y, both = entropy(joint.sum(1)), entropy(joint.sum(0)), entropy(joint)
    assert both - h_y == pytest.approx(0)  # H(X | Y), ours
    assert both - h_x == pytest.approx(math.log(2))  # H(Y | X), said to be 0
    assert information(joint) == pytest.approx(h_x)
    assert information(joint) < h_y - 0.6  # said to be equal


def test_any_ten_equal_parts_carry_the_same_information():
    """100 images, each digit in ten weights: codes by digit, by turned digits, by weight, and by chance."""
    digit, weight = torch.arange(100) // 10, torch.arange(100) % 10
    codes = {"digit": digit, "turned": 9 - digit, "weight": weight}
    tables = {name: F.one_hot(code, 10).double().T / 100 for name, code in codes.items()}
    label = F.one_hot(digit, 10).double() / 100
    tables["none"] = torch.full((10, 100), 1e-3, dtype=torch.float64)
    for name, table in tables.items():
        assert torch.allclose(table.sum(0), torch.full((100,), 0.01).double())  # the same images are drawn
        about_code, about_digit = information(table), information(100 * table @ label)
        assert about_code == pytest.approx(0 if name == "none" else math.log(10), abs=1e-12)
        known = math.log(10) if name in ("digit", "turned") else 0
        assert about_digit == pytest.approx(known, abs=1e-12)
    assert (100 * tables["digit"] @ label).diagonal().sum() == pytest.approx(1)  # the label
    assert (100 * tables["turned"] @ label).diagonal().sum() == 0  # and never the label


def test_the_batchs_moments_keep_the_contrast_and_the_instances_do_not():
    image = torch.rand(3, 8, 8, generator=RANDOM, dtype=torch.float64)
    pair = torch.stack([image, 0.2 * image + 0.4])
    printed = (pair - pair.mean((0, 2, 3), keepdim=True)) / pair.std((0, 2, 3), correction=0, keepdim=True)
    ours = F.instance_norm(pair, eps=0)
    assert torch.allclose(ours[0], ours[1])
    assert torch.allclose(printed[1].std((1, 2)), 0.2 * printed[0].std((1, 2)))
    instance, batch = nn.InstanceNorm2d(3).double(), nn.BatchNorm2d(3).double()
    assert torch.equal(instance(pair), instance.eval()(pair))  # nothing of its own at inference
    assert not torch.allclose(batch(pair), batch.eval()(pair), atol=0.1)


def test_identical_up_to_epsilon_and_for_a_straight_change_of_contrast():
    image = torch.rand(1, 1, 16, 16, generator=RANDOM, dtype=torch.float64)
    variance, eps = image.var(correction=0).item(), 1e-5
    whole = F.instance_norm(image, eps=eps)
    for contrast in (0.5, math.sqrt(eps / variance)):
        faint = F.instance_norm(contrast * image + 0.3, eps=eps)
        ratio = contrast * math.sqrt(variance + eps) / math.sqrt(contrast**2 * variance + eps)
        assert torch.allclose(faint, ratio * whole) and ratio < 1
    assert ratio == pytest.approx(math.sqrt(0.5), rel=1e-4)  # a deviation of sqrt(eps): 0.7 of the contrast
    exact = F.instance_norm(image, eps=0)
    assert torch.allclose(F.instance_norm(0.01 * image + 0.3, eps=0), exact)
    assert torch.allclose(F.instance_norm(1 - image, eps=0), -exact)  # a negative stays one
    assert (F.instance_norm(image**2.2, eps=0) - exact).abs().max() > 0.3  # another gamma


def test_instance_norm_leaves_the_correlations_between_maps():
    """Two styles that differ in how their maps go together; and two textures that differ in no moment."""
    maps = torch.randn(2, 400, generator=RANDOM, dtype=torch.float64)
    styles = torch.stack([maps, torch.stack([maps[0], 3 * maps[0] + maps[1]])]).view(2, 2, 20, 20)
    after = F.instance_norm(styles, eps=0).flatten(2)
    assert torch.allclose(after.mean(2), torch.zeros(2, 2).double(), atol=1e-12)
    assert torch.allclose((after**2).mean(2), torch.ones(2, 2).double())
    gram = after @ after.transpose(1, 2) / 400
    assert torch.allclose(gram, torch.stack([style.flatten(1).corrcoef() for style in styles]))
    assert gram[0, 0, 1].abs() < 0.2 and gram[1, 0, 1] > 0.9  # invariant to style, they would be equal
    place = torch.arange(8)
    textures = torch.stack([place[:, None] % 2 + 0 * place, (place[:, None] + place) % 2]).double()[:, None]
    stripes, squares = F.instance_norm(textures, eps=0)
    assert torch.equal(torch.stack([stripes, squares]), 2 * textures - 1) and not torch.equal(
        stripes, squares
    )


def test_the_portraits_price_is_a_bid_with_its_premium():
    """The house's premium from September 2017: 25 % up to 250,000 dollars, 20 % from there to 4 million."""
    prices = {
        bid: bid + min(bid, 250_000) // 4 + max(bid - 250_000, 0) // 5 for bid in range(0, 4_000_000, 500)
    }
    assert [bid for bid, price in prices.items() if price == 432_500] == [350_000]
    assert 432_000 not in prices.values()


def test_one_answer_for_three_is_blurred_without_any_sampling():
    """A thin line at place 3, 5 or 7, all as likely: the one answer with the lowest mean loss."""
    places = torch.tensor([3, 5, 7])
    answers = F.one_hot(places, 10).double()
    levels = torch.linspace(0, 1, 301, dtype=torch.float64)  # of one pixel; losses add up over the pixels
    away = levels[:, None, None] - answers  # [level, answer, pixel]
    square, absolute = (levels[loss.mean(1).argmin(0)] for loss in (away**2, away.abs()))
    expected = torch.zeros(10, dtype=torch.float64)
    expected[places] = 1 / 3
    assert torch.allclose(square, expected) and not absolute.any()
    for best in (square, absolute):
        assert not any(torch.equal(best, answer) for answer in answers)  # neither is an answer
