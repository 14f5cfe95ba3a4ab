"""What the source lectures misprint about the minimax game."""

from .erratum import Erratum

LINES = [
    Erratum(
        "A",
        "$f(x) = a \\log x + b \\log(1 - x)$ has its minimum at $\\frac{a}{a + b}$",
        "its *maximum*: $f'' < 0$ everywhere, and $D$ climbs",
        test="test_the_best_answer_is_a_maximum",
    ),
    Erratum(
        "A",
        "given this optimal $D^*$, the optimal generator is $\\arg\\min_G V(G, D^*)$",
        "$D^*$ must follow $G$: against one $D^*$ that is held, the best $G$ runs past the data to where "
        "that $D$ is highest",
        test="test_a_discriminator_that_is_held_sends_the_generator_past_the_data",
    ),
    Erratum(
        "A",
        "$\\min_G V(G, D^*) = 2\\,\\mathrm{JS}(p \\Vert q) - 2 \\log 2$",
        "that is $V(G, D^*)$, for *every* $G$; its minimum over $G$ is the number $-2 \\log 2$",
        test="test_the_value_at_the_best_discriminator_is_no_minimum_over_g",
    ),
    Erratum(
        "A",
        "the average over $z$ becomes one over $x \\sim p_g$ by the Radon-Nikodym theorem",
        "that is a change of variables and needs no density; the theorem would give one, but for a $z$ with "
        "fewer dimensions than $x$ there is none",
        test="test_a_thin_sheet_has_averages_and_no_density",
    ),
    Erratum(
        "C",
        "a problem is not convex, so gradient descent does not work",
        "it has no *guarantee*, and may well work; stochastic gradient descent has no guarantee either",
        test="test_descent_may_work_without_convexity_and_stochastic_descent_may_not",
    ),
    Erratum(
        "C",
        "maximising $\\log D(G(z))$ is the same objective as minimising $\\log(1 - D(G(z)))$",
        "the same wish, another objective: against the best $D$ it goes down "
        "$\\mathrm{KL}(q \\Vert p) - 2\\,\\mathrm{JS}$, and the other one $2\\,\\mathrm{JS}$",
        test="test_the_two_generator_losses_are_two_objectives",
    ),
    Erratum(
        "D",
        "$\\hat\\phi, \\hat\\theta = \\arg\\min_\\phi [\\arg\\max_\\theta L]$",
        "$\\max_\\theta \\min_\\phi L$: the inner one must give a *number*, and $G$ moves first; with the "
        "places changed it is another game, in which $G$ answers a given $D$",
        test="test_the_order_of_the_players_matters",
    ),
    Erratum(
        "D",
        "fix the generator, go on training the discriminator, and the generator's gradients disappear",
        "with the saturating loss; with $-\\log D$ they stay, and grow",
        test="test_only_the_saturating_gradient_disappears",
    ),
    Erratum(
        "E",
        "alternating steps on $xy$ have the matrix with rows $(1, -\\alpha)$ and $(\\alpha, 1)$",
        "*simultaneous* steps have it, and spiral out; alternating ones have $(1, -\\alpha)$ and "
        "$(\\alpha, 1 - \\alpha^2)$, determinant 1, and circle; neither converges",
        test="test_alternating_steps_circle",
    ),
    Erratum(
        "E",
        "the non-saturating loss results in the same fixed-point dynamics",
        "in the same *fixed points* of the dynamics: the path there is another one",
        test="test_same_fixed_point_other_dynamics",
    ),
]
