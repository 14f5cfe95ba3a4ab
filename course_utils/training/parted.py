"""A DataLoader among several processes: each loads its own rows of every batch, where that can be done."""

from collections import deque

from torch.utils.data import DataLoader, Dataset, IterableDataset

from .processes.parts import part, world
from .randomness import Randomness


def parted(loader, seed):
    """How this process takes part in a DataLoader's batches: as Whole where it is alone, and else as Parted.

    A stream (IterableDataset) and a loader that is given whole batches cannot be parted: every process loads
    all of them, and keeps its rows.
    """
    if world() == 1 or loader.batch_sampler is None or isinstance(loader.dataset, IterableDataset):
        return Whole(loader)
    return Parted(loader, seed)


class Whole:
    """Loads whole batches, and keeps this process's rows."""

    def __init__(self, loader):
        self.loader = loader

    def begin(self, epoch):
        """Called before each pass over the data."""

    def take(self, batch):
        """How many rows a batch that was loaded has in all processes, and this one's of it."""
        rows = len(batch[0])
        return rows, tuple(each[part(rows).slice] for each in batch)


class Parted(Whole):
    """Loads this process's rows only, in the order of the loader's own sampler.

    What a Dataset draws at random belongs to the pass and to the place of the item in it: so no two
    processes draw the same.
    """

    def __init__(self, loader, seed):
        self._places = _Places(loader.batch_sampler)
        super().__init__(
            DataLoader(
                _Seeded(loader.dataset, seed), batch_sampler=self._places, num_workers=loader.num_workers,
                collate_fn=loader.collate_fn, pin_memory=loader.pin_memory, timeout=loader.timeout,
                worker_init_fn=loader.worker_init_fn, prefetch_factor=loader.prefetch_factor,
                multiprocessing_context=loader.multiprocessing_context, generator=loader.generator,
                persistent_workers=loader.persistent_workers,
            )
        )  # fmt: skip

    def begin(self, epoch):
        """Called before each pass over the data."""
        self._places.epoch = epoch

    def take(self, batch):
        """How many rows a batch that was loaded has in all processes, and this one's of it."""
        return self._places.totals.popleft(), batch


class _Places:
    """A batch sampler's batches, cut to this process's: (epoch, place in the pass, number of the item)."""

    def __init__(self, batches):
        self.batches, self.epoch, self.totals = batches, 0, deque()

    def __iter__(self):
        self.totals.clear()
        place = 0
        for batch in self.batches:
            numbers = list(batch)
            mine = part(len(numbers))
            self.totals.append(len(numbers))  # read when the batch arrives, which may be later
            yield [(self.epoch, place + i, numbers[i]) for i in range(mine.start, mine.stop)]
            place += len(numbers)

    def __len__(self):
        return len(self.batches)


class _Seeded(Dataset):
    def __init__(self, dataset, seed):
        self.dataset, self.seed = dataset, seed

    def __getitem__(self, place):
        epoch, position, number = place
        with Randomness(f"{self.seed}/pass {epoch}/{position}"):
            return self.dataset[number]
