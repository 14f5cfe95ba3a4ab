"""A checkpoint that is damaged, foreign or of another run: one sentence, and nothing of it is loaded."""

import functools
import random
import sys
import types

import pytest
import torch
from safetensors.torch import save_file

from course_utils import training
from course_utils.training import CheckpointError, identity, storage
from course_utils.training.fitting import gradient_step

SCALE = 1.0


def squared(model, x):
    return SCALE * (model(x) - x).square().sum(1).mean()


def absolute(model, x):
    return SCALE * (model(x) - x).abs().sum(1).mean()


def scaled(scale):
    return lambda model, x: scale * model(x).square().mean()


def power(model, x, p):
    return model(x).abs().pow(p).mean()


class Net(torch.nn.Module):
    """Two layers whose activation is a function and no module."""

    def __init__(self, activation=torch.tanh):
        super().__init__()
        self.first, self.last, self.activation = torch.nn.Linear(6, 16), torch.nn.Linear(16, 6), activation

    def forward(self, x):
        return self.last(self.activation(self.first(x)))


def layers(activation=torch.nn.ReLU, sizes=(6, 16, 6)):
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(*sizes[:2]), activation(), torch.nn.Linear(*sizes[1:]))


def fit(path, model=None, loss=squared, steps=3, **options):
    model = layers() if model is None else model
    x = torch.rand(20, 6, generator=torch.Generator().manual_seed(1))
    training.fit(
        model, loss, x, steps=steps, checkpoint=path, ema_decay=0.9, device="cpu", progress=False, **options
    )
    return model


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.safetensors"


def assert_refused(path, words, model=None, loss=squared, **options):
    """Resuming is one sentence that has these words, and model and file stay as they were."""
    model = layers() if model is None else model
    before, file = [weight.clone() for weight in model.parameters()], path.read_bytes()
    with pytest.raises(CheckpointError, match=words) as caught:
        fit(path, model, loss, steps=9, **options)
    said = str(caught.value)
    assert said.startswith(f"checkpoint {path} cannot be resumed: ") and "\n" not in said
    assert said.endswith("; delete the file, or name another one.")
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), before, strict=True))
    assert path.read_bytes() == file


