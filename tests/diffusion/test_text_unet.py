"""A U-Net told by sentences: what is empty, what is padding, who looks where, and what reaches what."""

import pytest
import torch
from networks import draw, shaken

from course_utils.diffusion import TextUNet, guidance
from course_utils.text import Tokenizer
from course_utils.text.tokens import empty_sentences

TOKENIZER = Tokenizer(["red", "hair", "glasses", "left"], length=6)
SENTENCES = TOKENIZER.encode(["red hair", "glasses", "left red hair glasses"])
X, T = draw(3, 4, 8, 4), torch.tensor([3, 400, 999])


@pytest.fixture
def net():
    return shaken(TextUNet(len(TOKENIZER), TOKENIZER.length, width=8, text_dim=8, heads=2))


@pytest.mark.parametrize("multipliers", [(1,), (1, 2), (2, 1, 2)])
def test_the_answer_has_the_shape_of_the_image_and_starts_at_zero(multipliers):
    out = TextUNet(9, 6, in_channels=4, width=8, multipliers=multipliers)(X, T, SENTENCES)
    assert out.shape == X.shape and not out.any()


def test_no_sentence_is_the_empty_sentence(net):
    empty = TOKENIZER.encode(["", "", ""])
    assert torch.equal(empty_sentences(3, 6), empty)
    assert torch.equal(net(X, T), net(X, T, empty))
    assert (net(X, T) - net(X, T, SENTENCES)).abs().amax((1, 2, 3)).min() > 1e-3


def test_an_empty_sentence_says_the_same_to_every_pixel(net):
    """One word to look at: each pixel's answer is its value, whatever the pixel asks (softmax of one)."""
    maps = net.attention_maps(X, T)
    assert torch.equal(maps[:, 0], torch.ones(3, 8, 4)) and not maps[:, 1:].any()


def test_what_padding_holds_never_counts(net):
    before, maps = net(X, T, SENTENCES), net.attention_maps(X, T, SENTENCES)
    with torch.no_grad():
        net.text.embedding.weight[0] = 30 * draw(8)
    assert torch.equal(net(X, T, SENTENCES), before)
    assert torch.equal(net.attention_maps(X, T, SENTENCES), maps)
    with torch.no_grad():
        net.text.embedding.weight[2] += draw(8)  # "red"
    assert ((net(X, T, SENTENCES) - before).abs().amax((1, 2, 3)) > 1e-4).tolist() == [True, False, True]


def test_maps_sum_to_one_over_the_words_and_are_zero_at_padding(net):
    maps = net.attention_maps(X, T, SENTENCES)
    assert maps.shape == (3, 6, 8, 4)
    torch.testing.assert_close(maps.sum(1), torch.ones(3, 8, 4))
    assert torch.equal(maps.amax((2, 3)) > 0, SENTENCES != 0)


def test_a_map_is_the_mean_over_heads_and_both_layers_of_full_resolution(net):
    """The questions written out for the first layer and the last."""
    words, mask = net.text(SENTENCES)
    e = net.net.embed(T)
    high = net.net.down[0](net.net.first(X), e)
    first = net.ask_down[0].weights(high, words, mask)
    asked = net.ask_down[0](high, words, mask)
    low = net.ask_down[1](net.net.down[1](net.net.shrink[0](asked), e), words, mask)
    middle = net.ask_middle(net.net.attention(net.net.before(low, e)), words, mask)
    back = net.net.up[0](torch.cat([net.net.after(middle, e), low], 1), e)
    back = net.net.grow[1](net.ask_up[0](back, words, mask))
    back = net.net.up[1](torch.cat([back, asked], 1), e)
    last = net.ask_up[1].weights(back, words, mask)
    expected = (first.mean(1) + last.mean(1)) / 2
    torch.testing.assert_close(net.attention_maps(X, T, SENTENCES), expected)
    torch.testing.assert_close(net(X, T, SENTENCES), net.net.last(net.ask_up[1](back, words, mask)))


def test_looking_leaves_nothing_behind(net):
    net.attention_maps(X, T, SENTENCES)
    with pytest.raises(ValueError, match="y must"):
        net.attention_maps(X, T, SENTENCES + 9)
    assert not any(part._forward_pre_hooks for part in net.modules())


def test_every_weight_is_reached_by_the_gradient():
    net = shaken(
        TextUNet(len(TOKENIZER), 6, width=8, multipliers=(1, 2, 2), text_dim=8, heads=2, dropout=0.1)
    )
    net.train()(draw(3, 4, 8, 8), T, SENTENCES).square().mean().backward()
    for name, weight in net.named_parameters():
        assert weight.grad is not None and weight.grad.any(), name


def test_an_image_sees_its_own_sentence_only(net):
    before, others = net(X, T, SENTENCES), SENTENCES.clone()
    others[1] = TOKENIZER.encode(["left"])[0]
    moved = (net(X, T, others) - before).abs().amax((1, 2, 3)) > 1e-4
    assert moved.tolist() == [False, True, False]


def test_float64_works(net):
    double = shaken(TextUNet(len(TOKENIZER), 6, width=8, text_dim=8, heads=2)).double()
    out = double(X.double(), T, SENTENCES)
    torch.testing.assert_close(out, net(X, T, SENTENCES).double(), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ((X, T, SENTENCES[:2]), r"y must have shape \[3, 6\]"),
        ((X, T, SENTENCES[:, :4]), r"y must have shape \[3, 6\]"),
        ((X, T, SENTENCES + 1), "y must hold whole numbers from 0 to 5"),
        ((X[:, :3], T, SENTENCES), r"x must have shape \[B, 4, H, W\]"),
        ((X[:, :, :7], T, SENTENCES), "divisible by 2"),
        ((X, T, torch.zeros_like(SENTENCES)), "at least one key"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(net, inputs, message):
    with pytest.raises(ValueError, match=message):
        net(*inputs)


class TestDroppedSentences:
    def test_they_are_dropped_by_their_share_whole(self):
        tokens, empty = SENTENCES[2].repeat(20_000, 1), TOKENIZER.encode([""])
        dropped = guidance.drop_sentences(tokens, 0.1, torch.Generator().manual_seed(0))
        hidden = (dropped == empty).all(1)
        assert torch.equal(dropped[~hidden], tokens[~hidden])
        assert abs(hidden.double().mean() - 0.1) < 4 * (0.1 * 0.9 / 20_000) ** 0.5  # four standard errors

    def test_none_and_all_are_exact(self):
        assert torch.equal(guidance.drop_sentences(SENTENCES, 0.0), SENTENCES)
        assert torch.equal(guidance.drop_sentences(SENTENCES, 1.0), empty_sentences(3, 6))
        again = [guidance.drop_sentences(SENTENCES, 0.5, torch.Generator().manual_seed(1)) for _ in range(2)]
        assert torch.equal(*again)

    def test_a_share_beyond_all_is_refused(self):
        with pytest.raises(ValueError, match="share must"):
            guidance.drop_sentences(SENTENCES, 1.5)
