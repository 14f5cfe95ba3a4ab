"""wgan.table_losses: both players' losses by name, all of them to be minimised."""

import torch
from torch.nn import functional as F

from course_utils.checks.engine.registry import Accepted, Mistake, exercise


def table_losses(name, real, fake):
    """(critic's loss, generator's loss) for "wgan", "hinge", "lsgan" or "non_saturating", two scalars.

    real, fake: the critic's raw outputs, before any sigmoid; the batches may differ in size.
    """
    if name == "wgan":
        return fake.mean() - real.mean(), -fake.mean()
    if name == "hinge":
        return F.relu(1 - real).mean() + F.relu(1 + fake).mean(), -fake.mean()
    if name == "lsgan":
        return ((real - 1).square().mean() + fake.square().mean()) / 2, (fake - 1).square().mean() / 2
    return F.softplus(-real).mean() + F.softplus(fake).mean(), F.softplus(-fake).mean()


def _outputs(name, n, m, scale=1.0, column=False):
    def make(rng):
        real = 0.5 + scale * torch.randn(n, generator=rng)
        fake = -0.2 + scale * torch.randn(m, generator=rng)
        return (name, real[:, None], fake[:, None]) if column else (name, real, fake)

    return make


def _table(critic=None, generator=None, names=None, before=None):
    """The table with changed rows.

    critic, generator: {name: loss(real, fake)}, or a function of (right loss, real, fake) for all names (or
    those in names); before: what is done to the outputs first.
    """

    def changed(change, name, right, real, fake):
        if change is None or (names and name not in names):
            return right
        if callable(change):
            return change(right, real, fake)
        return change[name](real, fake) if name in change else right

    def wrong(name, real, fake):
        if before and (not names or name in names):
            real, fake = before(real), before(fake)
        d_loss, g_loss = table_losses(name, real, fake)
        return changed(critic, name, d_loss, real, fake), changed(generator, name, g_loss, real, fake)

    return wrong


def _minus(right, real, fake):
    return -right


def _of_the_critic(name):
    return {name: lambda real, fake: table_losses(name, real, fake)[0]}


def _rows(name, critics=(), generators=()):
    """The table with one row changed, for each critic alone, each generator alone."""
    return (
        *(_table(critic={name: one}) for one in critics),
        *(_table(generator={name: one}) for one in generators),
    )


_WGAN_CRITIC = lambda real, fake: real.mean() - fake.mean()  # noqa: E731
_WGAN_GENERATOR = lambda real, fake: fake.mean()  # noqa: E731
_WHOLE = {
    "critic": {"lsgan": lambda real, fake: (real - 1).square().mean() + fake.square().mean()},
    "generator": {"lsgan": lambda real, fake: (fake - 1).square().mean()},
}


