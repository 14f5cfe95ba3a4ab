"""The tricks of the lectures, each as one small part: Salimans et al. 2016, and truncation."""

import torch
from torch import nn

from .._validate import check_generator, check_has, check_int, check_model, check_number, check_tensor
from .losses import Losses, cross_entropy


def one_sided(losses, real_label=0.9):
    """The pair of losses with D's target for real data lowered to real_label, and for fakes left at 0.

    losses: a pair whose d_loss is the cross-entropy, such as gan.losses["non_saturating"]; real_label in
    (0, 1]. -r log D - (1 - r) log(1 - D) is softplus(-l) + (1 - r) l in the logit l. The best D becomes
    r p / (p + q). Source: Salimans et al. 2016, section 3.4. Raises ValueError for other losses, which have
    no label.
    """
    check_has("losses", losses, "a pair of losses", "d_loss", "g_loss")
    r = check_number("real_label", real_label, 0, 1, open_minimum=True)
    if losses.d_loss is not cross_entropy:
        raise ValueError(f"losses must be a pair with the cross-entropy for D; got {losses}.")

    def d_loss(real, fake):
        return cross_entropy(real, fake) + (1 - r) * real.mean()

    return Losses(d_loss, losses.g_loss)


def feature_matching(D, real, fake):
    """The squared distance of D's mean features on real and on generated images, a scalar for G to minimise.

    D: has .features, images [B, ...] -> [B, F]; real, fake: [B, ...], of any two lengths. The real side
    carries no gradient. Source: Salimans et al. 2016, section 3.1.
    """
    check_has("D", D, "a discriminator with .features", "features")
    check_tensor("real", real, "[B, ...]"), check_tensor("fake", fake, "[B, ...]")
    with torch.no_grad():
        wanted = D.features(real).mean(0)
    return (wanted - D.features(fake).mean(0)).square().sum()


def minibatch_features(h, kernel):
    """How close each row of a batch lies to the others, seen by K learned kernels.

    h: [B, F]; kernel: T [F, K, R]. With M = h T [B, K, R], o[i, k] = sum over j != i of
    exp(-|M[i, k] - M[j, k]|_1), in (0, B - 1). Returns o [B, K]. The paper's sum runs over j = i too, which
    adds 1 everywhere and nothing else. Source: Salimans et al. 2016, section 3.2.
    """
    check_tensor("h", h, "[B, F]")
    check_tensor("kernel", kernel, f"[{h.shape[1]}, K, R]")
    m = torch.einsum("bf,fkr->bkr", h, kernel)
    distance = (m[:, None] - m[None]).abs().sum(3)  # [B, B, K]
    return (-distance).exp().sum(1) - 1  # a row's distance from itself is 0


class MinibatchDiscrimination(nn.Module):
    """Append minibatch_features to a batch of features: h [B, F] -> [B, F + kernels].

    The kernel T is drawn from N(0, 1 / F), so that M is as large as h. Source: Salimans et al. 2016, 3.2.
    """

    def __init__(self, n_features, kernels=16, dimensions=8):
        check_int("dimensions", dimensions)
        super().__init__()
        shape = check_int("n_features", n_features), check_int("kernels", kernels), dimensions
        self.kernels = kernels
        self.kernel = nn.Parameter(torch.randn(*shape) / n_features**0.5)

    def forward(self, h):
        """h: [B, F] -> [B, F + kernels]."""
        return torch.cat([h, minibatch_features(h, self.kernel)], 1)


class HistoricalAverage:
    """The mean of all weights that a model has had, and the squared distance of those of now from it.

    It starts with the weights as they are; `update()`, called after each step, adds those of now.
    Source: Salimans et al. 2016, section 3.3.
    """

    def __init__(self, model):
        check_model("model", model)
        self._weights = [weight for weight in model.parameters() if weight.requires_grad]
        self.mean = [weight.detach().clone() for weight in self._weights]
        self._count = 1

    def penalty(self):
        """|theta - mean of theta so far|^2, a scalar with gradient."""
        pairs = zip(self._weights, self.mean, strict=True)
        return sum((weight - mean).square().sum() for weight, mean in pairs)

    @torch.no_grad()
    def update(self):
        """Take the weights of now into the mean."""
        self._count += 1
        for weight, mean in zip(self._weights, self.mean, strict=True):
            mean.lerp_(weight, 1 / self._count)


class VirtualBatchNorm2d(nn.Module):
    """Batch norm in which no image meets another of its batch, only a fixed reference batch and itself.

    The first n_reference rows of its input are the reference batch on its way through the same net; they are
    normalised by their own mean and variance. Every other row is normalised by those of the reference batch
    and itself together. Learned scale and shift per channel, [channels]; the same in training and in
    inference. Source: Salimans et al. 2016, section 3.5.
    """

    def __init__(self, channels, n_reference, eps=1e-5):
        check_number("eps", eps, 0)
        super().__init__()
        self.n_reference, self.eps = check_int("n_reference", n_reference), eps
        self.weight = nn.Parameter(torch.ones(check_int("channels", channels)))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        """x: [n_reference + B, C, H, W] -> the same shape. Raises ValueError where x has fewer rows."""
        check_tensor("x", x, f"[B, {len(self.weight)}, H, W]")
        n = self.n_reference
        if len(x) < n:
            raise ValueError(f"x must hold the {n} rows of the reference batch first; got {len(x)} rows.")
        mean, square = x.mean((2, 3)), x.square().mean((2, 3))  # [n + B, C]
        mean, square = _with_reference(mean, n), _with_reference(square, n)
        deviation = (square - mean.square()).clamp(min=0) + self.eps
        normal = (x - mean[:, :, None, None]) * deviation.rsqrt()[:, :, None, None]
        return self.weight[:, None, None] * normal + self.bias[:, None, None]


def _with_reference(values, n):
    """values [n + B, C] -> for the first n rows their mean; for any other row, the mean of it and them."""
    reference = values[:n].mean(0, keepdim=True)
    return torch.cat([reference.expand(n, -1), (n * reference + values[n:]) / (n + 1)])


def truncated_normal(n, dim, threshold, generator=None):
    """z [n, dim] from N(0, I) given that every |z_i| <= threshold: what lies outside is drawn again.

    threshold: at least 0.01. Each coordinate is drawn again by itself. generator: a torch.Generator, or None
    for torch's own; z is on its device. Source: Brock et al. 2019, section 3.1.
    """
    check_generator("generator", generator)
    check_number("threshold", threshold, 0.01)
    how = {"generator": generator, "device": None if generator is None else generator.device}
    z = torch.randn(check_int("n", n), check_int("dim", dim), **how)
    while (outside := z.abs() > threshold).any():
        z[outside] = torch.randn(int(outside.sum()), **how)
    return z
