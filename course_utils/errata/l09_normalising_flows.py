"""What the source lectures print about densities and changes of variables that does not hold."""

from .erratum import Erratum

LINES = [
    Erratum(
        "B",
        "$p_x(x) = p_z(z)\\, \\lvert \\det J_f(z) \\rvert^{-1}$, on a slide that does not say how $x$, $z$ "
        "and $f$ belong together",
        "right with $x = f(z)$, so at $z = f^{-1}(x)$; where $f$ leads from $x$ to $z$, as in this course, "
        "it is $\\lvert \\det J_f(x) \\rvert$ *without* the $-1$; read that way, the printed one has "
        "another integral than 1",
        test="test_the_exponent_hangs_on_which_way_f_leads",
    ),
    Erratum(
        "B",
        "a con of VAEs: they need prior knowledge about the latent distribution",
        "the prior is *chosen*, not known: with another one and a decoder to match, $p(x)$ is the same; and "
        "a flow's base density and a GAN's noise are chosen just so",
        test="test_another_prior_with_a_decoder_to_match_gives_the_same_density",
    ),
    Erratum(
        "B",
        "adversarial training learns the distribution implicitly, the change of variables explicitly",
        "the *generator* makes the difference, not the game: an invertible one has a density, however it is "
        "trained (Grover et al. 2018); $g(z) = z + \\theta$, the GAN of lecture D's example, is one",
        test="test_an_invertible_generator_has_a_density_and_the_game_finds_the_same_theta",
    ),
    Erratum(
        "B",
        "flows learn the data distribution explicitly",
        "a *density*, which grey levels have not: on the levels as they are it can be raised without end; "
        "with uniform noise of one level's width added, its mean log is at most that of the probabilities",
        test="test_on_grey_levels_a_density_rises_without_end_and_with_noise_it_does_not",
    ),
    Erratum(
        "C",
        "density estimation: learn a function $p(x): \\mathbb R^d \\rightarrow \\mathbb R$",
        "to $[0, \\infty)$, and with integral 1: without that the likelihood has no maximum, and a map "
        "$x \\mapsto z$ trained on $p_z(z)$ alone shrinks all data to one point; the determinant forbids it",
        test="test_without_the_integral_of_one_all_data_shrink_to_a_point",
    ),
    Erratum(
        "A",
        "$\\mathcal L(x) = \\sum_z q(z \\mid x) \\log p(x)$, with a Gaussian $q$",
        "$\\int q(z \\mid x) \\log p(x)\\, dz$: the values of a density do not sum to 1, and they change "
        "with the unit of $z$; only for codes that can be counted is it a sum, without any determinant",
        test="test_the_values_of_a_density_do_not_sum_to_one",
    ),
    Erratum(
        "A",
        "$p(x) = \\int p(x, z)\\, dz$ is intractable for complex models; solution: a lower bound",
        "it is not complexity that decides: with $x = g(z)$ and an inverse, one $z$ is left of the integral, "
        "and $p(x)$ is exact in a flow of any depth",
        test="test_forty_invertible_layers_leave_one_z_of_the_integral",
    ),
    Erratum(
        "D",
        "autoencoder: $g(f(x)) = x$",
        "$\\approx x$, on data like those of the training: through a continuous $f$ to fewer numbers, inputs "
        "that are far apart share a code; it holds everywhere with $g = f^{-1}$, which is a flow",
        test="test_a_smaller_code_confuses_opposite_points_and_a_coupling_none",
    ),
]
