"""What the source lectures misprint about the training of GANs."""

from .erratum import Erratum

LINES = [
    Erratum(
        "A",
        "avoid sparse gradients: ReLU, MaxPool",
        "in $D$, which must hand $G$ a gradient; DCGAN's $G$ has a ReLU behind every layer but the last",
        test="test_sparse_gradients_are_the_discriminators_trouble",
    ),
    Erratum(
        "C",
        "use only one dense layer before the *softmax* output",
        "before the *sigmoid* of one logit: a softmax over one number is always 1, with no gradient",
        test="test_softmax_of_one_logit_says_nothing",
    ),
    Erratum(
        "C",
        "virtual batch norm combines a reference batch with the *current batch*",
        "with the current *image* alone; with the batch, its images would not be independent, which was "
        "the point",
        test="test_a_reference_with_the_current_batch_leaves_its_images_dependent",
    ),
    Erratum(
        "C",
        "DCGAN is the first model to bring the concept of disentanglement",
        "nothing in its loss asks for it: turn $z$ by any rotation, and $G$ draws the same distribution from "
        "other axes; directions are found afterwards",
        test="test_a_rotation_of_the_codes_leaves_the_samples_distribution",
    ),
    Erratum(
        "D",
        "truncation: choose only values of the latent variables that are less than a threshold $\\tau$",
        "$\\lvert z \\rvert \\le \\tau$: a cut on one side leaves the other tail, and moves the mean away "
        "from 0",
        test="test_a_cut_on_one_side_is_no_truncation",
    ),
    Erratum(
        "A",
        "use dropout in $G$ in both the training and the test phase",
        "measured on digits with six seeds: a generator trained with it comes nearer to the data with it on "
        "than with it off, as the tip says, but one trained without it comes nearer than either",
        test="test_dropout_in_the_generator_is_better_left_on_and_best_left_out",
    ),
    Erratum(
        "A",
        "use SGD for the discriminator and Adam for the generator",
        "measured on digits with six seeds: with a rate of its own, SGD for $D$ leaves the Fréchet distance "
        "as it is with Adam, and covers one or two bins of fifty more",
        test="test_plain_descent_for_the_discriminator_changes_bins_and_not_the_distance",
    ),
]
