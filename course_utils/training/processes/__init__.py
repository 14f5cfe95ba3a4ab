"""The one loop in several processes, which torchrun starts: each trains on its part of every batch.

    with processes.joined() as place:
        history = training.fit(model, loss, data, ...)
        if place.main:
            print(history)

`torchrun --nproc-per-node 2 FILE.py` runs such a file in two processes, `python FILE.py` in one, to the same
end but for rounding: `fit` and `steps` see for themselves whether a group was joined. In a game, whose update
goes to `steps`, each player is handed to the update as `parallel(player)`; `fit` does so with its model.
"""

from .draws import share
from .gradients import parallel, whole_batch_norm
from .group import ProcessLost, average, rank, world
from .joining import Place, joined

__all__ = [
    "Place", "ProcessLost", "average", "joined", "parallel", "rank", "share", "whole_batch_norm", "world",
]  # fmt: skip
