"""cgan.adain: each map of the content gets the mean and the deviation of the style's map."""

import functools

import torch
from torch.nn import functional as F

from course_utils.checks.engine.registry import Accepted, Mistake, exercise


def adain(content, style):
    """sigma(y) (x - mu(x)) / sigma(x) + mu(y) for x = content [B, C, H, W] and y = style [B, C, H', W'].

    mu and sigma of each map by itself; sigma = sqrt(variance + 1e-5), the variance divided by the number of
    pixels (Huang & Belongie 2017, eq. 8) -> [B, C, H, W].
    """
    normed = content - content.mean(dim=(2, 3), keepdim=True)
    normed = normed / torch.sqrt(content.var(dim=(2, 3), correction=0, keepdim=True) + 1e-5)
    scale = torch.sqrt(style.var(dim=(2, 3), correction=0, keepdim=True) + 1e-5)
    return scale * normed + style.mean(dim=(2, 3), keepdim=True)


def _pair(shape, size, spread=1.0, style_spread=2.0):
    """A maker of content of that shape and a style of that size; each map has its own mean and spread."""

    def make(rng):
        maps = []
        for sizes, scale in ((shape[2:], spread), (size, style_spread)):
            own = 0.5 + torch.rand(*shape[:2], 1, 1, generator=rng)
            shift = torch.randn(*shape[:2], 1, 1, generator=rng)
            maps.append(scale * (own * torch.randn(*shape[:2], *sizes, generator=rng) + shift))
        return tuple(maps)

    return make


def _flat(*which):
    """A maker of a pair in which one map each of those named is flat."""

    def make(rng):
        maps = dict(zip(("content", "style"), _pair((2, 2, 2, 4), (4, 4))(rng), strict=True))
        for name in which:
            maps[name][0, 1] = -0.5
        return maps["content"], maps["style"]

    return make


def _stats(maps, dims=(2, 3), correction=0, eps=1e-5, outside=0.0):
    """(mean, deviation) over dims; eps is added to the variance, outside to its root."""
    mean = maps.mean(dim=dims, keepdim=True)
    variance = maps.var(dim=dims, correction=correction, keepdim=True)
    return mean, torch.sqrt(variance + eps) + outside


def _combined(combine=None, content=_stats, style=_stats):
    """combine(x, mu(x), sigma(x), mu(y), sigma(y)) with other statistics of the content or the style."""

    def wrong(x, y):
        return (combine or _right)(x, *content(x), *style(y))

    return wrong


def _right(x, mean, deviation, new_mean, new_deviation):
    return new_deviation * (x - mean) / deviation + new_mean


def _each_way(**how):
    """Other statistics of both, of the content alone and of the style alone."""
    other = functools.partial(_stats, **how)
    return _combined(None, other, other), _combined(content=other), _combined(style=other)


# The root of torch's own variance, as it is and with the small number outside.
_PLAIN, _OUTSIDE = ({"correction": 1, "eps": 0.0, "outside": outside} for outside in (0.0, 1e-5))


def _any_root(*combines):
    """Each combination with the right statistics and with what many write for the deviation."""
    return tuple(
        _combined(one, *[functools.partial(_stats, **how)] * 2)
        for one in combines
        for how in ({}, _PLAIN, _OUTSIDE)
    )


def _over(*dims):
    """Statistics over these axes, of both, one or the other, and with what many write for the deviation."""
    every = [functools.partial(_stats, dims=dims, **how) for how in (_PLAIN, _OUTSIDE)]
    return *_each_way(dims=dims), *(_combined(None, one, one) for one in every)


def _mixed(content, style):
    """Other roots in the content and in the style."""
    return _combined(None, functools.partial(_stats, **content), functools.partial(_stats, **style))


def _cut(maps, which=(True, True)):
    return tuple(part.detach() if cut else part for part, cut in zip(_stats(maps), which, strict=True))


