"""The page's nets, losses and steps against torch: forward, backward, Adam, both players' moves."""

import itertools
from pathlib import Path

import pytest
import torch
from torch import nn

from course_utils import gan
from course_utils.widgets import playground

HERE = Path(playground.__file__).as_uri()
NN = "playground/nn.js"
# A net from {slope, layers: [{rows, columns, weight, bias}]}.
NET = """((given) => ({ slope: given.slope, time: 0, layers: given.layers.map((l) =>
  n.makeLayer(l.rows, l.columns, Float64Array.from(l.weight), Float64Array.from(l.bias))) }))"""
NAMES = ("non_saturating", "minimax", "lsgan", "hinge")


def net(sizes, activation, seed=0):
    """A small net in float64, as course_utils.gan builds them."""
    torch.manual_seed(seed)
    layers = []
    for n_in, n_out in itertools.pairwise(sizes):
        layers += [nn.Linear(n_in, n_out), activation()]
    return nn.Sequential(*layers[:-1]).double()


def players(seed=0):
    """G with ReLU, D with LeakyReLU(0.2): what Generator and Discriminator make, in float64."""
    torch.manual_seed(seed)
    return gan.Generator(2, hidden=(9, 7)).double(), gan.Discriminator(hidden=(8, 6)).double()


def export(model):
    layers = [layer for layer in model if isinstance(layer, nn.Linear)]
    slopes = {getattr(layer, "negative_slope", 0.0) for layer in model if not isinstance(layer, nn.Linear)}
    (slope,) = slopes
    exported = [
        {
            "rows": layer.out_features,
            "columns": layer.in_features,
            "weight": layer.weight.detach().flatten().tolist(),
            "bias": layer.bias.detach().tolist(),
        }
        for layer in layers
    ]
    return {"slope": slope, "layers": exported}


def flat(tensors):
    return torch.cat([tensor.detach().flatten() for tensor in tensors]).tolist()


