"""Right answers to scale.memory in other words."""

import torch


def memory_of_tensors(shapes, mixed, average):
    """With tensors that take no memory, asked for their bytes."""
    kind = torch.bfloat16 if mixed else torch.float32

    def held(dtype):
        return sum(torch.empty(shape, dtype=dtype, device="meta").nbytes for shape in shapes)

    single = held(torch.float32)
    return held(kind), held(kind), (3 if mixed else 2) * single, single if average else 0


def memory_of_bits(shapes, mixed, average):
    count = 0
    for shape in shapes:
        numbers = 1
        for size in shape:
            numbers *= size
        count += numbers
    bits = 32 >> mixed
    master, moments = 32 * mixed, 32 + 32
    found = [bits * count // 8] * 2 + [(master + moments) * count // 8, 0]
    if average:
        found[-1] = count * 32 // 8
    return tuple(found)
