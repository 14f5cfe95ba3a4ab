"""The game real-or-fake: one picture at a time, each real or made by a model, and nobody says which."""

import torch
import traitlets

from ..._validate import check_flag, check_int, check_number, check_tensor
from ...metrics import told_apart
from ...metrics._names import LONGEST_NAME, is_name
from ..shared.export import pack_images
from ..shared.face import Face
from .still import still

MOST_ROUNDS = 500
MOST_MODELS = 8
SHORTEST, LONGEST = 0.05, 60.0  # seconds of exposure


class RealOrFake(Face):
    """Tell real pictures from those of models; at the end hit rate, d' and time for each model.

    real: images [N, C, H, W] in [0, 1], with C 1 or 3; fakes: {model's name: images [M, C, H, W]}, at most
    eight models. rounds: how many pictures, each real with probability 1/2; no picture comes twice, so N
    must be at least `rounds` and M at least `rounds` over the number of models. Of what is given, the page
    gets at most twice as much as one game can need. seed: None leaves the order to the page's own dice, a
    number fixes it. exposure: seconds that a picture stays, None until the answer; feedback: whether each
    answer is judged at once. Both follow what you do in the page. After a game `game.answers` holds a dict
    for each picture and `game.results` what `metrics.told_apart` says of them; they come as a message and
    not as the widget's state, so that a saved notebook holds none of them. Raises TypeError or ValueError
    for images of another kind, shape or range, and for a number out of range.
    Source: Zhou et al. 2019 (HYPE) for the timed test; Hautus 1995 and Wilson 1927 for the numbers.
    """

    pictures = traitlets.Dict(read_only=True).tag(sync=True)
    rounds = traitlets.Int(read_only=True).tag(sync=True)
    seed = traitlets.Any(None, read_only=True).tag(sync=True)
    exposure = traitlets.Any(None).tag(sync=True)
    feedback = traitlets.Bool(False).tag(sync=True)
    answers = traitlets.List(read_only=True)
    results = traitlets.Dict(read_only=True)

    def __init__(self, real, fakes, rounds=24, seed=None, exposure=None, feedback=False):
        check_flag("feedback", feedback)
        rounds = check_int("rounds", rounds, maximum=MOST_ROUNDS)
        if seed is not None:
            seed = check_int("seed", seed, minimum=0, maximum=2**32 - 1)
        dice = torch.Generator().manual_seed(seed or 0)
        pots = _pots(real, fakes, rounds)
        pots = {name: images[torch.randperm(len(images), generator=dice)] for name, images in pots.items()}
        needs = _needs(pots, rounds)
        self._pots = {name: images[: 2 * needs[name]] for name, images in pots.items()}
        super().__init__(exposure=exposure, feedback=feedback)
        sources = [
            {"name": name, "count": len(images), "data": pack_images(images)}
            for name, images in self._pots.items()
        ]
        shape = list(self._pots[None].shape[1:])
        for name, value in (
            ("pictures", {"shape": shape, "sources": sources}), ("rounds", rounds), ("seed", seed)
        ):  # fmt: skip
            self.set_trait(name, value)
        self.on_msg(self._heard)

    @traitlets.validate("exposure")
    def _check_exposure(self, proposal):
        value = proposal.value
        return None if value is None else check_number("exposure", value, SHORTEST, LONGEST)

    def _heard(self, _, content, buffers):
        """A game has ended in the page: its answers, judged here once more."""
        if isinstance(content, dict) and content.get("kind") == "answers":
            results = told_apart(content.get("answers"))
            self.set_trait("answers", content["answers"])
            self.set_trait("results", results)

    def _alt(self):
        *names, last = [name for name in self._pots if name is not None]
        makers = f"{', '.join(names)} or {last}" if names else last
        return (
            f"RealOrFake: a game of {self.rounds} pictures, one at a time, each real or made by {makers}; "
            "the still shows some of them, and says of none what it is."
        )

    def _still(self):
        return still(self._pots)


def _pots(real, fakes, rounds):
    """{None: the real images, name: a model's}, all float32 on the CPU; the class's errors."""
    if not isinstance(fakes, dict) or not 0 < len(fakes) <= MOST_MODELS:
        raise ValueError(f"fakes must be a dict of 1 to {MOST_MODELS} models' images by their names.")
    check_tensor("real", real, "[N, C, H, W]")
    if real.shape[1] not in (1, 3):
        raise ValueError(f"real must have 1 or 3 channels; got {real.shape[1]}.")
    for name, images in fakes.items():
        if not is_name(name):
            raise ValueError(
                f"a name in fakes must be text of at most {LONGEST_NAME} characters; got {name!r}."
            )
        check_tensor(f"fakes[{name!r}]", images, f"[M, {', '.join(map(str, real.shape[1:]))}]")
    pots = {None: real, **fakes}
    for name, need in _needs(pots, rounds).items():
        argument = "real" if name is None else f"fakes[{name!r}]"
        images = pots[name]
        if len(images) < need:
            raise ValueError(
                f"{argument} must hold at least {need} images, for none comes twice; got {len(images)}."
            )
        if not bool(((images >= 0) & (images <= 1)).all()):
            raise ValueError(f"{argument} must hold numbers in [0, 1]; clamp the images first.")
    return {name: images.detach().float().cpu() for name, images in pots.items()}


def _needs(pots, rounds):
    """How many images of each pot a game can need: all pictures may be real, and models take turns."""
    return {name: rounds if name is None else -(-rounds // (len(pots) - 1)) for name in pots}
