"""Right answers to diffusion.ema_update in other words."""

import torch


def ema_by_lerp(average, steps, decay):
    average = average.clone()
    for weights in steps:
        average.lerp_(weights, 1 - decay)
    return average


def ema_by_difference(average, steps, decay):
    for i in range(len(steps)):
        average = average + (1 - decay) * (steps[i] - average)
    return average


def ema_in_closed_form(average, steps, decay):
    n = len(steps)
    shares = (1 - decay) * decay ** torch.arange(n - 1, -1, -1)
    return decay**n * average + shares.to(steps) @ steps


def ema_numpy(average, steps, decay):
    value = average.numpy().copy()
    for weights in steps.numpy():
        value = decay * value + (1 - decay) * weights
    return value


OTHER_TYPE = [ema_numpy]