class TestAnotherRun:
    def test_another_choice_of_trained_weights(self, path):
        """The moments of one layer are not those of the other: fused AdamW would write past their end."""
        first, last = layers(sizes=(6, 4, 600)), layers(sizes=(6, 4, 600))
        first[2].requires_grad_(False), last[0].requires_grad_(False)
        loss = scaled(1)
        fit(path, first, loss)
        assert_refused(path, r"another choice of weights for optimiser: model\.0\.weight there", last, loss)

    def test_another_activation(self, path):
        fit(path)
        assert_refused(
            path, r"another model: \(1\): ReLU\(\) there, \(1\): Tanh\(\) here", layers(torch.nn.Tanh)
        )

    def test_an_activation_that_is_a_function(self, path):
        fit(path, Net())
        assert_refused(path, "another model: code", Net(torch.sin))
        fit(path, Net(), steps=4)

    @pytest.mark.parametrize(
        ("there", "here"),
        [
            (squared, absolute),
            (scaled(1.0), scaled(2.0)),
            (scaled(torch.ones(2)), scaled(torch.zeros(2))),
            (functools.partial(power, p=2), functools.partial(power, p=1)),
        ],
        ids=["code", "a value it closes over", "a tensor it closes over", "an argument"],
    )
    def test_another_loss(self, path, there, here):
        loss = lambda function: lambda model, x: function(model, x).mean()  # noqa: E731
        fit(path, loss=loss(there))
        assert_refused(path, "another loss or update", loss=loss(here))
        fit(path, loss=loss(there), steps=4)

    def test_a_constant_that_the_loss_names(self, path, monkeypatch):
        fit(path)
        monkeypatch.setitem(globals(), "SCALE", 2.0)
        assert_refused(path, "another loss or update")

    def test_another_option_of_an_optimiser(self, path):
        def play(momentum):
            model = layers()
            optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=momentum)
            parts = {"net": model, "opt": optimiser}
            update = training.gradient_step(model, squared, optimiser)
            how = {"steps": 2, "parts": parts, "checkpoint": path, "device": "cpu", "progress": False}
            list(training.steps(update, torch.rand(5, 6), **how))

        torch.manual_seed(3)
        play(0.9)
        torch.manual_seed(3)
        with pytest.raises(CheckpointError, match=r"another opt: momentum=0\.9 there, momentum=0\.5 here"):
            play(0.5)

    def test_what_changes_no_arithmetic_is_the_same_run(self):
        """Names of locals, comments, documentation and the place in the file."""
        sources = [
            "def f(x):\n    'documented'\n    y = x + 1\n    return y",
            "\n\ndef f(a):\n    b = a + 1  # why\n    return b",
            "def f(x):\n    'documented'\n    y = x + 2\n    return y",
        ]
        found = []
        for source in sources:
            names = {}
            exec(compile(source, "<cell>", "exec"), names)
            found.append(identity.digest([names["f"]]))
        assert found[0] == found[1] != found[2]

    @pytest.mark.parametrize(
        ("folder", "same"),
        [
            (".local/lib/python3.12/site-packages", True),
            ("usr/lib/python3/dist-packages", True),
            ("mine", False),
        ],
    )
    def test_an_installed_package_counts_by_name_wherever_it_lies(self, tmp_path, monkeypatch, folder, same):
        """A user's own packages, and those of the Python below a virtual environment, are installed too."""
        found = []
        for code in ("def g(x):\n    return x + 1\n", "def g(x):\n    return x + 2\n"):
            module = types.ModuleType("borrowed")
            module.__file__ = str(tmp_path / folder / "borrowed.py")
            exec(compile(code, module.__file__, "exec"), vars(module))
            monkeypatch.setitem(sys.modules, "borrowed", module)
            g = module.g
            found.append(identity.digest([lambda x, g=g: g(x)]))
        assert (found[0] == found[1]) is same

    def test_the_course_counts_by_its_code_where_it_is_installed_too(self, monkeypatch):
        """Its update holds the loss in a closure, which nobody could tell from another by the name."""
        monkeypatch.setattr(identity, "INSTALLED", (identity.OWN,))
        model = Net()
        steps = [gradient_step(model, loss, training.adamw(model)) for loss in (squared, absolute, squared)]
        found = [identity.digest([step]) for step in steps]
        assert found[0] == found[2] != found[1]

    def test_another_python_does_not_compare_code(self):
        now = identity.describe(squared, {"model": layers()})
        was = {**now, "python": "3.10", "code of loss or update": "code of another bytecode"}
        assert identity.difference(was, now) is None
        assert "another model" in identity.difference({**was, "model": "Other()"}, now)


class TestDamage:
    def test_no_single_bit_may_flip(self, path):
        fit(path, steps=2)
        good = path.read_bytes()
        generator = random.Random(0)
        header = 8 + int.from_bytes(good[:8], "little")
        places = [*range(64), *generator.sample(range(8 * header), 200)]
        places += generator.sample(range(8 * header, 8 * len(good)), 200)
        for place in places:
            bad = bytearray(good)
            bad[place // 8] ^= 1 << place % 8
            with pytest.raises(CheckpointError, match="checksum"):
                storage.parse(bytes(bad))
        bad = bytearray(good)
        bad[-1] ^= 1
        path.write_bytes(bad)
        assert_refused(path, "its checksum is wrong or missing")

    @pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b + b"\0", lambda b: b[:9]])
    def test_cut_short_and_too_long(self, path, damage):
        fit(path)
        path.write_bytes(damage(path.read_bytes()))
        assert_refused(path, "its checksum is wrong or missing")

    def test_weights_of_another_program(self, path):
        save_file({"a": torch.ones(2)}, path)
        assert_refused(path, "not a training checkpoint")


def change(*keys, value=None):
    """A function that sets a place of a saved tree to a value, or deletes it where none is given."""

    def apply(saved):
        for key in keys[:-1]:
            saved = saved[key]
        if value is None:
            del saved[keys[-1]]
        else:
            saved[keys[-1]] = value

    return apply


