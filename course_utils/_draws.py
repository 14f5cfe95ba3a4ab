"""Random numbers drawn where their generator is, so that one of the CPU serves a model on a GPU too."""

import torch


def drawn_on(generator, device):
    """The generator's device, where there is one: what is wanted elsewhere is drawn there, and moved."""
    return device if generator is None else generator.device


def normal(shape, device, dtype=None, generator=None):
    """Standard normal numbers [*shape] on a device.

    generator: of any device, or None for torch's global one.
    """
    place = drawn_on(generator, device)
    return torch.randn(shape, generator=generator, device=place, dtype=dtype).to(device)


def uniform(shape, device, dtype=None, generator=None):
    """Numbers [*shape] uniform on [0, 1), on a device; generator as for `normal`."""
    place = drawn_on(generator, device)
    return torch.rand(shape, generator=generator, device=place, dtype=dtype).to(device)
