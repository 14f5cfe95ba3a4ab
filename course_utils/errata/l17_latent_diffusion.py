"""What the source lectures misprint about diffusion in a code, and about large systems."""

from .erratum import Erratum

LINES = [
    Erratum(
        "B",
        "can we sample on a small sized image and still have the same output?",
        "a learned code is no small image: with as many numbers it keeps more (of the digits, with 16 for 64 "
        "pixels, the image loses over three times as much); and the output is at best what the decoder "
        "makes of the code, never all of it",
        test="test_a_code_keeps_more_than_a_small_image_and_not_all",
    ),
    Erratum(
        "C",
        "we project in a *discrete* latent space, in which the diffusion process is used",
        "in a continuous one: Gaussian noise leaves a codebook at once, and rounded back it has another mean "
        "and variance; where there is a codebook, its rounding is part of the decoder (Rombach et al. 2022, "
        "section 3.1)",
        test="test_noise_leaves_a_codebook_and_rounding_spoils_it",
    ),
    Erratum(
        "D",
        "Sora is a latent diffusion model with a U-ViT",
        "with a diffusion transformer, says its report (Brooks et al. 2024), which names Peebles & Xie's; a "
        "U-ViT is another net, whose long skips carry the early layers past the middle ones",
        test="test_long_skips_pass_the_middle_and_a_dit_has_none",
    ),
    Erratum(
        "D",
        "turning video into patches and compressed",
        "the other way about (same report): compressed first, then the *code* is cut; a convolution that "
        "sees past the edge of a patch gives another code once the patches are apart",
        test="test_cutting_before_compressing_changes_the_code_at_the_edges",
    ),
]
