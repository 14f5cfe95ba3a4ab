"""Every registered exercise keeps its promises; a new one is tested as soon as its file is there.

Other right answers stand in the exercise's own call (`right=[...]`), or in lNN_lesson/name.py beside this
file, where the exercise is lNN_lesson/name.py of course_utils/checks/lessons. Each function there is one;
those whose values come in another type than the reference's are taken with a word, and named in OTHER_TYPE;
those that stop on inputs of a kind that the lesson never hands are told so, and named in LIMITED.
"""

import importlib
import inspect
import re
from pathlib import Path

import pytest
import torch
from torch import nn

from course_utils.checks import check, hint
from course_utils.checks.engine import judge as judging
from course_utils.checks.engine import registry, run
from course_utils.checks.engine.kept import kept

LESSONS = Path(__file__).parent
NAMES = registry.names()
MISTAKES = [
    pytest.param(name, index, form, id=f"{name}-{index}-{form}")
    for name in NAMES
    for index, mistake in enumerate(registry.find(name).mistakes)
    for form in range(len(mistake.forms))
]
ACCEPTED = [(name, one) for name in NAMES for one in registry.find(name).accepted]

RAISED = r"^(With .*: y|Y)our function raised .* \(line .*\)\. "  # what goes before where a mistake raises


def place(name):
    """Where the other right answers to an exercise stand: "l00_start_here/kl.py"."""
    return "/".join(registry.find(name).module.split(".")[-2:]) + ".py"


def answers(name):
    """(functions that are right, functions with the right values in another type), from both places."""
    own = list(registry.find(name).right)
    if not (LESSONS / place(name)).exists():
        return own, []
    module = importlib.import_module(place(name).removesuffix(".py").replace("/", "."))
    other_type = getattr(module, "OTHER_TYPE", [])
    public = [one for key, one in vars(module).items() if inspect.isfunction(one) and not key.startswith("_")]
    right = [one for one in public if one.__module__ == module.__name__ and one not in other_type]
    return own + right, other_type


def limited(name):
    """The names of right answers that stop on some kind of input."""
    if not (LESSONS / place(name)).exists():
        return ()
    module = importlib.import_module(place(name).removesuffix(".py").replace("/", "."))
    return [one.__name__ for one in getattr(module, "LIMITED", [])]


ANSWERS = {name: answers(name) for name in NAMES}
LIMITED = {name: limited(name) for name in NAMES}


def faulty(name, behave):
    """A function with the arguments of the exercise's reference that does something bad before all else."""
    reference = registry.find(name).reference
    scope = {"behave": behave, "reference": reference}
    arguments = ", ".join(registry.find(name).arguments)
    exec(f"def student({arguments}):\n    return behave(reference, ({arguments},))\n", scope)
    return scope["student"]


def diagnosis(name, text):
    """The one line that says what is wrong."""
    first, second = text.splitlines()
    assert first.startswith(f"{name}: not yet. ")
    assert first.endswith((".", "?"))
    assert second == f'The notebook goes on with the reference; hint("{name}") helps.'
    return first.removeprefix(f"{name}: not yet. ")


@pytest.mark.parametrize("name", NAMES)
def test_the_reference_passes_whatever_the_dice(verdict, name):
    own = faulty(name, lambda reference, args: reference(*args))  # itself would be told whose it is
    for seed in (1, 2):
        torch.manual_seed(seed)
        assert verdict(name, own) == (f"{name}: right.\n", own)


@pytest.mark.parametrize("name", NAMES)
def test_the_process_of_its_own_says_the_same(capsys, name):
    own = faulty(name, lambda reference, args: reference(*args))
    exercise = registry.find(name)
    wrong = exercise.mistakes[0].forms[0]
    assert check(name, own) is own and check(name, wrong) is exercise.reference
    right, said = capsys.readouterr().out.split("\n", 1)
    assert right == f"{name}: right." and exercise.mistakes[0].explanation in said


@pytest.mark.parametrize("name", NAMES)
def test_right_answers_in_other_words_pass(verdict, name):
    right, _ = ANSWERS[name]
    assert len(right) >= 2, (
        f"{name} needs two functions that answer it rightly in another form than the reference, for a check "
        f"must take them all: in its call, right=[...], or in tests/checks/lessons/{place(name)}. "
        f"It has {len(right)}."
    )
    for function in right:
        text, returned = verdict(name, function)
        if function.__name__ in LIMITED.get(name, ()):
            assert text.startswith(f"{name}: right, with a word. It stops "), text
            continue
        assert text == f"{name}: right.\n", (
            f"{function.__name__} is refused, or taken with a word only: {text}"
            "Where its values are right and come in another type, name it in OTHER_TYPE of its file."
        )
        assert returned is function


def test_every_file_of_answers_belongs_to_an_exercise():
    files = {path.relative_to(LESSONS).as_posix() for path in LESSONS.glob("*/*.py")}
    left = sorted(files - {place(name) for name in NAMES})
    assert not left, f"there is no exercise in course_utils/checks/lessons for {', '.join(left)}"


