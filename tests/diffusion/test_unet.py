import pytest
import torch
from networks import draw, shaken
from torch.nn import functional as F

from course_utils.diffusion import unet
from course_utils.diffusion.unet import Attention, Downsample, ResidualBlock, UNet, Upsample


def steps(n):
    return torch.arange(n) * 37


@pytest.fixture(scope="module")
def net():
    return shaken(UNet(width=8, classes=10))


class TestUNet:
    @pytest.mark.parametrize(
        ("shape", "how"),
        [
            ((3, 1, 8, 8), {}),
            ((2, 1, 28, 28), {"multipliers": (1, 2, 2)}),
            ((2, 3, 16, 8), {"in_channels": 3, "multipliers": (1, 1, 2, 2), "heads": 2}),
            ((1, 1, 5, 7), {"multipliers": (2,), "attention": False}),
        ],
    )
    def test_the_answer_has_the_shape_of_the_image_and_starts_at_zero(self, shape, how):
        out = UNet(width=8, **how)(draw(*shape), steps(shape[0]))
        assert out.shape == shape and not out.any()

    def test_the_answer_can_have_fewer_channels_than_the_question(self):
        model = shaken(UNet(in_channels=3, out_channels=1, width=8))
        x = draw(2, 3, 8, 8)
        out = model(x, steps(2))
        assert out.shape == (2, 1, 8, 8)
        for channel in range(3):  # all of the question counts
            louder = x.clone()
            louder[:, channel] += 1
            assert (model(louder, steps(2)) - out).abs().amax((1, 2, 3)).min() > 1e-3

    def test_the_way_down_and_the_way_up_make_the_whole(self, net):
        x, t, y = draw(2, 1, 8, 8), steps(2), torch.tensor([4, 9])
        e = net.embed(t, y)
        middle, kept = net.encode(net.first(x), e)
        assert [list(h.shape) for h in (*kept, middle)] == [[2, 8, 8, 8], [2, 16, 4, 4], [2, 16, 4, 4]]
        for _ in range(2):  # what was kept can be used again
            assert torch.equal(net.decode(middle, kept, e), net(x, t, y))

    def test_every_weight_is_reached_by_the_gradient(self):
        model = shaken(UNet(width=8, multipliers=(1, 2, 2), classes=3, dropout=0.1))
        model(draw(4, 1, 8, 8), steps(4), torch.tensor([0, 1, 2, 3])).square().mean().backward()
        assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())

    def test_every_image_time_and_label_counts_for_its_own_answer_only(self, net):
        x, t, y = draw(3, 1, 8, 8), steps(3), torch.tensor([1, 2, 3])
        before = net(x, t, y)
        for changed in (
            (x + torch.tensor([0.0, 0.5, 0.0]).view(3, 1, 1, 1), t, y),
            (x, t + torch.tensor([0, 5, 0]), y),
            (x, t, y + torch.tensor([0, 5, 0])),
        ):
            moved = (net(*changed) - before).abs().amax((1, 2, 3)) > 1e-4
            assert moved.tolist() == [False, True, False]

    def test_every_pixel_of_the_image_reaches_every_pixel_of_the_answer(self, net):
        x = draw(1, 1, 8, 8).requires_grad_()
        reach = [torch.autograd.grad(net(x, steps(1))[0, 0, i, 7 - i], x)[0] for i in (0, 7)]
        assert all((gradient != 0).all() for gradient in reach)

    def test_no_label_is_the_label_beyond_the_last(self, net):
        x, t = draw(2, 1, 8, 8), steps(2)
        assert torch.equal(net(x, t), net(x, t, torch.tensor([10, 10])))

    def test_a_network_can_be_taken_apart_and_followed_part_by_part(self, net):
        """What forward does, written out for two resolutions."""
        x, t, y = draw(2, 1, 8, 8), steps(2), torch.tensor([4, 9])
        e = net.time(unet.time_embedding(t, 8)) + net.label.weight[y]
        high = net.down[0](net.first(x), e)
        low = net.down[1](net.shrink[0](high), e)
        middle = net.after(net.attention(net.before(low, e)), e)
        back = net.grow[1](net.up[0](torch.cat([middle, low], 1), e))
        expected = net.last(net.up[1](torch.cat([back, high], 1), e))
        assert [list(h.shape[1:]) for h in (high, low, middle, back)] == [
            [8, 8, 8], [16, 4, 4], [16, 4, 4], [8, 8, 8],
        ]  # fmt: skip
        torch.testing.assert_close(net(x, t, y), expected)

    def test_dropout_acts_in_training_only(self):
        model = shaken(UNet(width=8, dropout=0.5))
        x, t = draw(2, 1, 8, 8), steps(2)
        assert torch.equal(model(x, t), model(x, t))
        assert not torch.equal(model.train()(x, t), model(x, t))

    def test_float64_works(self, net):
        x, t, y = draw(2, 1, 8, 8), steps(2), torch.tensor([4, 9])
        double = shaken(UNet(width=8, classes=10)).double()
        torch.testing.assert_close(double(x.double(), t, y), net(x, t, y).double(), atol=1e-4, rtol=1e-4)

    @pytest.mark.parametrize(
        ("how", "error", "message"),
        [
            ({"width": 12}, ValueError, "width must be a multiple of 8; got 12"),
            ({"width": 0}, ValueError, "width must be at least 1; got 0"),
            ({"multipliers": ()}, ValueError, "multipliers must hold at least 1 whole numbers"),
            ({"multipliers": (1, 1.5)}, TypeError, "multipliers must be a whole number; got 1.5"),
            ({"out_channels": 0}, ValueError, "out_channels must be at least 1; got 0"),
            ({"classes": 0}, ValueError, "classes must be at least 1; got 0"),
            ({"dropout": 1.5}, ValueError, "dropout must be a finite number at least 0 and at most 1"),
            ({"heads": 3}, ValueError, "heads must divide the 64 channels; got 3"),
        ],
    )
    def test_what_cannot_be_built_is_refused_in_one_sentence(self, how, error, message):
        with pytest.raises(error, match=message):
            UNet(**how)

    @pytest.mark.parametrize(
        ("inputs", "error", "message"),
        [
            (
                (draw(2, 3, 8, 8), steps(2)),
                ValueError,
                r"x must have shape \[B, 1, H, W\]; got \[2, 3, 8, 8\]",
            ),
            ((draw(2, 1, 9, 8), steps(2)), ValueError, r"divisible by 2; got \[9, 8\]"),
            ((draw(2, 1, 8, 8), steps(3)), ValueError, r"t must have shape \[2\]; got \[3\]"),
            ((draw(2, 1, 8, 8), 5), TypeError, "t must be a torch.Tensor; got int"),
            ((draw(2, 1, 8, 8), steps(2), torch.tensor([0, 11])), ValueError, "0 to 10; got"),
            ((draw(2, 1, 8, 8), steps(2), torch.tensor([0])), ValueError, r"y must have shape \[2\]"),
        ],
    )
    def test_what_cannot_be_read_is_refused_in_one_sentence(self, net, inputs, error, message):
        with pytest.raises(error, match=message):
            net(*inputs)

    def test_labels_are_refused_where_there_are_none(self):
        with pytest.raises(ValueError, match="y must be None for a network built without classes"):
            UNet(width=8)(draw(2, 1, 8, 8), steps(2), torch.tensor([0, 1]))


