"""torchvision's sets, on small files in its own layouts; nothing here touches a network."""

import gzip
import hashlib
import pickle
import re
import shutil
import struct

import numpy as np
import pytest
import torch
from torchvision import datasets

from course_utils import data

COUNTS = {"train": 30, "t10k": 20}


def pixels(count, shape, seed):
    return np.random.default_rng(seed).integers(0, 256, (count, *shape), dtype=np.uint8)


def write_idx(path, array):
    """The idx format: 0, 0, the type (8 is uint8), the number of axes, then sizes, all big-endian."""
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    path.write_bytes(header + array.tobytes())


def write_mnist(folder, seed=0):
    folder.mkdir(parents=True)
    for part, count in COUNTS.items():
        write_idx(folder / f"{part}-images-idx3-ubyte", pixels(count, (28, 28), seed + count))
        write_idx(folder / f"{part}-labels-idx1-ubyte", np.arange(count, dtype=np.uint8) % 10)


def write_cifar(folder, monkeypatch):
    """Five train batches of four images and a test batch; their checksums stand in for torchvision's list."""
    folder.mkdir(parents=True)

    def write(name, entry):
        content = pickle.dumps(entry)
        (folder / name).write_bytes(content)
        return [name, hashlib.md5(content).hexdigest()]

    def batch(name, seed):
        return write(name, {"data": pixels(4, (3072,), seed), "labels": [seed, 1, 2, 3]})

    monkeypatch.setattr(datasets.CIFAR10, "train_list", [batch(f"data_batch_{i}", i) for i in range(1, 6)])
    monkeypatch.setattr(datasets.CIFAR10, "test_list", [batch("test_batch", 6)])
    name, md5 = write("batches.meta", {"label_names": [f"class {i}" for i in range(10)]})
    monkeypatch.setattr(datasets.CIFAR10, "meta", {"filename": name, "key": "label_names", "md5": md5})


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "sets"))
    return tmp_path / "sets"


@pytest.mark.parametrize(("name", "folder"), [("mnist", "MNIST"), ("fashion_mnist", "FashionMNIST")])
def test_idx_files_become_images_in_the_units_promised(root, name, folder):
    write_mnist(root / folder / "raw")
    for split, part in (("train", "train"), ("test", "t10k")):
        loaded = data.load(name, split)
        truth = pixels(COUNTS[part], (28, 28), COUNTS[part]).astype(np.float32) / 255
        assert loaded.images.dtype == torch.float32 and loaded.images.is_contiguous()
        np.testing.assert_allclose(loaded.images[:, 0].numpy(), truth, atol=1e-7)
        assert loaded.labels.tolist() == [i % 10 for i in range(COUNTS[part])]
        assert loaded.labels.dtype == torch.int64 and len(loaded.classes) == 10
    assert loaded.classes[3] == {"mnist": "3", "fashion_mnist": "Dress"}[name]
    assert data.load(name, n=10).labels.sort().values.tolist() == list(range(10))
    with pytest.raises(ValueError, match=f"n must be at most 30, the size of {name}'s train split; got 31"):
        data.load(name, n=31)


def test_cifar_batches_become_colour_images_channels_first(root, monkeypatch):
    write_cifar(root / "cifar-10-batches-py", monkeypatch)
    train, test = data.load("cifar10"), data.load("cifar10", "test")
    truth = np.concatenate([pixels(4, (3072,), seed) for seed in range(1, 6)]).reshape(20, 3, 32, 32)
    np.testing.assert_allclose(train.images.numpy(), truth.astype(np.float32) / 255, atol=1e-7)
    assert train.images.is_contiguous() and train.labels.tolist()[::4] == [1, 2, 3, 4, 5]
    assert test.images.shape == (4, 3, 32, 32) and test.classes[0] == "class 0"
    part = data.load("cifar10", n=3)
    assert part.images.is_contiguous() and part.images.shape == (3, 3, 32, 32)


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10"])
def test_a_missing_set_names_the_command_and_is_not_downloaded(root, name, monkeypatch):
    kind = {"mnist": "MNIST", "fashion_mnist": "FashionMNIST", "cifar10": "CIFAR10"}[name]
    monkeypatch.setattr(getattr(datasets, kind), "download", lambda self: pytest.fail("load() downloaded"))
    with pytest.raises(FileNotFoundError, match=f"run `python -m course_utils download {name}` once"):
        data.load(name)
    assert not root.exists()


