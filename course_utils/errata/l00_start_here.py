"""What the source lectures misprint about generative models and the distances between distributions."""

from .erratum import Erratum

LINES = [
    Erratum(
        "A",
        "Jensen-Shannon divergence with $m = p + q$",
        "$m = \\frac12 (p + q)$; with the printed $m$ the value for $p = q$ is $-\\log 2$, not 0",
        test="test_js_with_the_sum_for_the_mean",
    ),
    Erratum(
        "C",
        "Jensen-Shannon divergence without the two halves",
        "$\\frac12 \\mathrm{KL}(p\\Vert m) + \\frac12 \\mathrm{KL}(q\\Vert m)$, at most $\\log 2$; "
        "as printed, at most $2\\log 2$",
        test="test_js_without_the_halves",
    ),
    Erratum(
        "B",
        "a VAE has a convex loss function",
        "no: already two linear layers have two equal minima with a higher loss half way between them",
        test="test_two_linear_layers_are_not_convex",
    ),
    Erratum(
        "B",
        "a VAE learns the distribution implicitly",
        "its density is explicit; training raises a lower bound on it",
        test="test_a_latent_model_has_an_explicit_density_and_a_bound_below_it",
    ),
]
