"""One round of the two games of image translation, as updates that training.steps calls."""

import torch

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

    def shown(x, image):
        return image if told is None else torch.cat([told(x), image], 1)

    def update(x, y):
        fake, d_loss = G(x), None
        if D is not None:
            seen = shown(x, fake.detach())
            d_loss = losses.d_loss(D(shown(x, y)), D(seen if pool is None else pool.query(seen)))
            step(d_optimizer, d_loss)
            D.requires_grad_(False)
        value = content(x, fake, y)
        g_loss = value if D is None else value + adversarial * losses.g_loss(D(shown(x, fake)))
        step(g_optimizer, g_loss)
        if D is not None:
            D.requires_grad_(True)
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

    def update(x, y):
        fake_y, fake_x = there(x), back(y)
        d_loss = losses.d_loss(D_y(y), D_y(pools[1].query(fake_y)))
        d_loss = d_loss + losses.d_loss(D_x(x), D_x(pools[0].query(fake_x)))
        step(d_optimizer, d_loss)
        for D in (D_x, D_y):
            D.requires_grad_(False)
        with torch.set_grad_enabled(cycle > 0):
            cycled = (back(fake_y) - x).abs().mean() + (there(fake_x) - y).abs().mean()
        g_loss = losses.g_loss(D_y(fake_y)) + losses.g_loss(D_x(fake_x)) + cycle * cycled
        if identity:
            g_loss = g_loss + identity * (identity_loss(there, y) + identity_loss(back, x))
        step(g_optimizer, g_loss)
        for D in (D_x, D_y):
            D.requires_grad_(True)
        return d_loss.detach(), {"g_loss": g_loss.detach(), "cycle": cycled.detach()}

    return update


def step(optimizer, loss):
    """One step of an optimiser down a loss."""
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
