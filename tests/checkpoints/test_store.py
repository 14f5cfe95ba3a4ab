import errno
import functools
import json
import math
import os
import re
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import safetensors.torch
import torch

from course_utils import checkpoints, data, training
from course_utils.checkpoints import CheckpointError, Recipe
from course_utils.checkpoints.recipe import Runs, budget


def squared(model, x):
    return (model(x) - x.flatten(1)).square().sum(1).mean()


def make_net():
    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 3), torch.nn.Linear(3, 64))


def train_net(model, images, seconds=None, progress=True):
    history = training.fit(
        model, squared, images.images, **budget({"steps": 30}, seconds), ema_decay=0.5, device="cpu",
        progress=False,
    )  # fmt: skip
    return history.ema, history


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    recipe = Recipe(
        name="tiny",
        summary="A small net",
        lessons=("00",),
        build=make_net,
        data=functools.partial(data.load, "digits", n=200),
        train=train_net,
        evaluate=lambda model: {"loss": squared(model, data.load("digits", split="test").images).item()},
        settings={"seed": 4, "latent_dim": 3},
    )
    monkeypatch.setitem(checkpoints.RECIPES, "tiny", recipe)
    monkeypatch.setenv("COURSE_CHECKPOINTS", str(tmp_path))
    return tmp_path


def rewrite(path, **changes):
    record = json.loads(path.read_text())
    path.write_text(json.dumps({**record, **changes}))


def test_what_is_trained_is_what_is_loaded(tiny):
    record = checkpoints.train("tiny", progress=False)
    model, provenance = checkpoints.load("tiny")
    assert provenance == record
    assert not model.training and next(model.parameters()).dtype == torch.float32
    test = data.load("digits", split="test").images
    assert squared(model, test).item() == pytest.approx(record["metrics"]["loss"], rel=1e-5)


def test_provenance_says_where_the_weights_come_from(tiny):
    record = checkpoints.train("tiny", progress=False)
    assert record["recipe"] == "tiny" and record["settings"] == {"seed": 4, "latent_dim": 3}
    assert record["data"]["n"] == 200 and record["data"]["sha256"] == data.load("digits", n=200).sha256()
    assert record["training"]["steps"] == 30 and record["training"]["seconds"] >= 0
    assert record["versions"]["torch"] == torch.__version__
    assert str(tiny) not in json.dumps(record)


def test_training_again_gives_the_same_weights_and_leaves_global_numbers_alone(tiny):
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = checkpoints.train("tiny", progress=False)
    torch.manual_seed(1)
    second = checkpoints.train("tiny", out=tiny / "again", progress=False)
    checkpoints.load("tiny")
    assert first["sha256"] == second["sha256"]
    assert torch.equal(torch.get_rng_state(), before)
    assert sorted(p.name for p in (tiny / "again").iterdir()) == ["tiny.json", "tiny.safetensors"]


def change(monkeypatch, **changes):
    """Change the recipe of the fixture."""
    monkeypatch.setitem(checkpoints.RECIPES, "tiny", replace(checkpoints.RECIPES["tiny"], **changes))


def test_weights_may_be_stored_in_half_precision_and_come_back_as_float32(tiny, monkeypatch):
    full = checkpoints.train("tiny", progress=False)
    exact = checkpoints.load("tiny")[0].state_dict()
    size = (tiny / "tiny.safetensors").stat().st_size
    change(monkeypatch, dtype="float16")
    record = checkpoints.train("tiny", progress=False)
    assert (full["dtype"], record["dtype"]) == ("float32", "float16")
    stored = safetensors.torch.load_file(tiny / "tiny.safetensors")
    assert {value.dtype for value in stored.values()} == {torch.float16}
    assert (tiny / "tiny.safetensors").stat().st_size < 0.75 * size  # a header stays as it is
    model, _ = checkpoints.load("tiny")
    for name, value in model.state_dict().items():
        assert value.dtype == torch.float32
        assert torch.equal(value, exact[name].half().float())
    test = data.load("digits", split="test").images
    assert squared(model, test).item() == pytest.approx(record["metrics"]["loss"], rel=1e-5)  # as stored


def test_whole_numbers_are_stored_as_they_are(tiny, monkeypatch):
    """The count of batches of a batch norm, which half precision would round."""
    counted = torch.nn.BatchNorm1d(2)
    counted.num_batches_tracked.fill_(4_099)
    change(
        monkeypatch, dtype="float16", build=lambda: torch.nn.BatchNorm1d(2), evaluate=lambda model: {},
        train=lambda *arguments, **options: (counted, Runs(steps=1)),
    )  # fmt: skip
    checkpoints.train("tiny", progress=False)
    assert checkpoints.load("tiny")[0].num_batches_tracked == 4_099


