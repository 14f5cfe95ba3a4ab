"""vae.training_step: one step of a VAE's training, judged by a few of them in a row."""

import torch
from torch.nn import functional as F

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l03_variational_autoencoders._in_a_row import Chain


@torch.enable_grad()
def training_step(x, model, optimizer, generator):
    """One step on a batch x [B, C, H, W] of zeros and ones -> its loss, minus the ELBO in nats per image."""
    mean, logvar = model.encode(x)
    noise = torch.randn(mean.shape, generator=generator)
    z = mean + (logvar / 2).exp() * noise
    pixels = F.binary_cross_entropy_with_logits(model.logits(z), x, reduction="none").flatten(1).sum(1)
    kl = (mean.square() + logvar.exp() - 1 - logvar).sum(1) / 2
    loss = (pixels + kl).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def _inputs():
    made = {}
    sgd = Chain(6, (1, 3, 3), 2, torch.optim.SGD, 0.05)
    adam = Chain(4, (3, 2, 4), 3, torch.optim.Adam, 0.05)
    for sizes, chain in {"6 images [1, 3, 3], SGD": sgd, "4 images [3, 2, 4], Adam": adam}.items():
        for number, name in enumerate(("first", "second", "third")):
            made[f"the {name} step in a row ({sizes})"] = chain.step(number)
    return made


def _bce(x, logits):
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1)


def _squares(x, logits):
    return (x - logits.sigmoid()).square().flatten(1)


def _kl(mean, logvar):
    return (mean.square() + logvar.exp() - 1 - logvar) / 2


def _normal(mean, generator):
    return torch.randn(mean.shape, generator=generator)


def _drawn(mean, logvar, generator):
    return mean + (logvar / 2).exp() * _normal(mean, generator)


def _bound(x, logits, mean, logvar):
    return (_bce(x, logits).sum(1) + _kl(mean, logvar).sum(1)).mean()


def _update(loss, optimizer, model):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def _step(draw=_drawn, decode=None, loss=_bound, update=_update, lowered=None, before=None):
    """A training step with one part replaced; lowered: what is minimised, where it is not the loss."""

    @torch.enable_grad()
    def step(x, model, optimizer, generator):
        if before is not None:
            before(model)
        mean, logvar = model.encode(x)
        z = draw(mean, logvar, generator)
        logits = model.logits(z) if decode is None else decode(model, z)
        value = loss(x, logits, mean, logvar)
        update(value if lowered is None else lowered(value, x, logits, mean, logvar), optimizer, model)
        return value.item()

    return step


def _never_cleared(loss, optimizer, model):
    loss.backward()
    optimizer.step()


def _cleared_too_late(loss, optimizer, model):
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()


def _only_cleared(loss, optimizer, model):
    optimizer.zero_grad()
    optimizer.step()


def _not_stepped(loss, optimizer, model):
    optimizer.zero_grad()
    loss.backward()


def _stepped_first(loss, optimizer, model):
    optimizer.step()
    optimizer.zero_grad()
    loss.backward()


def _twice(loss, optimizer, model):
    _update(loss, optimizer, model)
    optimizer.step()


def _own(kind, lr):
    def update(loss, optimizer, model):
        _update(loss, kind(model.parameters(), lr=lr), model)

    return update


def _by_torch_normal(mean, logvar, generator):
    return torch.normal(mean.detach(), (logvar / 2).exp().detach(), generator=generator)


def _after_the_step(x, model, optimizer, generator):
    state = generator.get_state()
    training_step(x, model, optimizer, generator)
    mean, logvar = model.encode(x)
    again = torch.Generator().set_state(state)
    return _bound(x, model.logits(_drawn(mean, logvar, again)), mean, logvar).item()


def _decoder_only(loss, optimizer, model):
    optimizer.zero_grad()
    for weight, gradient in zip(
        model.to_pixels.parameters(),
        torch.autograd.grad(loss, list(model.to_pixels.parameters())),
        strict=True,
    ):
        weight.grad = gradient
    optimizer.step()


