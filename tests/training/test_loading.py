"""Datasets, DataLoaders and folders of images: the same loop, the same samples, an exact resume."""

import multiprocessing
import os
import random

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

from course_utils import data, training
from course_utils.training import TrainingDiverged
from course_utils.training.loading import opened

CPU = torch.device("cpu")
QUIET = {"progress": False, "device": "cpu", "save_every": 0.0}
X = torch.rand(23, 6, generator=torch.Generator().manual_seed(5))
Y = torch.arange(23) % 3


class Rows(Dataset):
    """X and Y row by row; with noise of three generators where it is wanted, as an augmentation draws it."""

    def __init__(self, noise=0.0, rows=X, fail_at=None):
        self.noise, self.rows, self.fail_at = noise, rows, fail_at

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        if index == self.fail_at:
            raise OSError("no such file")
        drawn = torch.rand(()) + np.random.rand() + random.random()
        return self.rows[index] + self.noise * drawn.float(), Y[index].item()


class Stream(IterableDataset):
    """The same without numbers and without a length."""

    def __iter__(self):
        yield from zip(X, Y, strict=True)


def loss(model, x, y):
    return (torch.nn.functional.dropout(model(x), 0.2) - y[:, None]).square().mean()


def run(source, steps=9, of=None, **options):
    training.seed_everything(3)
    model = torch.nn.Linear(6, 1)
    history = training.fit(
        model, of or loss, source, steps=steps, batch_size=5, seed=4, **{**QUIET, **options}
    )
    return history.loss.tolist(), model.weight.tolist()


def test_the_processes_end_with_the_loop():
    run(Rows(), workers=2)
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("workers", [0, 2])
def test_a_dataset_is_trained_on_as_resident_data_are(workers):
    """Step for step and digit for digit; a TensorDataset, which lies in memory, is taken as resident."""
    assert run(Rows(), workers=workers) == run((X, Y)) == run(TensorDataset(X, Y))


@pytest.mark.parametrize("workers", [0, 2])
def test_augmentations_are_of_the_run_and_a_resume_is_exact(tmp_path, workers):
    whole = run(Rows(0.3))
    for steps in (1, 4, 7):
        torch.rand(3), np.random.rand(2), random.random()
        run(Rows(0.3), steps, checkpoint=tmp_path / "run", workers=workers)
    assert run(Rows(0.3), checkpoint=tmp_path / "run", workers=workers) == whole
    assert whole[0] != run(Rows())[0]


def test_what_a_dataset_draws_leaves_the_callers_numbers_alone():
    training.seed_everything(3)
    torch.nn.Linear(6, 1)
    expected = torch.get_rng_state(), np.random.rand(), random.random()
    run(Rows(0.3))
    found = torch.get_rng_state(), np.random.rand(), random.random()
    assert torch.equal(expected[0], found[0]) and expected[1:] == found[1:]


def loader(**options):
    return DataLoader(Rows(0.3), **{"batch_size": 5, "shuffle": True, **options})


@pytest.mark.parametrize("workers", [0, 2])
def test_a_loaders_own_batches_are_taken_and_a_resume_is_exact(tmp_path, workers):
    def fresh():
        return loader(num_workers=workers, generator=torch.Generator().manual_seed(9), drop_last=True)

    whole = run(fresh(), 13)
    torch.rand(7)
    for steps in (2, 4, 9):
        run(fresh(), steps, checkpoint=tmp_path / "run")
    assert run(fresh(), 13, checkpoint=tmp_path / "run") == whole


def test_a_pass_of_a_loader_visits_every_sample_once_in_another_order():
    source = opened(DataLoader(TensorDataset(torch.arange(23.0)), batch_size=5, shuffle=True))
    batches = source.batches(128, 4, CPU, False)
    assert (batches.per_epoch, batches.batch_size) == (5, 5)
    passes = [torch.cat([batches[5 * k + i][0] for i in range(5)]).tolist() for k in range(3)]
    assert all(sorted(one) == list(range(23)) for one in passes)
    assert len(set(map(tuple, passes))) == 3


def test_epochs_are_passes_and_a_stream_has_none():
    history = training.fit(torch.nn.Linear(6, 1), loss, loader(), epochs=2, **QUIET)
    assert history.steps == 10
    assert training.fit(torch.nn.Linear(6, 1), loss, Rows(), epochs=2, batch_size=5, **QUIET).steps == 10
    stream = DataLoader(Stream(), batch_size=4)
    assert training.fit(torch.nn.Linear(6, 1), loss, stream, steps=20, **QUIET).steps == 20
    with pytest.raises(ValueError, match="epochs needs data that says how long it is"):
        training.fit(torch.nn.Linear(6, 1), loss, stream, epochs=1, **QUIET)


def test_items_of_any_common_kind_make_a_batch():
    picture = Image.fromarray(np.arange(24, dtype=np.uint8).reshape(2, 4, 3))
    item = (picture, picture.convert("L"), np.float32([1, 2]), 3, 0.5, True, np.int64(7))

    class Kinds(Dataset):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return item

    batch = opened(Kinds()).batches(2, 0, CPU, False)[0]
    assert [list(part.shape) for part in batch] == [[2, 3, 2, 4], [2, 1, 2, 4], [2, 2], [2], [2], [2], [2]]
    assert torch.allclose(batch[0][1, :, 1, 3], torch.tensor([21.0, 22.0, 23.0]) / 255)
    assert batch[3].dtype == batch[5].dtype == torch.int64 and batch[4].dtype == torch.float32