exercise(
    "wgan.table_losses",
    reference=table_losses,
    returns=("critic's loss", "generator's loss"),
    gradient=["real", "fake"],
    batch=False,
    inputs={
        f"{name}, {n} outputs on real points and {m} on fakes{', in columns' if column else ''}": _outputs(
            name, n, m, scale, column
        )
        for name, n, m, scale, column in (
            ("non_saturating", 5, 4, 2.0, False),
            ("wgan", 6, 4, 2.0, False),
            ("hinge", 6, 4, 2.0, False),
            ("lsgan", 3, 7, 1.5, False),
            ("non_saturating", 4, 6, 60.0, False),
            ("wgan", 3, 5, 5.0, True),
            ("hinge", 5, 8, 6.0, True),
            ("lsgan", 4, 4, 0.4, True),
        )
    },
    accepted=[
        Accepted(
            _table(**_WHOLE),
            "Your least-squares losses have no halves: the same game with gradients twice as long. The "
            "course's library halves them, as the paper does, so a learning rate means the same for both.",
        ),
        Accepted(
            _table(critic=_WHOLE["critic"]),
            "Your least-squares loss of the critic has no half, and that of the generator has one: the same "
            "fixed points, with longer steps of the critic.",
        ),
        Accepted(
            _table(generator=_WHOLE["generator"]),
            "Your least-squares loss of the generator has no half, and that of the critic has one: the same "
            "fixed points, with longer steps of the generator.",
        ),
    ],
    mistakes=[
        Mistake(
            (
                _table(_minus, _minus),
                _table(_minus),
                _table(_minus, _minus, names=["wgan", "hinge"]),
                _table(_minus, names=["wgan", "hinge"]),
                _table(_minus, names=["hinge"]),
            ),
            "The losses have the sign of what is maximised: an optimiser goes down, so both players would "
            "learn to be as wrong as they can. Turn what should grow into a loss with a minus.",
        ),
        Mistake(
            (
                _table({"wgan": _WGAN_CRITIC}, {"wgan": _WGAN_GENERATOR}),
                _table({"wgan": _WGAN_CRITIC}),
            ),
            "The critic of WGAN wants E f(x) - E f(G(z)) to be large (many tables print that as its loss): "
            "what is minimised has the other sign, or the critic learns to be high on the fakes.",
        ),
        Mistake(
            (
                _table(generator={"wgan": _WGAN_GENERATOR}),
                _table(generator={"wgan": _WGAN_GENERATOR, "hinge": _WGAN_GENERATOR}),
                _table(generator={"hinge": _WGAN_GENERATOR}),
                _table(generator=_minus),
            ),
            "The generator's loss has the wrong sign: it wants the critic's output on its points to be high, "
            "so what it minimises is minus the mean; as it stands it walks away from the data.",
        ),
        Mistake(
            (
                *_rows("hinge", generators=[lambda real, fake: F.relu(1 - fake).mean()]),
                *_rows("hinge", generators=[lambda real, fake: F.relu(1 + fake).mean()]),
                *_rows("hinge", generators=[lambda real, fake: -F.relu(1 + fake).mean()]),
                *_rows("hinge", generators=[lambda real, fake: -F.relu(1 - fake).mean()]),
            ),
            "The generator has no hinge: its loss is minus the mean of the critic's output, however high "
            "that is. With a hinge the points that the critic is sure of would send no gradient.",
        ),
        Mistake(
            _rows(
                "hinge",
                critics=[
                    lambda real, fake: F.relu(1 + real).mean() + F.relu(1 - fake).mean(),
                    lambda real, fake: F.relu(real - 1).mean() + F.relu(-1 - fake).mean(),
                    lambda real, fake: F.relu(1 - real).mean() + F.relu(1 - fake).mean(),
                    lambda real, fake: F.relu(1 + real).mean() + F.relu(1 + fake).mean(),
                    lambda real, fake: F.relu(real - 1).mean() + F.relu(fake + 1).mean(),
                    lambda real, fake: F.relu(1 - real).mean() - F.relu(1 + fake).mean(),
                    lambda real, fake: F.relu(1 - real).mean() - F.relu(1 - fake).mean(),
                ],
            ),
            "A sign in the critic's hinges is wrong: a real point costs where its output is below 1, and a "
            "fake one where it is above -1; both are added.",
        ),
        Mistake(
            _rows(
                "hinge",
                critics=[
                    lambda real, fake: (1 - real).mean() + (1 + fake).mean(),
                    lambda real, fake: F.relu(-real).mean() + F.relu(fake).mean(),
                    lambda real, fake: F.relu(1 - real.mean()) + F.relu(1 + fake.mean()),
                    lambda real, fake: F.relu(1 - real).mean(),
                    lambda real, fake: F.relu(1 - real + fake.mean()).mean(),
                    lambda real, fake: F.relu(fake).mean() + F.relu(1 - real).mean(),
                ],
            ),
            "The critic's hinges are not what they should be: for each point by itself what is missing to "
            "the margin of 1 on its own side of 0, or nothing; then the mean of each batch.",
        ),
        Mistake(
            (
                _table(before=torch.sigmoid),
                *(
                    _table(before=torch.sigmoid, names=names)
                    for names in (
                        ["lsgan"],
                        ["wgan"],
                        ["wgan", "lsgan"],
                        ["wgan", "hinge", "lsgan"],
                        ["wgan", "hinge"],
                        ["hinge"],
                        ["non_saturating"],
                    )
                ),
            ),
            "A sigmoid has been put on the outputs: a critic's output is any number (only the logarithms "
            "of GAN need one, and softplus has it inside), and under a sigmoid the sure points send no "
            "gradient.",
        ),
        Mistake(
            (
                *_rows(
                    "lsgan",
                    critics=[
                        lambda real, fake: (real.square().mean() + (fake - 1).square().mean()) / 2,
                        lambda real, fake: ((real - 1).square().mean() + (fake + 1).square().mean()) / 2,
                        lambda real, fake: ((real - 1).square().mean() + (fake - 1).square().mean()) / 2,
                        lambda real, fake: ((real - 0.9).square().mean() + fake.square().mean()) / 2,
                    ],
                    generators=[
                        lambda real, fake: fake.square().mean() / 2,
                        lambda real, fake: (fake + 1).square().mean() / 2,
                        lambda real, fake: fake.square().mean(),
                    ],
                ),
                _table(
                    {"lsgan": lambda real, fake: (real - 1).square().mean() + (fake + 1).square().mean()},
                    {"lsgan": lambda real, fake: fake.square().mean()},
                ),
                _table(
                    {
                        "lsgan": lambda real, fake: (
                            ((real - 1).square().mean() + (fake + 1).square().mean()) / 2
                        )
                    },
                    {"lsgan": lambda real, fake: fake.square().mean() / 2},
                ),
            ),
            "The targets of the least squares are others than 1 for real and 0 for fake points, with 1 for "
            "the fakes in the generator's loss: the pair -1, 1 and 0 (for chi-squared) is another game, and "
            "swapped targets teach both players the opposite.",
        ),
        Mistake(
            (
                *_rows(
                    "lsgan",
                    critics=[
                        lambda real, fake: ((real - 1).square().mean() - fake.square().mean()) / 2,
                        lambda real, fake: (real - 1).square().mean() - fake.square().mean(),
                        lambda real, fake: ((real - 1).abs().mean() + fake.abs().mean()) / 2,
                        lambda real, fake: (real - 1).abs().mean() + fake.abs().mean(),
                        lambda real, fake: ((real.mean() - 1).square() + fake.mean().square()) / 2,
                        lambda real, fake: (real.mean() - 1).square() + fake.mean().square(),
                    ],
                    generators=[
                        lambda real, fake: -(fake - 1).square().mean() / 2,
                        lambda real, fake: -fake.square().mean() / 2,
                    ],
                ),
                _table(_minus, _minus, names=["lsgan"]),
                _table(_minus, names=["lsgan"]),
            ),
            "Least squares are added, point by point, and minimised by both players: without the square, "
            "with a minus, or with the mean taken first, an output far from its target is not pulled "
            "back.",
        ),
        Mistake(
            _rows(
                "non_saturating",
                generators=[
                    lambda real, fake: -F.softplus(fake).mean(),
                    lambda real, fake: F.softplus(fake).mean(),
                ],
            ),
            "That is the generator's loss of the minimax game (or its negative), log(1 - D): it is flat "
            "where the critic is sure that the fakes are fake, which the non-saturating loss was made to "
            "mend.",
        ),
        Mistake(
            (
                *_rows(
                    "non_saturating",
                    critics=[
                        lambda real, fake: F.softplus(real).mean() + F.softplus(-fake).mean(),
                        lambda real, fake: F.softplus(-real).mean() + F.softplus(-fake).mean(),
                        lambda real, fake: -F.softplus(-real).mean() - F.softplus(fake).mean(),
                        lambda real, fake: F.softplus(-real).mean() - F.softplus(fake).mean(),
                    ],
                ),
                _table(_minus, _minus, names=["non_saturating"]),
            ),
            "A sign in the cross-entropy is wrong: -log D(x) on real points and -log(1 - D) on fakes are "
            "added, both positive; with another sign the critic takes data for fakes.",
        ),
        Mistake(
            tuple(
                _table(
                    {
                        "non_saturating": lambda real, fake, log=log: (
                            -log(real.sigmoid()).mean() - log(1 - fake.sigmoid()).mean()
                        )
                    },
                    {"non_saturating": lambda real, fake, log=log: -log(fake.sigmoid()).mean()},
                )
                for log in (
                    torch.log,
                    *(
                        lambda p, small=small: torch.log(p + small)
                        for small in (1e-6, 1e-7, 1e-8, 1e-10, 1e-12)
                    ),
                    *(lambda p, small=small: p.clamp(min=small).log() for small in (1e-6, 1e-7, 1e-8, 1e-12)),
                    lambda p: torch.log(p).clamp(min=-100),
                )
            ),
            "The sigmoid rounds to 0 or 1 for a sure critic before the logarithm is taken, and a small "
            "number inside it only hides that: the loss is infinite or cut off, and its gradient gone; "
            "softplus of the raw output has no such point.",
        ),
        Mistake(
            tuple(
                _table(
                    generator={
                        name: (lambda real, fake: -fake.mean()) for name in ("lsgan", "non_saturating")[:many]
                    }
                )
                for many in (1, 2)
            ),
            "The generator minimises minus the mean output in WGAN and hinge only: the other two have a loss "
            "of their own, which stops pulling where the critic is satisfied.",
        ),
        Mistake(
            (
                _table(generator=lambda right, real, fake: right.detach()),
                *(
                    _table(generator=_of_the_critic(name))
                    for name in ("wgan", "hinge", "lsgan", "non_saturating")
                ),
            ),
            "The generator is given the critic's loss, or one that is cut off from its points: the two want "
            "opposite things, and the generator sees the fakes only.",
        ),
        Mistake(
            (
                lambda name, real, fake: table_losses(name, fake, real),
                _table(generator=lambda right, real, fake: -real.mean(), names=["wgan", "hinge"]),
            ),
            "Real and fake have changed places: the critic learns to call the fakes real, and the generator "
            "has no influence on the real points.",
        ),
        Mistake(
            (
                _table(
                    {"wgan": lambda real, fake: fake.sum() - real.sum()},
                    {"wgan": lambda real, fake: -fake.sum()},
                ),
                _table(critic={"wgan": lambda real, fake: (fake.mean() - real.mean()).abs()}),
                _table(critic={"wgan": lambda real, fake: -(fake.mean() - real.mean()).abs()}),
                _table(critic={"wgan": lambda real, fake: (fake.mean() - real.mean()).square()}),
            ),
            "WGAN's critic is judged by a plain difference of two means: no sum over the batch, no absolute "
            "value and no square, for its sign says on which side the critic is wrong.",
        ),
        Mistake(
            (
                _table(critic={"wgan": lambda real, fake: (fake - real).mean()}),
                _table(critic={"wgan": lambda real, fake: -(real - fake).mean()}),
                _table(critic={"hinge": lambda real, fake: (F.relu(1 - real) + F.relu(1 + fake)).mean()}),
                _table(critic={"lsgan": lambda real, fake: ((real - 1).square() + fake.square()).mean() / 2}),
                _table(critic={"lsgan": lambda real, fake: ((real - 1).square() + fake.square()).mean()}),
                _table(
                    critic={
                        "lsgan": lambda real, fake: torch.cat([(real - 1).square(), fake.square()]).mean()
                    }
                ),
                _table(
                    critic={"wgan": lambda real, fake: torch.cat([-real, fake]).mean()},
                ),
            ),
            "Real and fake outputs are joined or paired before the mean: the two batches may differ in size, "
            "so each half of the critic's loss has a mean of its own.",
        ),
        Mistake(
            (
                _table(critic=lambda right, real, fake: right / 2),
                _table(critic=lambda right, real, fake: right / 2, names=["non_saturating"]),
                _table(critic=lambda right, real, fake: right / 2, names=["hinge"]),
                _table(critic=lambda right, real, fake: right / 2, names=["hinge", "non_saturating"]),
                _table(critic=lambda right, real, fake: right / 2, names=["wgan"]),
            ),
            "The critic's two means are halved where they should be added: only the least squares have a "
            "half in front. Its steps are then half as long as the generator's.",
        ),
    ],
    hints=[
        "For each name write down first what the critic wants to be large on real points and small on fakes, "
        "and what the generator wants; then turn every wish into something to be minimised.",
        "WGAN: two means. Hinge: what is missing to a margin of 1, on each side; the generator has none. "
        "Least squares: targets 1 and 0, each mean halved. Non-saturating: softplus with the right signs.",
        "Every batch has a mean of its own. In three of the four the generator's loss is not the critic's "
        "loss on fakes with a minus; look at which of them.",
    ],
)