@pytest.mark.parametrize("name", [name for name in NAMES if ANSWERS[name][1]])
def test_right_values_of_another_type_are_turned_into_the_right_one(verdict, name):
    for function in ANSWERS[name][1]:
        text, returned = verdict(name, function)
        assert text.startswith(f"{name}: right, with a word. "), text
        assert returned.__wrapped__ is function
        probe = kept(registry.find(name)).known[0]
        got, want = returned(*probe.make()), probe.output
        pairs = zip(got, want, strict=True) if isinstance(want, tuple) else [(got, want)]
        for one, other in pairs:
            assert type(one) is type(other)
            assert getattr(one, "dtype", None) == getattr(other, "dtype", None)


def in_either_order(find):
    """find(exercise, ...) -> a mistake of its bank, and the same one with the bank read from its end."""

    def ask(exercise, *args):
        found, bank = find(exercise, *args), exercise.mistakes
        try:
            object.__setattr__(exercise, "mistakes", bank[::-1])
            assert find(exercise, *args) is found, "which mistake is named depends on the bank's order"
        finally:
            object.__setattr__(exercise, "mistakes", bank)
        return found

    return ask


def test_an_order_that_matters_is_seen():
    exercise = registry.find(NAMES[0])
    bank = exercise.mistakes
    with pytest.raises(AssertionError, match="depends on the bank's order"):
        in_either_order(lambda one: one.mistakes[0])(exercise)
    assert exercise.mistakes is bank and in_either_order(lambda one: max(one.mistakes, key=id))(exercise)


@pytest.mark.parametrize("name, index, form", MISTAKES)
def test_a_banked_mistake_gets_its_own_explanation_whatever_the_order(
    verdict, monkeypatch, name, index, form
):
    for find in (judging.named_mistake, judging.raising_mistake):
        monkeypatch.setattr(judging, find.__name__, in_either_order(find))
    torch.manual_seed(index)
    exercise = registry.find(name)
    mistake = exercise.mistakes[index]
    text, returned = verdict(name, mistake.forms[form])
    assert re.sub(RAISED, "", diagnosis(name, text)) == mistake.explanation
    assert returned is exercise.reference


@pytest.mark.parametrize("name, accepted", ACCEPTED)
def test_an_accepted_answer_gets_its_word(verdict, name, accepted):
    text, returned = verdict(name, accepted.function)
    assert text == f"{name}: right, with a word. {accepted.remark}\n"
    assert returned is accepted.function


@pytest.mark.parametrize("name", NAMES)
def test_the_bank_is_worth_reading(name):
    exercise = registry.find(name)
    assert len(exercise.mistakes) >= 3, (
        f"{name} needs three mistakes at least: those that students make most, each with what it does."
    )
    sentences = [m.explanation for m in exercise.mistakes] + [a.remark for a in exercise.accepted]
    assert len(set(sentences)) == len(sentences), (
        "Two mistakes have the same explanation: let them be two forms of one, Mistake((first, second), ...)."
    )
    for sentence in sentences:
        whole = sentence[0].isupper() and sentence.endswith(".") and "\n" not in sentence
        assert whole, f"An explanation is made of whole sentences and has no line breaks; got: {sentence}"


@pytest.mark.parametrize("name", NAMES)
def test_hints_lead_and_do_not_tell(name):
    exercise = registry.find(name)
    assert exercise.hints, f"{name} needs a hint, for a wrong answer is told to ask for one."
    assert len(set(exercise.hints)) == len(exercise.hints), "Two hints are the same."
    body = inspect.getsource(exercise.reference).split("return ")[-1]
    answer = re.sub(r"\s", "", body)
    for one in exercise.hints:
        assert one.rstrip().endswith((".", "?", ")")), f"A hint is a whole sentence; got: {one}"
        code = [piece for piece in ("return ", "lambda", "+ 1", "** 2") if piece in one]
        tells = code or answer in re.sub(r"\s", "", one)
        assert not tells, f"A hint leads, in words, and holds no piece of the formula; got: {one}"


@pytest.mark.parametrize("name", NAMES)
def test_hints_come_one_by_one_and_start_over(capsys, name):
    hints = registry.find(name).hints
    said = []
    for _ in range(2 * (len(hints) + 1)):
        hint(name)
        said.append(capsys.readouterr().out)
    once = [f"{name}, hint {i + 1} of {len(hints)}: {one}\n" for i, one in enumerate(hints)]
    once.append(f"{name}: there are no more hints than these {len(hints)}; call again to see the first.\n")
    assert said == once + once


@pytest.mark.parametrize("name", NAMES)
def test_inputs_are_repeatable(name):
    for probe in kept(registry.find(name)).known:
        for one, other in zip(probe.make(), probe.make(), strict=True):
            pairs = [(one, other)]
            if isinstance(one, nn.Module):
                pairs = zip(one.parameters(), other.parameters(), strict=True)
            for ours, theirs in pairs:
                same = not isinstance(ours, torch.Tensor) or torch.equal(ours, theirs)
                assert same, f"{probe.label}: two calls of the maker with equal generators give other inputs."


