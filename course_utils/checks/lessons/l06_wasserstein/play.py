"""wgan.play: the loop of WGAN, K steps of the critic for one of the generator."""

import torch

from course_utils.checks.engine.registry import Accepted, Mistake, exercise
from course_utils.checks.lessons.l06_wasserstein._rounds import cleared_once, loop, summed_backward, table


@torch.enable_grad()
def play(G, critic, g_optimiser, critic_optimiser, batches, noises, last_noises, c):
    """S rounds: batches [S, K, B, D], noises [S, K, B, Z], last_noises [S, B, Z] -> S estimates of W1.

    In each round K steps of the critic, whose weights are clipped into [-c, c] after every step, and one of
    G (Arjovsky et al. 2017, algorithm 1). An estimate is E f(x) - E f(G(z)) at the last of the K steps.
    """
    estimates = []
    for xs, zs, last_z in zip(batches, noises, last_noises, strict=True):
        for x, z in zip(xs, zs, strict=True):
            loss = critic(G(z).detach()).mean() - critic(x).mean()
            critic_optimiser.zero_grad()
            loss.backward()
            critic_optimiser.step()
            with torch.no_grad():
                for weights in critic.parameters():
                    weights.clamp_(-c, c)
        g_loss = -critic(G(last_z)).mean()
        g_optimiser.zero_grad()
        g_loss.backward()
        g_optimiser.step()
        estimates.append(-loss.item())
    return estimates


