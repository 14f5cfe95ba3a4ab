"""Cross-attention against torch's own, and what its formula says of one word, of masks and of its start."""

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from course_utils import text

SHAPES = [  # of q, k and v
    ((2, 5, 8), (2, 7, 8), (2, 7, 8)),
    ((3, 2, 5, 4), (3, 2, 6, 4), (3, 2, 6, 9)),
    ((1, 1, 3), (1, 1, 3), (1, 1, 2)),
]


@pytest.fixture(params=SHAPES, ids=str)
def qkv(request):
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in request.param]


def some_mask(q, k, seed=1):
    """A mask of [..., Q, K] that leaves each query the first key at least."""
    generator = torch.Generator().manual_seed(seed)
    mask = torch.rand(*q.shape[:-1], k.shape[-2], generator=generator) < 0.5
    mask[..., 0] = True
    return mask


@pytest.mark.parametrize("masked", [False, True])
def test_it_is_torchs(qkv, masked):
    q, k, v = qkv
    mask = some_mask(q, k) if masked else None
    mixed, weights = text.cross_attention(q, k, v, mask)
    assert torch.allclose(mixed, scaled_dot_product_attention(q, k, v, attn_mask=mask), atol=1e-12)
    assert torch.allclose(weights.sum(-1), torch.ones(()).double(), atol=1e-12)
    assert mask is None or weights[~mask].eq(0).all()


def test_masked_keys_may_hold_anything(qkv):
    q, k, v = qkv
    mask = some_mask(q, k).all(dim=-2, keepdim=True)
    mask[..., 0] = True
    other = torch.where(mask.transpose(-1, -2), k, 100 * k + 7)
    one, two = (text.cross_attention(q, keys, v, mask)[0] for keys in (k, other))
    assert torch.allclose(one, two, atol=1e-12)


def test_to_one_word_the_query_does_not_matter():
    q, k, v = torch.randn(2, 5, 4), torch.randn(2, 1, 4), torch.randn(2, 1, 3)
    mixed, _ = text.cross_attention(q, k, v)
    assert torch.equal(mixed, v.expand(-1, 5, -1))


def test_shapes_and_masks_are_told():
    with pytest.raises(ValueError, match=r"q, k and v must have shapes"):
        text.cross_attention(torch.randn(2, 5, 4), torch.randn(2, 6, 3), torch.randn(2, 6, 3))
    with pytest.raises(TypeError, match="mask must"):
        text.cross_attention(torch.randn(2, 5, 4), torch.randn(2, 6, 4), torch.randn(2, 6, 3), torch.ones(6))
    with pytest.raises(ValueError, match="mask must leave each query at least one key"):
        text.cross_attention(
            torch.randn(2, 5, 4), torch.randn(2, 6, 4), torch.randn(2, 6, 3), torch.zeros(6).bool()
        )


class TestTheModule:
    net = text.CrossAttention(16, text_dim=6, heads=2)
    x, words = torch.randn(3, 16, 4, 5), torch.randn(3, 7, 6)
    mask = torch.arange(7)[None] < torch.tensor([[7], [2], [1]])

    def test_it_starts_as_its_shortcut(self):
        assert torch.equal(self.net(self.x, self.words, self.mask), self.x)

    def test_what_is_masked_is_never_seen(self):
        net = text.CrossAttention(16, text_dim=6, heads=2)
        torch.nn.init.normal_(net.out.weight)
        other = torch.where(self.mask[..., None], self.words, 50.0)
        assert torch.allclose(net(self.x, other, self.mask), net(self.x, self.words, self.mask), atol=1e-6)
        assert not torch.allclose(net(self.x, other), net(self.x, self.words), atol=1e-2)

    def test_the_map_of_a_pixel_is_its_weights(self):
        weights = self.net.weights(self.x, self.words, self.mask)
        assert weights.shape == (3, 2, 7, 4, 5)
        assert torch.allclose(weights.sum(2), torch.ones(()), atol=1e-6)
        assert weights.movedim(2, -1)[1, ..., 2:].eq(0).all()

    def test_pixels_keep_their_places(self):
        net = text.CrossAttention(16, text_dim=6, heads=2)
        torch.nn.init.normal_(net.out.weight)
        turned = net(self.x.flip(-1), self.words, self.mask).flip(-1)
        assert torch.allclose(turned, net(self.x, self.words, self.mask), atol=1e-5)


class TestTheEncoder:
    def encoder(self, layers=1):
        torch.manual_seed(0)
        return text.TextEncoder(9, length=5, dim=8, layers=layers, heads=2)

    def test_pads_change_nothing(self):
        """A sentence among longer ones gets the vectors that it gets by itself."""
        encoder = self.encoder()
        long = torch.tensor([[1, 2, 3, 4, 5], [1, 6, 7, 0, 0]])
        words, mask = encoder(long)
        alone, _ = encoder(long[1:])
        assert mask.tolist() == [[True] * 5, [True, True, True, False, False]]
        assert torch.allclose(words[1, :3], alone[0, :3], atol=1e-6)

    def test_words_look_at_one_another_unless_there_are_no_layers(self):
        one, two = torch.tensor([[1, 2, 3, 0, 0]]), torch.tensor([[1, 2, 4, 0, 0]])
        assert torch.equal(self.encoder(0)(one)[0][0, 1], self.encoder(0)(two)[0][0, 1])
        assert not torch.allclose(self.encoder(1)(one)[0][0, 1], self.encoder(1)(two)[0][0, 1])

    def test_order_counts(self):
        one, two = torch.tensor([[1, 2, 3, 0, 0]]), torch.tensor([[1, 3, 2, 0, 0]])
        words, others = self.encoder()(one)[0][0], self.encoder()(two)[0][0]
        assert not torch.allclose(words[0], others[0], atol=1e-4)

    def test_a_token_beyond_the_vocabulary_is_told(self):
        with pytest.raises(ValueError, match="tokens must"):
            self.encoder()(torch.tensor([[1, 9, 0, 0, 0]]))
