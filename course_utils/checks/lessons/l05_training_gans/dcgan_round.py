"""gan.dcgan_round: a step of D, a step of G, then the average."""

import torch

from course_utils.checks.engine.registry import Accepted, Mistake, exercise
from course_utils.checks.lessons.l05_training_gans._players import RETURNS, tiny_round
from course_utils.checks.lessons.l05_training_gans._rounds import (
    G_FIRST,
    at_once,
    d_loss_of,
    detached,
    g_loss_of,
    in_mode,
    one_batch,
    round_with,
)  # fmt: skip


@torch.enable_grad()
def dcgan_round(real, codes, players):
    """One round, in place: real [B, C, H, W], codes [2, B, L] -> players.record of both losses."""
    G, D, losses = players.G, players.D, players.losses
    fake = G(codes[0]).detach()
    d_loss = losses.d_loss(D(real), D(fake))
    players.d_optimiser.zero_grad()
    d_loss.backward()
    players.d_optimiser.step()
    g_loss = losses.g_loss(D(G(codes[1])))
    players.g_optimiser.zero_grad()
    g_loss.backward()
    players.g_optimiser.step()
    players.average.update()
    return players.record(d_loss, g_loss)


def _attached(players, z):
    return players.G(z)


def _by_average(players, z):
    return players.average.model(z).detach()


def _g_by_average(players, D, real, fake, z):
    return players.losses.g_loss(D(players.average.model(z)))


def _same_fakes(players, D, real, fake, z):
    return players.losses.g_loss(D(fake))


def _no_way_to_g(players, D, real, fake, z):
    return players.losses.g_loss(D(detached(players, z)))


def _g_in_eval(players, D, real, fake, z):
    return players.losses.g_loss(D(in_mode(False, lambda p: p.G, detach=False)(players, z)))


def _swapped(players, D, real, fake):
    return players.losses.d_loss(D(fake), D(real))


def _minus(players, D, real, fake, z):
    return -g_loss_of(players, D, real, fake, z)


def _loss_of_d_for_g(sign):
    return lambda players, D, real, fake, z: sign * d_loss_of(players, D, real, players.G(z))


def _minus_d(players, D, real, fake):
    return -d_loss_of(players, D, real, fake)


def _d_of_real_for_g(players, D, real, fake, z):
    return players.losses.g_loss(D(real))


def _frozen(players):
    players.D.requires_grad_(False)


_EVAL = in_mode(False, lambda players: players.G)
_AS_LOSSES = {"record": lambda d_loss, g_loss: (d_loss, g_loss)}

