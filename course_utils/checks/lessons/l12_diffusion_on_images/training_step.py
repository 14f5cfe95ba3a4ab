"""diffusion.training_step: the loss of one step, from images in [0, 1]."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l12_diffusion_on_images._known_losses import INPUTS, SHORT, mean_loss


def training_step(images, labels, model, schedule, generator):
    """The loss of one step for model(x_t, t, y) -> v: images [B, C, H, W] in [0, 1], labels [B] -> scalar."""
    x0 = 2 * images - 1
    t = torch.randint(len(schedule), (len(x0),), generator=generator)
    noise = torch.randn(x0.shape, generator=generator)
    x_t = schedule.add_noise(x0, noise, t)
    signal, sigma = schedule.rates(t, x0)
    v = signal * noise - sigma * x0
    return (model(x_t, t, labels) - v).square().mean()


def _step(scale=lambda x: 2 * x - 1, draw_t=None, sees=None, given=None, wanted=None, reduce=None):
    """A training step with one part replaced."""

    def loss(images, labels, model, schedule, generator):
        x0 = scale(images)
        t = torch.randint(len(schedule), (len(x0),), generator=generator)
        t = t if draw_t is None else draw_t(schedule, len(x0), generator)
        noise = torch.randn(x0.shape, generator=generator)
        x_t = schedule.add_noise(x0, noise, t) if sees is None else sees(x0, noise, t, schedule)
        answer = model(*((x_t, t, labels) if given is None else given(x_t, t, labels)))
        rates = schedule.rates(t, x0)
        error = answer - (_v if wanted is None else wanted)(x0, noise, *rates)
        return error.square().mean() if reduce is None else reduce(error)

    return loss


def _v(x0, noise, signal, sigma):
    return signal * noise - sigma * x0


def _late_draws(draw_t, draw_noise=torch.randn):
    """A training step that draws the noise before t, by rules of its own."""

    def loss(images, labels, model, schedule, generator):
        x0 = 2 * images - 1
        noise = draw_noise(x0.shape, generator=generator)
        t = draw_t(schedule, len(x0), generator)
        answer = model(schedule.add_noise(x0, noise, t), t, labels)
        return (answer - _v(x0, noise, *schedule.rates(t, x0))).square().mean()

    return loss


def _first_draws(draw_t, draw_noise=torch.randn, target_noise=None):
    """A training step that draws t before the noise, by rules of its own."""

    def loss(images, labels, model, schedule, generator):
        x0 = 2 * images - 1
        t = draw_t(schedule, len(x0), generator)
        noise = draw_noise(x0.shape, generator=generator)
        answer = model(schedule.add_noise(x0, noise, t), t, labels)
        wanted = noise if target_noise is None else target_noise(x0.shape, generator=generator)
        return (answer - _v(x0, wanted, *schedule.rates(t, x0))).square().mean()

    return loss


def _rates_of_any_schedule(images, labels, model, schedule, generator):
    return schedule.rates(torch.randint(1000, (len(images),), generator=generator), images)


def _expanded(shape):
    """A training step whose noise is drawn in another shape and repeated."""

    def draw(full, generator):
        return torch.randn(shape(*full), generator=generator).expand(full)

    return _first_draws(_any_t, draw)


def _one_t(schedule, n, generator):
    return torch.randint(len(schedule), (1,), generator=generator).expand(n)


def _one_number(schedule, n, generator):
    return torch.randint(len(schedule), (1,), generator=generator)


def _from_one(schedule, n, generator):
    return torch.randint(1, len(schedule) + 1, (n,), generator=generator)


def _rounded(schedule, n, generator):
    return (torch.rand(n, generator=generator) * (len(schedule) - 1)).round().long()


def _even(shape, generator):
    return 2 * torch.rand(shape, generator=generator) - 1


def _with_x_t(x0, noise, signal, sigma):
    return signal * noise - sigma * (signal * x0 + sigma * noise)


def _any_t(schedule, n, generator):
    return torch.randint(len(schedule), (n,), generator=generator)


def _with(levels):
    """x_t from a tensor of levels in place of alpha-bar."""

    def sees(x0, noise, t, schedule):
        level = levels(schedule).float()[t].view(-1, 1, 1, 1)
        return level.sqrt() * x0 + (1 - level).sqrt() * noise

    return sees


def _no_root(x0, noise, t, schedule):
    level = schedule.alphas_cumprod.float()[t].view(-1, 1, 1, 1)
    return level * x0 + (1 - level) * noise


def _swapped(x0, noise, t, schedule):
    signal, sigma = schedule.rates(t, x0)
    return sigma * x0 + signal * noise


def _rooted(x0, noise, t, schedule):
    signal, sigma = schedule.rates(t, x0)
    return signal.sqrt() * x0 + sigma.sqrt() * noise


exercise(
    "diffusion.training_step",
    reference=training_step,
    summary=lambda loss, *args: {"loss": loss},
    expected=mean_loss,
    tolerance=0.04,
    gradient=["model"],
    inputs=INPUTS,
    mistakes=[
        Mistake(
            (
                _step(given=lambda x_t, t, y: (x_t, t / len(SHORT), y)),
                _step(given=lambda x_t, t, y: (x_t, t / (len(SHORT) - 1), y)),
                _step(given=lambda x_t, t, y: (x_t, t / 1000, y)),
            ),
            "You divide t by the number of steps: the net trains with times from 0 to 1, but the sampler "
            "hands it 0 to 999, for which it has learned nothing, so its answers there are chance.",
        ),
        Mistake(
            (
                _step(draw_t=lambda s, n, g: torch.randint(1000, (n,), generator=g)),
                _rates_of_any_schedule,
            ),
            "You draw t below 1,000, whatever schedule you are given: T is len(schedule), and the one here "
            "is shorter.",
        ),
        Mistake(
            (
                _step(given=lambda x_t, t, y: (x_t, t[:, None], y)),
                _step(given=lambda x_t, t, y: (x_t, t[:, None, None, None], y)),
            ),
            "The net wants t as [B], one number an image; only what multiplies pixels needs more axes, and "
            "`schedule.rates` and `add_noise` add them for you.",
        ),
        Mistake(
            _expanded(lambda n, c, h, w: (n, 1, 1, 1)),
            "One noise serves all pixels of an image: the net learns to guess how much brighter the whole "
            "image has become, and from the grain that the sampler starts with it knows no way back.",
        ),
        Mistake(
            (
                _step(given=lambda x_t, t, y: (x_t, t, y.roll(1))),
                _step(given=lambda x_t, t, y: (x_t, t, y.flip(0))),
            ),
            "Every image is handed another image's label: the net learns that labels say nothing, and when "
            "you ask for a 3 you get any of the ten.",
        ),
        Mistake(
            _step(given=lambda x_t, t, y: (x_t, t + 1, y)),
            "The net is told t + 1: the sampler counts from 0, so at every step the net takes the image for "
            "one noise level too clean or too noisy, and at 0 it is asked what it never saw.",
        ),
        Mistake(
            _step(given=lambda x_t, t, y: (x_t, 0 * t, y)),
            "The net is told t = 0 at every step: it never learns what t means, and must find out from the "
            "image how much noise is in it.",
        ),
        Mistake(
            (
                _step(scale=lambda x: x),
                _step(scale=lambda x: x - 0.5),
                _step(scale=lambda x: 1 - 2 * x),
                _step(scale=lambda x: 2 * x),
                _step(scale=lambda x: 2 * (x - 1)),
            ),
            "The images do not run from -1 (paper) to 1 (ink): the sampler begins at mean 0 and its answers "
            "are read as if 0 were mid-grey, so the digits come out washed out, shifted or inverted.",
        ),
        Mistake(
            _step(draw_t=lambda s, n, g: torch.randint(1, len(s), (n,), generator=g)),
            "The draw of t begins at 1, and 0 is a step too: the last step of sampling, which cleans the "
            "finest grain, is then made by a net that was never trained for it.",
        ),
        Mistake(
            _step(draw_t=lambda s, n, g: torch.randint(len(s) - 1, (n,), generator=g)),
            "The upper end of randint is left out, so T - 1 is never drawn: the first step of sampling, "
            "which starts from pure noise, is made by a net that never saw so much of it.",
        ),
        Mistake(
            (_first_draws(_one_t), _late_draws(_one_t), _first_draws(_one_number)),
            "One t serves the whole batch: the loss is right on average, but it jumps from batch to batch "
            "with t, and the gradient is so noisy that training needs many times as many steps.",
        ),
        Mistake(
            _step(wanted=lambda x0, noise, signal, sigma: noise),
            "You ask for the noise: a fine target (notebook 11), but the sampler here reads the "
            "answer as v, so it takes noise off where it should add it, and no digit comes out.",
        ),
        Mistake(
            (
                _step(wanted=lambda x0, noise, signal, sigma: sigma * noise - signal * x0),
                _step(wanted=lambda x0, noise, signal, sigma: signal * x0 - sigma * noise),
            ),
            "Signal and sigma have changed places in v: the sampler turns the answer into an x_0 by the "
            "other formula, and gets a mixture of digit and noise at every step.",
        ),
        Mistake(
            _step(wanted=lambda x0, noise, signal, sigma: sigma * x0 - signal * noise),
            "The sign of v is turned: the loss can fall just as low, and then every step of the sampler "
            "walks away from the digits.",
        ),
        Mistake(
            _step(wanted=lambda x0, noise, signal, sigma: signal * noise + sigma * x0),
            "There is a plus where v has a minus: this is no direction along the circle from x_0 to noise, "
            "and the formula that turns v into x_0 gives something else.",
        ),
        Mistake(
            _first_draws(_any_t, target_noise=torch.randn),
            "The noise in the target is not the noise that went in, it is drawn anew: nobody can guess it, "
            "so the best net ignores it, and the sampler never gets rid of its noise.",
        ),
        Mistake(
            (
                _step(given=lambda x_t, t, y: (x_t, t)),
                _step(given=lambda x_t, t, y: (x_t, t, None)),
            ),
            "The label is not handed to the model: it learns to draw all digits alike, and when you ask for "
            "a 3 you get any of the ten.",
        ),
        Mistake(
            (
                _step(sees=lambda x0, noise, t, schedule: x0),
                _step(sees=lambda x0, noise, t, schedule: (x0 + 1) / 2),
            ),
            "The model sees the clean image: nothing in its input says which noise was drawn, so it learns "
            "to answer without it, and has never met a noisy image when sampling starts.",
        ),
        Mistake(
            _step(wanted=lambda x0, noise, signal, sigma: x0),
            "You ask for the clean image: a fine target (notebook 11), but the sampler here reads the "
            "answer as v, and a digit taken for a velocity sends every step astray.",
        ),
        Mistake(
            (_step(sees=_with(lambda s: s.alphas)), _step(sees=_with(lambda s: s.betas))),
            "The noise of one step is used for the noise after all steps so far (alpha or beta for "
            "alpha-bar): late images are far too clean in training, so the first steps of sampling fail.",
        ),
        Mistake(
            (
                _step(sees=_swapped),
                _step(sees=_swapped, wanted=lambda x0, noise, signal, sigma: sigma * noise - signal * x0),
                _step(sees=_rooted),
            ),
            "Signal and sigma have changed places in x_t, or a root was taken twice (`rates` has taken it): "
            "the net trains on other noise levels than the sampler will show it at the same t.",
        ),
        Mistake(
            _step(sees=_no_root),
            "The roots are missing: alpha-bar is a share of the variance, and an amplitude is its root; your "
            "x_t has too little of both, and the sampler's x_t looks foreign to the net.",
        ),
        Mistake(
            (
                _step(reduce=lambda error: error.square().sum()),
                _step(reduce=lambda error: error.square().sum() / len(error)),
                _step(reduce=lambda error: error.square().flatten(1).sum(1).mean()),
            ),
            "You sum over pixels (or images) where a mean is wanted: the loss and the gradient grow with the "
            "size of the image, and a learning rate found for 8 x 8 does not carry over.",
        ),
        Mistake(
            _step(reduce=lambda error: error.abs().mean()),
            "This is the absolute error, and its best answer is the median of the noise and not its mean: "
            "the formula that turns the answer into x_0 and a score holds for the mean.",
        ),
        Mistake(
            (_late_draws(_any_t, torch.rand), _first_draws(_any_t, torch.rand)),
            "Noise from torch.rand is never negative: the net learns to remove a grey veil, "
            "and meets something else when sampling starts from a normal draw.",
        ),
        Mistake(
            _first_draws(_any_t, _even),
            "The noise is uniform between -1 and 1: it is too weak and has no tails, so the net has never "
            "met anything like the normal draw from which sampling starts.",
        ),
        Mistake(
            _expanded(lambda n, c, h, w: (1, c, h, w)),
            "One noise image serves the whole batch: the loss is right on average, but all images err in the "
            "same way, and the gradient is about as noisy as that of a single one.",
        ),
        Mistake(
            _expanded(lambda n, c, h, w: (n, 1, h, w)),
            "All channels of an image get the same noise: in colour, the net learns to mend grey grain only, "
            "and the sampler starts from a grain that has colours.",
        ),
        Mistake(
            _step(scale=lambda x: (x - x.mean()) / x.std()),
            "You give the batch mean 0 and deviation 1: what paper and ink mean then changes from batch to "
            "batch, and samples cannot be turned back into pixels. The range from -1 to 1 is fixed.",
        ),
        Mistake(
            _step(wanted=lambda x0, noise, signal, sigma: signal * noise - sigma * (x0 + 1) / 2),
            "The target is made with the images in [0, 1] and x_t with those in [-1, 1]: the two do not "
            "belong together, and no x_0 that fits both can be got back from the answer.",
        ),
        Mistake(
            _step(sees=lambda x0, noise, t, schedule: schedule.add_noise((x0 + 1) / 2, noise, t)),
            "The noise is put on the images in [0, 1] and the target is made with those in [-1, 1]: the net "
            "learns on images that are brighter than any that the sampler will show it.",
        ),
        Mistake(
            _step(wanted=_with_x_t),
            "You subtract a share of x_t and not of the clean x_0 in v: x_t holds noise itself, so "
            "the sampler, which reads the answer as v, gets the wrong digit and the wrong noise.",
        ),
        Mistake(
            _step(wanted=lambda x0, noise, signal, sigma: noise - x0),
            "The rates are missing in v: the difference of noise and image is the velocity on a straight "
            "line between them, and this sampler goes round on a circle.",
        ),
        Mistake(
            _step(wanted=lambda x0, noise, signal, sigma: signal**2 * noise - sigma**2 * x0),
            "The roots are missing in v: `schedule.rates` gives amplitudes, and shares of the variance "
            "make a target from which no x_0 comes back.",
        ),
        Mistake(
            _step(given=lambda x_t, t, y: (x_t, y, t)),
            "Step and label have changed places: the net takes the digit for the time and the time for a "
            "digit, of which a real one knows only ten.",
        ),
        Mistake(
            _step(given=lambda x_t, t, y: (x_t.clamp(-1, 1), t, y)),
            "You cut x_t off at -1 and 1: noise goes further than pixels do, much of it is lost, and the "
            "sampler, which cuts nothing off, shows the net what it never saw.",
        ),
        Mistake(
            _step(reduce=lambda error: error.square().mean().sqrt()),
            "You take the root of the mean squared error: its gradient is divided by that root, so batches "
            "with easy steps push hardest, and the minimum lies elsewhere.",
        ),
        Mistake(
            _step(reduce=lambda error: error.square().mean() / 2),
            "There is a half too much: the minimum is the same, but your losses cannot be compared with "
            "those in the text, and the gradients are half as large.",
        ),
        Mistake(
            (_first_draws(_from_one), _step(draw_t=_from_one, sees=_swapped)),  # two places may raise
            "You draw t from 1 to T, as papers count: here the steps run from 0 to T - 1, so T is no "
            "step of the schedule, and the cleanest one is never trained.",
        ),
        Mistake(
            _first_draws(_rounded),
            "You round a uniform number to get t: the two ends then catch half as much as the steps between "
            "them, and all steps should be equally likely.",
        ),
    ],
    hints=[
        "Four lines before the loss: scale the images, draw a step for each image, draw noise for each "
        "pixel, mix. Then the model answers, and its answer is compared with v.",
        "torch.randint(high, (n,), generator=generator) draws 0 to high - 1. The schedule knows its own "
        "length, and its add_noise mixes.",
        "An image x in [0, 1] becomes twice itself minus one. Hand generator=generator to both draws, give "
        "the model the mixture, the steps and the labels. The signal and sigma of v are schedule.rates.",
    ],
)
