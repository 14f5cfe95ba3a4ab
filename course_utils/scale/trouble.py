"""What can end a run that is well under way, each said in one sentence that tells how to go on."""

import contextlib

import torch

from ..training import TrainingDiverged


@contextlib.contextmanager
def explained(files, how):
    """Inside, a GPU that is lost or full, and a loss that is not finite, become a RuntimeError's sentence."""
    try:
        yield
    except TrainingDiverged as error:
        raise RuntimeError(
            f"{str(error).split(';')[0]}, and {state_of(files)}: give a smaller --lr than {how['lr']:g} and "
            "another --out."
        ) from error
    except torch.OutOfMemoryError as error:
        raise RuntimeError(
            f"the GPU's memory is full at a batch of {how['batch_size']}, and {state_of(files)}: give the "
            "same command again once others have left the GPU, or a smaller --batch and another --out."
        ) from error
    except torch.AcceleratorError as error:
        raise lost(error, files) from error
    except RuntimeError as error:
        if "CUDA error" not in str(error):
            raise
        raise lost(error, files) from error


def lost(error, files):
    """The sentence for a GPU that answers no more."""
    reason = str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
    return RuntimeError(
        f"the GPU was lost ({reason}), and {state_of(files)}: give the same command again once `nvidia-smi` "
        "shows the GPU."
    )


def state_of(files):
    """What is kept, in words."""
    if files.run.exists():
        return f"{files.run} holds the run as it was last saved"
    return "no step had been saved yet"