exercise(
    "gan.dcgan_round",
    reference=dcgan_round,
    batch=False,
    returns=RETURNS,
    inputs={
        "8 images, non-saturating": tiny_round(3, (1, 2, 3), 8, "non_saturating"),
        "6 colour images, least squares": tiny_round(4, (3, 2, 2), 6, "lsgan"),
        "12 images of another range, hinge": tiny_round(2, (2, 3, 1), 12, "hinge", any_range=True),
    },
    accepted=[
        Accepted(
            round_with(fakes=_attached),
            "The fakes of D's step are not detached: since you clear G's gradients afterwards this changes "
            "nothing, but D's step runs back through G for nothing.",
        ),
    ],
    mistakes=[
        Mistake(
            (
                round_with(clear=""),
                round_with(clear="D"),
                round_with(clear="G"),
                round_with(clear="", fakes=_attached),
                round_with(clear="D", fakes=_attached),
                round_with(clear="", late="DG"),
                round_with(clear="D", late="G"),
                round_with(clear="G", late="D"),
                round_with(clear="", late="DG", fakes=_attached),
            ),
            "Old gradients go into a step: what a net holds when its turn begins (for D also what G's step "
            "sent through it) is added to the new ones unless you clear it before you go backward; after the "
            "step is too late.",
        ),
        Mistake(
            (
                round_with(clear="", early="DG", fakes=_attached),
                round_with(clear="D", early="G", fakes=_attached),
            ),
            "The fakes of D's step are not detached, and G's gradients are not cleared after it: G then also "
            "follows D's loss, which tells it to make fakes that are easy to catch.",
        ),
        Mistake(
            (round_with(d_step="G"), round_with(g_step="D"), round_with(d_step="G", g_step="D")),
            "An optimiser makes a step that is not its own: each holds the weights of one net alone, so one "
            "of the players never moves, or moves on the other's turn.",
        ),
        Mistake(
            (round_with(d_step="DG"), round_with(g_step="DG"), round_with(d_step="DG", g_step="DG")),
            "Both optimisers make a step on one player's turn: the other net moves too, by gradients that "
            "belong to another loss.",
        ),
        Mistake(
            (round_with(d_step=""), round_with(g_step=""), round_with(d_step="", g_step="")),
            "A step is missing: gradients alone move no weight, so one of the players stays as it was.",
        ),
        Mistake(
            (
                round_with(modes=("eval", "train")),
                round_with(modes=("train", "eval")),
                round_with(modes=("eval", "eval")),
            ),
            "D is in evaluation mode: its batch norm then uses averages that it has kept, so D no longer "
            "sees how the images of a batch differ, and these averages lag behind G.",
        ),
        Mistake(
            (
                round_with(fakes=_EVAL),
                round_with(g_loss=_g_in_eval),
                round_with(fakes=_EVAL, g_loss=_g_in_eval),
            ),
            "G is in evaluation mode while it trains: its batch norm then uses averages that it has kept, "
            "which lag behind its weights, and what it makes no longer has the scale that it learns with.",
        ),
        Mistake(
            (round_with(average="start"), round_with(average="before G's step")),
            "The average is updated before G's step: it lags one step behind, and the newest weights are "
            "never in it.",
        ),
        Mistake(
            round_with(average=""),
            "The average is never updated: it keeps the weights it began with, and what is drawn from it "
            "never gets better.",
        ),
        Mistake(
            (
                round_with(fakes=_by_average),
                round_with(g_loss=_g_by_average),
                round_with(fakes=_by_average, g_loss=_g_by_average),
            ),
            "The fakes are drawn by the average: D then learns to catch a net that does not play, and nobody "
            "judges the G that does. The average is only drawn from after training.",
        ),
        Mistake(
            (
                round_with(fakes=_attached, g_loss=_same_fakes),
                round_with(code=0),
            ),
            "One batch of codes serves both steps: G's step has a batch of its own, so that G does not tune "
            "itself to the very fakes that D has just been trained on.",
        ),
        Mistake(
            (round_with(g_loss=_no_way_to_g), round_with(g_loss=_same_fakes)),
            "The fakes of G's step are detached too: no gradient reaches G, and G never moves. Only D's step "
            "wants them cut off.",
        ),
        Mistake(
            (at_once(False), at_once(True), at_once(False, free=True)),
            "G's loss is computed with the D from before its step: the order of a round is D first, and G "
            "then learns from the D that has just moved.",
        ),
        Mistake(
            G_FIRST,
            "G moves first: in this round D has its turn before, so that G learns from a D that knows the "
            "present fakes.",
        ),
        Mistake(
            round_with(d_loss=_swapped),
            "Real and fake have changed places in D's loss: D learns to call fakes real, and G, which wants "
            "to look real to D, is then driven away from the data.",
        ),
        Mistake(
            (round_with(g_loss=_minus), round_with(d_loss=_minus_d)),
            "A sign is turned: both losses are made to be minimised, and with a minus a player does as badly "
            "as it can.",
        ),
        Mistake(
            (round_with(g_loss=_loss_of_d_for_g(1)), round_with(g_loss=_loss_of_d_for_g(-1))),
            "G is given D's loss: it has one of its own among the losses that you are handed, and with D's "
            "it would help D to tell them apart, or lose its gradient where D is sure.",
        ),
        Mistake(
            round_with(g_loss=_d_of_real_for_g),
            "G's loss is computed on real images: nothing in it depends on G, so G never moves.",
        ),
        Mistake(
            round_with(d_loss=one_batch),
            "Real images and fakes go through D in one batch: its batch norm then mixes the two kinds, and "
            "each image is normalised by statistics that G's step, with fakes alone, does not see.",
        ),
        Mistake(
            (round_with(after=_frozen), round_with(after=lambda players: players.D.eval())),
            "D is left frozen or in evaluation mode: put back what you switched before you return, for the "
            "next round begins with a step of D.",
        ),
        Mistake(
            (
                round_with(**_AS_LOSSES),
                round_with(record=lambda d_loss, g_loss: (d_loss.detach(), g_loss.detach())),
                round_with(record=lambda d_loss, g_loss: (d_loss.item(), g_loss.item())),
            ),
            "You return the losses themselves: hand both to players.record, D's first, and return what it "
            "gives, which is what the training loop reads.",
        ),
    ],
    hints=[
        "Two turns of the same five lines, then the average: fakes, a loss, clear, backward, step. D has the "
        "first turn.",
        "In D's turn the fakes are cut off from G by .detach(); in G's turn they are not, for the gradient "
        "has to reach G through D. Clear with the optimiser's zero_grad().",
        "The loss of D takes D's logits of the real images, then those of the fakes; the loss of G takes "
        "those of new fakes alone. After both turns update players.average, and hand back what "
        "players.record makes of the two losses.",
    ],
)
