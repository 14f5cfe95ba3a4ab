"""Whatever goes wrong is said in one sentence, with what to do; what was saved is as it was."""

import contextlib
import os
import signal

import pytest
import torch
from full_disk import files_of_at_most
from PIL import Image
from tiny_runs import pictures, run

from course_utils import __main__ as cli
from course_utils import scale


def said(capsys, recipe, data, *options, code=2):
    """What the command says where it ends with this code: one sentence."""
    options = [*options, "--preset", "quick", "--samples", "4"]
    assert cli.main(["train", recipe, "--data", str(data), *options]) == code
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "Traceback" not in err and "Errno" not in err, err
    return err.strip()


@pytest.fixture
def at(tmp_path):
    """Options of a short run on the CPU that writes into the test's folder."""
    return ["--steps", "3", "--device", "cpu", "--batch", "8", "--out", str(tmp_path / "it")]


def test_a_name_that_is_none(capsys, at, tmp_path):
    assert "Did you mean 'diffusion'?" in said(capsys, "difusion", "digits", *at)
    assert "(did you mean mnist_5k?)" in said(capsys, "vae", "mnist5k", *at)
    assert "there is no folder 'x/y'" in said(capsys, "vae", "x/y", *at)
    with pytest.raises(ValueError, match="preset must be one of 'full', 'quick'; got 'large'"):
        run("vae", "digits", tmp_path / "it", preset="large")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_ever_downloaded(capsys, at, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    for name in ("mnist", "fashion_mnist", "cifar10"):
        assert f"`python -m course_utils download {name}`" in said(capsys, "vae", name, *at)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_used(capsys, at, tmp_path):
    empty, bad, one, both = (tmp_path / name for name in ("empty", "bad", "one", "both"))
    for folder in (empty, bad, one):
        folder.mkdir()
    (bad / "a.png").write_text("text")
    Image.new("L", (8, 8)).save(one / "a.png")
    pictures(both, 4, classes=())
    pictures(both, 4)
    assert "holds no images" in said(capsys, "vae", empty, *at)
    assert "none of the 1 images" in said(capsys, "vae", bad, *at)
    assert "must hold at least two images" in said(capsys, "vae", one, *at)
    assert "holds images and folders of images" in said(capsys, "vae", both, *at)


def test_pictures_of_several_sizes_or_kinds(capsys, at, tmp_path):
    pictures(tmp_path / "sizes" / "a", 3, (8, 12), classes=())
    pictures(tmp_path / "sizes" / "b", 3, (16, 16), classes=())
    sentence = said(capsys, "vae", tmp_path / "sizes", *at)
    assert "have sizes from 12 x 8 to 16 x 16 pixels: give --size 32" in sentence
    pictures(tmp_path / "kinds" / "a", 3, (16, 16), "L", classes=())
    pictures(tmp_path / "kinds" / "b", 4, (16, 16), classes=())
    sentence = said(capsys, "vae", tmp_path / "kinds", *at)
    assert "3 are grey and 4 in colour: give --channels 1 or --channels 3" in sentence
    pictures(tmp_path / "odd", 3, (18, 18), classes=())
    assert "divisible by 4" in said(capsys, "gan", tmp_path / "odd", *at)
    assert "--size and --channels are for folders" in said(capsys, "vae", "digits", *at, "--size", "16")


def test_a_call_that_makes_no_sense(capsys, at, monkeypatch, tmp_path):
    assert "exactly one of steps, epochs and seconds" in said(capsys, "vae", "digits", *at, "--seconds", "3")
    assert "got none" in said(capsys, "vae", "digits", *at[2:])
    assert "batch must be at least 1" in said(capsys, "vae", "digits", *at, "--batch", "0")
    assert "gan has two players" in said(capsys, "gan", "digits", *at, "--sharded")
    assert "lr must be a finite number above 0" in said(capsys, "vae", "digits", *at, "--lr", "-1")
    assert "out must be a file" in said(capsys, "vae", "digits", *at, "--out", str(tmp_path))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    assert "a CUDA device of this machine, which has 0" in said(
        capsys, "vae", "digits", *at, "--device", "cuda"
    )
    monkeypatch.setenv("COURSE_PRESET", "smoke")
    assert "unset it first" in said(capsys, "vae", "digits", *at)
    assert list(tmp_path.iterdir()) == []


def test_files_of_another_run_are_left_alone(capsys, at, tmp_path):
    run("vae", "digits", tmp_path / "it", steps=3)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert "with recipe='vae', and this one has recipe='flow'" in said(capsys, "flow", "digits", *at)
    assert "with lr=0.001, and this one has lr=0.1" in said(capsys, "vae", "digits", *at, "--lr", "0.1")
    assert "with name='digits', and this one has name='folder p'" in said(
        capsys, "vae", pictures(tmp_path / "p"), *at
    )
    assert "it was made with seed=0, and this run has seed=1" in said(
        capsys, "vae", "digits", *at, "--seed", "1"
    )
    assert all((tmp_path / name).read_bytes() == payload for name, payload in before.items())
    (tmp_path / "it.run").unlink()
    assert "from which its run would go on, is not" in said(capsys, "vae", "digits", *at)


def test_a_full_disk(capsys, at, tmp_path, monkeypatch):
    with files_of_at_most(10_000):
        assert "so nothing was trained: make room there" in said(capsys, "vae", "digits", *at)
    assert list(tmp_path.iterdir()) == []
    limits = contextlib.ExitStack()
    with limits:
        at_call(monkeypatch, 4, lambda: limits.enter_context(files_of_at_most(10_000)))
        assert "could not be written" in said(capsys, "vae", "digits", *at)
    monkeypatch.undo()
    monkeypatch.setattr(scale.beside, "check_room", lambda *_: None)
    written = scale.beside.write_atomically
    monkeypatch.setattr(scale.beside, "write_atomically", lambda *given: full(written, *given))
    with contextlib.ExitStack() as limits:
        sentence = said(capsys, "vae", "digits", *at)
    assert "it.run holds the whole run, so make room and give the same command again" in sentence
    monkeypatch.undo()
    assert run("vae", "digits", tmp_path / "it", steps=3)["training"]["steps"] == 3


def full(write, path, payload):
    """write, on a disk that takes no weights any more."""
    with files_of_at_most(10_000):
        write(path, payload)


def at_call(monkeypatch, number, happen):
    """Let something happen at the so-manieth call of a convolution from now on."""
    calls, forward = [], torch.nn.Conv2d.forward

    def counted(self, x):
        calls.append(1)
        if len(calls) == number:
            happen()
        return forward(self, x)

    monkeypatch.setattr(torch.nn.Conv2d, "forward", counted)


def raising(error):
    def happen():
        raise error

    return happen


LOST = {
    "full": (
        torch.OutOfMemoryError("CUDA out of memory.\nTried"),
        "the GPU's memory is full at a batch of 8",
    ),
    "lost": (torch.AcceleratorError("CUDA error: unspecified launch failure\nSearch"), "unspecified launch"),
    "older": (RuntimeError("CUDA error: device-side assert triggered\nCompile"), "device-side assert"),
}


@pytest.mark.parametrize("kind", LOST)
def test_a_gpu_that_is_full_or_lost(kind, capsys, at, tmp_path, monkeypatch):
    error, words = LOST[kind]
    at_call(monkeypatch, 1, raising(error))
    sentence = said(capsys, "vae", "digits", *at)
    assert words in sentence and "no step had been saved yet" in sentence
    monkeypatch.undo()
    expected = run("vae", "digits", tmp_path / "whole", steps=5)["sha256"]
    run("vae", "digits", tmp_path / "it", steps=3)
    at_call(monkeypatch, 3, raising(error))
    sentence = said(capsys, "vae", "digits", *at, "--steps", "5")
    assert words in sentence and "it.run holds the run as it was last saved: give the" in sentence
    monkeypatch.undo()
    assert run("vae", "digits", tmp_path / "it", steps=5)["sha256"] == expected


def test_a_loss_that_is_not_finite(capsys, at):
    sentence = said(capsys, "vae", "digits", *at, "--lr", "1e20")
    assert "became NaN or infinite at step" in sentence and "give a smaller --lr than 1e+20" in sentence


def press(number=signal.SIGINT):
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_ctrl_c_in_training(name, capsys, at, tmp_path, monkeypatch):
    expected = run("vae", "digits", tmp_path / "whole", steps=3)["sha256"]
    before = signal.getsignal(getattr(signal, name))
    at_call(monkeypatch, 3, lambda: press(getattr(signal, name)))  # in the second step
    assert cli.main(["train", "vae", "--data", "digits", *at, "--preset", "quick"]) == 130
    out, err = capsys.readouterr()
    assert "Stopped by the keyboard after step 2" in out and "goes on from there" in out and err == ""
    assert sorted(file.name for file in tmp_path.glob("it*")) == ["it.run"]
    assert signal.getsignal(getattr(signal, name)) == before
    monkeypatch.undo()
    assert run("vae", "digits", tmp_path / "it", steps=3)["sha256"] == expected


@pytest.mark.usefixtures("heard")
def test_ctrl_c_among_the_samples(capsys, at, tmp_path, monkeypatch):
    at_call(monkeypatch, 7, press)  # two convolutions a step, three steps: the first of what is measured
    assert cli.main(["train", "vae", "--data", "digits", *at, "--preset", "quick", "--samples", "4"]) == 130
    out, err = capsys.readouterr()
    assert out.startswith("Stopped by the keyboard: ") and out.count("\n") == 1 and err == ""
    model, record = scale.load(tmp_path / "it")
    assert scale.sample(model, record, 2).shape == (2, 1, 8, 8)
    monkeypatch.undo()
    assert run("vae", "digits", tmp_path / "it")["metrics"]["held_out_kl"] > 0
