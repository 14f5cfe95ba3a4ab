"""Right answers to guidance.guided_sample in other words."""

import itertools

import torch


def sample_by_two_calls(noise, y, net, null, scale, schedule, times):
    """Two calls of the network, and the step in numbers."""
    levels, x = schedule.alphas_cumprod.tolist(), noise
    for now, then in itertools.pairwise([*times, -1]):
        t = torch.tensor([now] * len(noise))
        uncond, cond = net(x, t, torch.full_like(y, null)), net(x, t, y)
        a, b = levels[now], levels[then] if then >= 0 else 1.0
        x0 = (a**0.5 * x - (1 - a) ** 0.5 * (scale * cond + (1 - scale) * uncond)).clip(-1, 1)
        x = b**0.5 * x0 + ((1 - b) / (1 - a)) ** 0.5 * (x - a**0.5 * x0)
    return x


def sample_by_convert(noise, y, net, null, scale, schedule, times):
    """The two guesses of x_0 are combined; the last step is the last guess itself."""
    x, both = noise.clone(), torch.cat((y, torch.full_like(y, null)))
    for k in range(len(times)):
        t = torch.full((2 * len(y),), times[k])
        twice = x.repeat(2, *[1] * (x.ndim - 1))
        guesses = schedule.convert(net(twice, t, both), twice, t, "v_prediction", "sample")
        told, untold = guesses[: len(y)], guesses[len(y) :]
        x0 = torch.lerp(untold, told, scale).clamp(min=-1, max=1)
        if k + 1 == len(times):
            break
        t = t[: len(y)]
        epsilon = schedule.convert(x0, x, t, "sample", "epsilon")
        x = schedule.add_noise(x0, epsilon, torch.full_like(t, times[k + 1]))
    return x0


def sample_by_posterior(noise, y, net, null, scale, schedule, times):
    """A while loop that takes the steps from a list, and combines the noises."""
    left, x = list(times), noise
    while left:
        t = torch.full((len(x),), left.pop(0))
        then = left[0] if left else -1
        uncond = schedule.convert(net(x, t), x, t, "v_prediction", "epsilon")
        cond = schedule.convert(net(x, t, y), x, t, "v_prediction", "epsilon")
        guided = uncond + scale * (cond - uncond)
        x0 = schedule.convert(guided, x, t, "epsilon", "sample").clamp(-1, 1)
        s, n = schedule.rates(then, x)
        s_t, n_t = schedule.rates(t, x)
        x = s * x0 + n * ((x - s_t * x0) / n_t)
    return x
