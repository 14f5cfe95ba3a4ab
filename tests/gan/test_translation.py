"""Image translation: shapes, receptive fields, pixel shuffle, the losses, the pool, and the two rounds."""

import pytest
import torch
from torch import nn

from course_utils import gan
from course_utils.gan import translating
from course_utils.gan.translation import (
    PIX2PIX_LAYERS,
    SMALL_LAYERS,
    ImagePool,
    PatchDiscriminator,
    SuperResolver,
    Translator,
    cycle_loss,
    identity_loss,
    pixel_shuffle,
    receptive_field,
)


def seeded(*shape):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(0))


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


@pytest.mark.parametrize(("size", "c_in", "c_out"), [(28, 1, 1), (32, 1, 3), (32, 4, 3)])
@pytest.mark.parametrize("residual", [False, True])
def test_a_translator_keeps_the_size(size, c_in, c_out, residual):
    if residual and c_out > c_in:
        with pytest.raises(ValueError, match="c_out"):
            Translator(c_in, c_out, residual=True)
        return
    y = Translator(c_in, c_out, 4, blocks=1, residual=residual)(seeded(2, c_in, size, size))
    assert y.shape == (2, c_out, size, size) and y.min() >= 0 and y.max() <= 1


def test_an_untrained_residual_translator_is_the_identity():
    G = Translator(4, 3, 4, residual=True)
    x = seeded(2, 4, 32, 32)
    assert torch.equal(G(x), x[:, :3])