def test_another_precision_is_refused():
    with pytest.raises(ValueError, match="dtype must be one of 'float32', 'float16'; got 'float8'"):
        replace(checkpoints.RECIPES["glyphs_ae_2"], dtype="float8")


def test_too_large_a_model_is_refused_before_it_is_trained(tiny, monkeypatch):
    def never(*arguments, **options):
        raise AssertionError("trained")

    change(monkeypatch, train=never)
    monkeypatch.setattr(checkpoints.store, "LARGEST", 1_500)
    message = r"the weights of tiny take 0\.0 MB as float32, and a file may have 0\.0015 MB: .* \"float16\""
    with pytest.raises(ValueError, match=message):
        checkpoints.train("tiny", progress=False)
    assert list(tiny.iterdir()) == []
    change(monkeypatch, train=train_net, dtype="float16")
    checkpoints.train("tiny", progress=False)


def test_a_trial_may_be_shorter(tiny):
    assert checkpoints.train("tiny", seconds=0.05, progress=False)["training"]["seconds"] >= 0.0
    for bad in (0, -1, math.nan):
        with pytest.raises(ValueError, match="seconds must be"):
            checkpoints.train("tiny", seconds=bad)


@pytest.mark.parametrize("call", [checkpoints.load, checkpoints.train])
def test_an_unknown_name_gets_the_nearest_match(call):
    with pytest.raises(
        ValueError, match=r"name must be one of .*; got 'glyphs_ae2'\. Did you mean 'glyphs_ae_2'"
    ):
        call("glyphs_ae2")
    with pytest.raises(TypeError, match="name must be one of"):
        call(3)


def test_missing_files(tiny):
    with pytest.raises(CheckpointError, match=r"missing; `python -m course_utils train tiny` makes it"):
        checkpoints.load("tiny")
    checkpoints.train("tiny", progress=False)
    (tiny / "tiny.json").unlink()
    with pytest.raises(CheckpointError, match=re.escape("tiny.json is missing")):
        checkpoints.load("tiny")


@pytest.mark.parametrize(
    "damage",
    [lambda b: b[:-1], lambda b: b"", lambda b: b[:300] + bytes([b[300] ^ 1]) + b[301:]],
    ids=["truncated", "empty", "one bit"],
)
def test_damaged_weights(tiny, damage):
    checkpoints.train("tiny", progress=False)
    path = tiny / "tiny.safetensors"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(CheckpointError, match=r"'tiny' cannot be used: .* is damaged .*train tiny` makes it"):
        checkpoints.load("tiny")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"1.weight": torch.zeros(3, 64)}, r"1\.bias: no such tensor, and the recipe builds \[3\]"),
        (
            {**make_net().state_dict(), "1.weight": torch.zeros(64, 3)},
            r"\[64, 3\], and the recipe builds \[3, 64",
        ),
        ({**make_net().state_dict(), "more": torch.zeros(2)}, r"more: \[2\], and the recipe builds no such"),
    ],
)
def test_weights_of_another_model(tiny, state, words):
    import hashlib

    checkpoints.train("tiny", progress=False)
    payload = safetensors.torch.save({name: value.contiguous() for name, value in state.items()})
    (tiny / "tiny.safetensors").write_bytes(payload)
    rewrite(tiny / "tiny.json", sha256=hashlib.sha256(payload).hexdigest())
    with pytest.raises(CheckpointError, match=words):
        checkpoints.load("tiny")


def test_weights_that_are_no_safetensors_file(tiny):
    import hashlib

    checkpoints.train("tiny", progress=False)
    (tiny / "tiny.safetensors").write_bytes(b"words" * 100)
    rewrite(tiny / "tiny.json", sha256=hashlib.sha256(b"words" * 100).hexdigest())
    with pytest.raises(CheckpointError, match="is not a safetensors file"):
        checkpoints.load("tiny")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not JSON"),
        ("[]", "holds no sha256"),
        ('{"sha256": "x", "recipe": "y"}', "another recipe, 'y'"),
    ],
)
def test_damaged_provenance(tiny, text, words):
    checkpoints.train("tiny", progress=False)
    (tiny / "tiny.json").write_text(text)
    with pytest.raises(CheckpointError, match=words):
        checkpoints.load("tiny")


def test_nothing_is_written_when_training_fails(tiny, monkeypatch):
    def fails(model):
        raise RuntimeError("no metrics")

    change(monkeypatch, evaluate=fails)
    with pytest.raises(RuntimeError, match="no metrics"):
        checkpoints.train("tiny", progress=False)
    assert list(tiny.iterdir()) == []


