"""Linear autoencoders: the printed form fails, the corrected one holds."""

import torch

from course_utils.autoencoders import LinearAutoencoder


def test_same_subspace_other_weights():
    """For an invertible A the pair (A W_f, W_g A^-1) has the product, and the loss, of (W_f, W_g)."""
    generator = torch.Generator().manual_seed(0)
    w_f, w_g, a = (
        torch.randn(*s, dtype=torch.float64, generator=generator) for s in [(2, 5), (5, 2), (2, 2)]
    )
    assert torch.allclose(w_g @ torch.linalg.inv(a) @ a @ w_f, w_g @ w_f)
    assert not torch.allclose(a @ w_f, w_f)


def test_the_identity_copies_what_it_never_saw():
    unseen = torch.rand(8, 1, 4, 4)
    wide = LinearAutoencoder((1, 4, 4), 16)
    with torch.no_grad():
        wide.encoder[1].weight.copy_(torch.eye(16))
        wide.decoder[0].weight.copy_(torch.eye(16))
        assert torch.equal(wide(unseen), unseen)
