"""One round of the two games of image translation, as updates that training.steps calls."""

import contextlib

import torch

from .._validate import check_callable, check_has, check_kind, check_model, check_number, check_tensor, quoted
from .playing import check_game, frozen
from .translation import identity_loss


def translation_round(G, D, losses, g_optimizer, d_optimizer, content, adversarial=1.0, told=None, pool=None):
    """update(x, y) -> (D's loss, {"g_loss", "content"}): one step of D, then one of G.

    G: x [B, ...] -> images like y [B, C, H, W]; D: images -> logits of any shape; losses: a pair such as
    gan.losses["lsgan"]. G minimises content(x, G(x), y) + adversarial g_loss. told(x): what D sees beside
    an image, joined as channels, or None (pix2pix: x itself). pool: an ImagePool that D's fakes pass through.
    Without D (None; then losses and d_optimizer are not used) G minimises the content alone, whose value is
    returned. pix2pix: content |G(x) - y| (Isola et al. 2017, eq. 4); SRGAN: a distance of features (Ledig et
    al. 2017); a refiner: |G(x) - x|, with y unpaired (Shrivastava et al. 2017, eq. 4).
    """
    check_callable("G", G, "x"), check_callable("content", content, "x", "made", "y")
    check_number("adversarial", adversarial, 0)
    if told is not None:
        check_callable("told", told, "x")
    if pool is not None:
        check_has("pool", pool, "an ImagePool or None", "query")
    check_kind("g_optimizer", g_optimizer, torch.optim.Optimizer, "a torch.optim.Optimizer")
    if D is not None:
        check_model("D", D), check_game(losses, d_optimizer=d_optimizer)

    def shown(x, image):
        return image if told is None else torch.cat([told(x), image], 1)

    def update(x, y):
        fake, d_loss = G(x), None
        if D is not None:
            seen = shown(x, fake.detach())
            d_loss = losses.d_loss(D(shown(x, y)), D(seen if pool is None else pool.query(seen)))
            step(d_optimizer, d_loss)
        with contextlib.nullcontext() if D is None else frozen(D):
            value = content(x, fake, y)
            g_loss = value if D is None else value + adversarial * losses.g_loss(D(shown(x, fake)))
            step(g_optimizer, g_loss)
        first = value if d_loss is None else d_loss
        return first.detach(), {"g_loss": g_loss.detach(), "content": value.detach()}

    return update


def cycle_round(there, back, D_x, D_y, losses, g_optimizer, d_optimizer, pools, cycle=10.0, identity=5.0):
    """update(x, y) -> (the discriminators' loss, {"g_loss", "cycle"}): one step of both D, then of both G.

    there: x -> y's domain, back: y -> x's, neither paired; D_x, D_y: images -> logits; each optimiser holds
    the weights of both players of its side. pools: two ImagePools, for fakes of x's and of y's domain. The
    generators minimise their g_loss + cycle (cycle_loss of both ways) + identity (identity_loss of both); a
    weight of 0 leaves a term out, and the cycle is measured all the same. Source: Zhu et al. 2017, eq. 3.
    """
    check_callable("there", there, "x"), check_callable("back", back, "y")
    check_model("D_x", D_x), check_model("D_y", D_y)
    check_game(losses, g_optimizer=g_optimizer, d_optimizer=d_optimizer)
    if not isinstance(pools, tuple | list) or len(pools) != 2:
        raise TypeError(f"pools must be two ImagePools; got {quoted(pools)}.")
    for pool in pools:
        check_has("pools", pool, "two ImagePools", "query")
    check_number("cycle", cycle, 0), check_number("identity", identity, 0)

    def update(x, y):
        fake_y, fake_x = there(x), back(y)
        d_loss = losses.d_loss(D_y(y), D_y(pools[1].query(fake_y)))
        d_loss = d_loss + losses.d_loss(D_x(x), D_x(pools[0].query(fake_x)))
        step(d_optimizer, d_loss)
        with frozen(D_x, D_y):
            with torch.set_grad_enabled(cycle > 0):
                cycled = (back(fake_y) - x).abs().mean() + (there(fake_x) - y).abs().mean()
            g_loss = losses.g_loss(D_y(fake_y)) + losses.g_loss(D_x(fake_x)) + cycle * cycled
            if identity:
                g_loss = g_loss + identity * (identity_loss(there, y) + identity_loss(back, x))
            step(g_optimizer, g_loss)
        return d_loss.detach(), {"g_loss": g_loss.detach(), "cycle": cycled.detach()}

    return update


def step(optimizer, loss):
    """One step of an optimiser down a loss, a scalar with gradient."""
    check_kind("optimizer", optimizer, torch.optim.Optimizer, "a torch.optim.Optimizer")
    check_tensor("loss", loss, "[]")
    if not loss.requires_grad:
        raise ValueError("loss must depend on the optimizer's weights; got one without gradient.")
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
