"""What the source lectures misprint about diffusion on images."""

from .erratum import Erratum

LINES = [
    Erratum(
        "D",
        "networks $g_t[z_t, \\phi_t]$, with the noisy image as input",
        "one network for all steps, with $t$ as a second input; a point alone does not say how much noise is "
        "in it (a whole image nearly does, and $t$ still helps)",
        test="test_a_point_alone_does_not_say_how_much_noise_to_take_off",
    ),
    Erratum(
        "E",
        "the embedding of $t$ is added in the middle of every residual block",
        "before a group norm, what is common to a group is taken off again; scale and shift after it stay",
        test="test_what_is_added_before_a_group_norm_is_partly_taken_off_again",
    ),
    Erratum(
        "E",
        "the attention block is a generalization of a single-headed self-attention",
        "it is that, on the pixels as a sequence: with torch's own, and equal weights, nothing differs",
        test="test_attention_on_pixels_is_attention_on_a_sequence",
    ),
]