def test_one_missing_file_is_named(root):
    write_mnist(root / "MNIST" / "raw")
    (root / "MNIST" / "raw" / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(FileNotFoundError, match="MNIST/raw/t10k-labels-idx1-ubyte is missing"):
        data.load("mnist")


@pytest.mark.parametrize("kept", [0, 3, 10, 1000])
@pytest.mark.parametrize("part", ["images-idx3", "labels-idx1"])
def test_a_truncated_idx_file_gives_one_sentence(root, part, kept):
    write_mnist(root / "MNIST" / "raw")
    path = root / "MNIST" / "raw" / f"train-{part}-ubyte"
    path.write_bytes(path.read_bytes()[: min(kept, path.stat().st_size - 1)])
    with pytest.raises(
        ValueError, match="run `python -m course_utils download mnist` to replace them"
    ) as caught:
        data.load("mnist")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("labels", [np.full(30, 10), np.arange(29) % 10])
def test_labels_that_do_not_fit_give_one_sentence(root, labels):
    write_mnist(root / "MNIST" / "raw")
    write_idx(root / "MNIST" / "raw" / "train-labels-idx1-ubyte", labels.astype(np.uint8))
    with pytest.raises(ValueError, match=r"cannot be read \(ValueError: (no labels|30 images but 29)"):
        data.load("mnist")


def test_a_changed_cifar_file_is_refused_before_it_is_unpickled(root, monkeypatch):
    write_cifar(root / "cifar-10-batches-py", monkeypatch)
    path = root / "cifar-10-batches-py" / "data_batch_2"
    path.write_bytes(path.read_bytes()[:-5])
    monkeypatch.setattr(pickle, "load", lambda *a, **k: pytest.fail("unpickled a file with a wrong checksum"))
    with pytest.raises(ValueError, match="cifar10's files in .* cannot be read .*download cifar10"):
        data.load("cifar10")


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """A folder of gzipped idx files in place of the mirror; torchvision's fetch becomes a copy from it."""
    source = tmp_path / "mirror"
    write_mnist(source, seed=100)

    def fetch(url, download_root, filename, md5=None):
        with gzip.open(source / f"{filename[:-3]}.gz", "rb") as packed:
            (tmp_path.__class__(download_root) / filename[:-3]).write_bytes(packed.read())

    for path in list(source.iterdir()):
        (source / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    monkeypatch.setattr(datasets.mnist, "download_and_extract_archive", fetch)
    return source


def test_download_then_load(root, mirror, capsys):
    assert data.download("mnist") == root / "MNIST"
    assert "mnist is in" in capsys.readouterr().out
    truth = pixels(30, (28, 28), 130).astype(np.float32) / 255
    np.testing.assert_allclose(data.load("mnist").images[:, 0].numpy(), truth, atol=1e-7)
    assert [path.name for path in root.iterdir()] == ["MNIST"]


def test_download_leaves_a_good_set_alone_and_replaces_a_damaged_one(root, mirror):
    write_mnist(root / "MNIST" / "raw")
    before = data.load("mnist").sha256()
    data.download("mnist")
    assert data.load("mnist").sha256() == before
    (root / "MNIST" / "raw" / "train-images-idx3-ubyte").write_bytes(b"torn")
    data.download("mnist")
    assert len(data.load("mnist")) == 30 and data.load("mnist").sha256() != before


def test_a_download_that_breaks_off_leaves_nothing(root, mirror):
    shutil.move(mirror / "t10k-labels-idx1-ubyte.gz", mirror / "gone")
    with pytest.raises(
        RuntimeError, match="mnist could not be fetched, and nothing was kept: .*No such file"
    ):
        data.download("mnist")
    assert list(root.iterdir()) == []


def test_a_download_that_breaks_off_keeps_what_was_there(root, mirror):
    write_mnist(root / "MNIST" / "raw")
    torn = root / "MNIST" / "raw" / "train-images-idx3-ubyte"
    torn.write_bytes(b"torn")
    shutil.move(mirror / "t10k-labels-idx1-ubyte.gz", mirror / "gone")
    with pytest.raises(RuntimeError, match="could not be fetched"):
        data.download("mnist")
    assert torn.read_bytes() == b"torn"


def test_only_torchvisions_sets_can_be_downloaded(root):
    with pytest.raises(
        ValueError, match=re.escape("name must be one of 'mnist', 'fashion_mnist', 'cifar10'")
    ):
        data.download("digits")
    assert not root.exists()


def test_the_downloads_folder_is_in_the_repository_unless_told_otherwise(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setattr(data.vision, "CLONE", tmp_path)
    (tmp_path / "pyproject.toml").touch()
    assert data.vision.downloads() == tmp_path / "data" / "downloads"


def test_the_downloads_folder_of_an_installed_package_is_the_users_own(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setattr(data.vision, "CLONE", tmp_path)
    monkeypatch.setattr(data.vision.Path, "home", lambda: tmp_path / "me")
    assert data.vision.downloads() == tmp_path / "me" / ".cache" / "course-utils"