class TestParts:
    def test_an_untrained_block_is_its_shortcut(self):
        x, e = draw(2, 8, 4, 4), draw(2, 5)
        assert torch.equal(ResidualBlock(8, 8, 5)(x, e), x)
        wider = ResidualBlock(8, 16, 5)
        assert torch.equal(wider(x, e), wider.shortcut(x))

    def test_the_embedding_scales_and_shifts_each_channel_after_the_second_norm(self):
        block, x, e = shaken(ResidualBlock(8, 8, 5)), draw(2, 8, 4, 4), draw(2, 5)
        scale, shift = (F.silu(e) @ block.modulate.weight.T + block.modulate.bias).split(8, dim=1)
        h = block.norm2(block.conv1(F.silu(block.norm1(x))))
        h = torch.einsum("bchw,bc->bchw", h, 1 + scale) + shift.view(2, 8, 1, 1)
        torch.testing.assert_close(block(x, e), x + block.conv2(F.silu(h)))

    @pytest.mark.parametrize("heads", [1, 4])
    def test_attention_is_torchs_own(self, heads):
        ours, x = shaken(Attention(8, heads)), draw(2, 8, 3, 5)
        theirs = torch.nn.MultiheadAttention(8, heads, batch_first=True).eval()
        with torch.no_grad():
            theirs.in_proj_weight.copy_(ours.to_qkv.weight[:, :, 0, 0])
            theirs.in_proj_bias.copy_(ours.to_qkv.bias)
            theirs.out_proj.weight.copy_(ours.out.weight[:, :, 0, 0])
            theirs.out_proj.bias.copy_(ours.out.bias)
        pixels = ours.norm(x).flatten(2).transpose(1, 2)
        mixed, _ = theirs(pixels, pixels, pixels)
        torch.testing.assert_close(ours(x), x + mixed.transpose(1, 2).unflatten(2, (3, 5)))

    def test_untrained_attention_changes_nothing(self):
        x = draw(2, 8, 4, 4)
        assert torch.equal(Attention(8)(x), x)

    def test_sizes_are_halved_and_doubled(self):
        assert Downsample(8)(draw(2, 8, 6, 4)).shape == (2, 8, 3, 2)
        assert Upsample(8, 4)(draw(2, 8, 3, 2)).shape == (2, 4, 6, 4)

    def test_upsampling_repeats_pixels_before_its_convolution(self):
        grow, x = Upsample(2, 3), draw(1, 2, 3, 3)
        repeated = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
        torch.testing.assert_close(grow(x), grow.conv(repeated))
