"""gan.play_rounds: the two players take turns, k steps of D for one of G."""

import torch

from course_utils import gan
from course_utils.checks.engine.registry import Accepted, Mistake, exercise
from course_utils.checks.lessons.l04_the_minimax_game._players import played, table, turn_of_d, turn_of_g


@torch.enable_grad()
def play_rounds(real, noise, G, D, losses, g_optimizer, d_optimizer):
    """k steps of D and one of G, R times: real [R, k, B, ...], noise [R, k + 1, B, ...] -> losses [R, 2]."""
    history = []
    for batches, draws in zip(real, noise, strict=True):
        for x, z in zip(batches, draws[:-1], strict=True):
            d_loss = losses.d_loss(D(x), D(G(z).detach()))
            d_optimizer.zero_grad()
            d_loss.backward()
            d_optimizer.step()
        g_loss = losses.g_loss(D(G(draws[-1])))
        g_optimizer.zero_grad()
        g_loss.backward()
        g_optimizer.step()
        history.append([d_loss.item(), g_loss.item()])
    return torch.tensor(history)


def _turns(clear=True, back=True, step=True, clear_after=False, whose="own"):
    """(D's turn, G's turn) with lines left out, or with other optimisers; whose: own, other or both."""

    def finish(loss, own, other):
        chosen = {"own": [own], "other": [other], "both": [own, other]}[whose]
        for one in chosen if clear else []:
            one.zero_grad()
        if back:
            loss.backward()
        for one in chosen:
            if clear_after == "before the step":
                one.zero_grad()
            if step:
                one.step()
            if clear_after == "after the step":
                one.zero_grad()
        return loss

    def d_turn(x, z, G, D, losses, own, other):
        return finish(losses.d_loss(D(x), D(G(z).detach())), own, other)

    def g_turn(x, z, G, D, losses, own, other):
        return finish(losses.g_loss(D(G(z))), own, other)

    return d_turn, g_turn


def _only_d(**changes):
    return played(d_turn=_turns(**changes)[0])


def _only_g(**changes):
    return played(g_turn=_turns(**changes)[1])


def _both(**changes):
    return played(*_turns(**changes))


def _not_detached(x, z, G, D, losses, own, other):
    """D's turn with the fakes attached, all gradients cleared, and D alone stepping."""
    loss = losses.d_loss(D(x), D(G(z)))
    own.zero_grad()
    other.zero_grad()
    loss.backward()
    own.step()
    return loss


def _helping(x, z, G, D, losses, own, other):
    """D's turn in which G goes down D's loss too."""
    loss = losses.d_loss(D(x), D(G(z)))
    for one in (own, other):
        one.zero_grad()
    loss.backward()
    for one in (own, other):
        one.step()
    return loss


def _g_also_steps_d(x, z, G, D, losses, own, other):
    loss = losses.g_loss(D(G(z)))
    own.zero_grad()
    loss.backward()
    own.step()
    other.step()
    return loss


def _with_loss(change):
    """A turn with another loss."""

    def turn(x, z, G, D, losses, own):
        loss = change(x, z, G, D, losses)
        own.zero_grad()
        loss.backward()
        own.step()
        return loss

    return turn


def _early_step(make_loss):
    """A turn that steps before the new gradient is there."""

    def turn(x, z, G, D, losses, own):
        loss = make_loss(x, z, G, D, losses)
        own.step()
        own.zero_grad()
        loss.backward()
        return loss

    return turn


def _own_d(x, z, G, D, losses):
    return gan.losses["non_saturating"].d_loss(D(x), D(G(z).detach()))


def _own_g(x, z, G, D, losses):
    return gan.losses["non_saturating"].g_loss(D(G(z)))


def _g_first(real, noise, G, D, losses, g_optimizer, d_optimizer):
    history = []
    for x, z in zip(real, noise, strict=True):
        g_loss = turn_of_g(None, z[-1], G, D, losses, g_optimizer)
        for a, b in zip(x, z[:-1], strict=True):
            d_loss = turn_of_d(a, b, G, D, losses, d_optimizer)
        history.append([d_loss.item(), g_loss.item()])
    return torch.tensor(history)


def _g_each_time(draw):
    """G steps after each step of D, on the noise draw(z, index)."""

    def rounds(real, noise, G, D, losses, g_optimizer, d_optimizer):
        history = []
        for x, z in zip(real, noise, strict=True):
            for index in range(len(x)):
                d_loss = turn_of_d(x[index], z[index], G, D, losses, d_optimizer)
                g_loss = turn_of_g(None, draw(z, index), G, D, losses, g_optimizer)
            history.append([d_loss.item(), g_loss.item()])
        return torch.tensor(history)

    return rounds


