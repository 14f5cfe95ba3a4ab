"""text.cross_attention: every pixel asks the words, and hidden words are not heard."""

import math

import torch

from course_utils.checks.engine.registry import Accepted, Mistake, exercise


def cross_attention(q, k, v, mask):
    """q [..., Q, D], k [..., K, D], v [..., K, E] -> the means [..., Q, E] and weights [..., Q, K].

    mask: bool, broadcasts to [..., Q, K]; True where a key may be heard, at least once for each query.
    """
    scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
    weights = scores.masked_fill(~mask, -math.inf).softmax(dim=-1)
    return weights @ v, weights


def _asked(front, queries, keys, width, value, mask, size=1.5):
    """A maker of questions, keys and values, with `front` axes before; mask: its shape. One key is heard."""

    def make(rng):
        q, k, v = (
            torch.randn(*front, count, features, generator=rng)
            for count, features in ((queries, width), (keys, width), (keys, value))
        )
        heard = torch.rand(*mask, generator=rng) < 0.6
        heard[..., 0], heard[..., -1] = True, False
        return size * q, size * k, v, heard

    return make


def _all_heard(rng):
    q, k, v, heard = _asked((3,), 2, 6, 3, 5, (3, 1, 6))(rng)
    return q, k, v, torch.ones_like(heard)


def _scores(q, k, scale=None):
    return q @ k.transpose(-2, -1) / (q.shape[-1] ** 0.5 if scale is None else scale(q, k))


def _hidden(scores, mask):
    return scores.masked_fill(~mask, -math.inf)


def _attend(scale=None, hide=_hidden, weigh=lambda scores: scores.softmax(-1), told=lambda mask: mask):
    """Cross-attention with one part replaced."""

    def attend(q, k, v, mask):
        weights = weigh(hide(_scores(q, k, scale), told(mask)))
        return weights @ v, weights

    return attend


def _returned(what):
    """The right answer with something else handed back: what(out, weights, scores)."""

    def attend(q, k, v, mask):
        out, weights = cross_attention(q, k, v, mask)
        return what(out, weights, _scores(q, k))

    return attend


def _scores_for_weights(low):
    def attend(q, k, v, mask):
        scores = _scores(q, k).masked_fill(~mask, low)
        return scores.softmax(-1) @ v, scores

    return attend


def _by_index(q, k, v, mask):
    scores = _scores(q, k)
    scores[~mask] = -math.inf
    weights = scores.softmax(-1)
    return weights @ v, weights


def _after(renorm):
    """The mask on the weights and not on the scores."""

    def attend(q, k, v, mask):
        weights = renorm(_scores(q, k).softmax(-1) * mask)
        return weights @ v, weights

    return attend


def _exponentials(hide):
    def attend(q, k, v, mask):
        shares = hide(_scores(q, k), mask)
        weights = shares / shares.sum(-1, keepdim=True)
        return weights @ v, weights

    return attend


def _on_the_values(q, k, v, mask):
    weights = _scores(q, k).softmax(-1)
    return (weights * mask) @ v, weights


def _by_scale_after(q, k, v, mask):
    weights = _hidden(q @ k.transpose(-2, -1), mask).softmax(-1) / q.shape[-1] ** 0.5
    return weights @ v, weights


def _keys_ask(q, k, v, mask):
    weights = _hidden(k @ q.transpose(-2, -1) / q.shape[-1] ** 0.5, mask).softmax(-1)
    return weights @ v, weights


def _keys_ask_and_turn(q, k, v, mask):
    """The softmax over what would be the queries, and turned back afterwards."""
    weights = (k @ q.transpose(-2, -1) / q.shape[-1] ** 0.5).softmax(-1).transpose(-2, -1)
    return weights @ v, weights


def _from_the_front(hide):
    def attend(q, k, v, mask):
        weights = hide(q @ k.transpose(1, 2) / q.shape[-1] ** 0.5, mask).softmax(-1)
        return weights @ v, weights

    return attend


def _in_batches(q, k, v, mask):
    weights = _hidden(torch.bmm(q, k.transpose(1, 2)) / q.shape[-1] ** 0.5, mask).softmax(-1)
    return torch.bmm(weights, v), weights


def _detached(q, k, v, mask):
    out, weights = cross_attention(q.detach(), k.detach(), v, mask)
    return out, weights


