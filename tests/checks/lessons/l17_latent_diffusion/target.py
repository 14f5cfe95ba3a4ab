"""Right answers to distil.target in other words."""


def target_by_determinants(x_t, x_s, rates_t, rates_s):
    a_t, b_t = rates_t
    a_s, b_s = rates_s
    return (b_t * x_s - b_s * x_t) / (b_t * a_s - b_s * a_t)


def target_by_the_noise(x_t, x_s, rates_t, rates_s):
    """With the image taken out first; what is left of x_t after the noise, by its signal."""
    (signal_t, sigma_t), (signal_s, sigma_s) = rates_t, rates_s
    noise = (signal_s * x_t - signal_t * x_s) / (signal_s * sigma_t - signal_t * sigma_s)
    return (x_s - sigma_s * noise) / signal_s


def target_by_indexing(x_t, x_s, rates_t, rates_s):
    share = rates_s[1] / rates_t[1]
    known = x_s - share * x_t
    return known * (1 / (rates_s[0] - share * rates_t[0]))
