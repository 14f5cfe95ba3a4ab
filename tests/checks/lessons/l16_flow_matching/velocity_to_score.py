"""Right answers to flow.velocity_to_score in other words."""


def score_by_the_noise(v, x, t):
    noise = x - t * v
    return -noise / (1 - t)


def score_by_tweedie(v, x, t):
    data = x + (1 - t) * v
    return (t * data - x) / (1 - t) ** 2
