"""What the source lectures misprint about variational autoencoders."""

from .erratum import Erratum

LINES = [
    Erratum(
        "A",
        "$q(z \\mid x) = \\mathcal N(z;\\, \\mu_z(x), \\sigma_z(x))$",
        "the second place of $\\mathcal N$ is a variance, $\\sigma_z^2(x)$, if "
        "$z = \\mu + \\sigma \\epsilon$ is to be a draw from it",
        test="test_the_second_place_of_a_normal_is_its_variance",
    ),
    Erratum(
        "D",
        "a network gives the mean and variance of $\\Pr(h)$: $\\mathcal N(h;\\, \\mu, \\sigma I)$",
        "of $\\Pr(h \\mid x)$, with $\\sigma^2 I$; the prior $\\Pr(h) = \\mathcal N(0, I)$ is fixed",
        test="test_the_network_gives_the_posterior_and_not_the_prior",
    ),
    Erratum(
        "C",
        "the reparameterised sample is $z = \\mu_{x \\mid z} + z_0 \\sqrt{\\Sigma_{x \\mid z}}$",
        "$z = \\mu_{z \\mid x} + z_0 \\sqrt{\\Sigma_{z \\mid x}}$, from the encoder; as printed, an "
        "image is drawn",
        test="test_the_sample_of_z_needs_the_moments_of_z",
    ),
    Erratum(
        "C",
        "conditional VAE: replace $q(x \\mid z)$ with $q(x \\mid z, y)$",
        "$q(z \\mid x)$ with $q(z \\mid x, y)$: the posterior depends on $y$, and a $q$ without it "
        "leaves a gap",
        test="test_a_conditional_model_needs_a_conditional_q",
    ),
    Erratum(
        "C",
        "a diagonal prior makes the latent variables independent, and the axes interpretable factors",
        "independent in the prior only, not given $x$; and $\\mathcal N(0, I)$ has no axes: a rotated $z$ "
        "gives the same $p(x)$",
        test="test_independent_axes_are_neither_independent_given_x_nor_singled_out",
    ),
]
