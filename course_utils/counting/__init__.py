"""What a model costs, by formula: FLOPs, memory, time and its growth, and the cost of the big systems."""

from .arithmetic import CHIPS, TRAININGS, dit_macs, gpu_days, transformer_training_flops
from .growth import Growth, fit_growth, utilisation
from .layers import attention_flops, convolution_flops, linear_flops, norm_flops, transformer_flops
from .memory import Memory, activation_bytes, saved_bytes, training_memory
from .model import Count, Operation, count

__all__ = [
    "CHIPS", "TRAININGS", "Count", "Growth", "Memory", "Operation", "activation_bytes", "attention_flops",
    "convolution_flops", "count", "dit_macs", "fit_growth", "gpu_days", "linear_flops", "norm_flops",
    "saved_bytes", "training_memory", "transformer_flops", "transformer_training_flops", "utilisation",
]  # fmt: skip
