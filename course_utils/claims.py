"""What the source lectures list for and against each family, and what a table of measurements says of it.

The texts are in our words. A claim that nothing in such a table could refute has no test: it is "not
measurable here". Lecture A lists no pros and cons; the others print no page numbers in the text that the
course was made from, so a claim names its slide.
"""

import math
from typing import NamedTuple

import torch

from ._validate import check_finite, check_kind, check_number, check_tensor

VERDICTS = ("confirmed", "not confirmed", "not measurable here")
DIRECTIONS = ("higher", "lower", "never", "present", "absent")
OF_B_GAN, OF_B_VAE = "Generative Models - GANs Family", "Generative Models - VAE Family (cont)"
OF_B_FLOW, OF_B_DIFFUSION = "Generative Models - Flow-Based Models", "Generative Models - Diffusion Models"
OF_E, LAST_OF_C = "Comparison of VAEs and GANs", "Why does it change everything?"
ADVERSARIAL = ("gan", "wgan_gp")
OTHERS = ("vae", "gan", "wgan_gp", "flow")  # than diffusion


class Comparison(NamedTuple):
    """What must hold in the table: the measure of the claim's family is higher or lower than each of against.

    direction: "higher" or "lower"; "never", where it must be 0 in every run; or, for a measure that some
    families lack, "present" or "absent". against: names of families, or numbers.
    """

    measure: str
    direction: str
    against: tuple = ()


class Claim(NamedTuple):
    """One line of a lecture: its letter, slide, family, "pro" or "con", our words, a Comparison or None."""

    lecture: str
    slide: str
    family: str
    side: str
    text: str
    test: Comparison | None = None


ALWAYS_TRAINS = Comparison("failed", "never")
SOMETIMES_FAILS = Comparison("failed", "higher", (0.0,))
CLAIMS = [
    Claim("B", OF_B_VAE, "vae", "pro", "easy to design: an encoder and a decoder"),
    Claim("B", OF_B_VAE, "vae", "pro", "easy to train", ALWAYS_TRAINS),
    Claim("B", OF_B_VAE, "vae", "con", "no explicit density", Comparison("bits_per_dim", "absent")),
    Claim("B", OF_B_VAE, "vae", "con", "something must be known of the codes beforehand"),
    Claim("C", "Variational Autoencoders", "vae", "pro", "built on a principle"),
    Claim("C", "Variational Autoencoders", "vae", "pro", "codes that serve as features elsewhere"),
    Claim(
        "C", "Variational Autoencoders", "vae", "con", "a bound judges worse than an exact likelihood",
        Comparison("bits_per_dim", "higher", ("flow",)),
    ),
    Claim(
        "C", "Variational Autoencoders", "vae", "con", "samples are more blurred than a GAN's",
        Comparison("sharpness", "lower", ADVERSARIAL),
    ),
    Claim(
        "C", "Variational Autoencoders", "vae", "con", "samples are worse than a GAN's",
        Comparison("distance", "higher", ADVERSARIAL),
    ),
    Claim("E", OF_E, "vae", "pro", "pleasing in theory"),
    Claim("E", OF_E, "vae", "pro", "an encoder comes with it, for features without labels"),
    Claim("E", OF_E, "vae", "con", "samples tend to be blurred", Comparison("sharpness", "lower", (1.0,))),
    Claim("B", OF_B_GAN, "gan", "pro", "easy to design: a generator and a discriminator"),
    Claim(
        "B", OF_B_GAN, "gan", "con", "hard to train, unstable",
        Comparison("failed", "higher", ("vae", "flow", "diffusion")),
    ),
    Claim("B", OF_B_GAN, "gan", "con", "no explicit density", Comparison("bits_per_dim", "absent")),
    Claim("B", OF_B_GAN, "gan", "con", "of no use for learning features"),
    Claim("C", "Issues with GAN training", "gan", "con", "can oscillate or diverge", SOMETIMES_FAILS),
    Claim("C", "Issues with GAN training", "gan", "con", "depends much on its settings"),
    Claim(
        "C", "Issues with GAN training", "gan", "con", "covers a small part of the data only",
        Comparison("recall", "lower", ("vae", "flow", "diffusion")),
    ),
    Claim("D", "Mode collapse", "gan", "con", "training often fails", SOMETIMES_FAILS),
    Claim("D", "Mode collapse", "gan", "con", "leaves out classes", Comparison("modes", "lower", (10.0,))),
    Claim("E", OF_E, "gan", "pro", "samples of high quality", Comparison("distance", "lower", ("vae",))),
    Claim("E", OF_E, "gan", "con", "difficult to train", Comparison("failed", "higher", ("vae",))),
    Claim("E", OF_E, "gan", "con", "leaves out classes", Comparison("modes", "lower", ("vae",))),
    Claim("B", OF_B_FLOW, "flow", "pro", "an explicit density", Comparison("bits_per_dim", "present")),
    Claim("B", OF_B_FLOW, "flow", "con", "not every network will do"),
    Claim("B", OF_B_DIFFUSION, "diffusion", "pro", "easy to design"),
    Claim("B", OF_B_DIFFUSION, "diffusion", "pro", "easy to train, very stable", ALWAYS_TRAINS),
    Claim(
        "B", OF_B_DIFFUSION, "diffusion", "con", "sampling takes long",
        Comparison("seconds_per_thousand", "higher", OTHERS),
    ),
    Claim(
        "E", "Diffusion Models – Training and Sampling Algorithms", "diffusion", "con", "sampling is slow",
        Comparison("seconds_per_thousand", "higher", OTHERS),
    ),
    Claim(
        "E", OF_E, "diffusion", "pro", "surpasses VAEs and GANs",
        Comparison("distance", "lower", ("vae", *ADVERSARIAL)),
    ),
    Claim("C", LAST_OF_C, "diffusion", "pro", "unheard-of quality", Comparison("distance", "lower", OTHERS)),
    Claim("C", LAST_OF_C, "diffusion", "pro", "covers the data", Comparison("recall", "higher", OTHERS)),
    Claim("C", LAST_OF_C, "diffusion", "pro", "a text can steer it closely"),
    Claim("C", LAST_OF_C, "diffusion", "pro", "one prior for all kinds of images"),
    Claim("C", LAST_OF_C, "diffusion", "con", "large models cost so much that most will adapt one"),
    Claim(
        "C", "Latent Diffusion Models", "latent_diffusion", "pro", "a code makes diffusion cheaper",
        Comparison("seconds_per_thousand", "lower", ("diffusion",)),
    ),
]  # fmt: skip


