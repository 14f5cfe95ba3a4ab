"""Across the boundary the engine says what it says without one: the same kind, the same sentence."""

import ast
import inspect
import textwrap

import pytest
import torch
from submissions import answer, graded, judged_here

from course_utils.checks.engine import registry
from course_utils.classroom.grading import fresh, judge, makers

# Answers of every kind to exercises of every kind: values, networks, generators, optimisers, surrogates.
ANSWERS = {
    "ae.l1_penalty": [
        "def f(z): return z.abs().sum(1).mean()",
        "def f(z): return z.abs().mean()",
        "def f(z): return z.detach().abs().sum(1).mean()",
        "def f(z): return z.abs_().sum(1).mean()",
        "def f(z): return torch.tensor(z.abs().sum(1).mean().item())",
        "def f(z): return z.abs().sum(1)",
        "def f(z): ...",
        "def f(z, weight): return z",
        "def f(z): return z.unknown()",
        "def f(z):\n    if len(z) == 1: raise ValueError('one row')\n    return z.abs().sum(1).mean()",
        "def f(z):\n    torch.set_grad_enabled(False)\n    return z.abs().sum(1).mean()",
        "def f(z):\n    torch.manual_seed(0)\n    return z.abs().sum(1).mean()",
        "def f(z):\n    import warnings as w\n    w.simplefilter('error')\n    return z.abs().sum(1).mean()",
        "def f(z): return z.abs().sum(1).mean().float()",
        "def f(z): return z.abs().sum(1).mean().numpy()",
        "def f(z): yield z.abs().sum(1).mean()",
        "async def f(z): return z.abs().sum(1).mean()",
        "class Penalty: pass\ndef f(z): return Penalty()",
        "def f(z): return z.abs().sum(1).mean",
    ],
    "ae.denoising_loss": [
        "def f(model, x, noise): return (model(x + noise) - x).square().flatten(1).sum(1).mean()",
        "def f(model, x, noise): return (model(x + noise) - x).square().mean()",
        "def f(model, x, noise): return (model(x + noise).detach() - x).square().flatten(1).sum(1).mean()",
        "def f(model, x, noise):\n    model.eval()\n"
        "    return (model(x + noise) - x).square().flatten(1).sum(1).mean()",
        "def f(model, x, noise):\n    loss = (model(x + noise) - x).square().flatten(1).sum(1).mean()\n"
        "    loss.backward(retain_graph=True)\n    return loss",
    ],
    "ae.conv_out": ["def f(n, k, s, p): return (n + 2 * p - k) / s + 1"],
    "vae.score_surrogate": [
        "def f(f, log_q): return (f.detach() * log_q).mean()",
        "def f(f, log_q): return (f * log_q).mean()",
        "def f(f, log_q): return 3",
        "def f(f, log_q):\n    log_q += 1\n    return (f.detach() * log_q).mean()",
    ],
    "vae.sample": [
        "def f(decoder, n, d, generator):\n    z = torch.randn(n, d, generator=generator)\n"
        "    return torch.bernoulli(decoder(z), generator=generator)",
        "def f(decoder, n, d, generator): return torch.bernoulli(decoder(torch.randn(n, d)))",
        "def f(decoder, n, d, generator):\n    own = torch.Generator().manual_seed(1)\n"
        "    return torch.bernoulli(decoder(torch.randn(n, d, generator=own)), generator=own)",
        "def f(decoder, n, d, generator):\n    generator.manual_seed(1)\n"
        "    return torch.bernoulli(decoder(torch.randn(n, d, generator=generator)), generator=generator)",
    ],
    "vae.training_step": [
        "def f(x, model, optimizer, generator):\n    mean, logvar = model.encode(x)\n"
        "    loss = (model.logits(mean) - x).square().mean()\n    optimizer.zero_grad()\n"
        "    loss.backward()\n    optimizer.step()\n    return loss.item()",
    ],
    "gan.batch_norm": [
        "def f(x, gamma, beta, eps): return gamma * (x - x.mean()) / (x.var() + eps).sqrt() + beta",
    ],
    "guidance.classifier_gradient": ["def f(x, t, y, log_prob): return torch.zeros_like(x)"],
}  # fmt: skip


@pytest.mark.parametrize("exercise", ANSWERS)
def test_the_verdict_is_the_engine_s(sandbox, exercise):
    for number, source in enumerate(ANSWERS[exercise]):
        scope = {"torch": torch, "__name__": "__main__"}
        exec(compile(source, "<the submission>", "exec"), scope)
        kind, text = judged_here(exercise, scope["f"])
        found = graded(sandbox, exercise, f"import torch\n{source}")
        assert (found.kind, _words(found.text)) == (kind, _words(text)), number


def _words(text):
    """A verdict without the line of source, which is known only there, and the words of one without any."""
    return text.split(" (line")[0] if text not in ("Right.", "Not done yet.") else ""


def test_one_that_is_called_by_another_is_replaced_where_it_is_wrong(sandbox):
    source = inspect.getsource(registry.find("start.js").reference)
    calls = answer("start.js", "js", "import torch\n" + source)._replace(uses={"start.kl": "kl"})
    asked = fresh.Fresh("start.js", 0)
    others = {"start.kl": judge.Result("wrong", "")}
    found = judge.verdict(sandbox, asked, calls, others)
    assert found == ("right", "Right. (With the reference in place of your kl.)")
    assert judge.verdict(sandbox, asked, calls).kind == "wrong"


SPOILING = "if len(betas) == 1000: betas.fill_(9.0)\n    return value"  # right, and a constant is no longer


def test_an_answer_cannot_change_the_inputs_of_the_next(sandbox):
    makers_of = registry.find("diffusion.merge_steps").inputs.values()
    twice = [make(torch.Generator())[0] for make in makers_of for _ in range(2)]
    assert any(one is other for one, other in zip(twice[::2], twice[1::2], strict=True))  # a constant
    asked = fresh.Fresh("diffusion.merge_steps", 0)
    own = inspect.getsource(registry.find("diffusion.merge_steps").reference)
    spoil = f"import torch\n{own}\ndef f(betas, s, t):\n    value = merge_steps(betas, s, t)\n    {SPOILING}"
    before = [make(torch.Generator())[0] for make in asked.exercise.inputs.values()]
    result = judge.verdict(sandbox, asked, answer("diffusion.merge_steps", "f", spoil))
    assert "our function changes its input betas in place" in result.text
    after = [make(torch.Generator())[0] for make in asked.exercise.inputs.values()]
    assert all(map(torch.equal, before, after))


@pytest.mark.parametrize("name", registry.names())
def test_the_makers_come_without_the_answer(name):
    exercise = registry.find(name)
    text = "\n".join(makers.sources(exercise).values())
    for function in (exercise.reference, *(form for m in exercise.mistakes for form in m.forms)):
        own = _body(function)
        assert own is None or own not in text


def _body(function):
    """The lines of a function of a lesson's file as the makers' source would have them; None for lambdas."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function))))
    except (OSError, SyntaxError, TypeError):
        return None
    if not isinstance(tree.body[0], ast.FunctionDef):
        return None
    tree.body[0].decorator_list = []
    return ast.unparse(tree)
