"""The nets: shapes, what the label changes, the codebook and its gradients."""

import math

import pytest
import torch
from torch import nn

from course_utils import vae

X = (torch.rand(6, 1, 8, 8, generator=torch.Generator().manual_seed(0)) > 0.5).float()
Y = torch.arange(6)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_vae_shapes_and_its_decoder():
    torch.manual_seed(0)
    model = vae.VAE((1, 8, 8), 3, hidden=(16,))
    logits, mean, logvar = model(X)
    assert logits.shape == X.shape and mean.shape == logvar.shape == (6, 3)
    z = torch.randn(4, 3)
    assert torch.allclose(model.decoder(z), torch.sigmoid(model.logits(z)))
    assert model.sample(5, seeded()).shape == (5, 1, 8, 8)
    assert torch.equal(model.sample(5, seeded()), model.sample(5, seeded()))


def test_a_vae_draws_anew_at_every_pass():
    model = vae.VAE((1, 8, 8), 3, hidden=(16,))
    first, second = model(X), model(X)
    assert not torch.equal(first[0], second[0])
    assert torch.equal(first[1], second[1])


def test_the_gradient_of_the_bound_reaches_every_weight():
    model = vae.VAE((1, 8, 8), 3, hidden=(16,))
    logits, mean, logvar = model(X)
    vae.elbo(X, logits, mean, logvar).value.mean().backward()
    assert all(weight.grad.abs().sum() > 0 for weight in model.parameters())


def test_conditional_vae_listens_to_its_label():
    torch.manual_seed(0)
    model = vae.ConditionalVAE((1, 8, 8), 3, classes=6, hidden=(16,))
    logits, mean, _ = model(X, Y)
    assert logits.shape == X.shape and mean.shape == (6, 3)
    z = torch.randn(1, 3).expand(6, 3)
    assert len(model.logits(z, Y).unique(dim=0)) == 6
    assert not torch.equal(model.encode(X, Y)[0], model.encode(X, Y.flip(0))[0])
    assert model.sample(Y, seeded()).shape == X.shape


@pytest.mark.parametrize("dtype", [torch.int32, torch.int16, torch.uint8])
def test_conditional_vae_takes_whole_numbers_of_any_kind(dtype):
    torch.manual_seed(0)
    model = vae.ConditionalVAE((1, 8, 8), 3, classes=6, hidden=(16,))
    assert torch.equal(model.encode(X, Y.to(dtype))[0], model.encode(X, Y)[0])
    assert torch.equal(model.sample(Y.to(dtype), seeded()), model.sample(Y, seeded()))


@pytest.mark.parametrize("y", [torch.tensor([0, 1, 2, 3, 4, 6]), torch.arange(6.0), -Y])
def test_conditional_vae_wants_its_labels(y):
    model = vae.ConditionalVAE((1, 8, 8), 3, classes=6, hidden=(16,))
    with pytest.raises((TypeError, ValueError), match="y must hold whole numbers"):
        model.encode(X, y)


def test_quantizer_takes_the_nearest_entry():
    quantizer = vae.VectorQuantizer(3, 2)
    quantizer.codebook.data = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 5.0]])
    z = torch.tensor([[[0.9, 0.2], [0.1, 0.1]], [[0.0, 3.0], [0.6, 0.0]]])
    out = quantizer(z)
    assert out.indices.tolist() == [[1, 0], [2, 1]]
    assert torch.allclose(out.z, quantizer.codebook[out.indices])


def test_quantizer_takes_one_vector_alone():
    quantizer = vae.VectorQuantizer(2, 2)
    quantizer.codebook.data = torch.tensor([[0.0, 0.0], [1.0, 1.0]])
    out = quantizer(torch.tensor([0.9, 0.8]))
    assert out.indices.shape == () and out.indices == 1 and torch.allclose(out.z, torch.ones(2))


def test_quantizer_in_half_precision():
    quantizer = vae.VectorQuantizer(2, 2).bfloat16()
    quantizer.codebook.data = torch.tensor([[0.0, 0.0], [1.0, 1.0]], dtype=torch.bfloat16)
    out = quantizer(torch.tensor([[0.75, 1.0], [0.25, 0.0]], dtype=torch.bfloat16))
    assert out.indices.tolist() == [1, 0] and out.z.dtype == torch.bfloat16


def test_quantizer_gradients():
    """Through to the encoder unchanged; the codebook learns from its own loss alone."""
    quantizer = vae.VectorQuantizer(1, 2, commitment=0.25)
    quantizer.codebook.data = torch.tensor([[1.0, 2.0]])
    z = torch.tensor([[0.0, 0.0]], requires_grad=True)
    out = quantizer(z)
    (3 * out.z).sum().backward(retain_graph=True)
    assert torch.equal(z.grad, torch.full((1, 2), 3.0))
    assert quantizer.codebook.grad is None or not quantizer.codebook.grad.any()
    z.grad = None
    out.loss.backward()
    assert torch.allclose(quantizer.codebook.grad, torch.tensor([[1.0, 2.0]]))  # d mean (e - z)^2 / d e
    assert torch.allclose(z.grad, -0.25 * torch.tensor([[1.0, 2.0]]))
    assert out.loss.item() == pytest.approx(1.25 * 2.5)


def test_restart_fills_unused_entries_with_codes():
    quantizer = vae.VectorQuantizer(4, 2)
    kept = quantizer.codebook.detach().clone()
    z = torch.full((5, 2), 7.0)
    quantizer.restart(z, torch.tensor([False, True, False, True]), seeded())
    assert torch.equal(quantizer.codebook[[1, 3]], torch.full((2, 2), 7.0))
    assert torch.equal(quantizer.codebook[[0, 2]], kept[[0, 2]])
    assert isinstance(quantizer.codebook, nn.Parameter)


def test_vqvae_decodes_its_own_indices():
    model = vae.VQVAE((1, 8, 8), positions=4, size=16, dim=3, hidden=(16,))
    logits, quantized = model(X)
    assert logits.shape == X.shape and quantized.indices.shape == (6, 4)
    assert torch.allclose(model.decode(quantized.indices), torch.sigmoid(logits), atol=1e-6)


def test_codebook_use():
    assert vae.codebook_use(torch.tensor([[0, 1], [2, 3]]), 4) == (1.0, pytest.approx(4))
    assert vae.codebook_use(torch.tensor([2, 2, 2]), 4) == (0.25, pytest.approx(1))
    share, perplexity = vae.codebook_use(torch.tensor([0, 0, 0, 1]), 2)
    assert share == 1 and perplexity == pytest.approx(
        math.exp(-0.75 * math.log(0.75) - 0.25 * math.log(0.25))
    )