exercise(
    "vae.training_step",
    reference=training_step,
    inputs=_inputs(),
    mistakes=[
        Mistake(
            (_step(update=_not_stepped), _step(update=_cleared_too_late), _step(update=_only_cleared)),
            "The weights do not move: the second step begins where the first began. Either the step or the "
            "backward pass is missing, or the gradients are cleared after they are computed and before they "
            "are used.",
        ),
        Mistake(
            _step(update=_never_cleared),
            "The gradients are never cleared, so every step follows the sum of all gradients so far: the "
            "third loss is already wrong, and after a few hundred steps training swings to and fro or blows "
            "up.",
        ),
        Mistake(
            _step(update=_stepped_first),
            "The optimiser steps before the backward pass, so each step uses the gradient of the batch "
            "before it, and the first step does nothing.",
        ),
        Mistake(
            _step(update=_twice),
            "The optimiser steps twice on one gradient: the second step goes on blindly from a place where "
            "that gradient was never measured.",
        ),
        Mistake(
            (
                _step(update=_own(torch.optim.Adam, 1e-3)),
                _step(update=_own(torch.optim.Adam, 2e-3)),
                _step(update=_own(torch.optim.SGD, 1e-3)),
                _step(update=_own(torch.optim.Adam, 0.05)),
                _step(update=_own(torch.optim.SGD, 0.05)),
            ),
            "You make an optimiser of your own: the one that you are given has the right learning rate, and "
            "it remembers the gradients of earlier steps, which a new one at every step cannot.",
        ),
        Mistake(
            (_step(lowered=lambda loss, *rest: -loss), _step(lowered=lambda loss, *rest: -loss / 2)),
            "The step goes uphill: the loss is minus the bound and has to fall, so the sign must not be "
            "turned again before the backward pass.",
        ),
        Mistake(
            (
                _step(loss=lambda *args: -_bound(*args)),
                _step(loss=lambda *args: -_bound(*args), lowered=lambda loss, *rest: -loss),
            ),
            "You return the bound itself, and minus the bound is wanted: it is the loss that the optimiser "
            "lowers and that the curve shows.",
        ),
        Mistake(
            (
                _step(loss=lambda x, logits, mean, logvar: _bce(x, logits).sum(1).mean()),
                _step(lowered=lambda loss, x, logits, mean, logvar: _bce(x, logits).sum(1).mean()),
            ),
            "The KL is left out: nothing keeps the codes near the prior, so this trains an autoencoder with "
            "noise that shrinks to nothing, and draws from N(0, I) decode to rubbish.",
        ),
        Mistake(
            (
                _step(loss=lambda x, logits, mean, logvar: _kl(mean, logvar).sum(1).mean()),
                _step(lowered=lambda loss, x, logits, mean, logvar: _kl(mean, logvar).sum(1).mean()),
            ),
            "The reconstruction is left out: the KL alone is smallest where q is the prior for every image, "
            "and the decoder learns nothing.",
        ),
        Mistake(
            _step(
                loss=lambda x, logits, mean, logvar: (
                    _bce(x, logits).sum(1) - _kl(mean, logvar).sum(1)
                ).mean()
            ),
            "The KL has the wrong sign: the loss falls without end as the codes run away from the prior.",
        ),
        Mistake(
            (
                _step(loss=lambda x, logits, m, v: _bce(x, logits).mean() + _kl(m, v).sum(1).mean()),
                _step(loss=lambda x, logits, m, v: _bce(x, logits).mean() + _kl(m, v).mean()),
            ),
            "The loss averages over the pixels where it should sum: reconstruction and KL are then in "
            "different units, which is a beta that nobody chose (use your elbo_loss).",
        ),
        Mistake(
            (
                _step(loss=lambda x, *rest: len(x) * _bound(x, *rest)),
                _step(lowered=lambda loss, x, *rest: len(x) * loss),
            ),
            "You sum over the images of the batch where the mean is wanted: the length of a step then "
            "depends on the size of the batch.",
        ),
        Mistake(
            (
                _step(draw=lambda m, v, g: _drawn(m, v, g).detach()),
                _step(draw=_by_torch_normal),
                _step(draw=lambda m, v, g: _drawn(m.detach(), v.detach(), g)),
            ),
            "No gradient of the reconstruction reaches the encoder, because z is detached or drawn by a "
            "sampler through which none flows: the encoder hears the KL alone, and collapses to the prior.",
        ),
        Mistake(
            (
                _step(draw=lambda m, v, g: _drawn(m, v.detach(), g)),
                _step(draw=lambda m, v, g: _drawn(m.detach(), v, g)),
            ),
            "The gradient reaches only one of mean and logvar through z, because the other is detached on "
            "the way: the reconstruction then has no say in where q lies, or in how wide it is.",
        ),
        Mistake(
            (
                _step(draw=lambda m, v, g: _normal(m, g)),
                _step(draw=lambda m, v, g: _normal(m, g) + 0 * m),
            ),
            "The code is drawn from the prior and not from q(z | x): it knows nothing of the image, so the "
            "decoder learns to draw the average of all images whatever the code is.",
        ),
        Mistake(
            (
                _step(draw=lambda m, v, g: m + 0 * _normal(m, g)),
                _step(draw=lambda m, v, g: m),
            ),
            "You decode the mean of q and not a draw from it: the spread then costs the reconstruction "
            "nothing, so this is no bound, and the space around the codes is never trained.",
        ),
        Mistake(
            (
                _step(draw=lambda m, v, g: m + v.exp() * _normal(m, g)),
                _step(draw=lambda m, v, g: m + v * _normal(m, g)),
                _step(draw=lambda m, v, g: m + v.exp().sqrt().sqrt() * _normal(m, g)),
            ),
            "The noise is scaled by something that is not the standard deviation: the network gives "
            "log sigma squared, and your reparameterise turns it into sigma.",
        ),
        Mistake(
            (
                _step(draw=lambda m, v, g: m + (v / 2).exp() * torch.randn(m.shape[1], generator=g)),
                _step(draw=lambda m, v, g: m + (v / 2).exp() * torch.randn(1, m.shape[1], generator=g)),
                _step(draw=lambda m, v, g: m + (v / 2).exp() * torch.randn(len(m), 1, generator=g)),
                _step(draw=lambda m, v, g: m + (v / 2).exp() * torch.randn((), generator=g)),
            ),
            "Images or latents share one noise: every entry of z needs a draw of its own, so the noise has "
            "the shape of the mean. With a shared one the gradient is far noisier than it need be.",
        ),
        Mistake(
            _step(draw=lambda m, v, g: m + (v / 2).exp() * torch.rand(m.shape, generator=g)),
            "Numbers from torch.rand are never negative and not normal: the q that you sample is not the one "
            "whose KL you pay for, so the loss is no bound.",
        ),
        Mistake(
            (_step(before=lambda model: model.eval()), _step(before=lambda model: model.train(False))),
            "You switch the model to evaluation mode: layers such as dropout and batch normalisation then "
            "behave as if training were over, and it stays so for all steps to come.",
        ),
        Mistake(
            (
                _step(decode=lambda model, z: model.decoder(z)),
                _step(decode=lambda model, z: model.logits(z).sigmoid()),
            ),
            "The loss takes logits, and you hand it probabilities: the sigmoid is then applied twice, and "
            "no pixel can ever be surer than 73 %.",
        ),
        Mistake(
            (
                _step(loss=lambda x, logits, *q: (_squares(x, logits).sum(1) + _kl(*q).sum(1)).mean()),
                _step(loss=lambda x, logits, *q: _squares(x, logits).mean() + _kl(*q).sum(1).mean()),
            ),
            "This is the squared error, and p(x | z) tosses a coin for each pixel: its logarithm is minus "
            "the cross-entropy (your elbo_loss has it).",
        ),
        Mistake(
            _after_the_step,
            "You return the loss after the step, which costs a second pass through the model: the loss that "
            "the step was made with is the one to report.",
        ),
        Mistake(
            _step(update=_decoder_only),
            "Only the decoder learns: the optimiser must reach the encoder's weights too, or q stays as "
            "poor as it began.",
        ),
    ],
    hints=[
        "Follow an image through the model: the encoder gives a mean and a logvar, a draw turns them into z, "
        "the decoder turns z into logits, and the loss compares these with the image.",
        "model.encode(x) gives mean and logvar, model.logits(z) the logits. Your reparameterise wants noise: "
        "torch.randn takes the shape of the mean and generator=generator. Then elbo_loss.",
        "The last four lines are those of any training step in PyTorch: clear the gradients, backward, step, "
        "and hand back the loss as a plain number (.item()).",
    ],
)
