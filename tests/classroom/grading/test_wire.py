"""Values cross the boundary as they were, and nothing else does."""

import json
import math
import socket
import struct

import numpy as np
import pytest
import torch

from course_utils.classroom.grading import wire

VALUES = [
    None, True, 3, 2**80, 0.1, math.inf, "ä", [1, [2.0]], (1, (2, [3])), {"a": (1,), 2: "b"},
    1 + 2j, b"\x00\xff", ..., torch.float64, torch.arange(6.0).view(2, 3), torch.tensor(2), torch.empty(0, 3),
    torch.arange(6.0).view(3, 2).T, torch.tensor([True, False]), torch.arange(8)[::2],
    torch.ones(3).expand(2, 3), torch.tensor([1.5], dtype=torch.bfloat16), torch.tensor([1 + 2j]),
    np.arange(3), np.float32(1.5), np.array(2.0), torch.tensor([math.nan, math.inf]),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_what_arrives_is_what_was_sent(value):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire.Channel(ours).send({"value": value})
        message, asking = wire.Channel(theirs).receive(5)
    found = message["value"]
    assert type(found) is type(value) and not asking
    if isinstance(value, torch.Tensor):
        assert found.dtype == value.dtype and (found.stride() == value.stride() or 0 in value.stride())
        assert torch.equal(found.nan_to_num(), value.nan_to_num())
    elif isinstance(value, np.ndarray | np.generic):
        assert found.dtype == value.dtype and np.array_equal(found, value)
    else:
        assert found == value


def test_an_object_becomes_its_name():
    class Odd:
        def __reduce__(self):
            raise AssertionError("nobody pickles")

    found, _ = _sent([Odd(), lambda: 0, torch.nn.Linear(1, 1), np.array([Odd()])])
    assert [one.name for one in found] == ["Odd", "function", "Linear", "ndarray"]


def test_tensors_that_ask_for_gradients_say_so():
    leaf = torch.ones(2, requires_grad=True)
    found, asking = _sent([leaf, 2 * leaf, torch.ones(2)])
    assert [one.told_leaf for one in asking] == [True, False]
    assert asking[0] is found[0] and not found[0].requires_grad


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[1", json.dumps({"tensor": "float32", "shape": [2], "at": 0, "asks": False, "leaf": True}),
        json.dumps({"tensor": "float32", "shape": [-1], "at": 0, "asks": False, "leaf": True}),
        json.dumps({"tensor": "object", "shape": [0], "at": 0, "asks": False, "leaf": True}),
        json.dumps({"tensor": "float32", "shape": [1], "stride": [0], "at": -8, "asks": 0, "leaf": True}),
        json.dumps({"array": "O", "shape": [1], "at": 0, "scalar": False}),
        json.dumps({"bytes": 0, "length": 100}), json.dumps({"dict": [[[1], 2]]}), json.dumps({"dict": 3}),
        json.dumps({"dtype": "x"}), "[" * 100_000, "9" * 5000, json.dumps({"thing": "x", "place": 3}),
        json.dumps({"tensor": "uint8", "shape": [2, 2], "stride": [10**8, 1], "at": 0, "asks": 0, "leaf": 1}),
    ],
)  # fmt: skip
def test_nonsense_is_garbled(text):
    with pytest.raises(wire.Garbled):
        wire.unpack(text.encode(), bytearray(4))


def test_a_message_that_is_too_long_late_or_cut_off():
    for sent, error in ((struct.pack("<QQ", 2**40, 0), wire.Garbled), (b"", wire.Late), (b"x", EOFError)):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.sendall(sent)
            if error is EOFError:
                ours.close()
            with pytest.raises(error):
                wire.Channel(theirs).receive(0.05)


def _sent(value):
    packed = wire.pack(value)
    text, blob = struct.unpack("<QQ", packed[:16])
    return wire.unpack(packed[16 : 16 + text], packed[16 + text :][:blob])
