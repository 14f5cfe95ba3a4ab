"""What the source lectures misprint about reverse diffusion."""

from .erratum import Erratum

LINES = [
    Erratum(
        "A",
        "the variance of $q(x_{t-1} \\mid x_t, x_0)$ is $\\frac{(1 - \\alpha_t)(1 - \\bar\\alpha_t)}{1 - "
        "\\bar\\alpha_{t-1}}$",
        "$\\frac{(1 - \\alpha_t)(1 - \\bar\\alpha_{t-1})}{1 - \\bar\\alpha_t}$, as the lecture prints it "
        "for $p$; the other one is above $\\beta_t$, and infinite at $t = 1$",
        test="test_the_variance_of_the_posterior_is_not_upside_down",
    ),
    Erratum(
        "A",
        "in the bound, consistency terms for $t = 1, \\dots, T$, and $-\\mathbb E \\log "
        "\\frac{p(x_T)}{q(x_T \\mid x_{T-1})}$, called a KL",
        "to $T - 1$ (there is no $x_{T+1}$), and minus the KL, averaged over $x_{T-1}$; as printed it is "
        "added, and the sum may exceed $\\log p(x_0)$",
        test="test_the_prior_term_of_the_bound_is_subtracted_and_the_sum_ends_before_T",
    ),
    Erratum(
        "A",
        "the model defines the *distribution* over $\\hat x_0$",
        "it gives one $\\hat x_0$, the mean; a drawn one would add its own variance to the printed one",
        test="test_a_distribution_over_the_guess_widens_the_step",
    ),
    Erratum(
        "C",
        "the weight of $L_t$ has $\\Vert \\Sigma_\\theta \\Vert_2^2$ below, and later "
        "$\\sqrt{\\alpha_t}\\, x_0 + \\sqrt{1 - \\alpha_t}\\, \\epsilon_t$",
        "the variance $\\sigma_t^2$ itself, not its square; and $\\bar\\alpha_t$ under both roots: with "
        "$\\alpha_t$ the network sees hardly any noise at any $t$",
        test="test_one_over_the_variance_and_the_noise_of_all_steps",
    ),
    Erratum(
        "D",
        "the reverse is intractable since the marginal $q(z_t)$ cannot be computed",
        "$q(z_t)$ is only the normaliser; what is missing is $q(z_{t-1})$ in the numerator, which gives "
        "the shape",
        test="test_the_shape_comes_from_the_numerator",
    ),
    Erratum(
        "D",
        "the ELBO is $\\mathbb E \\log \\Pr(x \\mid z_1)$ minus the KL terms of $t = 2, \\dots, T$",
        "minus $\\mathrm{KL}(q(z_T \\mid x) \\Vert \\Pr(z_T))$ too; it has no parameters, but without it "
        "the sum is no bound",
        test="test_the_bound_without_its_prior_term_is_no_bound",
    ),
    Erratum(
        "E",
        "$L_t = \\mathbb E \\frac{1}{2 \\Vert \\sigma_t I \\Vert^2} \\Vert \\tilde\\mu_t - \\mu_\\theta "
        "\\Vert^2$",
        "over $2 \\sigma_t^2$, in any number of dimensions; and plus a constant unless $\\sigma_t^2 = "
        "\\tilde\\beta_t$",
        test="test_the_norm_of_sigma_times_the_identity_grows_with_the_dimensions",
    ),
    Erratum(
        "E",
        "the KL of $x_{t-1}$ given $x_t$ is called $L_t$",
        "$L_{t-1}$, as Ho et al. write: with $L_t$ the term of $t = T$ and the prior's have one name",
        test="test_every_term_of_the_bound_needs_a_name_of_its_own",
    ),
    Erratum(
        "E",
        "$\\sigma_t^2$ between $\\tilde\\beta_t$ and $\\beta_t$: proven bounds on the entropy of the reverse",
        "for data of variance at most 1; for $\\mathcal N(0, 9)$ the reverse is wider than $\\beta_t$",
        test="test_beta_is_the_largest_variance_only_for_data_of_unit_variance",
    ),
]
