"""Right answers to scale.average in other words."""


def average_by_sums(gradients, counts):
    """Every rank's sum over its rows, and one division."""
    total = sum(count * gradient for count, gradient in zip(counts, gradients, strict=True))
    return total / counts.sum()


def average_by_broadcasting(gradients, counts):
    weights = counts.view(-1, *(1,) * (gradients.dim() - 1)) / counts.sum()
    return (weights * gradients).sum(dim=0)


def average_scaled_for_all_reduce(gradients, counts):
    """What each rank must multiply its own by, where what comes after is a plain mean over the ranks."""
    ranks = len(counts)
    scaled = [
        gradient * (ranks * count / counts.sum()) for gradient, count in zip(gradients, counts, strict=True)
    ]
    mean = scaled[0] / ranks
    for one in scaled[1:]:
        mean = mean + one / ranks
    return mean
