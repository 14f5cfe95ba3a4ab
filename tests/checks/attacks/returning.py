"""What comes back is no answer, lies about itself, never ends, or acts when it is looked at."""

import itertools
import unittest.mock

import numpy as np
import torch
from attacks.right import right

KINDS = {"wrong"}
WORD = {"array_like", "numpy_matrix", "own_float"}
RIGHT = {"own_tensor"}
APART = {"bad_expand"}


class Hostile:
    """Every way to look at it raises."""

    def __getattribute__(self, name):
        raise KeyboardInterrupt(name)

    def __eq__(self, other):
        raise SystemExit

    def __repr__(self):
        raise SystemExit

    def __bool__(self):
        raise SystemExit

    __hash__ = __str__ = __len__ = __iter__ = __float__ = __repr__


class Liar:
    """It says that it is a tensor."""

    __class__ = torch.Tensor
    shape, ndim, dtype = (), 0, torch.float32


class Long:
    def __len__(self):
        return 10**12

    def __getitem__(self, place):
        return 1.0


class Everything:
    """Whatever torch is asked of it, it says yes."""

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return True

    def __eq__(self, other):
        return True

    __hash__ = None


class Yes(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        raise SystemExit(f"{func}")


class Own(torch.Tensor):
    pass


class Number(float):
    def __float__(self):
        raise SystemExit

    def __eq__(self, other):
        return True

    __hash__ = None


class Array:
    def __init__(self, value):
        self.value = value

    def __array__(self, dtype=None, copy=None):
        return np.array(self.value.detach().numpy(), dtype=dtype)


class Words(list):
    def __iter__(self):
        return itertools.count()

    def __len__(self):
        return 10**15


def _gives(make):
    return lambda p, q: make(p, q)


hostile = _gives(lambda p, q: Hostile())
hostile_list = _gives(lambda p, q: [Hostile()])
hostile_class = _gives(lambda p, q: Hostile)
liar = _gives(lambda p, q: Liar())
endless_sequence = _gives(lambda p, q: Long())
everything = _gives(lambda p, q: Everything())
yes_tensor = _gives(lambda p, q: torch.tensor(9.0).as_subclass(Yes))
own_tensor = _gives(lambda p, q: right(p, q).as_subclass(Own))
own_float = _gives(lambda p, q: Number(float.__float__(float(right(p, q)))))
array_like = _gives(lambda p, q: Array(right(p, q)))
numpy_matrix = _gives(lambda p, q: np.float64(right(p, q)))
own_list = _gives(lambda p, q: Words([1.0]))
generator = _gives(lambda p, q: (x for x in p))
endless_generator = _gives(lambda p, q: itertools.count())
lazy_map = _gives(lambda p, q: map(float, p))
lazy_range = _gives(lambda p, q: range(10**12))
lazy_dict = _gives(lambda p, q: {"kl": right(p, q)}.values())
a_function = _gives(lambda p, q: right)
a_module = _gives(lambda p, q: torch)
a_type = _gives(lambda p, q: int)
a_mock = _gives(lambda p, q: unittest.mock.MagicMock())
a_string = _gives(lambda p, q: "0.5")
a_set = _gives(lambda p, q: {1.0})
a_complex = _gives(lambda p, q: 1j)
an_object_array = _gives(lambda p, q: np.array([Everything()], dtype=object))
a_meta_tensor = _gives(lambda p, q: torch.empty((), device="meta"))
a_sparse_tensor = _gives(lambda p, q: p.to_sparse())
a_huge_view = _gives(lambda p, q: p.sum().expand(10**12))
bad_expand = _gives(lambda p, q: p.sum().expand(3 * 10**7))
a_nested_tensor = _gives(lambda p, q: torch.nested.nested_tensor([p, p[:1]]))
a_quantised_tensor = _gives(lambda p, q: torch.quantize_per_tensor(p.float(), 0.1, 0, torch.quint8))
a_network = _gives(lambda p, q: torch.nn.Linear(1, 1))


def holds_itself(p, q):
    kept = []
    kept.append(kept)
    return kept


def holds_each_other(p, q):
    one, other = [], []
    one.append((other,))
    other.append(one)
    return one


def deeply_nested(p, q):
    value = 1.0
    for _ in range(10**5):
        value = (value,)
    return value


def yields(p, q):
    yield right(p, q)


async def awaits(p, q):
    return right(p, q)


def freed_memory(p, q):
    value = right(p, q).expand(2).clone()
    value.untyped_storage().resize_(0)
    return value
