"""What is drawn for the parts of a batch is what is drawn for the whole of it, cut."""

import pytest
import torch
from pretended import pretended_gpu
from torch.nn import functional as F

from course_utils import training
from course_utils.training import processes
from course_utils.training.processes.draws import WholeBatch, step_on
from course_utils.training.processes.parts import Part

TOTAL = 7
PARTS = [Part(0, 3, TOTAL), Part(3, TOTAL, TOTAL)]
WHOLE = torch.rand(TOTAL, 2, 3, 3, generator=torch.Generator().manual_seed(2), dtype=torch.float64)

DRAWS = {  # x [n, 2, 3, 3] -> a draw of n rows
    "randn": lambda x: torch.randn(len(x), 4),
    "a size": lambda x: torch.randn(x.shape, dtype=x.dtype),
    "size by name": lambda x: torch.rand(size=(len(x), 2)),
    "randint": lambda x: torch.randint(9, (len(x),)),
    "randint from": lambda x: torch.randint(2, 9, (len(x),)),
    "normal of a size": lambda x: torch.normal(0.0, 1.0, (len(x), 2)),
    "normal of means": lambda x: torch.normal(x, 0.5),
    "randn_like": torch.randn_like,
    "rand_like": torch.rand_like,
    "bernoulli": torch.bernoulli,
    "multinomial": lambda x: torch.multinomial(x[:, 0, 0], 2),
    "filled": lambda x: torch.empty_like(x).normal_(),
    "filled by numbers": lambda x: torch.empty(len(x)).exponential_(),
    "dropout": lambda x: F.dropout(x, 0.4),
    "layers": torch.nn.Sequential(torch.nn.Dropout(0.3), torch.nn.Dropout2d(0.3)),
    "a distribution": lambda x: torch.distributions.Normal(x, 1.0).sample(),
    "channels last": lambda x: F.dropout(x.contiguous(memory_format=torch.channels_last), 0.4),
    "transposed": lambda x: torch.randn_like(x.flatten(1).t().contiguous().t()),
    "a generator": lambda x: torch.randn(len(x), 2, generator=torch.Generator().manual_seed(4)),
}


def drawn(draw, x):
    torch.manual_seed(0)
    first, second = draw(x), draw(x)  # the second shows that as much was drawn before it
    return torch.cat([first, second], dim=1) if first.ndim > 1 else torch.stack([first, second], 1)


def cut(part, draw):
    with WholeBatch(part):
        return drawn(draw, WHOLE[part.slice])


@pytest.mark.parametrize("name", DRAWS)
def test_the_parts_are_those_of_the_whole(name):
    expected = drawn(DRAWS[name], WHOLE)
    assert torch.equal(torch.cat([cut(part, DRAWS[name]) for part in PARTS]), expected)
    assert not torch.equal(expected[:3], expected[3:6])


def test_two_batches_in_a_row_are_cut_one_by_one():
    expected = drawn(lambda x: F.dropout(torch.cat([x, 2 * x]), 0.4), WHOLE)
    for part in PARTS:
        real, fake = cut(part, lambda x: F.dropout(torch.cat([x, 2 * x]), 0.4)).chunk(2)
        assert torch.equal(real, expected[:TOTAL][part.slice])
        assert torch.equal(fake, expected[TOTAL:][part.slice])


def test_what_is_not_of_the_rows_is_the_same_for_all():
    weight = torch.nn.Parameter(torch.zeros(3, 2))

    def common(x):
        return torch.cat([torch.randn(5), torch.rand(()).reshape(1), torch.nn.init.normal_(weight).flatten()])

    torch.manual_seed(0)
    expected = common(WHOLE)
    for part in PARTS:
        torch.manual_seed(0)
        with WholeBatch(part):
            assert torch.equal(common(None), expected)


def test_gradients_pass_through_dropout_as_they_would():
    x = WHOLE[PARTS[1].slice].clone().requires_grad_()
    with WholeBatch(PARTS[1]):
        y = F.dropout(x, 0.4)
    y.sum().backward()
    assert torch.allclose(x.grad, (y != 0).double() / 0.6)


@pytest.mark.parametrize(
    "name", ["randn_like", "bernoulli", "multinomial", "filled", "layers", "channels last"]
)
def test_on_a_gpu_draws_stay_there(name):
    with pretended_gpu("cuda") as gpu:
        x = WHOLE.to(gpu)[PARTS[1].slice]
        with WholeBatch(PARTS[1]):
            assert DRAWS[name](x).device == torch.rand(len(x), device=gpu).device == gpu


def test_share_gives_the_rows_of_the_step_and_nothing_elsewhere():
    with step_on(5):
        assert processes.share(lambda n: torch.arange(n)).tolist() == [0, 1, 2, 3, 4]
    with pytest.raises(RuntimeError, match=r"share must be called in a step of training\.fit"):
        processes.share(torch.arange)
    with pytest.raises(TypeError, match=r"draw must be a function of \(n\); got 3"):
        processes.share(3)


def test_one_process_alone_is_left_as_it_is():
    model = torch.nn.Linear(2, 2)
    assert (processes.world(), processes.rank()) == (1, 0)
    assert processes.parallel(model) is model
    tensor = torch.tensor([1.0, 2.0], requires_grad=True)
    mean = processes.average(tensor)
    assert torch.equal(mean, tensor) and mean.data_ptr() != tensor.data_ptr() and not mean.requires_grad
    with pytest.raises(TypeError, match="tensor must hold floating-point numbers; got torch.int64"):
        processes.average(torch.arange(3))
    with pytest.raises(TypeError, match=r"model must be a torch\.nn\.Module"):
        processes.parallel(3)
    norm = torch.nn.Sequential(torch.nn.BatchNorm1d(2))
    assert isinstance(processes.whole_batch_norm(norm)[0], torch.nn.modules.batchnorm._BatchNorm)
    assert training.processes.joined is processes.joined
