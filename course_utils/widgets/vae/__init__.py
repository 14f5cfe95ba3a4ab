"""An autoencoder's map and a VAE's on the same z, with posterior ellipses and a slider for beta."""

import math

import torch
import traitlets

from ..._validate import check_number, check_seed, check_tensor
from ..shared.face import Face
from ..shared.inputs import check_labels, check_names, check_point
from .packing import grid_side, pack_autoencoder, pack_vae
from .still import still

MOST_CODES = 500
N_SAMPLES = 9
NEAR = 4.0  # half the map's side: the prior's circles at 1 and 2 standard deviations, and room around them


class VAEExplorer(Face):
    """Two maps with the same axes, an autoencoder's and a VAE's; drag z over either, both decoders follow.

    autoencoder: `.encoder` takes images to codes [B, 2], `.decoder` back to images in [0, 1]. vaes: a dict
    {beta: VAE}; `.encode` takes images to mean and logvar [B, 2], `.decoder` codes to images. A decoder that
    is a plain nn.Sequential of Linear layers and activations runs in the page; any other is shown from images
    on a grid. images: [N, C, H, W] as the models take them; labels: int [N]; names: the classes' names;
    beta: the VAE shown first, by default the one nearest to 1; seed: of the subsample (at most 500 codes) and
    of the nine samples from N(0, I). `explorer.z` and `explorer.beta` follow the page; `explorer.kl` is a
    dict from each beta to the mean of KL(q(z | x) || N(0, I)) over all images, in nats.
    Raises TypeError or ValueError where a model lacks a part, has not two latents, or the shapes disagree.
    """

    autoencoder = traitlets.Dict(read_only=True).tag(sync=True)
    vaes = traitlets.List(read_only=True).tag(sync=True)
    betas = traitlets.List(traitlets.Float(), read_only=True).tag(sync=True)
    labels = traitlets.List(traitlets.Int(), read_only=True).tag(sync=True)
    names = traitlets.List(traitlets.Unicode(), read_only=True).tag(sync=True)
    image_shape = traitlets.List(traitlets.Int(), read_only=True).tag(sync=True)
    n_total = traitlets.Int(read_only=True).tag(sync=True)
    draws = traitlets.List(read_only=True).tag(sync=True)
    near = traitlets.Float(NEAR, read_only=True).tag(sync=True)
    far = traitlets.Float(NEAR, read_only=True).tag(sync=True)
    z = traitlets.Any([0.0, 0.0]).tag(sync=True)
    beta = traitlets.Any(1.0).tag(sync=True)
    sampling = traitlets.Bool(False).tag(sync=True)
    manifold = traitlets.Bool(False).tag(sync=True)
    whole = traitlets.Bool(False).tag(sync=True)

    def __init__(self, autoencoder, vaes, images, labels, names=None, beta=None, seed=0):
        check_tensor("images", images, "[N, C, H, W]")
        labels = check_labels(labels, "images", len(images))
        vaes = _check_vaes(vaes)
        chosen = min(vaes, key=_from_one) if beta is None else _check_beta(beta, vaes)
        models = [pack_autoencoder(autoencoder, images)]
        models += [pack_vae(each, vae, images) for each, vae in vaes.items()]
        generator = torch.Generator().manual_seed(check_seed("seed", seed))
        kept = torch.randperm(len(images), generator=generator)[:MOST_CODES]
        draws = torch.randn(N_SAMPLES, 2, generator=generator).tolist()
        side = grid_side(models)
        first, *others = [model.values(kept, NEAR, side) for model in models]
        fixed = {
            "autoencoder": first,
            "vaes": others,
            "betas": list(vaes),
            "labels": labels[kept].tolist(),
            "names": check_names(names, labels),
            "image_shape": list(models[0].shape),
            "n_total": len(images),
            "draws": draws,
            "far": _far(models, live=all(part["network"] for part in (first, *others))),
        }
        super().__init__()
        for name, value in fixed.items():
            self.set_trait(name, value)
        self.beta = chosen
        self._stilled = (models, labels[kept], kept)

    @property
    def kl(self):
        """{beta: mean KL(q(z | x) || N(0, I)) over all images}, in nats."""
        return {beta: vae["kl"] for beta, vae in zip(self.betas, self.vaes, strict=True)}

    @traitlets.validate("z")
    def _check_z(self, proposal):
        return check_point("z", proposal.value)

    @traitlets.validate("beta")
    def _check_chosen(self, proposal):
        return _check_beta(proposal.value, self.betas)

    def _alt(self):
        listed = ", ".join(f"{beta:g}" for beta in self.betas)
        return (
            f"VAEExplorer: the codes of {len(self.labels)} images on two maps with the same axes, an "
            f"autoencoder's and that of a VAE with beta {self.beta:g} (of {listed}), with ellipses of its "
            f"posteriors and the prior's circles; beside them what both decoders make of the same z, to be "
            f"dragged; mean KL to the prior {self.kl[self.beta]:.2f} nats per image."
        )

    def _still(self):
        models, labels, kept = self._stilled
        vae = models[1 + self.betas.index(self.beta)]
        return still(models[0], vae, self.beta, labels, kept, self.names, self.z, NEAR)


def _check_vaes(vaes):
    """The VAEs by beta as a float, from the smallest beta."""
    if not isinstance(vaes, dict) or not vaes:
        got = "an empty one" if isinstance(vaes, dict) else type(vaes).__name__
        raise TypeError(f"vaes must be a dict from beta to a VAE, with at least one; got {got}.")
    checked = {check_number("each key of vaes", beta, 0): vae for beta, vae in vaes.items()}
    return dict(sorted(checked.items()))


def _check_beta(beta, trained):
    beta = check_number("beta", beta)
    for other in trained:
        if math.isclose(beta, other):
            return other
    listed = ", ".join(f"{other:g}" for other in trained)
    raise ValueError(f"beta must be one that a VAE was given for, {listed}; got {beta:g}.")


def _from_one(beta):
    return abs(math.log(beta)) if beta > 0 else math.inf


def _far(models, live):
    """Half the side of the map that holds every code of every model; a grid of images ends at NEAR."""
    if not live:
        return NEAR
    return max(NEAR, 1.05 * max(float(model.mean.abs().max()) for model in models))
