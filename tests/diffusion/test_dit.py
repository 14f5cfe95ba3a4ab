"""Patches come back, an untrained block is its input exactly, and the parts are told what they should be."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_utils import diffusion
from course_utils.diffusion.dit import DiTBlock, patchify, unpatchify


@pytest.mark.parametrize(
    ("shape", "size"), [((1, 8, 8), 2), ((3, 6, 4), 2), ((2, 4, 12), 4), ((1, 5, 7), 1), ((4, 6, 6), 6)]
)
def test_patches_come_back(shape, size):
    images = torch.randn(3, *shape)
    patches = patchify(images, size)
    assert patches.shape == (3, shape[1] * shape[2] // size**2, shape[0] * size**2)
    assert torch.equal(unpatchify(patches, shape), images)


def test_a_patch_is_where_it_was():
    images = torch.arange(2 * 3 * 4 * 6.0).view(2, 3, 4, 6)
    patches = patchify(images, 2)
    assert torch.equal(patches[1, 4], images[1, :, 2:4, 2:4].flatten())  # second row, second column


def modulated(block, embedding):
    return block.modulate(F.silu(embedding)).chunk(6, dim=1)


class TestABlock:
    def block(self):
        torch.manual_seed(0)
        return DiTBlock(8, heads=2, embedding_dim=5).double()

    def test_an_untrained_one_is_its_input_exactly(self):
        x, told = torch.randn(3, 7, 8).double(), 100 * torch.randn(3, 5).double()
        assert torch.equal(self.block()(x, told), x)

    def test_its_parts_learn_all_the_same(self):
        """The gates are closed and get a gradient; what is behind them gets one once they are open."""
        block, x, told = self.block(), torch.randn(3, 7, 8).double(), torch.randn(3, 5).double()
        block(x, told).square().sum().backward()
        assert block.modulate.weight.grad.abs().sum() > 0 and block.mlp[0].weight.grad.abs().sum() == 0

    def test_it_is_the_formula(self):
        """Against torch's own attention module with the same weights, the rest written out."""
        block, x, told = self.block(), torch.randn(3, 7, 8).double(), torch.randn(3, 5).double()
        nn.init.normal_(block.modulate.weight)
        attention = nn.MultiheadAttention(8, 2, batch_first=True).double()
        attention.load_state_dict({
            "in_proj_weight": block.to_qkv.weight, "in_proj_bias": block.to_qkv.bias,
            "out_proj.weight": block.out.weight, "out_proj.bias": block.out.bias,
        })  # fmt: skip
        shift1, scale1, gate1, shift2, scale2, gate2 = (m[:, None] for m in modulated(block, told))
        h = F.layer_norm(x, (8,), eps=1e-6) * (1 + scale1) + shift1
        y = x + gate1 * attention(h, h, h)[0]
        y = y + gate2 * block.mlp(F.layer_norm(y, (8,), eps=1e-6) * (1 + scale2) + shift2)
        assert torch.allclose(block(x, told), y, atol=1e-12)

    def test_patches_without_a_place_are_a_set(self):
        block, x, told = self.block(), torch.randn(3, 7, 8).double(), torch.randn(3, 5).double()
        nn.init.normal_(block.modulate.weight)
        order = torch.randperm(7)
        assert torch.allclose(block(x[:, order], told), block(x, told)[:, order], atol=1e-12)


class TestTheNetwork:
    net = diffusion.DiT((2, 8, 4), patch=2, width=16, depth=2, heads=2, classes=3)
    x, t = torch.randn(5, 2, 8, 4), torch.arange(5)

    def test_it_gives_an_image_of_zeros_before_it_learns(self):
        assert torch.equal(self.net(self.x, self.t), torch.zeros_like(self.x))

    def test_no_label_is_the_label_beyond_the_last(self):
        net = diffusion.DiT((2, 8, 4), patch=2, width=16, depth=2, heads=2, classes=3)
        for one in net.modules():
            if isinstance(one, nn.Linear):
                nn.init.normal_(one.weight, std=0.3)
        none = net(self.x, self.t)
        assert torch.equal(none, net(self.x, self.t, torch.full((5,), 3)))
        assert not torch.allclose(none, net(self.x, self.t, torch.zeros(5).long()))
        assert not torch.allclose(none, net(self.x, self.t + 100))

    def test_it_learns(self):
        torch.manual_seed(0)
        net = diffusion.DiT((1, 4, 4), patch=2, width=16, depth=1, heads=2)
        optimiser = torch.optim.Adam(net.parameters(), 1e-2)
        x, t = torch.randn(64, 1, 4, 4), torch.randint(1000, (64,))
        losses = []
        for _ in range(60):
            losses.append((net(x, t) - x).square().mean())
            optimiser.zero_grad(), losses[-1].backward(), optimiser.step()
        assert losses[-1] < 0.3 * losses[0]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda: patchify(torch.zeros(1, 1, 6, 6), 4),
            r"size must divide the height and width \[6, 6\]; got 4",
        ),
        (lambda: unpatchify(torch.zeros(1, 9, 4), (1, 8, 8)), "do not make images of"),
        (lambda: diffusion.DiT((1, 8, 8), width=10, heads=4), "heads must divide the width, 10; got 4"),
        (lambda: diffusion.DiT((1, 9, 8)), "size must divide the height and width"),
        (
            lambda: diffusion.DiT((1, 8, 8))(torch.zeros(1, 1, 4, 4), torch.zeros(1).long()),
            "x must have shape",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(call, said):
    with pytest.raises(ValueError, match=said) as raised:
        call()
    assert "\n" not in str(raised.value)


class TestLongSkips:
    def nets(self, depth=5):
        """A net with long skips and one without that has its other weights, all of them random."""
        torch.manual_seed(0)
        skipping = diffusion.DiT((2, 4, 6), 2, width=8, depth=depth, heads=2, long_skips=True).double()
        for weight in skipping.parameters():
            nn.init.normal_(weight, std=0.3)
        plain = diffusion.DiT((2, 4, 6), 2, width=8, depth=depth, heads=2).double()
        plain.load_state_dict({k: v for k, v in skipping.state_dict().items() if "joins" not in k})
        for join in skipping.joins:
            nn.init.zeros_(join.bias)
        return skipping, plain

    def keep(self, join, own, mirrored):
        """Make a joining layer own * the block's own input + mirrored * what its mirror image made."""
        eye = torch.eye(8).double()
        join.weight.data = torch.cat([own * eye, mirrored * eye], dim=1)

    x, t = torch.randn(3, 2, 4, 6, generator=torch.Generator().manual_seed(1)).double(), torch.arange(3)

    def test_without_what_is_skipped_it_is_the_plain_transformer(self):
        skipping, plain = self.nets()
        assert len(skipping.joins) == 2  # the block in the middle has none
        for join in skipping.joins:
            self.keep(join, 1.0, 0.0)
        assert torch.allclose(skipping(self.x, self.t), plain(self.x, self.t), atol=1e-12)

    def test_each_block_gets_what_its_mirror_image_made(self):
        """Blocks 3 and 4 that see nothing else follow blocks 1 and 0: then 0 and 4 are all that is left."""
        skipping, plain = self.nets()
        for join in skipping.joins:
            self.keep(join, 0.0, 1.0)
        plain.blocks = nn.ModuleList([plain.blocks[0], plain.blocks[4]])
        assert torch.allclose(skipping(self.x, self.t), plain(self.x, self.t), atol=1e-12)