class Odd(Rows):
    """A Dataset whose items are what a function makes of their numbers."""

    def __init__(self, make):
        super().__init__()
        self.make = make

    def __getitem__(self, index):
        return self.make(index)


class NoLength(Dataset):
    pass


BAD = {
    "stream": (lambda: Stream(), "IterableDataset: wrap it in a torch.utils.data.DataLoader"),
    "empty": (lambda: Rows(rows=X[:0]), "at least one sample"),
    "no length": (lambda: NoLength(), "data must have a length"),
    "dict": (lambda: Odd(lambda i: {"x": X[0]}), "got a dict"),
    "string": (lambda: Odd(lambda i: "a"), "data's items must be tensors.*got str"),
    "ragged": (lambda: Odd(lambda i: X[0, : i % 2 + 2]), r"must have one shape; got \[2\] and \[3\]"),
    "parts": (lambda: Odd(lambda i: (X[0],) * (i % 2 + 1)), r"as many parts each; got \[1, 2\]"),
    "raises": (lambda: Rows(fail_at=7), r"data\[7\] cannot be loaded \(OSError: no such file\)"),
    "nan": (lambda: Rows(rows=X / 0), "finite numbers only"),
    "loader of dicts": (lambda: DataLoader(Odd(lambda i: {"x": X[0]})), "got a dict"),
    "loader raises": (lambda: DataLoader(Rows(fail_at=0)), r"cannot be loaded \(OSError: no such file\)"),
    "empty loader": (lambda: DataLoader(Rows(), batch_size=50, drop_last=True), "at least one batch"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "workers"), [*((name, 0) for name in BAD), ("ragged", 1), ("raises", 1)])
def test_bad_data_get_one_sentence(name, workers):
    make, words = BAD[name]
    with pytest.raises((ValueError, TypeError), match=words) as raised:
        run(make(), of=lambda model, *parts: model(parts[0]).mean(), workers=workers)
    assert "\n" not in str(raised.value)


def test_workers_are_for_what_is_loaded():
    with pytest.raises(ValueError, match="workers must be 0 where data is a DataLoader"):
        run(loader(), workers=1)
    with pytest.raises(ValueError, match="workers must be at least 0; got -1"):
        run(Rows(), workers=-1)


def die_at_5(index):
    if index == 5 and torch.utils.data.get_worker_info():
        os._exit(3)
    return X[index], 1


def test_a_worker_that_dies_is_one_sentence():
    with pytest.raises(RuntimeError, match="a process that loads the data has ended .*workers=0") as raised:
        run(Odd(die_at_5), workers=1)
    assert "\n" not in str(raised.value)


def test_another_dataset_is_another_run(tmp_path):
    run(Rows(), 2, checkpoint=tmp_path / "run")
    for other in (Rows(rows=X[:20]), Rows(0.5), (X, Y)):
        with pytest.raises(training.CheckpointError, match="made with data="):
            run(other, 3, checkpoint=tmp_path / "run")


def test_a_loss_that_runs_off_is_found_as_ever():
    with pytest.raises(TrainingDiverged):
        training.fit(torch.nn.Linear(6, 1), lambda m, x, y: m(x).sum() / 0, Rows(), steps=3, **QUIET)


# --- folders of images ---


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    for label, name in enumerate(("cats", "dogs")):
        (folder / name / "deeper").mkdir(parents=True)
        for k in range(4):
            levels = np.full((6, 8, 3), (10 * k, 50 * label, 200), dtype=np.uint8)
            Image.fromarray(levels).save(folder / name / ("deeper" if k == 3 else ".") / f"{k}.png")
    (folder / ".hidden").mkdir()
    (folder / "cats" / "notes.txt").write_text("no picture")
    return folder


def test_a_folder_of_images_is_trained_on(pictures):
    found = data.ImageFolder(pictures)
    assert found.classes == ("cats", "dogs") and len(found) == 8
    image, label = found[5]
    assert label == 1 and image.shape == (3, 6, 8) and image[:, 0, 0].tolist() == [10, 50, 200]
    images, labels = (torch.stack([torch.as_tensor(item[part]) for item in found]) for part in (0, 1))

    def train(source):
        torch.manual_seed(0)
        model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(144, 2))
        cost = lambda m, x, y: torch.nn.functional.cross_entropy(m(x), y)  # noqa: E731
        return training.fit(model, cost, source, steps=6, batch_size=4, **QUIET).loss.tolist()

    assert train(str(pictures)) == train(found) == train((images, labels))


def test_sizes_channels_and_images_without_labels(pictures):
    grey = data.ImageFolder(pictures / "dogs" / "deeper", size=5, channels=1)
    assert grey.classes == () and grey[0].shape == (1, 5, 5)
    red, green, blue = 30, 50, 200
    assert abs(grey[0].float().mean() - (0.299 * red + 0.587 * green + 0.114 * blue)) < 1


def test_bad_folders_get_one_sentence(pictures, tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        opened(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="holds no images"):
        opened(tmp_path / "pictures" / ".hidden")
    (pictures / "cats" / "0.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"data\[0\] cannot be loaded .*0\.png is no image that can be read"):
        opened(pictures)
    Image.new("RGB", (3, 3)).save(pictures / "lost.png")
    with pytest.raises(ValueError, match="images and folders of images"):
        opened(pictures)