def points(n, seed):
    return torch.randn(n, 2, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def close(found, expected, abs=1e-10):
    assert len(found) == len(expected)
    assert found == pytest.approx(expected, abs=abs)


@pytest.mark.parametrize("activation", [nn.ReLU, lambda: nn.LeakyReLU(0.2)])
def test_forward_and_backward_are_torchs(node, activation):
    model, x = net((2, 9, 7, 3), activation), points(11, 1).requires_grad_()
    upstream = torch.randn(11, 3, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    out = model(x)
    out.backward(upstream)
    found = node(
        NN,
        f"""(() => {{ const n = m; const net = {NET}(input.net);
          const pass = n.forward(net, Float64Array.from(input.x), 11);
          const dx = n.backward(net, pass, Float64Array.from(input.upstream));
          const grads = net.layers.flatMap((l) => [...l.weight.grad, ...l.bias.grad]);
          n.backward(net, pass, Float64Array.from(input.upstream), false);
          const after = net.layers.flatMap((l) => [...l.weight.grad, ...l.bias.grad]);
          return {{ out: [...pass.out], dx: [...dx], grads, after }}; }})()""",
        net=export(model),
        x=flat([x]),
        upstream=flat([upstream]),
    )
    close(found["out"], flat([out]))
    close(found["dx"], flat([x.grad]))
    close(found["grads"], flat(parameter.grad for parameter in model.parameters()))
    assert found["after"] == found["grads"]  # with learn off they are left alone


def test_three_steps_of_adam_are_torchs(node):
    model, x = net((2, 5, 1), nn.ReLU), points(6, 3)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003, betas=(0.5, 0.999))
    exported = export(model)
    for _ in range(3):
        optimizer.zero_grad()
        model(x).square().sum().backward()
        optimizer.step()
    found = node(
        NN,
        f"""(() => {{ const n = m; const net = {NET}(input.net);
          for (let i = 0; i < 3; i++) {{
            const pass = n.forward(net, Float64Array.from(input.x), 6);
            n.backward(net, pass, pass.out.map((y) => 2 * y));
            n.adam(net, 0.003);
          }}
          return net.layers.flatMap((l) => [...l.weight.value, ...l.bias.value]); }})()""",
        net=exported,
        x=flat([x]),
    )
    close(found, flat(model.parameters()), abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_the_losses_and_their_gradients_are_the_courses(node, name):
    real, fake = (torch.linspace(-9, 9, 19, dtype=torch.float64) + 0.037 * k for k in (1, 2))
    real.requires_grad_(), fake.requires_grad_()
    losses = gan.losses[name]
    d_loss = losses.d_loss(real, fake)
    by_real, by_fake = torch.autograd.grad(d_loss, (real, fake))
    g_loss = losses.g_loss(fake)
    (by_g,) = torch.autograd.grad(g_loss, fake)
    found = node(
        "playground/losses.js",
        """["real", "fake", "g"].map((part) => {
          const outputs = part === "real" ? input.real : input.fake;
          const { loss, grad } = m.meanLoss(m.LOSSES[input.name][part], outputs);
          return { loss, grad: [...grad] };
        })""",
        name=name,
        real=flat([real]),
        fake=flat([fake]),
    )
    assert found[0]["loss"] + found[1]["loss"] == pytest.approx(d_loss.item(), abs=1e-10)
    assert found[2]["loss"] == pytest.approx(g_loss.item(), abs=1e-10)
    for part, expected in zip(found, (by_real, by_fake, by_g), strict=True):
        close(part["grad"], flat([expected]))


def test_losses_of_huge_logits_are_finite(node):
    expression = "[-1e4, 1e4].flatMap((f) => ['real', 'fake', 'g'].flatMap((k) => m.LOSSES.minimax[k](f)))"
    assert node("playground/losses.js", expression) == pytest.approx(
        [1e4, -1, 0, 0, 0, 0, 0, 0, 1e4, 1, -1e4, -1], abs=1e-9
    )


@pytest.mark.parametrize("name", NAMES)
def test_one_round_moves_both_players_as_in_torch(node, name):
    G, D = players()
    given = {"G": export(G), "D": export(D)}
    real, z, again = points(16, 4), points(16, 5), points(16, 6)
    losses = gan.losses[name]
    options = {"betas": (0.5, 0.999)}
    g_optimizer = torch.optim.Adam(G.parameters(), lr=0.001, **options)
    d_optimizer = torch.optim.Adam(D.parameters(), lr=0.003, **options)
    d_loss = losses.d_loss(D(real), D(G(z).detach()))
    d_loss.backward()
    d_optimizer.step()
    g_loss = losses.g_loss(D(G(again)))
    g_loss.backward()
    g_optimizer.step()
    found = node(
        "playground/game.js",
        f"""(async () => {{
          const near = (file) => import(new URL(file, input.here));
          const [n, l] = [await near("nn.js"), await near("losses.js")];
          const [G, D] = [{NET}(input.G), {NET}(input.D)], f = (a) => Float64Array.from(a);
          const settings = {{ g_lr: 0.001, d_lr: 0.003 }};
          const game = {{ G, D, settings, loss: l.LOSSES[input.name] }};
          const dLoss = m.discriminatorStep(game, f(input.real), n.forward(G, f(input.z), 16).out);
          const gLoss = m.generatorStep(game, f(input.again));
          const weights = (net) => net.layers.flatMap((x) => [...x.weight.value, ...x.bias.value]);
          return {{ dLoss, gLoss, G: weights(G), D: weights(D) }}; }})()""",
        **given,
        name=name,
        here=HERE,
        real=flat([real]),
        z=flat([z]),
        again=flat([again]),
    )
    assert (found["dLoss"], found["gLoss"]) == pytest.approx((d_loss.item(), g_loss.item()), abs=1e-9)
    close(found["D"], flat(D.parameters()), abs=1e-8)
    close(found["G"], flat(G.parameters()), abs=1e-8)


@pytest.mark.parametrize("name", NAMES)
def test_the_pull_is_minus_the_gradient_of_each_points_own_loss(node, name):
    _, D = players(seed=1)
    x = points(12, 7).requires_grad_()
    (gradient,) = torch.autograd.grad(gan.losses[name].g_loss(D(x)) * len(x), x)
    found = node(
        "playground/game.js",
        f"""(async () => {{
          const near = (file) => import(new URL(file, input.here));
          const [n, l] = [await near("nn.js"), await near("losses.js")];
          const game = {{ D: {NET}(input.D), loss: l.LOSSES[input.name] }};
          return [...m.pull(game, Float64Array.from(input.x))]; }})()""",
        D=export(D),
        name=name,
        here=HERE,
        x=flat([x]),
    )
    close(found, flat([-gradient]))
