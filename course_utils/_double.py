"""float64 where a tensor's device has it, and on the CPU where it has none."""


def double(x):
    """x in float64: on its own device, or on the CPU where it comes from one of Apple's GPUs (mps)."""
    return (x.cpu() if x.device.type == "mps" else x).double()
