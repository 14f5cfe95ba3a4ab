"""A two-dimensional GAN that trains in the page: play, pause, go back in time, make it fail."""

import traitlets

from ..._validate import check_choice, check_int, check_number
from ..shared.face import Face
from .still import still

DATA = ("eight_gaussians", "ring", "moons")
LOSSES = ("non_saturating", "minimax", "lsgan", "hinge")
D_STEPS = (1, 2, 5, 10)
RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01)
SEEDS = (0, 9)


class GANPlayground(Face):
    """A GAN of two small nets on points in the plane, trained by plain JavaScript in the page.

    data: "eight_gaussians", "ring" or "moons"; loss: a name of `gan.losses` other than "wgan", which needs a
    Lipschitz critic; d_steps: steps of D for one of G, 1, 2, 5 or 10; g_lr, d_lr: Adam's rates, 1e-4, 3e-4,
    1e-3, 3e-3 or 1e-2; seed: 0 to 9. The same settings give the same states step by step. Setting
    `playground.settings` to a dict with any of these names starts anew, with the rest as it was.
    `playground.step` is the step on show and `playground.numbers` has its modes (of 8), js in nats, d_loss,
    g_loss (None before the first step) and pull, the mean length of -dL_G/dx over the samples; both follow
    the page when it pauses. Raises TypeError or ValueError for another name or value.
    """

    settings = traitlets.Dict().tag(sync=True)
    step = traitlets.Int(0, read_only=True).tag(sync=True)
    numbers = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(
        self, data="eight_gaussians", loss="non_saturating", d_steps=1, g_lr=0.001, d_lr=0.001, seed=0
    ):
        given = {"data": data, "loss": loss, "d_steps": d_steps, "g_lr": g_lr, "d_lr": d_lr, "seed": seed}
        super().__init__(settings=_check(given))

    @traitlets.validate("settings")
    def _check_settings(self, proposal):
        for name in proposal.value:
            check_choice("each name in settings", name, CHECKS)
        return _check({**self.settings, **proposal.value})

    def _alt(self):
        points, loss = self.settings["data"].replace("_", " "), self.settings["loss"].replace("_", "-")
        return (
            f"GANPlayground: {points} as blue points and what an untrained generator makes as vermilion "
            f"triangles; in the page it trains with the {loss} loss, D's steps for one of G "
            f"{self.settings['d_steps']}, and shows D's surface, the generator's gradient, modes "
            "covered, JS and both losses."
        )

    def _still(self):
        return still(self.settings)


def _one_of(options):
    def check(name, value):
        value = check_number(name, value)
        if value not in options:
            raise ValueError(f"{name} must be one of {', '.join(map(str, options))}; got {value:g}.")
        return next(option for option in options if option == value)

    return check


CHECKS = {
    "data": lambda name, value: check_choice(name, value, DATA),
    "loss": lambda name, value: check_choice(name, value, LOSSES),
    "d_steps": _one_of(D_STEPS),
    "g_lr": _one_of(RATES),
    "d_lr": _one_of(RATES),
    "seed": lambda name, value: check_int(name, value, *SEEDS),
}


def _check(settings):
    """The settings with every value checked, in CHECKS' order."""
    return {name: CHECKS[name](name, settings[name]) for name in CHECKS}
