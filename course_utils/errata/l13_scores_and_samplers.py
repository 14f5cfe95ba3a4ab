"""What the source lectures misprint about energies, scores and the way back from noise."""

from .erratum import Erratum

LINES = [
    Erratum(
        "A",
        "density estimation: what is the probability that a given $x$ belongs to the data set?",
        "its density, which is no probability: it may be above 1, and with other units of $x$ it is "
        "another number, as a log-likelihood in nats is",
        test="test_a_density_is_no_probability",
    ),
    Erratum(
        "A",
        "given a target $x_0$, the noising must be reversed to reconstruct $x_0$",
        "the reverse process draws an $x_0$ that fits $x_t$, and to pure noise every point of the data fits; "
        "only the flow without noise leads back to the start",
        test="test_the_reverse_process_draws_another_point_and_the_flow_returns",
    ),
    Erratum(
        "B",
        "flipping the conditional by Bayes' rule: unfortunately, we can not do this",
        "for small steps we can, once the score is known: $q(x_{t-1} \\mid x_t)$ is then a Gaussian with "
        "mean $x - (f - g^2 \\nabla \\log q_t)\\, dt$, and that is the reverse SDE of its next slide",
        test="test_small_steps_are_flipped_by_the_score_alone",
    ),
    Erratum(
        "E",
        "$Z_\\theta = \\int p_\\theta(x)\\, dx$",
        "$\\int e^{f_\\theta(x)}\\, dx$: the density $p_\\theta$ has been divided by $Z_\\theta$ already, "
        "and its integral is 1",
        test="test_the_normaliser_is_the_integral_of_the_exponential",
    ),
    Erratum(
        "E",
        "an energy-based model specifies a non-zero *score* or *density* or *logits*",
        "$f_\\theta$ may be any number, 0 as well, for $e^f$ is positive; and what score-based models learn "
        "is another score, $\\nabla_x f_\\theta$, to which a constant in $f_\\theta$ makes no difference",
        test="test_f_may_be_zero_and_the_score_is_its_gradient",
    ),
    Erratum(
        "E",
        "$Z_\\theta$ can be approximated by variational inference, as in a VAE",
        "a VAE has no $Z_\\theta$: its density of $x$ is normalised as it stands; the bound is for an "
        "integral over $z$, $\\log p(x)$, which normalises $p(z \\mid x)$",
        test="test_a_vae_has_no_normaliser_to_approximate",
    ),
    Erratum(
        "E",
        "to avoid the values 0 and 1, keep $\\alpha_t$ in $[\\epsilon, 1 - \\epsilon]$",
        "keep $\\bar\\alpha_t$ there: with the cosine schedule it ends at 0, where a guess of $x_0$ divides "
        "by 0, and with each $\\alpha_t$ at $\\epsilon$ or above their product is still next to 0",
        test="test_it_is_the_product_that_is_kept_from_zero",
    ),
]