# ---- what goes wrong before any value is compared


@pytest.mark.parametrize("name", NAMES)
def test_blanks_are_not_done_yet(verdict, name):
    arguments = ", ".join(registry.find(name).arguments)
    scope = {}
    exec(
        f'def dots({arguments}):\n    """A docstring."""\n    ...\n'
        f"def nothing({arguments}):\n    # here\n    pass\n"
        f"def returned({arguments}):\n    return ...\n"
        f"def raised({arguments}):\n    raise NotImplementedError()\n"
        f"def met({arguments}):\n    half = ...\n    return half + 1\n",
        scope,
    )
    blanks = [..., None, *(scope[key] for key in ("dots", "nothing", "returned", "raised", "met"))]
    for blank in blanks:
        text, returned = verdict(name, blank)
        assert text == f"{name}: not done yet; the notebook goes on with the reference.\n"
        assert returned is registry.find(name).reference


def raise_error(reference, args):
    raise KeyError("lost")


def loop_forever(reference, args):
    while True:
        pass


def change_input(reference, args):
    value = reference(*args)
    for arg in args:
        if isinstance(arg, torch.Tensor) and arg.dtype == torch.bool:
            arg.logical_not_()
        elif isinstance(arg, torch.Tensor):
            arg.mul_(0.5) if arg.is_floating_point() else arg.add_(1)
        elif isinstance(arg, nn.Module):
            nn.init.zeros_(next(arg.parameters()))
    return value


def give_nan(reference, args):
    value = reference(*args)
    if isinstance(value, tuple):
        return tuple(part * torch.nan for part in value)
    if isinstance(value, list):
        return [part * torch.nan for part in value]
    return value * float("nan")


def give_nothing(reference, args):
    reference(*args)


FAULTS = {
    "an object that cannot be called": (
        None,
        r"You passed an? \w+, not a function: write check\(\"[a-z._0-9]+\", my_function\).*\.",
    ),
    "another type": (lambda reference, args: "a word", r"Your function returns .*wanted.*\."),
    "an exception": (
        raise_error,
        r"Your function raised KeyError: 'lost' \(line 2 of your function(: .*)?\)\.",
    ),
    "an endless loop": (
        loop_forever,
        r"Your function was stopped after 0\.02 seconds: is there a loop that never stops\?",
    ),
    "a NaN": (give_nan, r".*(NaN|not finite|float; an int is wanted).*\."),
    "nothing returned": (
        give_nothing,
        r"Your function returns nothing \(None\): does it end with `return`\?",
    ),
}


@pytest.mark.parametrize("fault", list(FAULTS))
@pytest.mark.parametrize("name", NAMES)
def test_each_fault_gets_one_sentence(verdict, monkeypatch, name, fault):
    behave, pattern = FAULTS[fault]
    if behave is loop_forever:
        monkeypatch.setattr(run, "TIME_LIMIT", 0.02)
    text, returned = verdict(name, torch.tensor(3.0) if behave is None else faulty(name, behave))
    assert re.fullmatch(pattern, diagnosis(name, text)), text
    assert returned is registry.find(name).reference


TAKES_TENSORS = [
    n for n in NAMES if any(isinstance(a, torch.Tensor) for a in kept(registry.find(n)).known[0].make())
]


@pytest.mark.parametrize("name", TAKES_TENSORS)
def test_an_input_changed_in_place_is_named(verdict, name):
    text, returned = verdict(name, faulty(name, change_input))
    exercise = registry.find(name)
    made = zip(exercise.arguments, kept(exercise).known[0].make(), strict=True)
    first = next(argument for argument, value in made if isinstance(value, torch.Tensor | nn.Module))
    assert diagnosis(name, text).startswith(f"Your function changes its input {first} in place")
    assert returned is registry.find(name).reference


@pytest.mark.parametrize("name", NAMES)
def test_too_few_arguments_are_counted(verdict, name):
    text, _ = verdict(name, lambda: 1)
    said = diagnosis(name, text)
    assert said.startswith("Your function takes 0 arguments; it is called with ")
    assert said.endswith(f"{registry.find(name).arguments[-1]}.")


@pytest.mark.parametrize("name", [n for n in NAMES if registry.find(n).gradient])
def test_a_detached_result_is_no_right_answer_where_a_gradient_is_needed(verdict, name):
    def each(cut, value):
        return tuple(cut(part) for part in value) if isinstance(value, tuple) else cut(value)

    for cut in (lambda value: value.detach(), lambda value: value.tolist()):
        text, _ = verdict(name, faulty(name, lambda reference, args, cut=cut: each(cut, reference(*args))))
        argument = registry.find(name).gradient[0]
        assert diagnosis(name, text).startswith(f"Your values are right, but no gradient reaches {argument}")