def _cleared_once(detach, together):
    """All is cleared at the top of a round. together: both step at its end; else each after its own loss."""

    def rounds(real, noise, G, D, losses, g_optimizer, d_optimizer):
        history = []
        for x, z in zip(real, noise, strict=True):
            g_optimizer.zero_grad()
            d_optimizer.zero_grad()
            for a, b in zip(x, z[:-1], strict=True):
                fake = G(b)
                d_loss = losses.d_loss(D(a), D(fake.detach() if detach else fake))
                d_loss.backward()
                if not together:
                    d_optimizer.step()
            g_loss = losses.g_loss(D(G(z[-1])))
            g_loss.backward()
            if together:
                d_optimizer.step()
            g_optimizer.step()
            history.append([d_loss.item(), g_loss.item()])
        return torch.tensor(history)

    return rounds


def _added(detach):
    """Both losses added up in each step of D, with one backward for the sum and a step of both."""

    def rounds(real, noise, G, D, losses, g_optimizer, d_optimizer):
        history = []
        for x, z in zip(real, noise, strict=True):
            for a, b in zip(x, z[:-1], strict=True):
                fake = G(b)
                d_loss = losses.d_loss(D(a), D(fake.detach() if detach else fake))
                g_loss = losses.g_loss(D(G(z[-1])))
                for one in (g_optimizer, d_optimizer):
                    one.zero_grad()
                (d_loss + g_loss).backward()
                g_optimizer.step()
                d_optimizer.step()
            history.append([d_loss.item(), g_loss.item()])
        return torch.tensor(history)

    return rounds


def _squashed(real, noise, G, D, losses, g_optimizer, d_optimizer):
    return play_rounds(real, noise, G, lambda x: torch.sigmoid(D(x)), losses, g_optimizer, d_optimizer)


