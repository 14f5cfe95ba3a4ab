"""The U-Net that diffusion and flow matching share, told of labels some of which are hidden in training."""

from ... import diffusion
from ...diffusion.guidance import classifier_free, drop_labels
from .family import check_sides, halved

HIDDEN = 0.1  # of the labels, so that the network can do without (Ho & Salimans 2021)


def settings(shape, classes, preset):
    full = preset == "full"
    check_sides(shape, 2)
    levels = 1 + halved(shape, 3 if full else 1)
    return {
        "shape": list(shape), "classes": classes, "width": 128 if full else 16,
        "multipliers": [1, 2, 2, 4][:levels], "heads": 4 if full else 1, "dropout": 0.1,
        "sampling_steps": 50 if full else 20,
        "batch_size": 128 if full else 32, "lr": 2e-4 if full else 2e-3,
        "ema_decay": 0.9995 if full else 0.99,
    }  # fmt: skip


def build(how):
    return diffusion.UNet(
        how["shape"][0], how["width"], tuple(how["multipliers"]), classes=how["classes"],
        heads=how["heads"], dropout=how["dropout"],
    )  # fmt: skip


def some_hidden(classes, y):
    """The batch's labels as a tuple, HIDDEN of them replaced by "no label"; () where there are none."""
    return tuple(drop_labels(each, classes, HIDDEN) for each in y)


def asked(model, labels, guidance_scale):
    """model(x, t) for a sampler: told the labels, or without any."""
    if labels is None:
        return model
    if guidance_scale == 1:
        return lambda x, t: model(x, t, labels)
    return classifier_free(model, labels, guidance_scale)
