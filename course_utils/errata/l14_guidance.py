"""What the source lectures misprint about guidance."""

from .erratum import Erratum

LINES = [
    Erratum(
        "C",
        "$\\hat\\epsilon(x_t) := \\epsilon_\\theta(x_t) - \\sqrt{1 - \\bar\\alpha_t}\\, \\nabla_{x_t} \\log "
        "p_\\phi(y \\mid x_t)$",
        "$\\epsilon_\\theta(x_t, t)$ and $p_\\phi(y \\mid x_t, t)$: both must be told $t$, and the "
        "classifier trained on noisy images; for one $x_t$ the right gradient is another one at every $t$",
        test="test_both_networks_must_be_told_the_step",
    ),
    Erratum(
        "C",
        "the same update, with nothing before the gradient",
        "this is scale $s = 1$, at best the conditional model itself; to make the label count for more, "
        "$s$ stands there",
        test="test_without_a_factor_the_update_is_scale_one",
    ),
    Erratum(
        "E",
        "$e_\\theta(x_t, t, y) + w\\, (e_\\theta(x_t, t, y) - e_\\theta(x_t, t, \\varnothing))$",
        "right, in the form where $w = 0$ is no guidance; libraries (and this course) take $s = 1 + w$, so a "
        "scale copied from there is one too many here",
        test="test_the_lecture_counts_from_the_conditional_model",
    ),
]