def test_each_image_is_translated_by_itself_in_training_too():
    """Instance norm and no dropout: the rest of the batch and the mode change nothing."""
    G, x = Translator(1, 1, 4).train(), seeded(3, 1, 28, 28)
    alone = torch.cat([G(image[None]) for image in x])
    torch.testing.assert_close(alone, G(x), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(alone, G.eval()(x), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(("shape", "words"), [((2, 2, 32, 32), "shape"), ((2, 1, 30, 32), "4 divides")])
def test_images_that_do_not_fit_are_refused(shape, words):
    with pytest.raises(ValueError, match=words):
        Translator(1, 1, 4)(torch.zeros(shape))


@pytest.mark.parametrize(
    ("layers", "pixels"),
    [
        (PIX2PIX_LAYERS, 70),
        (SMALL_LAYERS, 18),
        ([(1, 1), (1, 1)], 1),  # pix2pix's PixelGAN
        ([(4, 2), (4, 1), (4, 1)], 16),  # and its 16 x 16 PatchGAN
        ([(4, 2)] * 5 + [(4, 1), (4, 1)], 286),  # and its ImageGAN, whose sixth layer has stride 1
    ],
)
def test_receptive_fields_of_the_paper(layers, pixels):
    assert receptive_field(layers) == pixels


@pytest.mark.parametrize("layers", [SMALL_LAYERS, PIX2PIX_LAYERS, ((3, 1), (5, 3), (2, 2), (3, 1))])
def test_the_formula_counts_the_pixels_that_have_a_gradient(layers):
    """One logit in the middle of a large image: the box of pixels that it depends on."""
    D = PatchDiscriminator(1, 2, layers, norm="none").double()
    x = seeded(1, 1, 160, 160).double().requires_grad_()
    logits = D(x)
    assert logits.shape[:2] == (1, 1)
    middle = logits[0, 0, logits.shape[2] // 2, logits.shape[3] // 2]
    seen = torch.autograd.grad(middle, x)[0][0, 0] != 0
    for axis in (0, 1):
        touched = seen.any(axis).nonzero()
        assert touched.max() - touched.min() + 1 == receptive_field(layers)


def test_instance_norm_tells_a_logit_of_the_whole_map():
    x = seeded(1, 1, 64, 64).requires_grad_()
    for norm, everywhere in (("none", False), ("spectral", False), ("instance", True)):
        logits = PatchDiscriminator(1, 4, norm=norm)(x)
        gradient = torch.autograd.grad(logits[0, 0, 8, 8], x)[0]
        assert (gradient != 0).float().mean().gt(0.5) == everywhere


@pytest.mark.parametrize("layers", [[], [(0, 1)], [(3, 0)]])
def test_layers_that_are_none_are_refused(layers):
    with pytest.raises(ValueError, match=r"layers|kernel|stride"):
        receptive_field(layers)


@pytest.mark.parametrize(("shape", "factor"), [((2, 12, 3, 5), 2), ((1, 9, 2, 2), 3), ((3, 2, 4, 4), 1)])
def test_pixel_shuffle_is_that_of_torch(shape, factor):
    x = seeded(*shape)
    assert torch.equal(pixel_shuffle(x, factor), nn.functional.pixel_shuffle(x, factor))
    with pytest.raises(ValueError, match="divides"):
        pixel_shuffle(torch.zeros(1, 3, 2, 2), 2)


def test_super_resolution_is_four_times_as_large():
    y = SuperResolver(1, 4, blocks=1)(seeded(2, 1, 7, 7))
    assert y.shape == (2, 1, 28, 28) and y.min() > 0 and y.max() < 1


def test_the_cycle_loss_is_zero_for_inverses_only():
    x = seeded(2, 3, 8, 8)
    assert cycle_loss(lambda v: v.flip(3), lambda v: v.flip(3), x) == 0
    assert cycle_loss(lambda v: 2 * v, lambda v: v / 2, x) == 0
    torch.testing.assert_close(cycle_loss(lambda v: v + 0.25, lambda v: v, x), torch.tensor(0.25))
    x = x.double()
    by_hand = sum(abs(float(v) ** 2 - float(v)) for v in x.flatten()) / x.numel()
    assert float(cycle_loss(torch.square, lambda v: v, x)) == pytest.approx(by_hand, rel=1e-12)


def test_the_identity_loss_asks_that_a_picture_of_its_kind_is_left_alone():
    y = seeded(2, 3, 8, 8)
    assert identity_loss(lambda v: v, y) == 0
    torch.testing.assert_close(identity_loss(lambda v: v - 0.5, y), torch.tensor(0.5))
    with pytest.raises(ValueError, match=r"there\(y\)"):
        identity_loss(lambda v: v[:1], y)


def test_the_pool_gives_back_newest_images_first_and_then_older_ones_half_of_the_time():
    pool = ImagePool(50)
    first = torch.arange(50.0).view(50, 1)
    assert torch.equal(pool.query(first), first)
    newer = torch.arange(50.0, 2050.0).view(-1, 1)
    returned = pool.query(newer)
    older = (returned != newer).float().mean()
    assert abs(older - 0.5) < 4 * (0.25 / 2000) ** 0.5  # four standard errors
    kept = torch.stack(pool.images)
    together = torch.cat([returned, kept]).flatten().sort().values
    assert torch.equal(together, torch.arange(2050.0))  # each image is returned or kept, none twice


def test_the_pool_keeps_an_image_and_not_its_batch():
    pool = ImagePool(2)
    for _ in range(6):
        pool.query(torch.rand(8, 3))
    assert [image.untyped_storage().nbytes() for image in pool.images] == [12, 12]


def moved(module, before):
    return any(not torch.equal(a, b) for a, b in zip(module.parameters(), before, strict=True))


def copies(*modules):
    return [[weight.detach().clone() for weight in module.parameters()] for module in modules]


def test_one_round_moves_both_players_and_without_a_discriminator_only_one():
    x, y = seeded(4, 1, 8, 8), seeded(4, 1, 8, 8).flip(0)
    G, D = Translator(1, 1, 4, blocks=0), PatchDiscriminator(2, 4)
    optimizers = [torch.optim.SGD(player.parameters(), 0.1) for player in (G, D)]

    def content(x, fake, y):
        return (fake - y).abs().mean()

    before = copies(G, D)
    update = translating.translation_round(
        G, D, gan.losses["lsgan"], *optimizers, content, told=lambda x: x
    )  # fmt: skip
    loss, extras = update(x, y)
    assert loss.ndim == 0 and set(extras) == {"g_loss", "content"}
    assert moved(G, before[0]) and moved(D, before[1])
    assert all(weight.requires_grad for weight in D.parameters())
    alone = translating.translation_round(G, None, None, optimizers[0], None, content)
    wanted, before = content(x, G(x), y).detach(), copies(G, D)
    loss, extras = alone(x, y)
    assert loss == wanted == extras["g_loss"] and moved(G, before[0]) and not moved(D, before[1])


def test_the_step_of_the_generator_is_that_of_its_loss():
    """One step of gradient descent at rate 1 is minus the gradient of content + a g_loss(D(x, G(x)))."""
    x, y = seeded(4, 1, 8, 8), seeded(4, 1, 8, 8).flip(0)
    G, D = Translator(1, 1, 4, blocks=0), PatchDiscriminator(2, 4)
    frozen, free = torch.optim.SGD(D.parameters(), 0.0), torch.optim.SGD(G.parameters(), 1.0)

    def content(x, fake, y):
        return 3 * (fake - y).abs().mean()

    fake = G(x)
    loss = content(x, fake, y) + 0.5 * gan.losses["hinge"].g_loss(D(torch.cat([x, fake], 1)))
    gradients = torch.autograd.grad(loss, list(G.parameters()))
    (before,) = copies(G)
    update = translating.translation_round(
        G, D, gan.losses["hinge"], free, frozen, content, adversarial=0.5, told=lambda x: x
    )
    update(x, y)
    for weight, old, gradient in zip(G.parameters(), before, gradients, strict=True):
        torch.testing.assert_close(weight, old - gradient, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("cycle", [0.0, 10.0])
def test_a_round_of_two_translations_moves_all_four_players(cycle):
    x, y = seeded(4, 1, 8, 8), seeded(4, 1, 8, 8).flip(0)
    there, back = (Translator(1, 1, 4, blocks=0) for _ in range(2))
    D_x, D_y = (PatchDiscriminator(1, 4) for _ in range(2))
    players = (there, back, D_x, D_y)
    before = copies(*players)
    both = [torch.optim.SGD([*a.parameters(), *b.parameters()], 0.1) for a, b in ((there, back), (D_x, D_y))]
    measured = cycle_loss(there, back, x) + cycle_loss(back, there, y)
    update = translating.cycle_round(
        *players, gan.losses["lsgan"], *both, [ImagePool(), ImagePool()], cycle, identity=cycle / 2
    )
    loss, extras = update(x, y)
    torch.testing.assert_close(extras["cycle"], measured.detach())
    assert loss.ndim == 0 and set(extras) == {"g_loss", "cycle"}
    assert all(moved(player, weights) for player, weights in zip(players, before, strict=True))
