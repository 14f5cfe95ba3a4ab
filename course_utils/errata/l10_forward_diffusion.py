"""What the source lectures misprint about forward diffusion."""

from .erratum import Erratum

LINES = [
    Erratum(
        "A",
        "$q(x_t \\mid x_{t-1}) = \\mathcal N(x_t;\\, \\sqrt{\\alpha}\\, x_{t-1}, (1 - \\alpha_t) I)$",
        "$\\sqrt{\\alpha_t}$, with the index: one $\\alpha$ for all steps does not go with the variances "
        "$1 - \\alpha_t$, and the variance of $x_t$ leaves 1",
        test="test_one_alpha_for_all_steps_does_not_preserve_the_variance",
    ),
    Erratum(
        "A",
        "$\\alpha_t$ decreases from 1 to 0 as $t$ increases",
        "the product $\\bar\\alpha_t$ does; in the usual schedule $\\alpha_t$ itself goes from 0.9999 to "
        "0.98",
        test="test_the_product_falls_to_zero_and_not_the_alphas",
    ),
    Erratum(
        "A",
        "$\\alpha_t$ for $t \\in \\{0, \\dots, T - 1\\}$, and $\\bar\\alpha_t = \\prod_{i=1}^t \\alpha_i$",
        "$t \\in \\{1, \\dots, T\\}$ for this product; as printed $\\alpha_0$ is never used, and "
        "$\\bar\\alpha_T$ needs an $\\alpha_T$ that is not there",
        test="test_alphas_from_zero_do_not_fit_a_product_from_one",
    ),
    Erratum(
        "A",
        "each latent is a Gaussian centred around the output of the previous timestep",
        "around $\\sqrt{\\alpha_t}$ times it; centred around $x_{t-1}$ itself the variance would grow by "
        "$\\beta_t$ at each step, and the last latent would not be $\\mathcal N(0, I)$",
        test="test_a_step_centred_on_the_last_x_grows",
    ),
    Erratum(
        "A",
        "after adding noise $T$ times, the result must be independent of $x_0$",
        "nearly: $\\sqrt{\\bar\\alpha_T}\\, x_0$ is left, 0.006 of it with the linear schedule, and the mean "
        "of many pixels shows it",
        test="test_a_trace_of_the_start_is_left",
    ),
    Erratum(
        "D",
        "$\\alpha_t = \\prod_{s=1}^t 1 - \\beta_s$",
        "$\\prod_{s=1}^t (1 - \\beta_s)$: without the brackets it is 1 minus a $\\beta$ (and this is the "
        "$\\bar\\alpha_t$ of the others)",
        test="test_a_product_needs_its_brackets",
    ),
    Erratum(
        "E",
        "let $\\alpha_t = \\beta_t$",
        "$\\alpha_t = 1 - \\beta_t$; with $\\beta_t$ the next line would swap signal and noise",
        test="test_alpha_is_one_minus_beta",
    ),
    Erratum(
        "E",
        "$\\sqrt{\\alpha_t (1 - \\alpha_{t-1}) + \\sqrt{1 - \\alpha_t}}$",
        "no inner root, $\\sqrt{\\alpha_t (1 - \\alpha_{t-1}) + 1 - \\alpha_t}$, as variances add; and the "
        "$a$ in the next lines is an $\\alpha$",
        test="test_the_inner_root_is_one_too_many",
    ),
    Erratum(
        "E",
        "the original linear schedule runs up to $\\beta_T = 0.04$",
        "to 0.02 (Ho et al. 2020, section 4)",
        test="test_the_papers_prior_term_needs_an_end_of_002",
    ),
    Erratum(
        "E",
        "nearly the whole second half of the linear schedule was mostly just random noise",
        "so it is with 0.04; with 0.02 the signal has 8% of the variance half way, and under 1% in the last "
        "third",
        test="test_the_second_half_is_noise_with_one_end_and_not_with_the_other",
    ),
    Erratum(
        "E",
        "$q(x_t \\mid x_0)$ has zero mean and unit variance if the data have",
        "$q(x_t)$ has; *given* $x_0$ the mean is $\\sqrt{\\bar\\alpha_t}\\, x_0$ and the variance "
        "$1 - \\bar\\alpha_t$",
        test="test_given_x0_the_mean_is_not_zero",
    ),
]
