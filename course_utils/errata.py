"""Where a source lecture prints something that does not hold, and what does; a lesson adds its own lines."""

from typing import NamedTuple

from .errata_diffusion import DIFFUSION
from .notation import LECTURES


class Erratum(NamedTuple):
    """One line: the lecture's letter, what it prints, what holds, and the lesson that shows it."""

    lecture: str
    printed: str
    holds: str
    lesson: str


ERRATA = [
    Erratum(
        "A",
        "Jensen-Shannon divergence with $m = p + q$",
        "$m = \\frac12 (p + q)$; with the printed $m$ the value for $p = q$ is $-\\log 2$, not 0",
        "00",
    ),
    Erratum(
        "C",
        "Jensen-Shannon divergence without the two halves",
        "$\\frac12 \\mathrm{KL}(p\\Vert m) + \\frac12 \\mathrm{KL}(q\\Vert m)$, at most $\\log 2$; "
        "as printed, at most $2\\log 2$",
        "00",
    ),
    Erratum(
        "B",
        "a VAE has a convex loss function",
        "no: already two linear layers have two equal minima with a higher loss half way between them",
        "00",
    ),
    Erratum(
        "B",
        "a VAE learns the distribution implicitly",
        "its density is explicit; training raises a lower bound on it",
        "00",
    ),
    Erratum(
        "D",
        "the solution of the linear autoencoder is the same as PCA",
        "the same *subspace* and loss, on centred data; the weights need be neither orthogonal nor sorted",
        "01",
    ),
    Erratum(
        "A",
        "an autoencoder that learns $g(f(x)) = x$ everywhere overfits",
        "it is useless, but it does not overfit: the identity copies what it never saw just as well",
        "01",
    ),
    Erratum(
        "D",
        "$\\Pr(x) = \\int \\Pr(x \\mid h) \\Pr(h \\mid x)\\, dh$",
        "the integral runs over the *prior*, $\\int \\Pr(x \\mid h) \\Pr(h)\\, dh$; over the "
        "posterior it comes out too high",
        "02",
    ),
    Erratum(
        "A",
        "the approximate posterior is $q_\\theta(z \\mid x)$, with the model's $\\theta$",
        "$q_\\phi$, as the same lecture writes later: for one $\\theta$ there are many $q$, each with "
        "its own bound",
        "02",
    ),
    Erratum(
        "A",
        "the bound ends in $-\\mathbb E_q \\log \\frac{p(z)}{q(z \\mid x)}$, called minus a KL divergence",
        "$-\\mathrm{KL}(q \\Vert p) = +\\mathbb E_q \\log \\frac{p(z)}{q(z \\mid x)}$; as printed, "
        "the KL is added and the sum may exceed $\\log p(x)$",
        "02",
    ),
    Erratum(
        "A",
        "minimising that term keeps the encoder from collapsing into a point",
        "true of the KL; as printed, minus the KL, it has no minimum: it falls without limit for a "
        "point, and for an ever wider $q$",
        "02",
    ),
    Erratum(
        "D",
        "maximise $\\log \\Pr(x) - c\\, \\mathrm{KL}(\\Pr(h \\mid x) \\Vert \\mathcal N(0, I))$",
        "$\\mathbb E_q \\log \\Pr(x \\mid h)$ in place of $\\log \\Pr(x)$, which has no $q$ in it: as "
        "printed, the best encoder ignores $x$",
        "02",
    ),
    Erratum(
        "D",
        "the KL divergence is a distance measure",
        "it is not symmetric, and the two directions fit different models; the triangle inequality fails too",
        "02",
    ),
    Erratum(
        "A",
        "$q(z \\mid x) = \\mathcal N(z;\\, \\mu_z(x), \\sigma_z(x))$",
        "the second place of $\\mathcal N$ is a variance, $\\sigma_z^2(x)$, if "
        "$z = \\mu + \\sigma \\epsilon$ is to be a draw from it",
        "03",
    ),
    Erratum(
        "D",
        "a network gives the mean and variance of $\\Pr(h)$: $\\mathcal N(h;\\, \\mu, \\sigma I)$",
        "of $\\Pr(h \\mid x)$, with $\\sigma^2 I$; the prior $\\Pr(h) = \\mathcal N(0, I)$ is fixed",
        "03",
    ),
    Erratum(
        "C",
        "the reparameterised sample is $z = \\mu_{x \\mid z} + z_0 \\sqrt{\\Sigma_{x \\mid z}}$",
        "$z = \\mu_{z \\mid x} + z_0 \\sqrt{\\Sigma_{z \\mid x}}$, from the encoder; as printed, an "
        "image is drawn",
        "03",
    ),
    Erratum(
        "C",
        "conditional VAE: replace $q(x \\mid z)$ with $q(x \\mid z, y)$",
        "$q(z \\mid x)$ with $q(z \\mid x, y)$: the posterior depends on $y$, and a $q$ without it "
        "leaves a gap",
        "03",
    ),
    Erratum(
        "C",
        "a diagonal prior makes the latent variables independent, and the axes interpretable factors",
        "independent in the prior only, not given $x$; and $\\mathcal N(0, I)$ has no axes: a rotated $z$ "
        "gives the same $p(x)$",
        "03",
    ),
    Erratum(
        "A",
        "$f(x) = a \\log x + b \\log(1 - x)$ has its minimum at $\\frac{a}{a + b}$",
        "its *maximum*: $f'' < 0$ everywhere, and $D$ climbs",
        "04",
    ),
    Erratum(
        "A",
        "given this optimal $D^*$, the optimal generator is $\\arg\\min_G V(G, D^*)$",
        "$D^*$ must follow $G$: against one $D^*$ that is held, the best $G$ runs past the data to where "
        "that $D$ is highest",
        "04",
    ),
    Erratum(
        "A",
        "$\\min_G V(G, D^*) = 2\\,\\mathrm{JS}(p \\Vert q) - 2 \\log 2$",
        "that is $V(G, D^*)$, for *every* $G$; its minimum over $G$ is the number $-2 \\log 2$",
        "04",
    ),
    Erratum(
        "A",
        "the average over $z$ becomes one over $x \\sim p_g$ by the Radon-Nikodym theorem",
        "that is a change of variables and needs no density; the theorem would give one, but for a $z$ with "
        "fewer dimensions than $x$ there is none",
        "04",
    ),
    Erratum(
        "C",
        "a problem is not convex, so gradient descent does not work",
        "it has no *guarantee*, and may well work; stochastic gradient descent has no guarantee either",
        "04",
    ),
    Erratum(
        "C",
        "maximising $\\log D(G(z))$ is the same objective as minimising $\\log(1 - D(G(z)))$",
        "the same wish, another objective: against the best $D$ it goes down "
        "$\\mathrm{KL}(q \\Vert p) - 2\\,\\mathrm{JS}$, and the other one $2\\,\\mathrm{JS}$",
        "04",
    ),
    Erratum(
        "D",
        "$\\hat\\phi, \\hat\\theta = \\arg\\min_\\phi [\\arg\\max_\\theta L]$",
        "$\\max_\\theta \\min_\\phi L$: the inner one must give a *number*, and $G$ moves first; with the "
        "places changed it is another game, in which $G$ answers a given $D$",
        "04",
    ),
    Erratum(
        "D",
        "fix the generator, go on training the discriminator, and the generator's gradients disappear",
        "with the saturating loss; with $-\\log D$ they stay, and grow",
        "04",
    ),
    Erratum(
        "E",
        "alternating steps on $xy$ have the matrix with rows $(1, -\\alpha)$ and $(\\alpha, 1)$",
        "*simultaneous* steps have it, and spiral out; alternating ones have $(1, -\\alpha)$ and "
        "$(\\alpha, 1 - \\alpha^2)$, determinant 1, and circle; neither converges",
        "04",
    ),
    Erratum(
        "E",
        "the non-saturating loss results in the same fixed-point dynamics",
        "in the same *fixed points* of the dynamics: the path there is another one",
        "04",
    ),
    Erratum(
        "A",
        "avoid sparse gradients: ReLU, MaxPool",
        "in $D$, which must hand $G$ a gradient; DCGAN's $G$ has a ReLU behind every layer but the last",
        "05",
    ),
    Erratum(
        "C",
        "use only one dense layer before the *softmax* output",
        "before the *sigmoid* of one logit: a softmax over one number is always 1, with no gradient",
        "05",
    ),
    Erratum(
        "C",
        "virtual batch norm combines a reference batch with the *current batch*",
        "with the current *image* alone; with the batch, its images would not be independent, which was "
        "the point",
        "05",
    ),
    Erratum(
        "C",
        "DCGAN is the first model to bring the concept of disentanglement",
        "nothing in its loss asks for it: turn $z$ by any rotation, and $G$ draws the same distribution from "
        "other axes; directions are found afterwards",
        "05",
    ),
    Erratum(
        "D",
        "truncation: choose only values of the latent variables that are less than a threshold $\\tau$",
        "$\\lvert z \\rvert \\le \\tau$: a cut on one side leaves the other tail, and moves the mean away "
        "from 0",
        "05",
    ),
    Erratum(
        "A",
        "use dropout in $G$ in both the training and the test phase",
        "measured on digits with six seeds: a generator trained with it comes nearer to the data with it on "
        "than with it off, as the tip says, but one trained without it comes nearer than either",
        "05",
    ),
    Erratum(
        "A",
        "use SGD for the discriminator and Adam for the generator",
        "measured on digits with six seeds: with a rate of its own, SGD for $D$ leaves the Fréchet distance "
        "as it is with Adam, and covers one or two bins of fifty more",
        "05",
    ),
    *(Erratum(*line) for line in DIFFUSION),
]


def errata_table(lesson=None):
    """The errata as a Markdown table: all of them, or one lesson's ("00", "01", ...)."""
    rows = ["| lecture | printed | what holds |", "|---|---|---|"]
    for erratum in ERRATA:
        if lesson in (None, erratum.lesson):
            rows.append(
                f"| {LECTURES[erratum.lecture].split(',')[0]} | {erratum.printed} | {erratum.holds} |"
            )
    return "\n".join(rows)
