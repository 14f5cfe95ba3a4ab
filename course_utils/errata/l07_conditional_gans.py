"""What the source lectures print about conditional and structured GANs that does not hold."""

from .erratum import Erratum

LINES = [
    Erratum(
        "C",
        "CGAN: $E[\\log(1 - D(G(z), c))]$, and ACGAN: $E[P(class = c \\mid G(z))]$",
        "$G(z, c)$ in both rows, as on the slides before: a $G$ that is not told $c$ cannot match images to "
        "labels, and of its images no classifier knows $c$ better than by chance",
        test="test_a_generator_that_is_not_told_the_label_cannot_match_it",
    ),
    Erratum(
        "C",
        "ACGAN: $L_D^{GAN} + E[P(class = c \\mid x)] + E[P(class = c \\mid G(z))]$",
        "$E[\\log P(\\ldots)]$: the mean probability itself is highest for a classifier that is always "
        "certain, even where the classes overlap; the mean logarithm is highest for the true shares",
        test="test_without_the_logarithm_the_best_classifier_is_always_certain",
    ),
    Erratum(
        "C",
        "InfoGAN: $L_D^{GAN} - \\lambda L_I(c, c')$ and $L_G^{GAN} - \\lambda L_I(c, c')$, in a table "
        "whose GAN row is *maximised*",
        "$+ \\lambda L_I$, where $L_I$ is the bound on the information (or a minus and a cross-entropy); "
        "the minus of the earlier slide is right there, as $G$ minimises; with it here $Q$ is to guess wrong",
        test="test_a_bound_that_is_subtracted_from_what_is_maximised_makes_q_guess_wrong",
    ),
    Erratum(
        "C",
        "InfoGAN: $V_{GAN} = E_x \\log D(x) + E_{z \\sim p_z} \\log(1 - D(G(z, c)))$",
        "the mean is over $z$ *and* $c$; with a $c$ that is held, all the data are to come from that one "
        "code, and a $c$ that says something about the image costs",
        test="test_with_one_code_held_a_perfect_generator_is_not_the_best",
    ),
    Erratum(
        "C",
        "if $X$ is completely determined by $Y$, then $H(Y \\mid X) = 0$ and $I(X; Y) = H(Y)$",
        "then $H(X \\mid Y) = 0$ and $I(X; Y) = H(X)$; the printed line holds where $Y$ is determined by "
        "$X$, which is what InfoGAN asks for: the code can be read off the image",
        test="test_what_is_determined_has_no_entropy_left",
    ),
    Erratum(
        "C",
        "InfoGAN: the label is not given, it is treated as a latent factor",
        "as *some* latent factor: every way to cut the data into ten equal parts gives the same $\\log 10$, "
        "by digit, by another order of the digits, or by the pen's weight; that it is the digit is a finding",
        test="test_any_ten_equal_parts_carry_the_same_information",
    ),
    Erratum(
        "C",
        '"inference-normalization", with the batch norm\'s formula: $\\mu_B$ and $\\sigma_B^2$ of a '
        "mini-batch",
        "*instance* normalisation: mean and variance of one map of one image, in training and at inference "
        "alike; with the batch's, the slide's two images of unlike contrast stay unlike",
        test="test_the_batchs_moments_keep_the_contrast_and_the_instances_do_not",
    ),
    Erratum(
        "C",
        "the content image and its low contrast version are identical after instance normalisation",
        "up to the $\\epsilon$ under the root, and for $ax + b$ with $a > 0$: a very faint image stays "
        "faint, and a negative or a change of gamma is not undone",
        test="test_identical_up_to_epsilon_and_for_a_straight_change_of_contrast",
    ),
    Erratum(
        "C",
        "by instance normalisation we obtain style invariant representations",
        "invariant to the mean and deviation of each map; the correlations *between* maps, which style "
        "transfer by Gram matrices calls style, pass through unchanged, and so do textures",
        test="test_instance_norm_leaves_the_correlations_between_maps",
    ),
    Erratum(
        "A",
        "the auction house sold a portrait for 432,000 dollars",
        "for 432,500, as its next slide has it: 350,000 were bid, and 82,500 are the buyer's premium (25 % "
        "of the first 250,000, and 20 % of the rest)",
        test="test_the_portraits_price_is_a_bid_with_its_premium",
    ),
    Erratum(
        "E",
        "VAEs tend to blur, especially with $L^1$ or $L^2$ loss, because of the sampling used in the "
        "reconstruction",
        "no sampling is needed: where one input has several right answers, $L^2$ gives their mean and $L^1$ "
        "their median; of a thin line at one of three places that is three faint lines, and none",
        test="test_one_answer_for_three_is_blurred_without_any_sampling",
    ),
]
