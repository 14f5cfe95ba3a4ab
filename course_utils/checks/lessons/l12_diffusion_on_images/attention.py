"""diffusion.attention: every pixel asks every other, in several heads."""

import torch

from course_utils.checks.engine.registry import Accepted, Mistake, exercise


def attention(q, k, v, heads):
    """softmax(q k / sqrt(d)) v in every head: q, k, v [B, C, N] -> output [B, C, N], map [B, heads, N, N]."""
    q, k, v = (each.unflatten(1, (heads, -1)) for each in (q, k, v))  # [B, heads, d, N]
    scores = q.transpose(2, 3) @ k / q.shape[2] ** 0.5
    weights = scores.softmax(dim=3)
    return (v @ weights.transpose(2, 3)).flatten(1, 2), weights


def _features(batch, channels, pixels, heads, size=1.5):
    def make(rng):
        return (*(size * torch.randn(3, batch, channels, pixels, generator=rng)), heads)

    return make


def _attend(scale=None, split=None, weigh=None, mix=None, scores=None):
    """Attention with one part replaced."""

    def attend(q, k, v, heads):
        q, k, v = ((_heads if split is None else split)(each, heads) for each in (q, k, v))
        size = q.shape[2] ** 0.5 if scale is None else scale(q, heads)
        raw = q.transpose(2, 3) @ k if scores is None else scores(q, k)
        weights = (raw / size).softmax(dim=3) if weigh is None else weigh(raw / size)
        out = v @ weights.transpose(2, 3) if mix is None else mix(v, weights)
        return out.flatten(1, 2), weights

    return attend


def _heads(x, heads):
    return x.unflatten(1, (heads, -1))


def _interleaved(x, heads):
    return x.unflatten(1, (-1, heads)).transpose(1, 2)


def _interleaved_throughout(q, k, v, heads):
    q, k, v = (each.unflatten(1, (-1, heads)).transpose(1, 2).flatten(1, 2) for each in (q, k, v))
    output, weights = attention(q, k, v, heads)
    return output.unflatten(1, (heads, -1)).transpose(1, 2).flatten(1, 2), weights


def _one_map_for_all(q, k, v, heads):
    output, weights = attention(q, k, v, 1)
    return output, weights.expand(-1, heads, -1, -1)


def _scores(q, k, heads):
    q, k = _heads(q, heads), _heads(k, heads)
    return q.transpose(2, 3) @ k / q.shape[2] ** 0.5


def _by_channels(q, k):
    return q @ k.transpose(2, 3)


def _after_the_softmax(q, k, v, heads):
    q, k, v = (_heads(each, heads) for each in (q, k, v))
    weights = (q.transpose(2, 3) @ k).softmax(dim=3) / q.shape[2] ** 0.5
    return (v @ weights.transpose(2, 3)).flatten(1, 2), weights


def _as_pixels(q, k, v, heads):
    d = q.shape[1] // heads
    one, two, three = (each.reshape(len(q), heads, -1, d) for each in (q, k, v))
    weights = (one @ two.transpose(2, 3) / d**0.5).softmax(dim=3)
    return (weights @ three).reshape(q.shape), weights


def _as_pixels_from_columns(q, k, v, heads):
    d = q.shape[1] // heads
    one, two, three = (each.transpose(1, 2).reshape(len(q), heads, -1, d) for each in (q, k, v))
    weights = (one @ two.transpose(2, 3) / d**0.5).softmax(dim=3)
    return (weights @ three).transpose(2, 3).reshape(q.shape), weights


