"""Studies: what a deck computes at length is stored beside the decks, and loaded when they are built.

A block ```` ```python study keep="scores, net" ```` runs when asked to (`make studies NAME=NN_name`); what it
keeps goes to slides/studies/NN_name.safetensors. Every other build loads that, and stops where the block, or
earlier code of the deck that it depends on, has changed since. With `weights="half"` on the fence line
networks are kept in half precision, where a deck's would take more than MOST_BYTES otherwise.
"""

import contextlib
import copy
import hashlib
import json
import random
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from . import depends
from .errors import BuildError
from .files import write
from .source import Block

MOST_BYTES = 3_000_000


class Shelf:
    """The stored studies of one deck; compute: run them all again, and save() what they give."""

    def __init__(self, deck, slides, compute=False):
        self.name, self.compute = deck.stem, compute
        self.path = deck.parent / "studies" / f"{deck.stem}.safetensors"
        self.digests = digests(slides)
        self.values, self.tensors = ({}, {}) if compute else _read(self.path)

    def run(self, block, namespace, execute):
        """Put a study's results into the namespace: loaded, or computed by execute(code, namespace, kind).

        Both ways lead through what is stored, and leave random numbers as they were: a deck cannot tell.
        """
        names, digest = kept(block), self.digests[id(block)]
        if self.compute:
            self.values[digest] = self._computed(block, names, namespace, execute)
        if digest not in self.values:
            raise BuildError(
                f"its study of {', '.join(names)} is not stored, or its code has changed since: "
                f"run `make studies NAME={self.name}`."
            )
        for name in names:
            stored = self.values[digest][name]
            namespace[name] = _from_plain(name, stored, self.tensors, namespace.get(name))

    def _computed(self, block, names, namespace, execute):
        own = dict(namespace)  # what the block makes on its way stays in it
        with _dice_put_back():
            execute(block.code, own, "study")
        missing = [name for name in names if name not in own]
        if missing:
            raise BuildError(f"its study should keep {missing[0]}, but its code makes no such name.")
        if block.options.get("weights") == "half":
            own = {name: _halved(value) for name, value in own.items()}
        place = f"{len(self.values)}"
        return {name: _to_plain(f"{place}/{name}", name, own[name], self.tensors) for name in names}

    def save(self):
        """Write what was computed; return the size in bytes, None for a deck without studies."""
        if not self.values:
            self.path.unlink(missing_ok=True)
            return None
        data = save(self.tensors, {"studies": json.dumps(self.values)})
        if len(data) > MOST_BYTES:
            raise BuildError(
                f"its studies would take {len(data) / 1e6:.1f} MB and {MOST_BYTES / 1e6:.0f} MB is the most: "
                "keep less, or keep it in fewer bits."
            )
        return write(self.path, data)


def kept(block):
    """The names that a study's fence line says it keeps; raises BuildError where it says none."""
    names = block.options.get("keep", "").replace(",", " ").split()
    if not names:
        raise BuildError('a study needs keep="name, name": the results that are stored.')
    return names


def digests(slides):
    """A digest of each study of a deck: of its fence, its code, and the earlier code on which it depends."""
    found, earlier = {}, []
    for block in (part for slide in slides for part in slide.body if isinstance(part, Block)):
        if block.kind == "study":
            lines = [block.options.get("keep", ""), block.code.strip(), *depends.needed(block.code, earlier)]
            lines += [value for key, value in block.options.items() if key == "weights"]
            found[id(block)] = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
            earlier.append(depends.Kept(kept(block), block.code))
        else:
            earlier += depends.effects(block.code, draws=block.kind == "figure")
    return found


@contextlib.contextmanager
def _dice_put_back():
    """Leave the global random numbers, and whether gradients are kept, as they were."""
    states = torch.get_rng_state(), np.random.get_state(), random.getstate()
    with torch.set_grad_enabled(torch.is_grad_enabled()):
        yield
    torch.set_rng_state(states[0])
    np.random.set_state(states[1])
    random.setstate(states[2])


def _halved(value):
    """A network, or a dictionary of them, in half precision; anything else as it is."""
    if isinstance(value, dict):
        return {key: _halved(part) for key, part in value.items()}
    return copy.deepcopy(value).half() if isinstance(value, torch.nn.Module) else value


def _to_plain(key, name, value, tensors):
    """A result as JSON can hold it; tensors go to the dictionary tensors under key."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, torch.Tensor | np.ndarray):
        tensors[key] = torch.as_tensor(value).detach().cpu().clone().contiguous()
        return {"array" if isinstance(value, np.ndarray) else "tensor": key}
    if isinstance(value, torch.nn.Module):
        return {"weights": _to_plain(key, name, dict(value.state_dict()), tensors)}
    if type(value) in (list, tuple):
        parts = [_to_plain(f"{key}/{i}", f"{name}[{i}]", part, tensors) for i, part in enumerate(value)]
        return {type(value).__name__: parts}
    if type(value) is dict:
        pairs = enumerate(value.items())
        return {
            "dict": [
                [
                    _to_plain(f"{key}/{i}k", f"a key of {name}", at, tensors),
                    _to_plain(f"{key}/{i}", f"{name}[{at!r}]", part, tensors),
                ]
                for i, (at, part) in pairs
            ]
        }
    raise BuildError(
        f"{name} of its study is a {type(value).__name__}, which cannot be stored: keep tensors, arrays, "
        "numbers, strings, networks, and lists, tuples and dictionaries of them."
    )


def _from_plain(name, plain, tensors, before):
    """The result again; the weights of a network go into the one that bore the name before the study."""
    if not isinstance(plain, dict):
        return plain
    ((kind, held),) = plain.items()
    if kind in ("tensor", "array"):
        value = tensors[held].clone()
        return value.numpy() if kind == "array" else value
    if kind == "weights":
        if not isinstance(before, torch.nn.Module):
            raise BuildError(f"{name} of its study is a network: make it, untrained, in a block before.")
        before.load_state_dict(_from_plain(name, held, tensors, None))
        return before.eval().requires_grad_(False)
    if kind == "dict":
        keys = [_from_plain(name, key, tensors, None) for key, _ in held]
        old = before if isinstance(before, dict) else {}
        return {
            key: _from_plain(f"{name}[{key!r}]", part, tensors, old.get(key))
            for key, (_, part) in zip(keys, held, strict=True)
        }
    old = before if isinstance(before, list | tuple) else ()
    parts = [
        _from_plain(f"{name}[{i}]", part, tensors, old[i] if i < len(old) else None)
        for i, part in enumerate(held)
    ]
    return parts if kind == "list" else tuple(parts)


def _read(path):
    """What save() wrote: (values by digest, tensors); two empty dictionaries where there is no file."""
    if not Path(path).exists():
        return {}, {}
    try:
        with safe_open(path, "pt") as file:
            keys = file.keys()
            return json.loads(file.metadata()["studies"]), {key: file.get_tensor(key) for key in keys}
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise BuildError(
            f"studies/{path.name} cannot be read ({error}): make it again with `make studies`."
        ) from None