class TestForeign:
    """The checksum is right, and the contents are no run's."""

    OPTIMISER = ("parts", "optimiser")
    MOMENTS, GROUPS = ("parts", "optimiser", "state"), ("parts", "optimiser", "param_groups")
    RECORD = ("parts", "history", "values")
    UNFIT = "its optimiser does not fit"

    @pytest.mark.parametrize(
        ("spoil", "words"),
        [
            (change("settings"), "not a training checkpoint"),
            (change("settings", value=3), "not a training checkpoint"),
            (change("settings", "lr", value=torch.ones(2)), "lr="),
            (change("run", 3, value=torch.ones(2)), "another 3"),
            (change("run", value={}), "another optimiser|another choice|another model"),
            (change("parts", value=[1]), "not a training checkpoint"),
            (change("parts", "ema"), "it holds"),
            (change("parts", "model", value=4), "its model is damaged"),
            (change("parts", "model", "0.bias"), r"its model has 0\.bias missing"),
            (change("parts", "model", "0.bias", value=torch.ones(16).double()), "float64"),
            (change("parts", "model", "0.bias", value="x"), r"its model has 0\.bias str"),
            (change(*OPTIMISER, value={}), UNFIT),
            (change(*MOMENTS, 0, "exp_avg"), UNFIT),
            (change(*MOMENTS, 0, "exp_avg", value=torch.ones(1)), UNFIT),
            (change(*MOMENTS, 0, "exp_avg", value=torch.ones(6, 16)), UNFIT),
            (change(*MOMENTS, 0, "exp_avg_sq", value=torch.ones(())), UNFIT),
            (change(*MOMENTS, 0, "step", value=torch.ones(3)), UNFIT),
            (change(*MOMENTS, 1, value=7), UNFIT),
            (change(*GROUPS, 0, "betas"), UNFIT),
            (change(*GROUPS, 0, "lr", value="fast"), UNFIT),
            (change(*GROUPS, value=[]), UNFIT),
            (change("parts", "random", value={"cpu": torch.ones(3)}), "its random is damaged"),
            (change("parts", "random", "cpu", value=torch.zeros(5056).byte()), "its random is damaged"),
            (change("parts", "history", "seconds", value="long"), "its history is damaged"),
            (change(*RECORD, value={"loss": 3}), "its history is damaged"),
            (change(*RECORD, value={"kl": torch.ones(3).double()}), "its history is damaged"),
        ],
    )  # fmt: skip
    def test_one_sentence_and_nothing_loaded(self, path, spoil, words):
        fit(path)
        saved = storage.parse(path.read_bytes())
        spoil(saved)
        path.write_bytes(storage.dump(saved))
        assert_refused(path, words)

    @pytest.mark.parametrize("tree", [3, [1, 2], "x", {"settings": 1, "run": 2, "parts": 3}])
    def test_another_tree(self, path, tree):
        path.write_bytes(storage.dump(tree))
        assert_refused(path, "not a training checkpoint")

    @pytest.mark.parametrize(
        "text",
        ["{}", "[]", "3", "{", '{"tensor": "none"}', '{"dict": [[[], {"value": 1}]]}', '{"list": [' * 3000],
    )
    def test_a_sealed_file_that_no_dump_made(self, path, text):
        import safetensors.torch

        metadata = {storage.STATE: text, storage.SHA: "0" * 64}
        path.write_bytes(storage._with_checksum(safetensors.torch.save({}, metadata=metadata)))
        assert_refused(path, "damaged, or not a training checkpoint")

    def test_a_part_that_refuses_leaves_the_others_as_they_were(self, path):
        """Of a part of the caller's own nothing is known before it is loaded: then all is put back."""

        class Picky:
            def state_dict(self):
                return {"n": 1}

            def load_state_dict(self, state):
                if state["n"] == 1:
                    raise KeyError("no")

        generator = torch.Generator().manual_seed(4)
        keep = lambda parts: training.resume.Keeper(path, parts, {})  # noqa: E731
        keep({"noise": generator, "own": Picky()}).save()
        torch.rand(3, generator=generator)
        before = generator.get_state()
        with pytest.raises(CheckpointError, match=r"its own cannot be loaded \(KeyError"):
            keep({"noise": generator, "own": Picky()}).resume()
        assert torch.equal(generator.get_state(), before)
