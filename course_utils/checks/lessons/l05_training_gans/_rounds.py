"""Rounds of the game with one part replaced, for the bank of gan.dcgan_round."""

import torch


def detached(players, z):
    """Fakes as they should be: from G, without a way back."""
    return players.G(z).detach()


def d_loss_of(players, D, real, fake):
    """D's loss on the two batches."""
    return players.losses.d_loss(D(real), D(fake))


def g_loss_of(players, D, real, fake, z):
    """G's loss, on fakes of its own."""
    return players.losses.g_loss(D(players.G(z)))


def round_with(
    fakes=detached, d_loss=d_loss_of, g_loss=g_loss_of, modes=("train", "train"), clear="DG", late="",
    early="", d_step="D", g_step="G", average="end", after=None, record=None, code=1,
):  # fmt: skip
    """A round with one part replaced. clear, late, early: whose gradients are cleared before backward, after
    the step, or at the start of the round; modes: D's, in its own step and in G's.
    """

    def run(real, codes, players):
        optimisers = {"D": players.d_optimiser, "G": players.g_optimiser}

        def each(which, method):
            for one in which:
                getattr(optimisers[one], method)()

        def update_average(now):
            if average == now:
                players.average.update()

        each(early, "zero_grad")
        update_average("start")
        players.D.train(modes[0] == "train")
        loss_of_d = d_loss(players, players.D, real, fake := fakes(players, codes[0]))
        each("D" if "D" in clear else "", "zero_grad")
        loss_of_d.backward()
        each(d_step, "step")
        each("D" if "D" in late else "", "zero_grad")
        players.D.train(modes[1] == "train")
        loss_of_g = g_loss(players, players.D, real, fake, codes[code])
        each("G" if "G" in clear else "", "zero_grad")
        loss_of_g.backward()
        update_average("before G's step")
        each(g_step, "step")
        each("G" if "G" in late else "", "zero_grad")
        update_average("end")
        players.D.train()
        if after is not None:
            after(players)
        return (record or players.record)(loss_of_d, loss_of_g)

    return run


def in_mode(train, draw, detach=True):
    """Fakes from G in that mode, which is put back. draw: which net of the players."""

    def fakes(players, z):
        net = draw(players).train(train)
        images = net(z)
        net.train()
        return images.detach() if detach else images

    return fakes


def _g_first(real, codes, players):
    g_loss = g_loss_of(players, players.D, real, None, codes[1])
    players.g_optimiser.zero_grad()
    g_loss.backward()
    players.g_optimiser.step()
    d_loss = d_loss_of(players, players.D, real, detached(players, codes[0]))
    players.d_optimiser.zero_grad()
    d_loss.backward()
    players.d_optimiser.step()
    players.average.update()
    return players.record(d_loss, g_loss)


def _g_first_swapped(real, codes, players):
    return _g_first(real, codes.flip(0), players)


G_FIRST = _g_first, _g_first_swapped


def at_once(clear_d_late, free=False):
    """Both losses from the old nets, then both steps; clear_d_late: D is cleared after G's backward pass."""

    def run(real, codes, players):
        players.d_optimiser.zero_grad()
        players.g_optimiser.zero_grad()
        d_loss = d_loss_of(players, players.D, real, detached(players, codes[0]))
        g_loss = g_loss_of(players, players.D, real, None, codes[1])
        if free:
            g_loss.backward(inputs=list(players.G.parameters()))
            d_loss.backward()
        elif clear_d_late:
            g_loss.backward()
            players.d_optimiser.zero_grad()
            d_loss.backward()
        else:
            d_loss.backward()
            g_loss.backward()
        players.d_optimiser.step()
        players.g_optimiser.step()
        players.average.update()
        return players.record(d_loss, g_loss)

    return run


def one_batch(players, D, real, fake):
    """D's loss with both kinds in one batch, and so under one batch norm."""
    on_real, on_fake = D(torch.cat([real, fake])).split([len(real), len(fake)])
    return players.losses.d_loss(on_real, on_fake)
