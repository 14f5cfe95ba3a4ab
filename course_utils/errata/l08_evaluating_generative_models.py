"""What the source lectures print about measuring generative models that does not hold."""

from .erratum import Erratum

LINES = [
    Erratum(
        "C",
        "$\\mathrm{IS}(G) = \\exp(E_{x \\sim p_a} \\mathrm{KL}(p(y \\mid x) \\Vert p(y)))$",
        "$x \\sim p_g$, and $p(y)$ is the mean of $p(y \\mid x)$ over the same $x$; $p_a$ is not explained, "
        "and over the data the score would be the same for every $G$",
        test="test_a_mean_over_the_data_scores_every_generator_alike",
    ),
    Erratum(
        "C",
        "different labels sum to give a *uniform* distribution; the marginal $p(y)$ should have high entropy",
        "the entropy that the data have: with classes of shares 1/2, 1/4 and 1/4 a perfect generator scores "
        "2.83, and one that draws all three alike, which is wrong, 3; the data are not in the score",
        test="test_equal_classes_score_above_the_data_themselves",
    ),
    Erratum(
        "C",
        "if the image contains a recognizable object, the entropy of $p(y \\mid x)$ should be low",
        "if it contains *one* thing that has a label: two good objects share the probability (entropy "
        "$\\log 2$); and the score asks the reverse, though a classifier can be certain of noise",
        test="test_two_good_objects_are_unsure_and_strong_noise_is_certain",
    ),
    Erratum(
        "C",
        "for $C$ classes $\\sum_{c=0}^{C} \\mathrm{Softmax}(x)[c] = 1$",
        "$c = 0, \\ldots, C - 1$: from 0 to $C$ it is one class too many",
        test="test_from_zero_to_c_is_one_class_too_many",
    ),
    Erratum(
        "C",
        "compute the Fréchet distance, $\\lVert \\mu_x - \\mu_g \\rVert^2 + \\mathrm{Tr}(\\ldots)$",
        "the *square* of the Fréchet distance; the root is a distance, and the FID is none: the way from A "
        "to C can be longer than by B",
        test="test_the_printed_form_breaks_the_triangle_and_its_root_does_not",
    ),
    Erratum(
        "C",
        "FID is correlated with the visual quality of samples and with human judgment",
        "as far as the two moments of the features say something: sums of many images can have the data's "
        "mean and covariance, and so FID 0 in pixels, though none is an image; half of the images have more",
        test="test_blends_of_images_have_fid_zero_in_pixels",
    ),
    Erratum(
        "C",
        "a disadvantage of FID: it cannot detect overfitting",
        "against images not trained on it cannot: copies of the training set do as well as a perfect model; "
        "against the training images, as usual, it *rewards* it: 0 for a copy, more for a perfect model",
        test="test_against_the_training_images_a_copy_beats_a_perfect_model",
    ),
    Erratum(
        "C",
        "we cannot directly compute the likelihoods of high-dimensional samples (real or generated) or "
        "compare their distributions",
        "a GAN gives no likelihood; a flow or a chain of pixels computes its own, in any number of "
        "dimensions; and from samples alone a kernel distance compares two distributions without bias",
        test="test_a_likelihood_in_784_dimensions_and_a_distance_from_samples_alone",
    ),
    Erratum(
        "C",
        "human performance: your score on this question is 5/9",
        "nine answers say nothing: who guesses has 5 or more half of the time, and 95 % confidence is 0.27 "
        "to 0.81; hits and false alarms are two numbers: with five real ones, who ticks none has 5/9 too",
        test="test_five_of_nine_is_what_guessing_and_ticking_none_give",
    ),
    Erratum(
        "C",
        "nearest real image for the sample to the left, shown beside GAN results",
        "nearest *in pixels*: thin stripes moved by one pixel are further from their original than from an "
        "even grey, so a moved copy is not found; it shows that nothing is copied pixel by pixel",
        test="test_a_copy_moved_by_one_pixel_is_not_found",
    ),
    Erratum(
        "C",
        "a VAE maximises a lower bound: okay, but not as good evaluation as PixelRNN/PixelCNN",
        "that is the bound of the training; to evaluate, the log of the mean weight of $K$ draws from the "
        "same $q$ is, in the mean, a bound too, and it rises to $\\log p(x)$ with $K$",
        test="test_more_draws_bring_the_bound_to_the_likelihood",
    ),
    Erratum(
        "A",
        "a likelihood-based model is learned to maximise the likelihood of all observed $x$",
        "over a family of models, and judged on an $x$ that it has *not* seen: without limits to the family, "
        "ever narrower bumps on the observed points raise it without end, and the unseen fall",
        test="test_narrow_bumps_raise_the_observed_and_sink_the_unseen",
    ),
]