exercise(
    "wgan.play",
    reference=play,
    inputs={
        "3 rounds of 2 steps of the critic": table(3, 2, 4, torch.optim.SGD, (0.6, 0.4), c=0.4),
        "3 rounds of 3 steps, RMSProp": table(3, 3, 5, torch.optim.RMSprop, (0.1, 0.15), 0.5, widths=(1, 2)),
        "4 rounds of 1 step": table(4, 1, 3, torch.optim.SGD, (0.8, 0.7), c=0.6, widths=(3, 2)),
        "2 rounds of 4 steps, Adam": table(2, 4, 2, torch.optim.Adam, (0.1, 0.1), c=0.3, widths=(2, 2)),
        "3 rounds of 2 steps, momentum": table(
            3, 2, 3, lambda weights, lr: torch.optim.SGD(weights, lr=lr, momentum=0.5), (0.4, 0.3), c=0.5
        ),
    },
    accepted=[
        Accepted(
            loop(estimate="mean of the round"),
            "You return the mean of the estimates of a round where the last one is asked for: as good for a "
            "curve, and a little behind, for the critic gets better from step to step.",
        ),
    ],
    mistakes=[
        Mistake(
            (loop(clip="never"), loop(clip="gradients"), loop(clip="gradient norm"), loop(clip="a copy")),
            "The critic's weights are never clipped (its gradients are not what WGAN clips): nothing bounds "
            "its slope, the estimate grows from step to step and is no longer a distance, and G's gradients "
            "grow with it.",
        ),
        Mistake(
            (loop(clip="before the step"), loop(clip="before the backward")),
            "You clip before the critic's step: the step then carries the weights out of the box again, and "
            "it is this critic that G meets; clip after every step.",
        ),
        Mistake(
            (loop(clip="weights alone"), loop(clip="biases alone"), loop(clip="one side")),
            "Only a part of the critic is clipped: every parameter, biases too, goes back into [-c, c], at "
            "both ends.",
        ),
        Mistake(
            (loop(clip="once a round"), loop(clip="once a round, after G")),
            "You clip once a round: between the critic's steps its weights are then free, and the later "
            "steps are taken by a critic that is steeper than it may be.",
        ),
        Mistake(
            (loop(clip="both"), loop(clip="G alone"), loop(clip="both after both")),
            "G's weights are clipped as well, or in place of the critic's: the bound on the slope is for the "
            "critic; a clipped G cannot reach the data.",
        ),
        Mistake(
            (loop(clip="0.01"), loop(clip="0 to c"), loop(clip="by norm")),
            "The box is another than [-c, c]: c is handed over (0.01 is only the paper's choice), each "
            "weight is cut off by itself, at both ends.",
        ),
        Mistake(
            (loop(clear="never"), loop(clear="critic never"), loop(clear="once at the start")),
            "The critic's gradients are not cleared before its backward: they add up over all steps so far, "
            "those that G's loss has left on the critic included.",
        ),
        Mistake(
            loop(clear="G never"),
            "G's gradients are never cleared: backward adds to what is there, so every step of G repeats all "
            "the earlier ones, whatever the critic says by now.",
        ),
        Mistake(
            (loop(clear="after the step"), loop(clear="critic after the step")),
            "The critic is cleared only after its own step, so what G's loss sends through it stays until "
            "its next turn and is added to that gradient: it is pulled towards helping G.",
        ),
        Mistake(
            (
                loop(detach=False, clear="after the step"),
                loop(detach=False, clear="G never"),
                loop(detach=False, clear="never"),
                loop(detach=False, clear="G after the step"),
                cleared_once(detach=False),
            ),
            "The critic's loss sends a gradient to G, through fakes that are not detached, and it is not "
            "cleared before G's step: G is then also pushed to where the critic finds it easily.",
        ),
        Mistake(
            cleared_once(detach=True),
            "All gradients are cleared once in a round: those of the critic's K steps pile up on it; clear "
            "before every backward.",
        ),
        Mistake(
            loop(clear="before the step"),
            "The gradients are cleared between backward and step: the optimisers find none, and neither "
            "player moves.",
        ),
        Mistake(
            (loop(early=True), loop(early="critic"), loop(early="G")),
            "An optimiser steps before the new gradient is there: it uses the one of the turn before, or "
            "none at all, so this player always answers to a position that is gone.",
        ),
        Mistake(
            (loop(critic_steps=()), loop(back="G"), loop(critic_steps=("g",))),
            "The critic never learns: in its turn its own weights do not move, so its output says nothing "
            "about the distance, and G runs towards whatever an untrained critic happens to like.",
        ),
        Mistake(
            (loop(g_steps=()), loop(back="critic"), loop(detach_g=True)),
            "G never moves: its step needs points that are not detached (those of the critic's turn have "
            "lost their way back to G), a backward, and a step of its own optimiser.",
        ),
        Mistake(
            (loop(g_steps=("c",)), loop(g_steps=("c",), critic_steps=("g",))),
            "The optimisers have changed places: each belongs to one player's weights, and the critic's, in "
            "G's turn, moves the critic along the loss of its opponent.",
        ),
        Mistake(
            (loop(g_steps=("g", "c")), loop(g_steps=("g", "c"), clear_both=True)),
            "The critic steps in G's turn as well: the gradient passes through it, and a step along it "
            "teaches it to be high on the fakes, which undoes what its own turn has taught it.",
        ),
        Mistake(
            (
                loop(detach=False, critic_steps=("c", "g"), clear_both=True),
                loop(detach=False, critic_steps=("c", "g"), clear_both=True, g_steps=("g", "c")),
                loop(detach=False, critic_steps=("c", "g")),
            ),
            "G steps in the critic's turn as well, along the critic's loss: there it learns to be far from "
            "the data; in that turn the fakes are detached and the critic alone steps.",
        ),
        Mistake(
            (summed_backward(detach=True), summed_backward(detach=False)),
            "You add the two losses and send the sum back at once: each player then steps along the "
            "other's loss as well. For the critic the means on fakes then cancel, and what is left is to "
            "be high on the data.",
        ),
        Mistake(
            (
                loop(critic_sign=-1),
                loop(critic_sign=-1, estimate="minus the loss"),
                loop(critic_sign=-1, g_sign=-1),
            ),
            "The critic's loss has the wrong sign: it then learns to be high on the fakes and low on the "
            "data, the estimate falls below 0, and no W1 is negative.",
        ),
        Mistake(
            loop(g_sign=-1),
            "G's loss has the wrong sign (a table of losses that are maximised prints it so): G goes to "
            "where the critic is low, which is away from the data.",
        ),
        Mistake(
            (loop(estimate="minus"), loop(estimate="minus mean")),
            "You return the critic's loss, and the estimate of W1 is minus that: a distance is not negative, "
            "and a curve of it should fall towards 0 as G gets better.",
        ),
        Mistake(
            (
                loop(estimate="after"),
                loop(estimate="after, kept fake"),
                loop(estimate="after G"),
                loop(estimate="after G, last_noises"),
            ),
            "The estimate is measured after the critic's step (or G's): that is another pass, and not the "
            "number that the step was taken on.",
        ),
        Mistake(
            (
                loop(estimate="first"),
                loop(estimate="sum"),
                loop(estimate="all rounds"),
                loop(estimate="largest"),
            ),
            "The estimate of a round is not that of its last critic's step: the first one is made by a "
            "critic that has not yet answered to the present G, and sums or means over rounds hide what "
            "is new.",
        ),
        Mistake(
            (loop(estimate="every step"), loop(estimate="last round")),
            "The list holds one number for each round, S in all: the estimate at the last of its K steps, "
            "appended once, inside the outer loop and outside the inner one.",
        ),
        Mistake(
            (loop(estimate="G's loss"), loop(estimate="minus G's loss"), loop(estimate="real")),
            "You return one of the two means alone: a critic may be shifted by any constant, so only the "
            "difference of its means on real points and on fakes says anything.",
        ),
        Mistake(
            (loop(estimate="absolute"), loop(estimate="clamped")),
            "You make the estimate positive: a negative one says that the critic has not caught up with G, "
            "and that is worth seeing in the curve.",
        ),
        Mistake(
            (loop(chosen="first"), loop(chosen="last"), loop(chosen="joined")),
            "The critic takes one step in a round, whatever K is: it takes one for each batch, for G's "
            "gradient is only good where the critic is nearly the best one.",
        ),
        Mistake(
            (
                loop(chosen="one batch"),
                loop(chosen="one noise"),
                loop(chosen="one noise, last"),
                loop(chosen="G's"),
            ),
            "All of the critic's steps in a round see the same batch or the same noise: it learns these few "
            "points by heart, where the next ones would show it more of the two distributions.",
        ),
        Mistake(
            (
                loop(g_noise="last of the critic's"),
                loop(g_noise="first of the critic's"),
                loop(g_noise="round 0"),
            ),
            "G steps on noise that was used before: the critic has just been trained on those very points; "
            "last_noises holds fresh ones, a batch for every round.",
        ),
        Mistake(
            (loop(g_each="last_noises"), loop(g_each="noises")),
            "G steps after every step of the critic, so K is 1 whatever was asked for: G's step comes "
            "once in a round, after the critic's last one.",
        ),
        Mistake(
            (loop(g_first=True),),
            "G moves first in the round and the critic after it: the critic should be near its best before "
            "G follows its slope, and at first it knows nothing.",
        ),
        Mistake(
            (loop(squash=torch.sigmoid), loop(squash=torch.tanh)),
            "A sigmoid (or tanh) stands behind the critic: its output is any number, and squashed it goes "
            "flat just where the distributions are far apart, which WGAN was made to avoid.",
        ),
        Mistake(
            (loop(loss="log"), loop(loss="log, critic alone"), loop(loss="hinge")),
            "That is the loss of another game (cross-entropy or hinge): the critic of WGAN makes the plain "
            "difference of two means as large as it can.",
        ),
        Mistake(
            (loop(reduce="sum"), loop(reduce="sum", estimate="mean loss")),
            "You sum over the batch where a mean is wanted: the estimate is then B times the distance, and "
            "the steps are longer by as much.",
        ),
        Mistake(
            (
                loop(frozen=True),
                loop(unrecorded="critic"),
                loop(unrecorded="G"),
                loop(frozen=True, detach_g=True),
            ),
            "There is nothing to differentiate when backward is called: a critic that is frozen for G's step "
            "must be thawed after it, and no loss may be made under no_grad, which is for the fakes of the "
            "critic's turn and the clip alone.",
        ),
        Mistake(
            loop(clip="recorded"),
            "A weight that asks for a gradient may not be changed in place while torch records: clip inside "
            "torch.no_grad().",
        ),
        Mistake(
            loop(reduce="none"),
            "A loss is a single number: take the mean of the critic's outputs over the batch, on real points "
            "and on fakes, before you call backward.",
        ),
    ],
    hints=[
        "A round has an inner loop over the critic's K batches; G's single step comes after that loop. Each "
        "step is loss, clear, backward, step; the critic's is followed by a clip.",
        "The critic's loss is its mean on fakes (cut off from G) minus its mean on real points. G's loss is "
        "minus its mean on new fakes, made of last_noises, and there nothing is cut.",
        "The estimate is minus the critic's loss in the last of the K steps: keep it as a plain number, "
        "one for each round.",
    ],
)
