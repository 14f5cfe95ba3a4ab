"""Memory of training, by counting bytes: the same on every machine."""

import torch

BYTES_PER_WEIGHT = 16  # float32: the weight, its gradient, and the two averages of Adam


class SavedTensors(torch.autograd.graph.saved_tensors_hooks):
    """Counts what autograd keeps for the backward pass, while it is entered; `peak`: the most bytes at once.

    A storage that several operations keep counts once; the model's weights, which are there anyway, do not.
    """

    def __init__(self, model):
        super().__init__(self._keep, lambda kept: kept.tensor)
        self._spared = {weight.untyped_storage().data_ptr() for weight in model.parameters()}
        self._users, self.live, self.peak = {}, 0, 0

    def _keep(self, tensor):
        return _Kept(tensor, self)

    def count(self, tensor, by):
        """One more (by = 1) or one fewer (by = -1) keeps this tensor's storage."""
        storage = tensor.untyped_storage()
        place = storage.data_ptr()
        if place in self._spared:
            return
        before = self._users.pop(place, 0)
        if before + by:
            self._users[place] = before + by
        self.live += storage.nbytes() * (bool(before + by) - bool(before))
        self.peak = max(self.peak, self.live)


class _Kept:
    """A tensor that is counted for as long as a graph holds this."""

    def __init__(self, tensor, counter):
        self.tensor, self._counter = tensor, counter
        counter.count(tensor, 1)

    def __del__(self):
        self._counter.count(self.tensor, -1)


def training_megabytes(model, train):
    """Megabytes of training, while train() takes a few steps of model: weights and what autograd keeps."""
    saved = SavedTensors(model)
    with saved:
        train()
    weights = sum(weight.numel() for weight in model.parameters())
    return (BYTES_PER_WEIGHT * weights + saved.peak) / 1e6
