"""Random numbers that do not depend on the number of processes: drawn for the whole batch, and cut.

The random numbers of all processes start from one seed. So what belongs to the rows of a batch must be drawn
for all its rows, of which each process keeps its own: otherwise every process had the same noise. Together
the processes then see the noise that one alone would see. What is drawn and thrown away costs little beside a
network.
"""

import contextlib

import torch
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from ..._validate import check_callable
from . import parts

SIZED = {torch.rand, torch.randn, torch.randint, torch.normal}  # functions that are told a size
ALIKE = {  # those that draw something of the size of a tensor
    torch.rand_like, torch.randn_like, torch.randint_like, torch.normal, torch.bernoulli,
    torch.Tensor.bernoulli, torch.multinomial, torch.Tensor.multinomial, torch.poisson, torch.dropout,
    torch.feature_dropout, F.dropout, F.dropout1d, F.dropout2d, F.dropout3d, F.alpha_dropout,
    F.feature_alpha_dropout, F.gumbel_softmax, F.rrelu,
}  # fmt: skip
FILLED = {  # and those that fill one
    torch.Tensor.normal_, torch.Tensor.uniform_, torch.Tensor.bernoulli_, torch.Tensor.exponential_,
    torch.Tensor.random_, torch.Tensor.log_normal_, torch.Tensor.cauchy_, torch.Tensor.geometric_,
}  # fmt: skip

_sharing = []  # not empty while share's own draw is made, which is for the whole batch already


@contextlib.contextmanager
def step_on(total):
    """Inside the block a step is done on a batch of `total` rows, of which this process has its part."""
    with parts.batch_of(total) as mine, WholeBatch(mine) if parts.world() > 1 else contextlib.nullcontext():
        yield mine


def share(draw):
    """This process's rows of draw(n) -> [n, ...], which draws for the whole batch of the step in hand.

    What torch draws in a step is shared without asking, see WholeBatch; this is for all else, and it must
    draw the same on every process. Raises RuntimeError where no step of the loop is being done.
    """
    check_callable("draw", draw, "n")
    mine = parts.in_hand()
    if mine is None:
        raise RuntimeError("share must be called in a step of training.fit or training.steps.")
    _sharing.append(draw)
    try:
        return draw(mine.total)[mine.slice]
    finally:
        _sharing.pop()


class WholeBatch(TorchFunctionMode):
    """Inside `with WholeBatch(part):` what torch draws for the part's rows is cut from a draw for all rows.

    A draw is for the rows where its first axis is as long as the part, a multiple of that (several batches
    in a row) or a whole fraction of it (one of several smaller batches). Any other is the same on all
    processes, and so is what is drawn inside larger operations, such as a fused attention's dropout.
    """

    def __init__(self, part):
        super().__init__()
        self.part = part

    def __torch_function__(self, function, types, args=(), kwargs=None):
        """What torch calls in place of its functions."""
        kwargs = kwargs or {}
        if not _sharing:
            if function in SIZED and (place := _size(function, args, kwargs)):
                return self._sized(function, args, kwargs, place)
            if function in ALIKE or (function in FILLED and not isinstance(args[0], torch.nn.Parameter)):
                return self._alike(function, args, kwargs)
        return function(*args, **kwargs)

    def _cut(self, first):
        """(batches, rows of a whole one, own rows) of a draw with so long a first axis; None if common."""
        rows = self.part.rows
        if first == rows or (rows > 1 and first and first % rows == 0):
            return first // rows, self.part.total, self.part.slice
        if first > 1 and rows % first == 0:
            start = first * parts.rank()
            return 1, first * parts.world(), slice(start, start + first)
        return None

    def _sized(self, function, args, kwargs, size):
        """A draw of a size [n, ...]: of [rows of all, ...], cut."""
        cut = self._cut(size[0])
        if cut is None:
            return function(*args, **kwargs)
        batches, total, own = cut
        whole = (batches * total, *size[1:])
        if "size" in kwargs:
            kwargs = {**kwargs, "size": whole}
        else:
            places = [i for i, value in enumerate(args) if isinstance(value, tuple | list)]
            args = (*args[: places[0]], whole) if places else whole
        return _own(function(*args, **kwargs), batches, own)

    def _alike(self, function, args, kwargs):
        """A draw like a tensor [n, ...]: like that tensor among ones in the places of the others, cut."""
        given = [value for value in (*args, *kwargs.values()) if isinstance(value, torch.Tensor)]
        cut = self._cut(len(given[0])) if given and given[0].ndim else None
        if cut is None:
            return function(*args, **kwargs)
        n = len(given[0])

        def whole(value):
            alike = isinstance(value, torch.Tensor) and value.ndim and len(value) == n
            return _among_ones(value, *cut) if alike else value

        drawn = function(*map(whole, args), **{name: whole(value) for name, value in kwargs.items()})
        drawn = _own(drawn, cut[0], cut[2])
        return args[0].copy_(drawn) if function in FILLED else drawn


def _size(function, args, kwargs):
    """The size that a function is told, as a tuple; None where it is told none, or no axis."""
    if "size" in kwargs:
        return tuple(kwargs["size"])
    listed = next((tuple(value) for value in args if isinstance(value, tuple | list)), None)
    if listed is None and function in (torch.rand, torch.randn):
        return tuple(args)
    return listed


def _own(whole, batches, own):
    if batches == 1:
        return whole[own]
    return whole.unflatten(0, (batches, -1))[:, own].flatten(0, 1)


def _among_ones(tensor, batches, total, own):
    """The tensor [n, ...] as the own rows of [batches total, ...], which lies in memory in the same order."""
    order = sorted(range(tensor.ndim), key=lambda axis: -tensor.stride(axis))
    back = [order.index(axis) for axis in range(tensor.ndim)]
    shape = (batches * total, *tensor.shape[1:])
    whole = tensor.new_ones([shape[axis] for axis in order]).permute(back)
    whole.unflatten(0, (batches, total))[:, own] = tensor.unflatten(0, (batches, -1))
    return whole
