"""What players with labels minimise: ACGAN's class term, and K + 1 classes of which few labels are known."""

from torch.nn import functional as F

from .._validate import check_labels, check_number, check_tensor
from .losses import Losses, cross_entropy, non_saturating


def acgan_losses(weight=1.0):
    """The pair of an auxiliary classifier GAN: the GAN's cross-entropy plus weight times that of the class.

    d_loss(real, fake, y_real, y_fake) and g_loss(fake, y_fake), scalars to minimise; real and fake are what
    AuxiliaryDiscriminator gives, (logits [B, 1], class logits [B, K]), and y [B] the labels: those of the
    real images, and those that were asked for. Both players want the class of both kinds read rightly:
    D maximises L_S + weight L_C, G maximises weight L_C - L_S (here non-saturating). Nothing asks for the
    entropy H(y | x) that the data have: see label_theory.acgan_optimum. Source: Odena et al. 2017, eqs. 2-3.
    """
    weight = check_number("weight", weight, 0)

    def d_loss(real, fake, y_real, y_fake):
        classes = F.cross_entropy(real[1], y_real) + F.cross_entropy(fake[1], y_fake)
        return cross_entropy(real[0], fake[0]) + weight * classes

    def g_loss(fake, y_fake):
        return non_saturating(fake[0]) + weight * F.cross_entropy(fake[1], y_fake)

    return Losses(d_loss, g_loss)


def k_plus_one_logit(classes):
    """D's logit, log Z(x) with Z = sum_k exp l_k, from the K class logits: [B, K] -> [B, 1].

    With the logit of class K + 1, "generated", fixed at 0, softmax gives it 1 / (Z + 1), and
    D = Z / (Z + 1) = sigmoid(log Z). Source: Salimans et al. 2016, section 5.
    """
    return check_tensor("classes", classes, "[B, K]").logsumexp(1, keepdim=True)


def k_plus_one(labelled, y, unlabelled, fake):
    """D's two losses with K + 1 classes, (supervised, unsupervised), scalars of which the sum is minimised.

    labelled, unlabelled, fake: the K class logits of images with labels y [B], of images without, and of
    generated ones, [B, K] each, of any lengths. supervised: -E log p(y | x, y < K + 1), the cross-entropy of
    K classes. unsupervised: -E log D(x) - E log(1 - D(G(z))) with D = 1 - p(K + 1 | x). Source: Salimans et
    al. 2016, section 5.
    """
    check_tensor("labelled", labelled, "[B, K]")
    y = check_labels("y", y, labelled.shape[1], f"[{len(labelled)}]")
    for name, classes in (("unlabelled", unlabelled), ("fake", fake)):
        check_tensor(name, classes, f"[B, {labelled.shape[1]}]")
    supervised = F.cross_entropy(labelled, y)
    return supervised, cross_entropy(k_plus_one_logit(unlabelled), k_plus_one_logit(fake))
