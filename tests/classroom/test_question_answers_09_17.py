"""The numbers in the right options of lessons 09 to 18, held against mathematics and the package."""

import derived_09_to_12  # noqa: F401  each registers its derivations
import derived_13_to_17  # noqa: F401
import derived_18  # noqa: F401
import derived_19  # noqa: F401
import pytest
import torch
from derived_numbers import DERIVED, FOLDER, LINE, NUMBER, bank, fits

LESSONS = sorted(path.name[:2] for path in FOLDER.glob("*.toml") if "09" <= path.name[:2] <= "18")


@pytest.mark.parametrize(("lesson", "question"), DERIVED, ids=map("-".join, DERIVED))
def test_the_number_in_the_right_option_is_derived(lesson, question):
    table, wanted = bank(lesson)[question], DERIVED[lesson, question]()
    right = table["options"][table["answer"]]
    printed = NUMBER.findall(right)
    assert len(printed) == len(wanted), right
    assert all(map(fits, printed, wanted)), f"{right}: derived {wanted}"
    for option in table["options"]:
        in_other_words = NUMBER.sub("#", option) != NUMBER.sub("#", right)
        assert option == right or in_other_words or not all(map(fits, NUMBER.findall(option), wanted)), option


def test_only_one_planar_step_folds():
    table = bank("09")["which-planar"]
    pushes = []
    for option in table["options"]:
        w, u = torch.tensor([float(number) for number in NUMBER.findall(option)]).double().view(2, 2)
        pushes.append(w @ u)
    heights = [LINE + push * LINE.tanh() for push in pushes]
    assert [bool((h.diff() <= 0).any()) for h in heights] == [i == table["answer"] for i in range(4)]


def test_every_lesson_has_two_numbers_derived():
    counts = {lesson: sum(key[0] == lesson for key in DERIVED) for lesson in LESSONS}
    assert LESSONS and min(counts.values()) >= 2, counts


def test_only_one_model_is_beaten():
    right = bank("18")["who-is-beaten"]
    models = {
        "P": (1.0, -0.6, 10),
        "Q": (1.2, -0.7, 2),
        "R": (1.5, -0.5, 3),
        "S": (2.0, -0.3, 0.1),
    }  # low is good
    for name, (distance, recall, seconds) in models.items():
        assert f"{name} ({distance}, {-recall}, {seconds})" in right["ask"].replace("\n", " ")
    beaten = [
        name
        for name, own in models.items()
        if any(
            other != own and all(map(float.__le__, map(float, other), map(float, own)))
            for other in models.values()
        )
    ]
    assert beaten == ["R"] and right["options"][right["answer"]].startswith("R, ")