def test_ctrl_c_leaves_no_half_trained_checkpoint(tiny, monkeypatch):
    def interrupted(model, x):
        signal.raise_signal(signal.SIGINT)
        return model(x).square().mean()

    monkeypatch.setitem(globals(), "squared", interrupted)
    with pytest.raises(KeyboardInterrupt):
        checkpoints.train("tiny", progress=False)
    assert list(tiny.iterdir()) == []


def test_nothing_is_stored_where_nothing_is_trained(tiny, monkeypatch):
    monkeypatch.setenv("COURSE_PRESET", "smoke")
    with pytest.raises(ValueError, match="COURSE_PRESET=smoke trains no model"):
        checkpoints.train("tiny", out=tiny)


def test_a_file_is_no_folder(tiny):
    (tiny / "file").write_text("")
    with pytest.raises(ValueError, match="out must be a folder"):
        checkpoints.train("tiny", out=tiny / "file")


# --- folders and disks ---


def never(*arguments, **options):
    pytest.fail("trained")


def full(*arguments, **options):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_folder_that_takes_no_files_is_found_before_the_training(tiny, monkeypatch):
    change(monkeypatch, train=never)
    (tiny / "file").write_text("")
    (tiny / "taken" / "tiny.json").mkdir(parents=True)
    folders = [tiny / "file" / "deeper", tiny / "taken", *(p for p in [Path("/proc/self")] if p.exists())]
    for out in folders:
        with pytest.raises(CheckpointError, match=r"cannot take the files of tiny \([A-Z].*nothing was tra"):
            checkpoints.train("tiny", out=out, progress=False)
    assert sorted(tiny.iterdir()) == [tiny / "file", tiny / "taken"]


def test_a_full_disk_is_found_before_the_training(tiny, monkeypatch):
    resource = pytest.importorskip("resource", reason="this system cannot limit the size of a file")
    change(monkeypatch, train=never)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for limit in (checkpoints.store.MARGIN - 1, checkpoints.store.MARGIN):
        monkeypatch.setattr(checkpoints.store, "_check_size", lambda *_: checkpoints.store.MARGIN + 1)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        try:
            with pytest.raises(CheckpointError, match="nothing was trained: make room there"):
                checkpoints.train("tiny", out=tiny / "new", progress=False)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tiny.iterdir()) == []


def test_what_was_trained_is_kept_where_the_disk_fills_up_meanwhile(tiny, monkeypatch):
    write, aside = checkpoints.store.write_atomically, tiny / "aside"
    aside.mkdir()
    monkeypatch.setattr(checkpoints.store.tempfile, "mkdtemp", lambda prefix: str(aside))
    monkeypatch.setattr(
        checkpoints.store,
        "write_atomically",
        lambda path, payload: write(path, payload) if path.parent == aside else full(),
    )
    with pytest.raises(CheckpointError, match=r"No space left on device\): the trained files of tiny are in"):
        checkpoints.train("tiny", out=tiny / "new", progress=False)
    monkeypatch.setenv("COURSE_CHECKPOINTS", str(aside))
    checkpoints.load("tiny")


@pytest.mark.parametrize("suffix", ["safetensors", "json"])
def test_an_unreadable_file_is_said_to_be_so(tiny, monkeypatch, suffix):
    checkpoints.train("tiny", progress=False)
    read = Path.read_bytes

    def refuse(self):
        if self.name == f"tiny.{suffix}":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    words = rf"'tiny' cannot be used: .*tiny\.{suffix} cannot be read \(Permission denied\); give yourself"
    with pytest.raises(CheckpointError, match=words):
        checkpoints.load("tiny")


def test_a_folder_in_the_place_of_a_file(tiny):
    checkpoints.train("tiny", progress=False)
    (tiny / "tiny.json").unlink()
    (tiny / "tiny.json").mkdir()
    with pytest.raises(CheckpointError, match="json cannot be read"):
        checkpoints.load("tiny")


def test_a_package_without_the_checkpoints_says_where_they_are(tiny, monkeypatch):
    monkeypatch.setenv("COURSE_CHECKPOINTS", str(tiny / "nowhere"))
    with pytest.raises(CheckpointError, match=r"COURSE_CHECKPOINTS must name .* there is no .*nowhere\.$"):
        checkpoints.load("tiny")
    monkeypatch.delenv("COURSE_CHECKPOINTS")
    monkeypatch.setattr(checkpoints.store, "CLONE", tiny)
    with pytest.raises(CheckpointError, match=r"`pip install -e \.` in a clone of the course, or set COURSE"):
        checkpoints.load("tiny")
    change(monkeypatch, train=never)
    with pytest.raises(ValueError, match=r"out must name a folder .* give --out FOLDER, or set COURSE_CHECK"):
        checkpoints.train("tiny")
