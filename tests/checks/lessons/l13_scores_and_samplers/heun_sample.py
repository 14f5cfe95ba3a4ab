"""Right answers to scores.heun_sample in other words."""


def sample_by_index(denoise, y, sigmas):
    n = len(sigmas) - 1
    for i in range(n):
        s, s_next = float(sigmas[i]), float(sigmas[i + 1])
        d = (y - denoise(y, s)) / s
        y_next = y + (s_next - s) * d
        if i < n - 1:
            d_next = (y_next - denoise(y_next, s_next)) / s_next
            y_next = y + (s_next - s) * 0.5 * (d + d_next)
        y = y_next
    return y


def sample_by_shares(denoise, y, sigmas):
    """Euler's step is a mixture of y and the guess, and the correction is half of what it missed."""
    for k, then in enumerate(sigmas[1:]):
        s = sigmas[k]
        x0 = denoise(y, s)
        ahead = then / s * y + (1 - then / s) * x0
        if then == 0:
            return ahead
        moved = (ahead - denoise(ahead, then)) / then - (y - x0) / s
        y = ahead + (then - s) / 2 * moved
    return y