exercise(
    "diffusion.attention",
    reference=attention,
    returns=("output", "map"),
    gradient=["q", "k", "v"],
    inputs={
        "4 channels, 5 pixels, 2 heads": _features(2, 4, 5, 2),
        "6 channels, 4 pixels, 3 heads": _features(1, 6, 4, 3),
        "8 channels, 6 pixels, 1 head": _features(3, 8, 6, 1),
        "8 channels, 8 pixels, 2 heads": _features(2, 8, 8, 2),
        "6 channels, 5 pixels, 2 heads, scores in the thousands": _features(2, 6, 5, 2, 60.0),
    },
    mistakes=[
        Mistake(
            _attend(scale=lambda q, heads: 1.0),
            "The scores are not divided by the root of the head's width: they grow with it, the softmax "
            "puts all weight on one pixel, and then hardly any gradient comes through it.",
        ),
        Mistake(
            _attend(scale=lambda q, heads: (q.shape[2] * heads) ** 0.5),
            "You divide by the root of all channels, but each dot product runs over one head's share of "
            "them: the scores come out too small, and every pixel listens to all others nearly alike.",
        ),
        Mistake(
            _attend(scale=lambda q, heads: q.shape[2]),
            "You divide by the width of a head and not by its root: a dot product of d terms has a spread of "
            "root d, so yours come out too small, and the map is nearly flat.",
        ),
        Mistake(
            _attend(scale=lambda q, heads: q.shape[3] ** 0.5),
            "You divide by the root of the number of pixels: the spread of a dot product comes from the "
            "channels it runs over, so the map gets flatter for larger images for no reason.",
        ),
        Mistake(
            _attend(weigh=lambda scores: scores.softmax(dim=2)),
            "The softmax runs over the wrong axis: the weights that each pixel *gives* must add up to 1; "
            "yours add up over those that ask, and a pixel may get nothing, or many times too much.",
        ),
        Mistake(
            _attend(weigh=lambda scores: scores.exp() / scores.exp().sum(dim=3, keepdim=True)),
            "You divide exponentials by their sum, and e to a large score is infinite: the weights are then "
            "NaN, and so is the net. softmax takes the largest score off first.",
        ),
        Mistake(
            _attend(weigh=lambda scores: scores),
            "The softmax is missing: the weights are then any numbers, negative ones too, and what a pixel "
            "gets is no average of the values; its size grows with the number of pixels.",
        ),
        Mistake(
            _attend(mix=lambda v, weights: v @ weights),
            "The map is not transposed before it meets the values: a pixel then gets the answers to the "
            "questions that others asked, mixed with weights that do not add up to 1.",
        ),
        Mistake(
            _attend(scores=lambda q, k: k.transpose(2, 3) @ q),
            "Queries and keys have changed places: the map is the transposed one before its softmax, so a "
            "pixel listens to those that looked for it, and not to those it looks for.",
        ),
        Mistake(
            (
                lambda q, k, v, heads: attention(q, k, v, 1),
                _one_map_for_all,
            ),
            "The channels are not split into heads: there is one map for all of them, so a pixel can ask "
            "only one question, and weights trained for several heads do not fit.",
        ),
        Mistake(
            (_attend(split=_interleaved), _interleaved_throughout),
            "The heads take every h-th channel in turn and not a block of neighbours: a new net would not "
            "mind, but weights trained with blocks now have their questions torn apart.",
        ),
        Mistake(
            lambda q, k, v, heads: attention(v, k, q, heads),
            "Queries and values have changed places: what is passed on are then the questions, and what the "
            "pixels have to say never gets into the output.",
        ),
        Mistake(
            (_attend(scores=lambda q, k: q @ k), lambda q, k, v, heads: (v, q @ k)),
            "Queries meet keys with the axes as they came, so that the channels of one would run along the "
            "pixels of the other: each pixel's query must meet each pixel's key, a score for every two.",
        ),
        Mistake(
            (
                _attend(mix=lambda v, weights: v @ weights.detach().transpose(2, 3)),
                lambda q, k, v, heads: attention(q.detach(), k.detach(), v, heads),
            ),
            "Your values are right, but the map is detached before it meets the values: the loss then says "
            "nothing to queries and keys, and the net never learns where to look.",
        ),
        Mistake(
            _attend(scale=lambda q, heads: heads**0.5),
            "You divide by the root of the number of heads, and a dot product runs over the channels of one "
            "head: its spread grows with their number, however many heads there are.",
        ),
        Mistake(
            (_as_pixels, _as_pixels_from_columns),
            "The numbers are only read in another shape, [heads, N, d], and no axis is moved: that tears the "
            "channels of a pixel apart, and the map compares bits of several pixels, or of several heads.",
        ),
        Mistake(
            lambda q, k, v, heads: (attention(q, k, v, heads)[0], _scores(q, k, heads)),
            "Your output is right, but what you return as the map are the scores before the softmax: they "
            "are no shares, do not add up to 1, and cannot be read as where a pixel looks.",
        ),
        Mistake(
            (
                _attend(scores=_by_channels, mix=lambda v, weights: weights @ v),
                _attend(lambda q, heads: q.shape[3] ** 0.5, scores=_by_channels, mix=lambda v, map: map @ v),
            ),
            "Channels ask channels here, and the map is [d, d]: pixels are what should look at each other, "
            "so that a stroke on one side of the image hears of the other.",
        ),
        Mistake(
            lambda q, k, v, heads: (attention(q, k, v, heads)[0] + v, attention(q, k, v, heads)[1]),
            "You add the values to what was mixed: the shortcut is in the block and carries the image round "
            "the attention, so here it would pass every pixel on twice.",
        ),
        Mistake(
            _after_the_softmax,
            "You divide by the root after the softmax: the scores still grow with the width of a head, one "
            "pixel gets nearly all, and the weights no longer add up to 1, so the average is too small.",
        ),
        Mistake(
            _attend(weigh=lambda scores: scores.flatten(2).softmax(dim=2).view(scores.shape)),
            "One softmax runs over the whole map: all pixels then share a total of 1 among them, each gets "
            "next to nothing, and one that asks loudly takes it from the others.",
        ),
        Mistake(
            lambda q, k, v, heads: attention(q, k, v, heads)[::-1],
            "Output and map have changed places: first comes what the pixels are given, then the map.",
        ),
    ],
    accepted=[
        Accepted(
            lambda q, k, v, heads: (attention(q, k, v, heads)[0], attention(q, k, v, heads)[1].detach()),
            "The map that you hand back is detached: that does no harm here, for it is only looked at, and "
            "the output has its gradients; a loss on the map itself would train nothing.",
        ),
    ],
    hints=[
        "Give every head its own block of neighbouring channels: [B, C, N] becomes [B, heads, C / heads, N]. "
        "Then the scores are one matrix product for each head.",
        "The scores want [B, heads, N, N] with the asking pixel first: q with its last two axes swapped, "
        "times k. Divide by the root of a head's width, then softmax over the last axis.",
        "The output of pixel i is the average of all v_j with the weights of row i: v times the map with its "
        "last two axes swapped. At the end .flatten(1, 2) joins the heads.",
    ],
)