def difference(a, b, confidence=0.95):
    """Welch's interval for the difference of two means, mean(a) - mean(b): (low, high), two floats.

    a, b: [S] and [T] with S, T >= 2, one number a seed. Unpaired, for the same seed means nothing to two
    families; the variances may differ, and the degrees of freedom are Welch & Satterthwaite's. Where neither
    varies it is a point. Source: Welch 1947. Raises ValueError for fewer numbers, or for NaN.
    """
    for name, values in (("a", a), ("b", b)):
        check_finite(name, check_tensor(name, values, "[S]"))
        if len(values) < 2:
            raise ValueError(f"{name} must hold two numbers or more; got {len(values)}.")
    if check_number("confidence", confidence, 0, 1, open_minimum=True) == 1:
        raise ValueError("confidence must be below 1; certainty takes the whole line.")
    a, b = a.double(), b.double()
    apart = float(a.mean() - b.mean())
    shares = [float(values.var()) / len(values) for values in (a, b)]
    if sum(shares) == 0:
        return apart, apart
    freedom = sum(shares) ** 2 / (shares[0] ** 2 / (len(a) - 1) + shares[1] ** 2 / (len(b) - 1))
    half = _quantile((1 + confidence) / 2, freedom) * math.sqrt(sum(shares))
    return apart - half, apart + half


def _quantile(p, freedom):
    from scipy.special import stdtrit

    return float(stdtrit(freedom, p))


def judge(claim, table):
    """ "confirmed", "not confirmed" or "not measurable here", by what a table says of a claim.

    table: {(data set, family): {measure: [S], one number a seed, NaN where there is none}}. A claim is
    confirmed where on every data set, against every rival that its test names, the whole 95% interval of the
    difference (Welch's, each comparison for itself) lies on the claimed side, and not measurable without a
    test, or where the table lacks two seeds of a number that it needs. So "not confirmed" is not refuted.
    """
    check_kind("claim", claim, Claim, "a Claim")
    check_kind("table", table, dict, "a table by data and family")
    test, sets = claim.test, sorted({data for data, _ in table})
    if test is None or not all((data, claim.family) in table for data in sets) or not sets:
        return VERDICTS[2]
    found = [_holds(test, claim.family, data, table) for data in sets]
    return VERDICTS[2] if None in found else VERDICTS[0] if all(found) else VERDICTS[1]


def _holds(test, family, data, table):
    """True or False for a test on one data set; None where its numbers are missing."""
    ours = _numbers(table, data, family, test.measure)
    if test.direction in ("present", "absent"):
        return (len(ours) > 0) == (test.direction == "present")
    if test.direction == "never":
        return None if len(ours) < 2 else not bool(ours.any())
    answers = []
    for rival in test.against:
        theirs = (
            _numbers(table, data, rival, test.measure)
            if isinstance(rival, str)
            else torch.full((2,), rival, dtype=torch.float64)
        )
        if len(ours) < 2 or len(theirs) < 2:
            return None
        low, high = difference(ours, theirs)
        answers.append(low > 0 if test.direction == "higher" else high < 0)
    return all(answers)


def _numbers(table, data, family, measure):
    """The known numbers of a measure, float64 [S]; none where the table has no such row."""
    values = torch.as_tensor(table.get((data, family), {}).get(measure, [])).double()
    return values[~values.isnan()]
