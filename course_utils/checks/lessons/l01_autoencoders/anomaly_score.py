"""ae.anomaly_score: how badly each image is copied."""

from course_utils.checks.engine.registry import Accepted, Mistake, exercise
from course_utils.checks.lessons.l01_autoencoders._images import (
    black_and_white,
    distances,
    images_and_copies,
    images_and_wild_copies,
)
from course_utils.checks.lessons.l01_autoencoders.reconstruction_loss import reconstruction_loss


def anomaly_score(x, x_hat):
    """Squared reconstruction error of each item: x, x_hat [B, ...] -> [B]."""
    return (x - x_hat).square().flatten(1).sum(dim=1)


exercise(
    "ae.anomaly_score",
    reference=anomaly_score,
    inputs={
        "images [3, 2, 2, 2]": images_and_copies(3, 2, 2, 2),
        "images [4, 1, 3, 5]": images_and_copies(4, 1, 3, 5),
        "images [6, 1, 4, 4]": images_and_copies(6, 1, 4, 4),
        "black and white images, nearly copied": black_and_white(4, 1, 2, 3),
        "copies beyond [0, 1]": images_and_wild_copies(4, 2, 3, 3),
    },
    accepted=[
        Accepted(
            lambda x, x_hat: (x - x_hat).square().flatten(1).mean(dim=1),
            "A mean over the pixels ranks the images just as the sum does, so it finds the same strangers; "
            "its values are smaller by the number of pixels.",
        ),
        Accepted(
            distances,
            "The root of the sum ranks the images just as the sum does, so it finds the same strangers; "
            "its values are distances instead of squared ones.",
        ),
    ],
    mistakes=[
        Mistake(
            (reconstruction_loss, lambda x, x_hat: (x - x_hat).square().mean()),
            "The batch is averaged to one number: it says how well the model copies on the whole, and not "
            "which of the images is the stranger.",
        ),
        Mistake(
            (
                lambda x, x_hat: -anomaly_score(x, x_hat),
                lambda x, x_hat: -(x - x_hat).square().flatten(1).mean(dim=1),
                lambda x, x_hat: -distances(x, x_hat),
            ),
            "The sign is turned: high now means normal, so the strangers end up at the bottom of the list "
            "and the ROC-AUC comes out as one minus what it is.",
        ),
        Mistake(
            (
                lambda x, x_hat: (x - x_hat).square().sum(dim=0),
                lambda x, x_hat: (x - x_hat).square().flatten(1).sum(dim=0),
                lambda x, x_hat: (x - x_hat).square().mean(dim=0),
                lambda x, x_hat: (x - x_hat).square().flatten(1).mean(dim=0),
            ),
            "You sum along the batch: that leaves one number for each pixel, which says where images are "
            "copied badly and not which of them.",
        ),
        Mistake(
            (
                lambda x, x_hat: (x - x_hat).abs().flatten(1).sum(dim=1),
                lambda x, x_hat: (x - x_hat).abs().flatten(1).mean(dim=1),
            ),
            "These are absolute errors: many small ones now weigh as much as a few large ones, so the "
            "ranking changes, and an odd stroke in the wrong place stands out less.",
        ),
        Mistake(
            (
                lambda x, x_hat: (x - x_hat).square().flatten(1).amax(dim=1),
                lambda x, x_hat: (x - x_hat).abs().flatten(1).amax(dim=1),
            ),
            "You take the worst pixel only: one noisy pixel makes an ordinary image a stranger, and an "
            "image that is a little wrong everywhere passes.",
        ),
        Mistake(
            lambda x, x_hat: anomaly_score(x, x_hat.clamp(0, 1)),
            "The copies are clamped to [0, 1] first: what the decoder got wrong beyond the edges is "
            "forgiven, and that happens most for images that it has never seen the like of.",
        ),
        Mistake(
            lambda x, x_hat: (x - x_hat).flatten(1).sum(dim=1).square(),
            "The differences are summed before they are squared: what is too bright and what is too dark "
            "cancel, so a stranger with the right amount of ink passes.",
        ),
    ],
    hints=[
        "One number for each image: the batch axis stays, all the others go.",
        "It is what exercise 1 computes just before the mean over the batch.",
        "High has to mean badly copied, so no minus sign.",
    ],
)
