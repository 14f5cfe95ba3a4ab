"""How far apart two sets of features lie, by a kernel and without bias."""

import torch

from ._features import check_pair


@torch.no_grad()
def kernel_distance(real, fake):
    """The kernel inception distance: the unbiased squared MMD with the kernel (x.y / F + 1)^3, a float.

    real: [N, F], fake: [M, F], features, N, M >= 2. The mean of the kernel over pairs of different real
    rows, plus that over pairs of different fake ones, minus twice that over mixed pairs. Its mean is 0 for
    equal distributions, so it is negative about half the time there. Source: Binkowski et al. 2018, section
    4; Gretton et al. 2012, eq. 3. Raises ValueError where the widths differ, a number is not finite or a set
    has fewer than two rows.
    """
    real, fake = check_pair(real, fake, more_than=1)
    return float(_within(real) + _within(fake) - 2 * _kernel(real, fake).mean())


def _kernel(a, b):
    return (a @ b.T / a.shape[1] + 1) ** 3


def _within(x):
    """The mean of the kernel over pairs of different rows of x."""
    values = _kernel(x, x)
    return (values.sum() - values.trace()) / (len(x) * (len(x) - 1))
