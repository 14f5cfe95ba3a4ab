"""The command: what it prints, its exit codes, and what it says where something is wrong."""

import json

from tiny_runs import pictures

from course_utils import __main__ as cli


def test_the_command_prints_what_came_of_it(tmp_path, capsys):
    folder = pictures(tmp_path / "animals")
    (folder / "dog" / "note.png").write_text("not a picture")
    options = ["--data", str(folder), "--out", str(tmp_path / "b"), "--steps", "2", "--preset", "quick"]
    assert cli.main(["train", "vae", *options, "--device", "cpu", "--samples", "4", "--batch", "8"]) == 0
    out, err = capsys.readouterr()
    assert err == "1 image cannot be read and is left out: dog/note.png.\n"
    assert (
        out.startswith("vae on folder animals: 2 steps in ") and "frechet_distance_random_features: " in out
    )
    record = json.loads((tmp_path / "b.json").read_text())
    assert record["classes"] == ["cat", "dog"] and record["settings"]["batch_size"] == 8


def test_without_data_the_course_s_own_recipes_are_as_before(capsys):
    assert cli.main(["train", "digit_vaes", "--lr", "0.1"]) == 2
    assert capsys.readouterr().err.startswith("--lr goes with --data")
