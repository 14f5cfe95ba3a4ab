"""Right answers to scale.utilisation in other words."""


def utilisation_by_speed(macs, images, seconds, peak, gpus):
    of_each = images / gpus / seconds
    forward = 2 * macs
    return of_each * (forward + 2 * forward) / peak


def utilisation_by_time(macs, images, seconds, peak, gpus):
    """How long a chip that is always busy would take, over how long it took."""
    needed = 6 * macs * images / (peak * gpus)
    return needed / seconds
