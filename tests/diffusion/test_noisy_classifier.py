import pytest
import torch
from torch.nn import functional as F

from course_utils import data, training
from course_utils.diffusion import NoiseSchedule, NoisyClassifier


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def trained():
    """A narrow one, after about a second of training on noisy digits."""
    torch.manual_seed(0)
    digits, schedule = data.load("digits"), NoiseSchedule.cosine()

    def loss(model, x, y):
        t = torch.randint(len(schedule), (len(y),))
        return F.cross_entropy(model(schedule.add_noise(2 * x - 1, torch.randn_like(x), t), t), y)

    model = NoisyClassifier(width=8, dropout=0.1)
    training.fit(
        model, loss, (digits.images, digits.labels), steps=150, batch_size=64, lr=4e-3, device="cpu",
        progress=False,
    )  # fmt: skip
    return model


def test_it_reads_clean_digits_better_than_noisy_ones_and_noise_not_at_all(trained):
    test, schedule = data.load("digits", split="test"), NoiseSchedule.cosine()
    shares = []
    for level in (0, 400, 999):
        t = torch.full((len(test),), level)
        x_t = schedule.add_noise(2 * test.images - 1, draw(*test.images.shape), t)
        with torch.no_grad():
            shares.append((trained(x_t, t).argmax(1) == test.labels).double().mean().item())
    assert shares[0] > 0.8 and shares[0] > shares[1] + 0.05 and shares[1] > 0.4 and shares[2] < 0.25


def test_the_same_pixels_mean_less_at_a_later_step(trained):
    x = 2 * data.load("digits", split="test", n=50).images - 1
    with torch.no_grad():
        early, late = (trained(x, torch.full((50,), t)).softmax(1).amax(1).mean().item() for t in (0, 900))
    assert late < early - 0.2


def test_every_image_and_step_counts_for_its_own_logits_only(trained):
    x, t = draw(3, 1, 8, 8), torch.tensor([0, 300, 600])
    before = trained(x, t)
    for changed in (
        (x + torch.tensor([0.0, 0.5, 0.0]).view(3, 1, 1, 1), t),
        (x, t + torch.tensor([0, 200, 0])),
    ):
        moved = (trained(*changed) - before).abs().amax(1) > 1e-4
        assert moved.tolist() == [False, True, False]


def test_every_pixel_has_a_gradient(trained):
    x = draw(4, 1, 8, 8).requires_grad_()
    trained(x, torch.arange(4) * 200).log_softmax(1)[:, 3].sum().backward()
    assert (x.grad != 0).all()


@pytest.mark.parametrize(("classes", "width"), [(10, 32), (2, 8)])
def test_shapes_and_precision(classes, width):
    model = NoisyClassifier(classes, width).double()
    out = model(draw(5, 1, 8, 8).double(), torch.arange(5))
    assert out.shape == (5, classes) and out.dtype == torch.float64


def test_what_cannot_be_built_or_read_is_refused_in_one_sentence():
    with pytest.raises(ValueError, match="classes must be at least 1; got 0"):
        NoisyClassifier(classes=0)
    with pytest.raises(ValueError, match="width must be a multiple of 8; got 12"):
        NoisyClassifier(width=12)
    model = NoisyClassifier(width=8)
    with pytest.raises(ValueError, match=r"x_t must have shape \[B, 1, 8, 8\]; got \[2, 1, 28, 28\]"):
        model(draw(2, 1, 28, 28), torch.arange(2))
    with pytest.raises(ValueError, match=r"t must have shape \[2\]; got \[3\]"):
        model(draw(2, 1, 8, 8), torch.arange(3))
