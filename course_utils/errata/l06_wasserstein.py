"""What the source lectures misprint about Wasserstein GANs and the other losses."""

from .erratum import Erratum

LINES = [
    Erratum(
        "C",
        "in one table of losses, the rows of GAN and WGAN and those of LSGAN, EBGAN and BEGAN",
        "the first two are *maximised* by both players, the other three *minimised*; as losses, all to be "
        "minimised, the first two need a minus",
        test="test_one_table_holds_what_is_maximised_and_what_is_minimised",
    ),
    Erratum(
        "C",
        "WGAN: $L_G = E[D(G(z))]$",
        "$-E[D(G(z))]$, as a loss to be minimised (the algorithm on another slide has the minus); going "
        "down the printed line takes $G$ away from the data",
        test="test_going_down_the_printed_generator_line_leads_away_from_the_data",
    ),
    Erratum(
        "C",
        "WGAN-GP and DRAGAN: $L_D + \\lambda E[\\ldots]^2$ with an $L_D$ that is maximised",
        "the penalty is *subtracted* from what is maximised, or added to $-L_D$; as printed a steeper critic "
        "is better without end",
        test="test_a_penalty_added_to_a_maximised_value_rewards_steepness",
    ),
    Erratum(
        "C",
        "the penalty's points are $\\alpha x - (1 - \\alpha G(z))$",
        "$\\alpha x + (1 - \\alpha) G(z)$, between a real and a fake point; at $\\alpha = 0$ the printed "
        "one is $-1$, whatever the two points are",
        test="test_the_printed_interpolate_is_not_between_the_points",
    ),
    Erratum(
        "C",
        "the penalty is $E[\\nabla D(\\ldots) - 1]^2$",
        "$E[(\\lVert \\nabla D(\\ldots) \\rVert - 1)^2]$: the gradient is a vector, whose *length* is to be "
        "1, and the square stands inside the mean",
        test="test_without_the_norm_or_with_the_square_outside_another_critic_is_best",
    ),
    Erratum(
        "C",
        "DRAGAN's points are $\\alpha x - (1 - \\alpha x_p)$, with an $x_p$ that is not explained",
        "$\\alpha x + (1 - \\alpha) x_p$, where $x_p$ is $x$ with noise added: points near the *data*, with "
        "no fake among them",
        test="test_dragans_points_lie_near_the_data",
    ),
    Erratum(
        "C",
        "BEGAN: $k_{t+1} = k_t + \\lambda (\\gamma D_{AE}(x) - D_{AE}(G(z)))$",
        "kept between 0 and 1, with a rate $\\lambda_k$ that is not the penalty's $\\lambda$; below 0 the "
        "discriminator is rewarded for a low energy of the fakes",
        test="test_a_k_below_zero_helps_the_fakes",
    ),
    Erratum(
        "C",
        "one $D(x)$ in all rows of the table",
        "a probability for GAN and DRAGAN, any number for LSGAN and WGAN, an energy, low on the data, for "
        "EBGAN and BEGAN; with a probability the row of WGAN never exceeds 1",
        test="test_a_probability_is_no_critic",
    ),
    Erratum(
        "C",
        "WGAN's objective is related to the quality of the samples",
        "in one run, as far as its critic is near its best and as steep as before; clipping gives an unknown "
        "multiple of $W_1$ (with two layers of one unit $c^2$), so values of two critics cannot be compared",
        test="test_clipping_measures_an_unknown_multiple_of_the_distance",
    ),
    Erratum(
        "C",
        "**for** $t = 0, \\ldots, n_{critic}$ **do** a step of the critic",
        "$t = 1, \\ldots, n_{critic}$: both ends are meant to count, and $n_{critic}$ is explained as the "
        "number of the critic's steps for one of the generator",
        test="test_from_zero_to_n_critic_is_one_step_too_many",
    ),
]
