"""Files from anybody: what is read, what is refused and how, and how many are put together."""

import json
import os

import pytest

from course_utils import __main__ as cli
from course_utils import metrics
from course_utils.classroom.answers import FORMAT, MOST_BYTES, pool_answers, read_answers

REAL = {"model": None, "real": True, "said": "real", "ms": 700}
FAKE = {"model": "GAN", "real": False, "said": "fake", "ms": 900}


def write(path, content):
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    path.write_bytes(data)
    return path


def saved(path, *answers):
    return write(path, {"format": FORMAT, "answers": list(answers)})


def test_what_was_saved_is_read(tmp_path):
    assert read_answers(saved(tmp_path / "a.json", REAL, FAKE)) == [REAL, FAKE]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not JSON, or damaged"),
        (b'{"format"', "not JSON, or damaged"),
        (b"\xff\xfe\x00", "not JSON, or damaged"),
        (b"[" * 100_000, "not JSON, or damaged"),
        (b"1" * 5_000, "not JSON, or damaged"),
        (b'{"format": NaN}', "not JSON, or damaged"),
        (b"\x80\x04\x95cos\nsystem\n", "not JSON, or damaged"),
        (b" " * (MOST_BYTES + 1), "larger than 500 kB"),
        ([1, 2], "was not saved by the game"),
        ({"answers": [REAL]}, "was not saved by the game"),
        ({"format": FORMAT, "answers": [REAL], "name": "Ann"}, "was not saved by the game"),
        ({"format": FORMAT, "answers": []}, "must hold between 1 and 5000 answers"),
        ({"format": FORMAT, "answers": {"0": REAL}}, "must hold between 1 and 5000 answers"),
        ({"format": FORMAT, "answers": [REAL] * 5001}, "must hold between 1 and 5000 answers"),
        ({"format": FORMAT, "answers": [REAL, 3]}, r"is damaged: answers\[1\] must have"),
        ({"format": FORMAT, "answers": [{**FAKE, "model": "\x1b[31m"}]}, r"is damaged: answers\[0\]: model"),
        ({"format": FORMAT, "answers": [{**FAKE, "ms": 1e9}]}, r"is damaged: answers\[0\]: ms"),
    ],
)
def test_damaged_and_foreign_files_get_one_sentence(tmp_path, content, says):
    path = write(tmp_path / "bad.json", content)
    with pytest.raises(ValueError, match=says) as caught:
        read_answers(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_what_is_no_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "missing.json", "."):
        with pytest.raises(ValueError, match="is not a file"):
            read_answers(tmp_path / name)


def test_files_are_pooled_and_a_copy_counts_once(tmp_path):
    first = saved(tmp_path / "a.json", REAL, FAKE)
    copy = saved(tmp_path / "b.json", REAL, FAKE)
    third = saved(tmp_path / "c.json", {**FAKE, "said": "real"})
    files, answers, problems = pool_answers([first, copy, third, tmp_path / "none"])
    assert (files, len(answers)) == (2, 3)
    assert problems == [
        f"{copy} has the answers of {first}: counted once.", f"{tmp_path / 'none'} is not a file."
    ]  # fmt: skip


def test_the_command_prints_what_told_apart_says(tmp_path, capsys):
    first = saved(tmp_path / "a.json", REAL, FAKE, {**REAL, "said": "fake", "ms": 100})
    second = saved(tmp_path / "b.json", {**FAKE, "said": "real", "ms": 1100}, {**FAKE, "model": "My VAE"})
    bad = write(tmp_path / "bad\x1b.json", b"{")
    assert cli.main(["pool", str(first), str(second), str(bad)]) == 0
    out, err = capsys.readouterr()
    assert err.endswith("is not JSON, or damaged.\n") and "\x1b" not in err
    lines = out.splitlines()
    assert lines[0] == "2 files, 5 answers, 3 of them right"
    low, high = metrics.wilson_interval(1, 2)
    gan = ["GAN", "2", "50 %", f"{100 * low:.0f} to {100 * high:.0f} %"]
    d_prime = f"{metrics.d_prime(1, 2, 1, 2):.2f}"
    assert lines[3].split() == [*" ".join(gan).split(), d_prime, "1.00", "s"]
    assert lines[4].startswith("My VAE") and lines[5].startswith("real pictures") and " - " in lines[5]
    assert len({len(line) for line in lines[2:]}) == 1


def test_without_one_good_file_the_command_fails(tmp_path, capsys):
    assert cli.main(["pool", str(write(tmp_path / "bad.json", b"{"))]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1