def _variance(maps, eps=1e-5, correction=0):
    mean = maps.mean(dim=(2, 3), keepdim=True)
    return mean, maps.var(dim=(2, 3), correction=correction, keepdim=True) + eps


def _rms(maps):
    """The root of the mean square, from which the mean is not taken off first."""
    square = maps.square().mean(dim=(2, 3), keepdim=True)
    return maps.mean(dim=(2, 3), keepdim=True), torch.sqrt(square + 1e-5)


def _summed(maps):
    """The root of the summed squares, which is not divided by the number of pixels."""
    mean = maps.mean(dim=(2, 3), keepdim=True)
    return mean, torch.sqrt((maps - mean).square().sum(dim=(2, 3), keepdim=True) + 1e-5)


def _no_axes(maps):
    """Statistics [B, C], which do not line up with maps."""
    return tuple(part.flatten(1) for part in _stats(maps))


def _backwards(x, mean, deviation, new_mean, new_deviation):
    """The right formula with its factors written the other way round: errors in shapes read differently."""
    return new_mean + (x - mean) / deviation * new_deviation


exercise(
    "cgan.adain",
    reference=adain,
    gradient=["content", "style"],
    inputs={
        "3 images of 2 channels, 3 by 4, and a style of the same size": _pair((3, 2, 3, 4), (3, 4)),
        "2 images of 3 channels, 3 by 2, and a style of 2 by 4": _pair((2, 3, 3, 2), (2, 4)),
        "3 images of 2 channels, 2 by 2, and a style of 5 by 3": _pair((3, 2, 2, 2), (5, 3)),
        "faint content, 4 by 4, and a style of 2 by 2": _pair((2, 3, 4, 4), (2, 2), spread=0.01),
        "a flat map in the content": _flat("content"),
        "a flat map in the style": _flat("style"),
        "a flat map in both": _flat("content", "style"),
        "one image of one channel, 4 by 3, and a faint style of 3 by 3": _pair(
            (1, 1, 4, 3), (3, 3), style_spread=0.01
        ),
    },
    accepted=[
        Accepted(
            _each_way(eps=0.0)[2],
            "The style's deviation is made without the 1e-5: no value suffers but for faint maps of the "
            "style, yet at a flat one the root has no finite gradient.",
        ),
        Accepted(
            _each_way(eps=0.0, outside=1e-5)[2],
            "The 1e-5 of the style's deviation stands outside the root: no value suffers but for faint maps "
            "of the style, yet at a flat one the root has no finite gradient.",
        ),
    ],
    mistakes=[
        Mistake(
            _over(0, 2, 3),
            "The statistics go over the batch as well, as in batch norm: every image then gets the mean "
            "style of the batch, or is judged by the other images in it. Each map of each image has its own.",
        ),
        Mistake(
            _over(1, 2, 3),
            "The statistics go over the channels as well, as in layer norm: every channel of an image has a "
            "mean and a deviation of its own, and a style is in how these differ.",
        ),
        Mistake(
            _over(0, 1, 2, 3),
            "One mean and one deviation are taken over everything: each map, that is each channel of each "
            "image, has its own.",
        ),
        Mistake(
            _over(1),
            "The statistics go over the channels and not over the pixels: then every pixel has a mean and a "
            "deviation of its own, and it is each map that must have them.",
        ),
        Mistake(
            _any_root(lambda x, mean, deviation, a, b: a * (x - mean) / deviation + b),
            "Scale and shift have changed places: the style's deviation multiplies, and its mean is added.",
        ),
        Mistake(
            lambda content, style: adain(style, content),
            "Content and style have changed places: what is normalised, and keeps its picture, is the "
            "content; the style only gives a mean and a deviation for each map.",
        ),
        Mistake(
            (
                *_over(3),
                *_over(2),
                _combined(_backwards, *[functools.partial(_stats, dims=(3,))] * 2),
                _combined(_backwards, *[functools.partial(_stats, dims=(2,))] * 2),
                _combined(_backwards, style=functools.partial(_stats, dims=(3,))),
                _combined(_backwards, style=functools.partial(_stats, dims=(2,))),
            ),
            "The statistics go along one side of the map alone, row by row or column by column: they go over "
            "both, so that a style of another size has as many of them.",
        ),
        Mistake(
            (
                _combined(None, _no_axes, _no_axes),
                _combined(_backwards, _no_axes, _no_axes),
                _combined(style=_no_axes),
                _combined(_backwards, style=_no_axes),
            ),
            "The statistics have lost axes, so torch lines them up with the pixels: keepdim=True keeps every "
            "axis that a mean goes over, with size 1.",
        ),
        Mistake(
            _each_way(eps=0.0)[:2],
            "Nothing is added to the content's variance: a flat map has variance 0, and 0 / 0 makes NaN of "
            "the whole map, and of everything that comes after it.",
        ),
        Mistake(
            (
                *(
                    one
                    for outside in (1e-8, 1e-6, 1e-5, 1e-4)
                    for one in _each_way(eps=0.0, outside=outside)[:2]
                ),
                *(one for eps in (1e-12, 1e-8, 1e-7) for one in _each_way(eps=eps)[:2]),
                *(one for eps in (1e-6, 1e-4, 1e-3) for one in _each_way(eps=eps)),
                *(_mixed({"eps": 0.0, "outside": outside}, {"eps": 0.0}) for outside in (1e-8, 1e-6, 1e-5)),
            ),
            "It is not 1e-5 that is added to the variance under the root, but nothing, another number, or "
            "one outside the root: it is a part of what sigma means here, and decides what becomes of faint "
            "maps.",
        ),
        Mistake(
            (
                *_each_way(correction=1),
                *_each_way(correction=1, eps=0.0),
                *(
                    one
                    for small in (1e-5, 1e-6, 1e-8)
                    for one in _each_way(correction=1, eps=0.0, outside=small)
                ),
                *(one for eps in (1e-6, 1e-8) for one in _each_way(correction=1, eps=eps)),
                _mixed(_OUTSIDE, _PLAIN),
                _mixed({**_PLAIN, "outside": 1e-8}, _PLAIN),
                _mixed({"correction": 1}, _PLAIN),
            ),
            "The variance is divided by one less than the number of pixels, as torch does unless it is told "
            "correction=0: for small maps, and for content and style of different sizes, that is another "
            "deviation.",
        ),
        Mistake(
            (
                _combined(None, _variance, _variance),
                _combined(content=_variance),
                _combined(style=_variance),
                _combined(content=functools.partial(_variance, eps=0.0)),
                _combined(style=functools.partial(_variance, eps=0.0)),
                _combined(None, *[functools.partial(_variance, eps=0.0)] * 2),
                _combined(None, *[functools.partial(_variance, eps=0.0, correction=1)] * 2),
                _combined(None, *[functools.partial(_variance, correction=1)] * 2),
                _combined(
                    None,
                    functools.partial(_variance, correction=1),
                    functools.partial(_variance, eps=0.0, correction=1),
                ),
            ),
            "A variance stands where the deviation belongs, so the root is missing: contrasts then count "
            "squared, and the content does not get the spread of the style.",
        ),
        Mistake(
            (
                _combined(None, _summed, _summed),
                _combined(content=_summed),
                _combined(style=_summed),
            ),
            "The squares are summed and not averaged: a deviation does not grow with the number of pixels, "
            "and content and style may have different numbers of them.",
        ),
        Mistake(
            (
                _combined(None, _rms, _rms),
                _combined(content=_rms),
                _combined(style=_rms),
            ),
            "The deviation is taken from 0 and not from the mean: subtract the mean of the map before you "
            "square, or a bright map counts as one with much contrast.",
        ),
        Mistake(
            _any_root(
                lambda x, mean, deviation, a, b: (x - mean) / deviation + a,
                lambda x, mean, deviation, a, b: x - mean + a,
            ),
            "The style's deviation has no part in it: only its mean is taken over, and the contrast of each "
            "map is not the style's.",
        ),
        Mistake(
            _any_root(
                lambda x, mean, deviation, a, b: b * (x - mean) / deviation,
                lambda x, mean, deviation, a, b: b * (x - mean) / deviation + mean,
                lambda x, mean, deviation, a, b: b * x / deviation,
            ),
            "The style's mean has no part in it: only its deviation is taken over, and the level of each map "
            "is not the style's.",
        ),
        Mistake(
            _any_root(
                lambda x, mean, deviation, a, b: b * x / deviation + a,
                lambda x, mean, deviation, a, b: b * (x - mean / deviation) + a,
                lambda x, mean, deviation, a, b: b * x - mean / deviation + a,
                lambda x, mean, deviation, a, b: b * x + a,
                lambda x, mean, deviation, a, b: b * (x - mean) + a,
            ),
            "The content is not normalised first: take its own mean off and divide what is left by its own "
            "deviation, or the result keeps some of the statistics that it had.",
        ),
        Mistake(
            _any_root(
                lambda x, mean, deviation, a, b: b * ((x - mean) / deviation + a),
                lambda x, mean, deviation, a, b: b * (x - mean + a) / deviation,
                lambda x, mean, deviation, a, b: (b * (x - mean) + a) / deviation,
                lambda x, mean, deviation, a, b: b * (x - mean - a) / deviation + a,
            ),
            "The style's mean is scaled too: it is added last, by itself, for whatever is multiplied after "
            "it is no longer the mean of the style.",
        ),
        Mistake(
            _any_root(
                lambda x, mean, deviation, a, b: (1 + b) * (x - mean) / deviation + a,
                lambda x, mean, deviation, a, b: b * (x - mean) / deviation - a,
                lambda x, mean, deviation, a, b: deviation * (x - mean) / b + a,
                lambda x, mean, deviation, a, b: (x - mean) / deviation / b + a,
                lambda x, mean, deviation, a, b: b * (x + mean) / deviation + a,
            ),
            "An operation is turned or one too many: the normalised content is multiplied by the style's "
            "deviation, and the style's mean is added to that.",
        ),
        Mistake(
            (
                *_any_root(lambda x, mean, deviation, a, b: (x - mean) / deviation),
                _combined(lambda x, mean, deviation, a, b: a + torch.zeros_like(x)),
                lambda content, style: F.interpolate(style, content.shape[2:]),
                lambda content, style: style,
                lambda content, style: content,
            ),
            "One of the two is lost: the picture comes from the content, normalised, and each map's mean and "
            "deviation come from the style.",
        ),
        Mistake(
            (
                _combined(None, _cut, _cut),
                _combined(content=_cut),
                _combined(style=_cut),
                *(
                    _combined(None, *[functools.partial(_cut, which=which)] * 2)
                    for which in ((True, False), (False, True))
                ),
                *(
                    _combined(content=functools.partial(_cut, which=which))
                    for which in ((True, False), (False, True))
                ),
            ),
            "Your values are right, but some of the means and deviations are detached (or made under "
            "no_grad): they depend on the maps, and the gradient must know that, or the net that makes the "
            "maps is pulled the wrong way.",
        ),
    ],
    hints=[
        "Four numbers are needed for each map: its mean and deviation in the content, and the same in the "
        "style. Over which axes does each of them go?",
        "Give the content's map mean 0 and deviation 1 first; then give it the style's deviation, and last "
        "of all the style's mean.",
        "keepdim=True keeps [B, C, 1, 1], which fits maps of any size. The small number is added to the "
        "variance, before the root; torch's var wants correction=0.",
    ],
)
