"""The engine: what it says of answers in no bank, and what it leaves as it found it."""

import math
import random
import sys

import numpy as np
import pytest
import torch

from course_utils.checks import check
from course_utils.checks.engine import check as checking
from course_utils.checks.engine.registry import find


def said(verdict, name, function):
    return verdict(name, function)[0].splitlines()[0].removeprefix(f"{name}: ").removeprefix("not yet. ")


def loss(x, x_hat):
    return find("ae.reconstruction_loss").reference(x, x_hat)


def kl(p, q):
    return find("start.kl").reference(p, q)


@pytest.mark.parametrize(
    "name, function, sentence",
    [
        (
            "ae.l1_penalty",
            lambda z: 0.25 * z.abs().sum(1).mean(),
            "Your values are always 0.25 times the expected ones.",
        ),
        (
            "ae.l1_penalty",
            lambda z: -z.abs().sum(1).mean(),
            "Your values are exactly those of a right answer with one slip: a sign is turned.",
        ),
        ("start.kl", lambda p, q: kl(p, q) + 0.5, "Your values are always 0.5 too large."),
        ("ae.conv_out", lambda n, k, s, p: (n + 2 * p - k) // s + 3, "Your values are always 2 too large."),
        (
            "ae.l1_penalty",
            lambda z: z.abs().sum(1).mean().log(),
            "Your values are the logarithm of the expected ones.",
        ),
        (
            "start.fit_gaussian",
            lambda x: (x.sum(), x.var(correction=0)),
            "Your variance is right; for the mean: your values are the expected ones times the size of "
            "axis 0 of x: is a sum taken for a mean, or, below a fraction line, a mean for a sum?",
        ),
        (
            "ae.l1_penalty",
            lambda z: z.abs().sum(1).mean() / len(z),
            "Your values are the expected ones divided by the size of axis 0 of z: is a mean taken for a "
            "sum, or, below a fraction line, a sum for a mean?",
        ),
        (
            "start.fit_gaussian",
            lambda x: (x.var(correction=0), x.mean()),
            "The values are right and their order is not: return mean and variance.",
        ),
        (
            "start.fit_gaussian",
            lambda x: x.mean(),
            "Your function returns 1 value; 2 are wanted: mean and variance.",
        ),
        (
            "elbo.best_q",
            lambda x, W, sigma: x @ W,
            "Your function returns one tensor alone; 2 values are wanted: mean and variance.",
        ),
        (
            "elbo.best_q",
            lambda x, W, sigma: (x @ W).numpy(),
            "Your function returns one NumPy array alone; 2 values are wanted: mean and variance.",
        ),
        (
            "start.fit_gaussian",
            lambda x: (x.mean(), x.var(0, keepdim=True, correction=0)),
            "With 6 values: your variance has shape [1]; a single number (shape []) is wanted (the values "
            "are right).",
        ),
        (
            "start.kl",
            lambda p, q: kl(p, q)[None],
            "With 5 outcomes: your result has shape [1]; a single number (shape []) is wanted (the values "
            "are right).",
        ),
        (
            "ae.conv_out",
            lambda n, k, s, p: float((n + 2 * p - k) // s + 1),
            "Your function returns a float; an int is wanted, for a layer takes no other size: use // or "
            "int(...).",
        ),
        (
            "ae.conv_out",
            lambda n, k, s, p: 14,
            "Right with n=28, kernel=4, stride=2, padding=1; with n=8, kernel=3, stride=1, padding=0 you "
            "return 14, 6 is wanted.",
        ),
        (
            "start.kl",
            lambda p, q: kl(p + 1e-3, q + 1e-3) * torch.rand(()),
            "Two calls with the same input give different results: there is something random in your "
            "function, or it remembers the call before.",
        ),
        (
            "start.sample_mixture",
            lambda w, m, s, n, generator: m[torch.multinomial(w, n, True)] + torch.randn(n),
            "Two calls with equal generators give different samples: hand `generator=generator` to "
            "everything random that you call.",
        ),
        (
            "start.sample_mixture",
            lambda w, m, s, n, generator: torch.full((n,), torch.nan),
            "With weights 0.8 and 0.2 there are values among your samples that are not finite (NaN or inf).",
        ),
        (
            "start.sample_mixture",
            lambda w, m, s, n, generator: torch.full((n,), 1e6),
            "With three components the share of samples below 10.50 is 0.00; about 0.99 is wanted.",
        ),
        (
            "ae.reconstruction_loss",
            lambda x, x_hat: loss(x, 0.5 * x_hat + 0.5 * x_hat.detach()),
            "Your values are right, but only a part of the gradient reaches x_hat: is something on the way "
            "detached?",
        ),
        (
            "vae.straight_through",
            lambda z, nearest: 2 * z + (nearest - 2 * z).detach(),
            "Your values are right, but the gradient that reaches z is 2 times the right one.",
        ),
        (
            "vae.straight_through",
            lambda z, nearest: -z + (nearest + z).detach() + 0 * nearest,
            "Your values are right, but the gradient reaches z with the opposite sign: every step makes the "
            "encoder's part of the image worse, and the reconstruction loss climbs.",
        ),
        (
            "vae.straight_through",
            lambda z, nearest: z.flip(0) + (nearest - z.flip(0)).detach(),
            "Your values are right, but the gradient that reaches z is not theirs: is something detached or "
            "mixed up on the way?",
        ),
        (
            "vae.straight_through",
            lambda z, nearest: nearest / 2 + z - (z - nearest / 2).detach(),
            "Your values are right, but a gradient reaches nearest, and none should: detach it there.",
        ),
        (
            "vae.elbo_loss",
            lambda x, logits, mean, logvar: find("vae.elbo_loss").reference(
                x, logits, mean + mean.detach() - mean, logvar
            ),
            "Your values are right, but what reaches mean on one way is taken away on another: its gradient "
            "is zero.",
        ),
        (
            "vae.score_surrogate",
            lambda f, log_q: (
                find("vae.score_surrogate").reference(f, -log_q) + 2 * (f * log_q).mean().detach()
            ),
            "The sign is turned: this is the gradient of minus E_q[f], so an optimiser that is to lower the "
            "expectation raises it.",
        ),
        (
            "vae.condition",
            lambda z, y, classes: torch.cat(
                [z, 2 * torch.nn.functional.one_hot(y, classes).to(z.dtype) - 1], dim=1
            ),
            "With 5 codes of 3, 4 classes at [0, 3] you return -1, 0 is wanted.",
        ),
        (
            "vae.reparameterise",
            lambda mean, logvar, noise: mean + torch.exp(logvar / 2) * torch.randn_like(mean),
            "Two calls with the same input give different results: there is something random in your "
            "function, or it remembers the call before. The noise is an argument: draw none of your own.",
        ),
        (
            "start.kl",
            lambda p, q: kl(p.float(), q.float()),
            "right, with a word. Float64 input comes back as float32: keep the input's dtype.",
        ),
    ],
)
def test_an_unknown_answer_is_told_what_is_true_of_it(verdict, name, function, sentence):
    assert said(verdict, name, function) == sentence


def test_two_numbers_that_look_alike_are_printed_in_more_digits(verdict):
    def nearly(x, x_hat):
        return (2e-3 * len(x)) - 10 * torch.log10((x - x_hat).square().mean())

    text = said(verdict, "ae.psnr", nearly)
    words = text.split()
    assert words[:8] == ["With", "images", "[3,", "1,", "4,", "5]", "you", "return"]
    assert words[8].rstrip(",") != words[9]


def test_a_mistake_is_named_even_when_the_zeros_are_wrong_too(verdict):
    mean = said(verdict, "start.kl", lambda p, q: (p * (p / q).log()).mean())
    assert mean.startswith("The terms are averaged where they should be summed")


def test_a_bare_number_is_followed_by_how_to_pass_a_function(verdict):
    text = said(verdict, "start.kl", torch.tensor(0.5))
    assert text == (
        'You passed a Tensor, not a function: write check("start.kl", my_function), with no brackets '
        "after the function."
    )


def test_the_line_of_an_exception_is_counted_in_the_function(verdict):
    def student(p, q):
        ratio = p / q
        return ratio.logarithm()

    text = said(verdict, "start.kl", student)
    assert text == (
        "Your function raised AttributeError: 'Tensor' object has no attribute 'logarithm' "
        "(line 3 of your function: return ratio.logarithm())."
    )


def test_an_exception_for_later_inputs_says_for_which(verdict):
    def student(p, q):
        if (p == 0).any():
            raise ValueError("zero")
        return kl(p, q)

    assert said(verdict, "start.kl", student).startswith(
        "With a zero in p: your function raised ValueError: zero"
    )


def test_torchs_own_not_implemented_is_an_exception_and_not_a_blank(verdict):
    text = said(verdict, "start.kl", lambda p, q: torch.special.i0(p.to(torch.complex64)))
    assert text.startswith("Your function raised")


def test_a_question_that_nobody_can_answer_is_an_exception_and_not_a_blank(verdict):
    class NobodyThere(NotImplementedError):
        """What a kernel without a keyboard raises for input()."""

    def student(p, q):
        raise NobodyThere("no keyboard")

    assert said(verdict, "start.kl", student).startswith("Your function raised NobodyThere: no keyboard")


def test_leaving_the_kernel_is_an_exception_too(verdict):
    assert said(verdict, "start.kl", lambda p, q: sys.exit(3)).startswith(
        "Your function raised SystemExit: 3"
    )


def test_prints_are_kept_and_stand_apart(verdict):
    def chatty(p, q):
        for i in range(12):
            print("line", i)
        return kl(p, q)

    text, _ = verdict("start.kl", chatty)
    lines = text.splitlines()
    assert lines[:3] == [
        "start.kl: right.",
        "Your function printed, in the first of its calls:",
        "    line 0",
    ]
    assert lines[-2:] == ["    line 9", "    ... and 2 lines more"]


def test_the_students_random_numbers_and_threads_are_as_they_were(capsys):
    def states():
        return torch.get_num_threads(), torch.rand(3).tolist(), np.random.rand(3).tolist(), random.random()

    def seed():
        torch.manual_seed(5)
        np.random.seed(5)
        random.seed(5)

    seed()
    want = states()
    seed()
    check("start.sample_mixture", lambda w, m, s, n, g: torch.randn(n) + np.random.rand())
    assert states() == want


def test_a_fault_of_the_check_is_owned_up_to(verdict, monkeypatch):
    def broken(*args):
        raise ZeroDivisionError("in the check")

    monkeypatch.setattr(checking, "judge", broken)
    text, returned = verdict("start.kl", kl)
    assert text == (
        "start.kl: the check itself failed (ZeroDivisionError: in the check); that is no fault of yours. The "
        "notebook goes on with the reference.\n"
    )
    assert returned is find("start.kl").reference


def test_an_unknown_exercise_names_the_nearest(capsys):
    with pytest.raises(ValueError, match=r"Did you mean 'start\.kl'\?"):
        check("start.lk", kl)
    with pytest.raises(TypeError, match="name of the exercise must be one of"):
        check(kl, "start.kl")
    assert capsys.readouterr().out == ""


def test_a_right_sampler_fails_less_than_once_in_a_million():
    """Every share lies within the band but for a normal tail beyond band / (0.5 / sqrt(n)) deviations."""
    mixture = find("start.sample_mixture")
    total = 0.0
    for maker in mixture.inputs.values():
        args = maker(torch.Generator().manual_seed(0))
        for share in mixture.expected(*args).values():
            spread = math.sqrt(max(float(share * (1 - share)), 1e-6) / args[3])
            total += math.erfc(mixture.tolerance / spread / math.sqrt(2))
    assert total < 1e-6


def test_the_mixtures_shares_are_those_of_scipy():
    from scipy.stats import norm

    mixture = find("start.sample_mixture")
    for maker in mixture.inputs.values():
        args = maker(torch.Generator().manual_seed(0))
        weights, means, stds = (part.numpy() for part in args[:3])
        for name, share in mixture.expected(*args).items():
            mark = float(name.split()[-1])  # rounded to a hundredth, and a component may be narrower
            low, high = (float(weights @ norm.cdf(mark + off, means, stds)) for off in (-0.005, 0.005))
            assert low - 0.02 <= float(share) <= high + 0.02
