"""Data that does not lie in memory: a torch Dataset, a DataLoader or a folder of images, batch by batch.

What a step sees is a function of the seed and the step alone, as it is for resident data: so a run resumes
exactly, and it does not matter how many processes load.
"""

import contextlib
import copy
import math
import signal
from pathlib import Path

import torch
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

from .._validate import check_int
from ..data import ImageFolder
from .batches import Batches, as_input, check_data, fingerprint, permutation
from .items import Failed, as_batch, collate
from .parted import Whole, parted
from .processes.parts import part
from .randomness import Randomness, number_of


def opened(data):
    """The source of batches that a fit's data is: Resident, Items of a Dataset, or Passes of a DataLoader.

    Raises TypeError or ValueError, in one sentence, for what is none of them, is empty or cannot be read.
    """
    if isinstance(data, Resident | Items | Passes):
        return data
    if isinstance(data, str | Path):
        data = ImageFolder(data)
    if type(data) is TensorDataset:
        data = data.tensors
    if isinstance(data, DataLoader):
        return Passes(data)
    if isinstance(data, IterableDataset):
        raise TypeError(
            "data must say how many samples it has and give each by its number; got an IterableDataset: wrap "
            "it in a torch.utils.data.DataLoader."
        )
    return Items(data) if isinstance(data, Dataset) else Resident(data)


class Resident:
    """Tensors that lie on the device as a whole."""

    def __init__(self, data):
        self.example = check_data(data)

    def fingerprint(self):
        """What tells this data from other data: of all its values."""
        return fingerprint(self.example)

    def batches(self, batch_size, seed, device, channels_last, workers=0):
        """Batches by step number."""
        check_int("workers", workers, minimum=0)
        return Batches(self.example, batch_size, seed, device, channels_last)


