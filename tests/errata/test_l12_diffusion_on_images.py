"""What the lectures print about the network of image diffusion: each printed form fails, ours holds."""

import torch
from torch import nn

from course_utils.diffusion import NoiseSchedule, exact_model
from course_utils.diffusion.unet import Attention
from course_utils.exact import GaussianMixture


def test_a_point_alone_does_not_say_how_much_noise_to_take_off():
    """D: the net sees what is noisy. The best answer to one x_t is another one at another t."""
    mixture = GaussianMixture(torch.tensor([[-1.0], [1.0]]).double(), torch.tensor([0.1, 0.1]).double())
    best = exact_model(mixture, NoiseSchedule.cosine())
    x_t = torch.tensor([[1.2]]).double()
    early, late = (best(x_t, torch.tensor([t])).item() for t in (300, 900))
    assert abs(early - late) > 0.5


def test_what_is_added_before_a_group_norm_is_partly_taken_off_again():
    """E: added after the first convolution, before the norm. A shift common to a group leaves no trace."""
    generator = torch.Generator().manual_seed(0)
    h = torch.randn(2, 8, 4, 4, generator=generator).double()
    norm = nn.GroupNorm(2, 8).double()
    shift = torch.tensor([3.0, -5.0]).double().repeat_interleave(4).view(1, 8, 1, 1)  # one for each group
    assert torch.allclose(norm(h + shift), norm(h), atol=1e-6)
    assert torch.allclose(norm(2 * h), norm(h), atol=1e-4)  # nor does a scale
    assert (norm(h) + shift - norm(h)).abs().min() > 2.9  # after the norm all of it stays


def test_attention_on_pixels_is_attention_on_a_sequence():
    """E: "a generalization" of single-headed self-attention; torch's, on flattened pixels, is the same."""
    torch.manual_seed(0)
    ours, theirs = Attention(16), nn.MultiheadAttention(16, 1, batch_first=True)
    with torch.no_grad():
        ours.out.weight.normal_()
        theirs.in_proj_weight.copy_(ours.to_qkv.weight.flatten(1))
        theirs.in_proj_bias.copy_(ours.to_qkv.bias)
        theirs.out_proj.weight.copy_(ours.out.weight.flatten(1))
        theirs.out_proj.bias.copy_(ours.out.bias)
        x = torch.randn(3, 16, 4, 4)
        sequence = ours.norm(x).flatten(2).transpose(1, 2)  # [B, pixels, channels]
        mixed = theirs(sequence, sequence, sequence)[0].transpose(1, 2).view_as(x)
        assert torch.allclose(ours(x), x + mixed, atol=1e-5)