exercise(
    "gan.play_rounds",
    reference=play_rounds,
    inputs={
        "3 rounds of one step of D": table(3, 1, 4, "non_saturating", torch.optim.SGD, (0.5, 0.3)),
        "2 rounds of three steps of D, the minimax losses": table(
            2, 3, 3, "minimax", torch.optim.SGD, (0.4, 0.6), widths=(1, 2)
        ),
        "3 rounds of two steps of D, least-squares losses and Adam": table(
            3, 2, 5, "lsgan", torch.optim.Adam, (0.05, 0.08), widths=(2, 2)
        ),
        "4 rounds with one point in a batch": table(4, 1, 1, "wgan", torch.optim.SGD, (2.0, 2.0)),
    },
    accepted=[
        Accepted(
            played(g_noise=-2),
            "G's step uses the noise of D's last step once more, as many programs do: that saves a draw, and "
            "the batch of noise meant for G is left over.",
        ),
        Accepted(
            played(d_loss_of=lambda losses: sum(losses) / len(losses)),
            "You return the average of D's losses in a round where the last one is asked for, which is as "
            "good for a curve.",
        ),
    ],
    mistakes=[
        Mistake(
            (_both(clear=False), _only_d(clear=False)),
            "D's gradients are never cleared: backward adds to what is there, so D steps along the sum of "
            "all gradients so far, those that G's loss has left on it included.",
        ),
        Mistake(
            _only_g(clear=False),
            "G's gradients are never cleared: backward adds to what is there, so every step of G repeats all "
            "the earlier ones, whatever D says by now.",
        ),
        Mistake(
            _both(clear=False, clear_after="after the step"),
            "Each player is cleared only after its own step, so what G's loss sends through D stays on D "
            "until its next turn and is added to that gradient: D is pulled towards helping G.",
        ),
        Mistake(
            (
                _both(clear_after="before the step"),
                _both(clear=False, clear_after="before the step"),
                _both(back=False),
                _both(step=False),
            ),
            "Neither player moves: for a step the loss must have sent its gradient back, that gradient must "
            "still be there, and the optimiser must be asked to step, in this order.",
        ),
        Mistake(
            (
                played(
                    _early_step(lambda x, z, G, D, losses: losses.d_loss(D(x), D(G(z).detach()))),
                    _early_step(lambda x, z, G, D, losses: losses.g_loss(D(G(z)))),
                ),
                played(_early_step(lambda x, z, G, D, losses: losses.d_loss(D(x), D(G(z).detach())))),
                played(g_turn=_early_step(lambda x, z, G, D, losses: losses.g_loss(D(G(z))))),
            ),
            "The optimiser steps before the new gradient is there: it uses the one of the turn before, or "
            "none at all, so a player always answers to a position that is gone.",
        ),
        Mistake(
            (_only_d(whose="other"), _only_d(step=False), _only_d(back=False)),
            "D never learns: in its turn its own weights do not move, whether the wrong optimiser steps or "
            "none does, and G then runs towards whatever an untrained D happens to like.",
        ),
        Mistake(
            (_only_g(whose="other"), _both(whose="other")),
            "The optimisers have changed places: each belongs to one player's weights, and D's optimiser in "
            "G's turn moves D down the loss of its opponent.",
        ),
        Mistake(
            (_only_g(whose="both"), played(g_turn=_g_also_steps_d)),
            "D steps in G's turn as well: the gradient passes through D, and a step along it teaches D to be "
            "fooled, which undoes what its own turn has taught it.",
        ),
        Mistake(
            played(d_turn=_helping),
            "G steps in D's turn as well, down D's loss: there it learns to be recognised as fake, so its "
            "points run away from the data; in D's turn the fakes are detached and D alone steps.",
        ),
        Mistake(
            (
                played(d_turn=_not_detached, g_turn=_turns(clear=False)[1]),
                _cleared_once(detach=False, together=False),
                _cleared_once(detach=False, together=True),
            ),
            "D's loss sends a gradient to G, through fakes that are not detached, and it is not cleared "
            "before G's step: the two losses want opposite things of G, so they cancel, wholly or in part.",
        ),
        Mistake(
            (_cleared_once(detach=True, together=False), _cleared_once(detach=True, together=True)),
            "All gradients are cleared once in a round: those of D's steps pile up on D, or are mixed with "
            "what G's loss sends through it; clear before every backward.",
        ),
        Mistake(
            (
                played(g_turn=_with_loss(lambda x, z, G, D, losses: losses.g_loss(D(G(z).detach())))),
                played(
                    g_turn=_with_loss(lambda x, z, G, D, losses: losses.g_loss(D(G(z).detach()))), g_noise=-2
                ),
                _only_g(step=False),
                _only_g(back=False),
            ),
            "G never moves: its step needs fakes that are not detached (those of D's turn have lost their "
            "way back to G), a backward, and a step of its own optimiser.",
        ),
        Mistake(
            (_added(detach=True), _added(detach=False)),
            "You add the two losses and send the sum back at once: each player then steps along the other's "
            "loss as well, and where the two disagree, which is the point of the game, they cancel.",
        ),
        Mistake(
            _squashed,
            "A sigmoid stands between D and the losses, which take logits: a D that is sure then has no "
            "gradient to send to G, and none to learn from.",
        ),
        Mistake(
            (
                played(chosen=lambda x, z: [(x[0], one) for one in z]),
                played(chosen=lambda x, z: [(x[min(i, len(x) - 1)], one) for i, one in enumerate(z)]),
            ),
            "D takes one step more than there are real batches, on the noise that is G's: loop over the "
            "batches of real points, and keep the last noise back for G.",
        ),
        Mistake(
            _g_first,
            "G moves first in the round and D after it: the game asks D to answer the present G before G "
            "takes its step, and with an untrained D the first step of G goes anywhere.",
        ),
        Mistake(
            played(d_turn=_with_loss(lambda x, z, G, D, losses: losses.d_loss(D(G(z).detach()), D(x)))),
            "Real and fake have changed places in D's loss: D learns to call the fakes real, and G, which "
            "wants to be called real, is sent away from the data.",
        ),
        Mistake(
            played(d_turn=_with_loss(lambda x, z, G, D, losses: losses.g_loss(D(G(z).detach())))),
            "D goes down G's loss: both players then want the fakes to be called real, D says so of "
            "everything, and nobody has looked at the data.",
        ),
        Mistake(
            (
                played(g_turn=_with_loss(lambda x, z, G, D, losses: losses.d_loss(D(x), D(G(z))))),
                played(g_turn=_with_loss(lambda x, z, G, D, losses: -losses.d_loss(D(x), D(G(z))))),
            ),
            "G's turn uses D's loss and not the loss that was handed over for G: as it stands it helps D, "
            "and with its sign turned it is the minimax game whichever loss was asked for.",
        ),
        Mistake(
            (
                played(chosen=lambda x, z: [(x[0], z[0])]),
                played(chosen=lambda x, z: [(x[-1], z[-2])]),
                played(chosen=lambda x, z: [(x.flatten(0, 1), z[:-1].flatten(0, 1))]),
            ),
            "D takes one step in a round, whatever k is: it should take one for each batch of real points, "
            "or it falls behind a G that it was meant to stay ahead of.",
        ),
        Mistake(
            (_g_each_time(lambda z, index: z[-1]), _g_each_time(lambda z, index: z[index])),
            "G steps after every step of D, so k is 1 whatever was asked for: G's step comes once in a "
            "round, after D's last one.",
        ),
        Mistake(
            (
                played(chosen=lambda x, z: [(one, z[0]) for one in x]),
                played(chosen=lambda x, z: [(one, z[0]) for one in x], g_noise=0),
                played(chosen=lambda x, z: [(one, z[-1]) for one in x]),
            ),
            "All of D's steps see fakes from the same noise: D then learns these few points by heart, where "
            "fresh ones would show it what G does elsewhere.",
        ),
        Mistake(
            (
                played(_with_loss(_own_d), _with_loss(_own_g)),
                played(_with_loss(_own_d)),
                played(g_turn=_with_loss(_own_g)),
            ),
            "You use losses of your own choice and not the pair that is handed over, so an experiment with "
            "another loss silently repeats the old one.",
        ),
    ],
    hints=[
        "A round has an inner loop over D's batches; G's single step comes after that loop. Each step is "
        "loss, clear, backward, step.",
        "In D's turn compare D's logits on real points with its logits on fakes that are cut off from G. "
        "In G's turn do not cut: the gradient must run through D into G. Each player has its own optimiser.",
        "A round holds one batch of noise more than real batches: zip the real ones with all of them but "
        "the last, which is G's. Keep .item() of both losses, and make one tensor of them at the end.",
    ],
)