class Items:
    """A Dataset whose items are loaded by their numbers, in the order that resident data would have."""

    def __init__(self, dataset):
        try:
            self.n = len(dataset)
        except (TypeError, NotImplementedError):
            raise TypeError(
                f"data must have a length; got a {type(dataset).__name__} without __len__."
            ) from None
        if not self.n:
            raise ValueError(f"data must hold at least one sample; got an empty {type(dataset).__name__}.")
        self.dataset = dataset
        self.example = check_data(self._fetch([("example", 0, 0)]))

    def fingerprint(self):
        """What tells this data from other data: its kind, its length, and three of its items."""
        some = [self._fetch([("example", 0, i)]) for i in (0, self.n // 2, self.n - 1)]
        return f"{type(self.dataset).__name__} of {self.n}: {', '.join(map(fingerprint, some))}"

    def batches(self, batch_size, seed, device, channels_last, workers=0):
        """Batches by step number, loaded by so many processes; 0 loads them in this one."""
        return _ItemBatches(self, batch_size, seed, device, channels_last, workers)

    def _fetch(self, numbers):
        return _opened_up(collate([_Seeded(self.dataset, 0)[one] for one in numbers]))


class _ItemBatches:
    """`batches[step]` is a tuple of tensors [b, ...] on the device: the samples that Batches would take."""

    def __init__(self, source, batch_size, seed, device, channels_last, workers):
        self.batch_size = check_int("batch_size", batch_size)
        self.seed = check_int("seed", seed, minimum=0, maximum=2**32 - 1)
        self.per_epoch = math.ceil(source.n / self.batch_size)
        self.device, self._channels_last = device, channels_last
        self._n, self._items = source.n, _Seeded(source.dataset, self.seed)
        self._workers = check_int("workers", workers, minimum=0)
        self._next, self._loader, self.rows = None, None, 0
        part(source.n // self.per_epoch)  # the smallest batch

    def __getitem__(self, step):
        if not self._workers:
            batch = collate([self._items[one] for one in self.numbers(step)])
        else:
            if step != self._next:
                self._next, self._loader = step, iter(self._loading(step))
            with _in_a_sentence():
                batch = next(self._loader)
            self._next += 1
        self.rows = len(self._chosen(step))
        return tuple(as_input(each.to(self.device), self._channels_last) for each in _opened_up(batch))

    def numbers(self, step):
        """(step, place, number of the sample) of each sample of a step's batch that this process takes."""
        chosen = self._chosen(step)
        numbers = [(step, place, number) for place, number in enumerate(chosen.tolist())]
        return numbers[part(len(chosen)).slice]

    def _chosen(self, step):
        epoch, position = divmod(step, self.per_epoch)
        return permutation(self._n, self.seed, epoch).tensor_split(self.per_epoch)[position]

    def _loading(self, step):
        return DataLoader(
            self._items, batch_sampler=_From(self, step), num_workers=self._workers, collate_fn=collate,
            pin_memory=self.device.type == "cuda", worker_init_fn=_deaf_to_interrupts,
            generator=torch.Generator(),
        )  # fmt: skip


class _From:
    """The numbers of every batch from a step on, without end."""

    def __init__(self, batches, step):
        # A copy without the loader, which holds this: in a cycle its processes would outlive the loop.
        self.batches, self.step = copy.copy(batches), step
        self.batches._loader = None

    def __iter__(self):
        step = self.step
        while True:
            yield self.batches.numbers(step)
            step += 1


class _Seeded(Dataset):
    """A Dataset whose items draw random numbers of their own, the same ones in whatever process."""

    def __init__(self, dataset, seed):
        self.dataset, self.seed = dataset, seed

    def __getitem__(self, numbers):
        step, place, number = numbers
        with Randomness(f"{self.seed}/{step}/{place}"):
            try:
                return self.dataset[number]
            except Exception as error:
                return Failed(f"data[{number}] cannot be loaded ({type(error).__name__}: {error}).")


class Passes:
    """A DataLoader, whose own batches are taken as they come, pass after pass."""

    def __init__(self, loader):
        self.loader = loader
        self.example = check_data(next(_passes(Whole(loader), 0, 0)))

    def fingerprint(self):
        """What tells this data from other data: its kind, its number of batches, and the first of them."""
        return f"DataLoader of {_length(self.loader)}: {fingerprint(self.example)}"

    def batches(self, batch_size, seed, device, channels_last, workers=0):
        """The loader's batches by step number; size, order and workers are the loader's own."""
        if workers:
            raise ValueError(
                f"workers must be 0 where data is a DataLoader, which has its own; got {workers}."
            )
        return _LoaderBatches(self, seed, device, channels_last)


class _LoaderBatches:
    """`batches[step]`, asked for in order; a run that resumes passes over the batches before."""

    def __init__(self, source, seed, device, channels_last):
        self.seed = check_int("seed", seed, minimum=0, maximum=2**32 - 1)
        self.batch_size, self._source = source.loader.batch_size, parted(source.loader, self.seed)
        self.device, self._channels_last = device, channels_last
        self.per_epoch = _length(source.loader)
        self._next, self._passing, self.rows = None, None, 0

    def __getitem__(self, step):
        if step != self._next:
            epoch, before = divmod(step, self.per_epoch) if self.per_epoch else (0, step)
            self._passing = _passes(self._source, self.seed, epoch)
            for _ in range(before):
                self._source.take(next(self._passing))
            self._next = step
        self.rows, batch = self._source.take(next(self._passing))
        self._next += 1
        return tuple(as_input(each.to(self.device), self._channels_last) for each in batch)


def _passes(source, seed, epoch):
    """A loader's batches from a pass on, without end; each pass draws random numbers of its own."""
    loader = source.loader
    while True:
        rng, empty = Randomness(f"{seed}/pass {epoch}"), True
        source.begin(epoch)
        with rng:
            if loader.generator is not None:
                loader.generator.manual_seed(number_of(f"{seed}/order {epoch}"))
            loading = iter(loader)
        while True:
            with rng, _in_a_sentence():
                batch = next(loading, None)
            if batch is None:
                break
            empty = False
            yield as_batch(batch)
        if empty:
            raise ValueError("data must hold at least one batch; got a DataLoader that gives none.")
        epoch += 1


def _length(loader):
    """How many batches a pass of a loader has; None where it cannot say."""
    with contextlib.suppress(TypeError, NotImplementedError):
        return len(loader)
    return None


def _opened_up(batch):
    if isinstance(batch, Failed):
        raise ValueError(batch.sentence)
    return batch


def _deaf_to_interrupts(worker):
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the loop's, which ends after the step in hand


@contextlib.contextmanager
def _in_a_sentence():
    """Say in one sentence what stopped a loader: a process of its that died, or what its dataset raised."""
    try:
        yield
    except Exception as error:
        lines = [line.rstrip(".") for line in str(error).strip().splitlines()] or [""]
        if "DataLoader worker (pid" in lines[0]:
            raise RuntimeError(
                f"a process that loads the data has ended ({lines[0]}); workers=0 loads in this process."
            ) from error
        raise ValueError(f"data cannot be loaded ({type(error).__name__}: {lines[-1]}).") from error
