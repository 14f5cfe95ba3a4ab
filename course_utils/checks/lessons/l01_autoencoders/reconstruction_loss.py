"""ae.reconstruction_loss: summed over an image, averaged over the batch."""

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l01_autoencoders._images import (
    black_and_white,
    distances,
    images_and_copies,
    images_and_wild_copies,
)


def reconstruction_loss(x, x_hat):
    """Squared error summed per item, averaged over the batch: x, x_hat [B, ...] -> scalar."""
    return (x - x_hat).square().flatten(1).sum(dim=1).mean()


exercise(
    "ae.reconstruction_loss",
    reference=reconstruction_loss,
    gradient=["x_hat"],
    inputs={
        "images [3, 1, 4, 5]": images_and_copies(3, 1, 4, 5),
        "images [2, 3, 2, 2]": images_and_copies(2, 3, 2, 2),
        "vectors [5, 7]": images_and_copies(5, 7),
        "black and white images, nearly copied": black_and_white(4, 1, 2, 3),
        "copies beyond [0, 1]": images_and_wild_copies(4, 2, 3, 3),
    },
    mistakes=[
        Mistake(
            lambda x, x_hat: (x - x_hat).square().mean(),
            "You take the mean over the pixels too: alone that is only a smaller loss, but beside a KL "
            "that is summed, as in a VAE, it silently makes the KL count as many times more as there are "
            "pixels (another beta).",
        ),
        Mistake(
            lambda x, x_hat: (x - x_hat).square().sum(),
            "You sum over the batch too: the loss and its gradient grow with the batch size, so a learning "
            "rate that works for 32 images is too large for 256.",
        ),
        Mistake(
            lambda x, x_hat: (x - x_hat).square().sum(dim=-1).mean(),
            "You sum over the last axis only: for vectors that is right, but for images the other pixel "
            "axes and the channels are averaged, so the loss is too small by their size.",
        ),
        Mistake(
            lambda x, x_hat: (x - x_hat).square().sum(dim=0).mean(),
            "Sum and mean have changed places: you sum over the batch and average over the pixels, so the "
            "loss grows with the batch and not with the image.",
        ),
        Mistake(
            lambda x, x_hat: (x - x_hat).abs().flatten(1).sum(dim=1).mean(),
            "This is the absolute error: it belongs to a Laplace likelihood, its best answer is the median "
            "instead of the mean, and a linear autoencoder trained with it is no longer PCA.",
        ),
        Mistake(
            lambda x, x_hat: distances(x, x_hat).mean(),
            "You take the root of each sum: that is the distance and not its square, so a far-off image "
            "pulls no harder than a near one, and the loss is no Gaussian likelihood any more.",
        ),
        Mistake(
            lambda x, x_hat: reconstruction_loss(x, x_hat) / 2,
            "There is a half in front, as one source lecture has it: the best model stays the same, but "
            "beside a second term (a KL, a sparsity penalty) it halves the weight of the reconstruction.",
        ),
        Mistake(
            lambda x, x_hat: reconstruction_loss(x, x_hat.clamp(0, 1)),
            "The copies are clamped to [0, 1] first: a pixel far beyond costs no more than one at the "
            "edge, and no gradient brings it back, so a decoder that may leave [0, 1] never learns not to.",
        ),
        Mistake(
            (
                lambda x, x_hat: (x - x_hat).flatten(1).sum(dim=1).square().mean(),
                lambda x, x_hat: (x - x_hat).sum().square(),
            ),
            "The differences are summed before they are squared: pixels that are too bright and pixels "
            "that are too dark cancel, so a copy with the right amount of ink anywhere counts as perfect.",
        ),
    ],
    hints=[
        "Square the difference of every pixel first; then two things remain: a sum and a mean.",
        "The sum is over everything that belongs to one image, whatever number of axes that is; the mean "
        "is over images.",
        "flatten(1) makes one row of each image, whatever its axes; sum along the rows, and average what "
        "is left.",
    ],
)