exercise(
    "text.cross_attention",
    reference=cross_attention,
    returns=("output", "weights"),
    gradient=["q", "k", "v"],
    inputs={
        "2 images of 5 pixels, 4 words": _asked((2,), 5, 4, 6, 3, (2, 1, 4)),
        "2 images, 3 heads, 4 pixels, 6 words": _asked((2, 3), 4, 6, 5, 2, (2, 1, 1, 6)),
        "7 pixels and 5 words, no batch": _asked((), 7, 5, 3, 4, (5,)),
        "3 images of 2 pixels, 6 words, all of them heard": _all_heard,
        "1 image of 3 pixels, 5 words, each pixel with a mask of its own": _asked(
            (1,), 3, 5, 8, 2, (1, 3, 5)
        ),
        "2 images of 6 pixels, 5 words, scores in the hundreds": _asked((2,), 6, 5, 6, 4, (2, 1, 5), 12.0),
        "2 images of 4 pixels and 2 words, of which one is heard": _asked((2,), 4, 2, 4, 3, (2, 1, 2)),
    },
    mistakes=[
        Mistake(
            (
                _attend(weigh=lambda scores: scores.softmax(-2)),
                _keys_ask_and_turn,
                _attend(weigh=lambda scores: scores.softmax(-2).nan_to_num(0.0)),
                _attend(
                    hide=lambda scores, mask: scores.masked_fill(~mask, -1e9),
                    weigh=lambda scores: scores.softmax(-2),
                ),
            ),
            "The softmax runs over the pixels that ask: the weights that one pixel gives to the words must "
            "add up to 1; yours share out each word among the pixels, and a pixel may hear nothing.",
        ),
        Mistake(
            (
                _attend(weigh=lambda scores: scores.softmax(1)),
                _attend(weigh=lambda scores: scores.softmax(0)),
                _attend(weigh=lambda scores: scores.softmax(max(scores.ndim - 3, 0))),
            ),
            "The softmax runs over an axis counted from the front, which is that of the heads or of the "
            "images once there are more: the words are the last axis, whatever stands before.",
        ),
        Mistake(
            _attend(scale=lambda q, k: 1.0),
            "The scores are not divided by the root of D: they grow with the width, the softmax puts all "
            "weight on one word, and then hardly any gradient comes through it.",
        ),
        Mistake(
            _attend(scale=lambda q, k: k.shape[-2] ** 0.5),
            "You divide by the root of the number of keys: the spread of a dot product comes from the D "
            "features that it runs over, however long the sentence is.",
        ),
        Mistake(
            _attend(scale=lambda q, k: q.shape[-2] ** 0.5),
            "You divide by the root of the number of pixels: the spread of a dot product comes from the D "
            "features that it runs over, however large the image is.",
        ),
        Mistake(
            lambda q, k, v, mask: _attend(scale=lambda q, k: v.shape[-1] ** 0.5)(q, k, v, mask),
            "You divide by the root of the values' width E: the dot product runs over the D features of "
            "query and key.",
        ),
        Mistake(
            (_attend(scale=lambda q, k: q.shape[-1]), _attend(scale=lambda q, k: q.shape[-1] ** -0.5)),
            "The factor is not one over the root of D: a dot product of D terms has a spread of root D, and "
            "that alone is to be taken away again.",
        ),
        Mistake(
            _attend(scale=lambda q, k: q.shape[1] ** 0.5),
            "You take D from an axis counted from the front: once there are heads, that one is another; the "
            "features are the last axis.",
        ),
        Mistake(
            _after(lambda weights: weights),
            "The mask comes after the softmax: the hidden words have taken their share before they are "
            "struck out, so the rows no longer add up to 1 and the mean comes out too small.",
        ),
        Mistake(
            _after(lambda weights: weights / weights.sum(-1, keepdim=True)),
            "You strike hidden words out of the weights and share out anew: in exact numbers that is right, "
            "but where a hidden word scores 100 more than all others nothing but 0 is left, and 0 / 0 is "
            "NaN; hide it in the scores, before the softmax.",
        ),
        Mistake(
            (
                _attend(told=lambda mask: ~mask),
                _attend(hide=lambda scores, mask: scores.masked_fill(mask, -1e9)),
            ),
            "The mask is turned round: True is a word that may be heard, and you hide just these and listen "
            "to the padding.",
        ),
        Mistake(
            _attend(hide=lambda scores, mask: scores),
            "The mask is not used: the pixels hear the padding, too, and the picture depends on how many "
            "empty places follow the sentence.",
        ),
        Mistake(
            (
                _attend(hide=lambda scores, mask: scores * mask),
                _attend(hide=lambda scores, mask: scores.masked_fill(~mask, 1e-9)),
            ),
            "A hidden word gets the score 0: e to the 0 is 1, so it is heard like any word of a middling "
            "score, and above all with a negative one; only minus infinity gives the weight 0.",
        ),
        Mistake(
            (
                _attend(hide=lambda scores, mask: scores + mask),
                _attend(hide=lambda scores, mask: scores - (~mask).to(scores)),
                _attend(hide=lambda scores, mask: scores.masked_fill(~mask, -1.0)),
                _attend(hide=lambda scores, mask: scores.masked_fill(~mask, -10.0)),
            ),
            "A hidden word gets a score a little lower, or one that others may fall below: then it is heard "
            "a little less than before; its score must be minus infinity, for a weight of 0.",
        ),
        Mistake(
            (
                _attend(hide=lambda scores, mask: scores.masked_fill(~mask, math.inf)),
                _attend(hide=lambda scores, mask: scores.masked_fill(~mask, 1e9)),
            ),
            "A hidden word gets a very large score, and the softmax gives it everything: it is minus "
            "infinity that leaves nothing.",
        ),
        Mistake(
            _on_the_values,
            "The mask is on the output alone: the softmax still shares weight out to hidden words, and what "
            "they were given is missing in the mean.",
        ),
        Mistake(
            (
                _exponentials(lambda scores, mask: scores.exp() * mask),
                _exponentials(lambda scores, mask: scores.masked_fill(~mask, -math.inf).exp()),
                _exponentials(lambda scores, mask: scores.masked_fill(~mask, -1e9).exp()),
            ),
            "You divide exponentials by their sum, and e to a large score is infinite: the weights are then "
            "NaN, and so is the net. softmax takes the largest score off first.",
        ),
        Mistake(
            (
                _attend(weigh=lambda scores: scores.log_softmax(-1)),
                _attend(weigh=lambda scores: scores.sigmoid()),
            ),
            "The weights are no shares: they come from a softmax over the words, so that none is negative "
            "and they add up to 1.",
        ),
        Mistake(
            _by_index,
            "An index of True and False must have the shape of what it picks from, and the mask only "
            "broadcasts to it: masked_fill and torch.where take it as it is.",
        ),
        Mistake(
            lambda q, k, v, mask: (q + cross_attention(q, k, v, mask)[0], cross_attention(q, k, v, mask)[1]),
            "You add the queries to what was mixed: the shortcut is in the block and carries the picture "
            "round the attention.",
        ),
        Mistake(
            (
                _attend(hide=lambda scores, mask: scores, weigh=lambda scores: scores),
                _attend(weigh=lambda scores: scores),
                _attend(hide=lambda scores, mask: scores * mask, weigh=lambda scores: scores),
            ),
            "There is no softmax: scores are no shares, and those at minus infinity or below zero make no "
            "mean of the values.",
        ),
        Mistake(
            _returned(lambda out, weights, scores: out),
            "You hand back the output alone: the weights are wanted as well, second, to see which word a "
            "pixel looks at.",
        ),
        Mistake(
            _returned(lambda out, weights, scores: weights),
            "You hand back the weights alone: what the pixels get is their product with the values, and "
            "comes first.",
        ),
        Mistake(
            _returned(lambda out, weights, scores: (weights, out)),
            "Output and weights have changed places: first comes what the pixels are given, then who looked "
            "where.",
        ),
        Mistake(
            (
                _returned(lambda out, weights, scores: (out, scores)),
                _scores_for_weights(-math.inf),
                _scores_for_weights(-1e9),
            ),
            "Your output is right, but the second part is the scores before the softmax: they are no shares "
            "and do not add up to 1.",
        ),
        Mistake(
            (_keys_ask,),
            "Queries and keys have changed places: then every word asks the pixels, [K, Q], and the mask and "
            "the values do not fit; the pixels ask, and the words answer.",
        ),
        Mistake(
            (
                _from_the_front(_hidden),
                _from_the_front(lambda scores, mask: scores.masked_fill(~mask, -1e9)),
                _from_the_front(lambda scores, mask: torch.where(mask, scores, -math.inf)),
                _in_batches,
            ),
            "The axes are counted from the front, or exactly three are asked for: with heads there are four "
            "axes, with no batch two; take the last two of k from the end, -2 and -1, and @ for the product.",
        ),
        Mistake(
            (
                _attend(told=lambda mask: mask[:, None, :]),
                _attend(told=lambda mask: mask[:, None]),
                _attend(told=lambda mask: mask[:, None, None]),
            ),
            "The mask gets an axis more: it comes in a shape that broadcasts to the scores, [..., Q, K], and "
            "needs none.",
        ),
        Mistake(
            _by_scale_after,
            "You divide by the root of D after the softmax: the scores still grow with the width, and the "
            "weights no longer add up to 1.",
        ),
        Mistake(
            _detached,
            "Your values are right, but the weights are detached before they meet the values: the loss then "
            "says nothing to queries and keys, and no word ever learns to be looked at.",
        ),
    ],
    accepted=[
        Accepted(
            _returned(lambda out, weights, scores: (out, weights.detach())),
            "The weights that you hand back are detached: that does no harm here, for they are only looked "
            "at, and the output has its gradients.",
        ),
    ],
    hints=[
        "A score for each pixel and word first, [..., Q, K]: one matrix product of the queries with the "
        "turned keys. What keeps its spread the same for every width?",
        "Hidden words must have the weight 0 and the others must add up to 1: so they are hidden in the "
        "scores, before the softmax. Which number does the softmax turn into 0?",
        "masked_fill puts minus infinity where its mask is True, and yours is True for words that may be "
        "heard. The softmax runs over the words, the last axis; then the weights meet the values.",
    ],
)
