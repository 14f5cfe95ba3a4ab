"""nf.made_masks: which weights of a network are left, so that each output sees earlier inputs alone."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons._numbers import draw


def made_masks(places, degrees):
    """Who sees whom: places [D] of the inputs, degrees [H] of hidden units -> bool [H, D] and [D, H]."""
    hidden = degrees[:, None] >= places
    output = places[:, None] > degrees
    return hidden, output


def _units(places, degrees):
    """A maker of the places and degrees given."""
    return lambda rng: (torch.tensor(places), torch.tensor(degrees))


def _drawn(rng):
    """An order of inputs and degrees of hidden units by chance."""
    inputs, hidden = draw(rng, 4, 9), draw(rng, 5, 12)
    places = torch.randperm(inputs, generator=rng) + 1
    return places, torch.randint(1, inputs, (hidden,), generator=rng)


def _hidden(places, degrees):
    return degrees[:, None] >= places


def _output(places, degrees):
    return places[:, None] > degrees


def _with(hidden=_hidden, output=_output, places=None, degrees=None):
    """The answer with one mask replaced, or with other places or degrees."""

    def wrong(p, d):
        p = p if places is None else places(p)
        d = d if degrees is None else degrees(d)
        return hidden(p, d), output(p, d)

    return wrong


def _in_index_order(places):
    return torch.arange(1, len(places) + 1)


def _both(hidden, output):
    return _with(hidden=hidden, output=output)


def _places_for(which, change):
    """Other places for one of the two masks alone."""
    if which == "hidden":
        return _with(hidden=lambda p, d: _hidden(change(p), d))
    return _with(output=lambda p, d: _output(change(p), d))


def _paths(places, degrees):
    """Which inputs an output reaches through some hidden unit, [D, D]."""
    return (_output(places, degrees).float() @ _hidden(places, degrees).float()) > 0


exercise(
    "nf.made_masks",
    reference=made_masks,
    batch=False,
    returns=("hidden mask", "output mask"),
    inputs={
        "4 inputs in another order, 6 hidden units": _units([3, 1, 4, 2], [1, 2, 3, 1, 2, 3]),
        "5 inputs in another order, 3 hidden units": _units([2, 5, 1, 4, 3], [4, 1, 2]),
        "2 inputs, the second one first, 4 hidden units": _units([2, 1], [1, 1, 1, 1]),
        "3 inputs in order, 3 hidden units": _units([1, 2, 3], [2, 1, 2]),
        "6 inputs in another order, 6 hidden units": _units([4, 6, 1, 3, 5, 2], [5, 3, 1, 4, 2, 3]),
        "an order and degrees drawn at random": _drawn,
        "an order and degrees drawn once more": _drawn,
    },
    mistakes=[
        Mistake(
            _with(hidden=lambda p, d: d[:, None] > p),
            "The hidden mask has > where >= belongs: a hidden unit of degree k may see the inputs up to "
            "place k, that one included; like this no output ever hears of the input just before it, and "
            "units of degree 1 see nothing.",
        ),
        Mistake(
            (
                _with(output=lambda p, d: p[:, None] >= d),
                _with(output=lambda p, d: p[:, None] + 1 > d),
            ),
            "The output mask has >= where > belongs: a hidden unit of degree k may have seen the input of "
            "place k, so an output of that place would see its own input, copy it, and the likelihood would "
            "be worth nothing.",
        ),
        Mistake(
            (
                _both(lambda p, d: d[:, None] > p, lambda p, d: p[:, None] >= d),
                _with(places=lambda p: p + 1),
                _with(degrees=lambda d: d - 1),
            ),
            "The signs > and >= have changed places (or places or degrees are moved by one, which is the "
            "same): the hidden mask takes degrees of at least the place, the output mask places above the "
            "degree. With both exchanged outputs still see earlier inputs alone, but a hidden unit's degree "
            "then says something else than which inputs it may see.",
        ),
        Mistake(
            (
                _with(hidden=lambda p, d: d[:, None] < p),
                _with(hidden=lambda p, d: d[:, None] <= p),
                _with(hidden=lambda p, d: d[:, None] == p),
                _with(hidden=lambda p, d: d[:, None] != p),
            ),
            "The comparison in the hidden mask is another one: a hidden unit sees the inputs whose place is "
            "at most its degree; turned round it sees just those that it must not, and outputs see the "
            "future.",
        ),
        Mistake(
            (
                _with(output=lambda p, d: p[:, None] < d),
                _with(output=lambda p, d: p[:, None] <= d),
                _with(output=lambda p, d: p[:, None] == d),
                _with(output=lambda p, d: p[:, None] != d),
                _with(output=lambda p, d: p[:, None] - 1 == d),
            ),
            "The comparison in the output mask is another one: an output sees the hidden units whose degree "
            "is below its place; turned round it sees those that have seen the input itself and later ones.",
        ),
        Mistake(
            (
                _both(lambda p, d: d[:, None] < p, lambda p, d: p[:, None] <= d),
                _both(lambda p, d: d[:, None] <= p, lambda p, d: p[:, None] < d),
                _both(lambda p, d: d[:, None] <= p, lambda p, d: p[:, None] <= d),
                _both(lambda p, d: d[:, None] < p, lambda p, d: p[:, None] < d),
            ),
            "Both comparisons are turned round: True must stand where a weight is kept, a hidden unit seeing "
            "inputs of places up to its degree and an output hidden units of lower degrees.",
        ),
        Mistake(
            (
                _both(lambda p, d: p[:, None] <= d, _output),
                _both(_hidden, lambda p, d: d[:, None] < p),
                _both(lambda p, d: p[:, None] <= d, lambda p, d: d[:, None] < p),
                _with(hidden=lambda p, d: p[:, None] < d),
                _with(hidden=lambda p, d: p[:, None] > d),
                _with(output=lambda p, d: d[:, None] <= p),
                _with(output=lambda p, d: d[:, None] >= p),
                _with(output=lambda p, d: d[:, None] > p),
            ),
            "A mask is transposed: like the weights of torch's linear layers it has a row for each unit that "
            "looks and a column for each that is looked at, [H, D] and then [D, H]; transposed it fits the "
            "weights only where H = D, and then wrongly.",
        ),
        Mistake(
            lambda p, d: (_output(p, d), _hidden(p, d)),
            "The two masks have changed places: the hidden one comes first, for it is what x meets first.",
        ),
        Mistake(
            (
                _with(places=_in_index_order),
                _places_for("hidden", _in_index_order),
                _places_for("output", _in_index_order),
                _with(places=lambda p: p.sort().values),
                _with(places=lambda p: torch.arange(len(p))),
                lambda p, d: (torch.ones(len(d), len(p)).tril(), torch.ones(len(p), len(d)).tril(-1)),
            ),
            "You take the inputs in the order of their indices: places says whose turn each input is, and "
            "the network must keep to that order, the same in both masks.",
        ),
        Mistake(
            (
                _with(places=lambda p: p.argsort() + 1),
                _with(places=lambda p: p.argsort()),
                _with(places=lambda p: p[p - 1]),
                _places_for("output", lambda p: p.argsort() + 1),
                _places_for("hidden", lambda p: p.argsort() + 1),
            ),
            "You take places for the list of the inputs in their order: places[i] is the turn of input i, "
            "so it is compared as it is, without argsort.",
        ),
        Mistake(
            (
                _with(places=lambda p: len(p) + 1 - p),
                _with(places=lambda p: p.flip(0)),
                _places_for("output", lambda p: p.flip(0)),
            ),
            "The order runs backwards: place 1 is the first input, which sees no other, and the output of "
            "place D sees all others.",
        ),
        Mistake(
            (
                _with(places=lambda p: p - 1),
                _with(degrees=lambda d: d + 1),
                _places_for("output", lambda p: p - 1),
                _places_for("hidden", lambda p: p - 1),
            ),
            "Places or degrees are moved by one: both count from 1 here, places to D and degrees to D - 1, "
            "so they are compared as they come.",
        ),
        Mistake(
            (
                _with(output=lambda p, d: p[:, None] > p),
                _with(hidden=lambda p, d: d[:, None] >= d),
                _both(lambda p, d: d[:, None] >= d, lambda p, d: p[:, None] > p),
                _with(hidden=lambda p, d: p[:, None] >= p),
                _both(lambda p, d: p[:, None] >= p, lambda p, d: p[:, None] > p),
            ),
            "Degrees of the wrong side: each mask compares the two layers that it joins, hidden degrees with "
            "the places of inputs, and the places of outputs with hidden degrees.",
        ),
        Mistake(
            (
                _with(hidden=lambda p, d: torch.ones(len(d), len(p), dtype=torch.bool)),
                _with(output=lambda p, d: torch.ones(len(p), len(d), dtype=torch.bool)),
                lambda p, d: (
                    torch.ones(len(d), len(p), dtype=torch.bool),
                    torch.ones(len(p), len(d), dtype=torch.bool),
                ),
            ),
            "A mask lets everything through: one open layer is enough for an output to see its own input, "
            "and then the likelihood is that of a copy.",
        ),
        Mistake(
            (
                _with(hidden=lambda p, d: (d[:, None] - p).float()),
                _with(output=lambda p, d: (p[:, None] - d).float()),
                _both(lambda p, d: d[:, None] - p, lambda p, d: p[:, None] - d),
                _both(lambda p, d: (d[:, None] - p).relu(), lambda p, d: (p[:, None] - d).relu()),
                _both(lambda p, d: (d[:, None] - p).sign(), lambda p, d: (p[:, None] - d).sign()),
            ),
            "A mask holds differences or their signs: it must hold True and False (or 1 and 0), a weight "
            "kept or not.",
        ),
        Mistake(
            (
                _paths,
                _hidden,
                _with(output=lambda p, d: _paths(p, d)),
            ),
            "The two masks are wanted apart, one for each layer of weights: [H, D] for the hidden one and "
            "[D, H] for the output. Their product only tells which inputs an output reaches.",
        ),
    ],
    hints=[
        "A mask has a row for each unit that looks and a column for each unit that is looked at. With [:, "
        "None] a list becomes a column, and a comparison with a row then gives a table.",
        "A hidden unit may see the input of its own degree; an output must not see a hidden unit that has "
        "seen its own input. So one comparison takes equality in, and the other one does not.",
        "Hidden mask: degrees as a column, at least places. Output mask: places as a column, above degrees.",
    ],
)
