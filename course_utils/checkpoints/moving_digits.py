"""Films of digits by a transformer that attends in time, and by one that does not, for lesson 17.

Both have the same blocks and so as many weights: where there is no attention in time, these attend in space
as well, and every frame is drawn by itself. Films are kept, not weights, so that the lesson can judge them.
"""

import functools

import torch
from torch import nn

from .. import diffusion
from .._validate import check_choice
from . import digits_diffusion
from .recipe import Recipe, Runs, as_metrics, fit

N_TRAIN = 2_000
WAYS = {"with_time": True, "without_time": False}
SETTINGS = {
    "n": N_TRAIN,
    "seed": 0,
    "seeds": 2,
    "samples": 64,
    "frames": 6,
    "size": 12,
    "ways": WAYS,
    "patch": 4,
    "width": 64,
    "depth": 6,
    "heads": 4,
    "schedule": "cosine, 1,000 steps",
    "prediction_type": "v_prediction",
    "sampler": "DDIM, 25 steps",
    "steps": 2_200,
    "batch_size": 32,
    "lr": 2e-3,
    "ema_decay": 0.995,
}
SAMPLING_STEPS = 25
INK = 0.2  # what is darker counts as no ink, or a grey ground would pull the centre of mass to the middle
MEASURES = ("off_a_line", "travel", "keeps_its_digit")


class Films(nn.Module):
    """Generated films. films: uint8 [ways, seeds, N, T, 1, S, S]; called with a way, it gives that one's."""

    def __init__(self, settings):
        super().__init__()
        self.ways = tuple(settings["ways"])
        shape = [settings[name] for name in ("seeds", "samples", "frames")]
        size = [1, settings["size"], settings["size"]]
        self.register_buffer("films", torch.zeros(len(self.ways), *shape, *size, dtype=torch.uint8))

    def forward(self, way):
        """The films of "with_time" or "without_time", float32 [seeds, N, T, 1, S, S] in [0, 1]."""
        return self.films[self.ways.index(check_choice("way", way, self.ways))].float() / 255


def films(split="train", n=None):
    """ImageData of films to train on, their moments in place of channels: images [n, T, S, S]."""
    from .. import data

    videos = data.moving_digits(N_TRAIN if n is None else n, split, SETTINGS["frames"], SETTINGS["size"])
    classes = tuple("0123456789")
    return data.ImageData(videos.frames[:, :, 0], videos.labels, classes, None, "moving_digits", split)


def run(settings, temporal, data, seed, seconds=None, progress=True):
    """Films of one network, uint8 [N, T, 1, S, S], and the History of its training."""
    shape = settings["frames"], 1, settings["size"], settings["size"]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = diffusion.SpaceTimeDiT(
            shape, settings["patch"], settings["width"], settings["depth"], settings["heads"], temporal
        )
    schedule, kind = digits_diffusion.schedule(), settings["prediction_type"]
    denoising = diffusion.denoising_loss(schedule, kind)

    def loss(model, x):
        return denoising(model, 2 * x.unsqueeze(2) - 1)

    net, history = fit({**settings, "seed": seed}, net, loss, (data.images,), seconds, progress)
    start = torch.randn(settings["samples"], *shape, generator=torch.Generator().manual_seed(20_000 + seed))
    x = diffusion.samplers.ddim(
        net, schedule, start.shape, x_T=start, num_inference_steps=SAMPLING_STEPS, prediction_type=kind,
        clip=(-1, 1),
    )  # fmt: skip
    return (255 * (x + 1) / 2).round().clamp(0, 255).byte(), history


def train(settings, model, data, seconds=None, progress=True):
    """Both ways with every seed; seconds is shared out. Returns the Films and the Runs."""
    each = None if seconds is None else seconds / (len(settings["ways"]) * settings["seeds"])
    runs = Runs()
    for seed in range(settings["seeds"]):
        for number, temporal in enumerate(settings["ways"].values()):
            model.films[number, seed], history = run(settings, temporal, data, seed, each, progress)
            runs += history
            if runs.interrupted:
                return model, runs
    return model, runs


def positions(frames):
    """Where the digit is in each frame, column and row of the centre of mass: [..., 1, S, S] -> [..., 2].

    A frame without ink counts as one of even ink, and has its digit in the middle.
    """
    from ..data.moving import centre_of_mass

    ink = torch.where(frames < INK, 0, frames)[..., 0, :, :].double()
    return centre_of_mass(ink + 1e-9)


def off_a_line(places):
    """How far places [..., T, 2] are from the best straight line with even steps: root mean square, [...].

    The line is the least-squares fit of a start and a velocity to the T places.
    """
    along = torch.arange(places.shape[-2], dtype=places.dtype)
    design = torch.stack([torch.ones_like(along), along], dim=1)
    fitted = design @ torch.linalg.pinv(design) @ places
    return (places - fitted).square().sum(-1).mean(-1).sqrt()


def crops(frames, places):
    """The 8 x 8 pixels around each place: [n, 1, S, S], [n, 2] -> [n, 1, 8, 8]; off the square it is dark."""
    padded = nn.functional.pad(frames[:, 0], (4, 4, 4, 4))
    column, row = (places + 0.5).round().long().clamp(0, frames.shape[-1]).T[..., None] + torch.arange(8)
    return padded[torch.arange(len(frames))[:, None, None], row[:, :, None], column[:, None, :]][:, None]


@torch.no_grad()
def read(judge, film):
    """Which digit a judge of 8x8 digits reads in each frame: [n, T, 1, S, S] -> int64 [n, T]."""
    flat = film.flatten(0, 1)
    return judge(crops(flat, positions(flat))).argmax(1).view(film.shape[:2])


def scores(judge, film):
    """off_a_line in pixels, travel from first to last frame in pixels, share of neighbours with one digit."""
    places, digits = positions(film), read(judge, film)
    travel = (places[:, -1] - places[:, 0]).norm(dim=-1)
    kept = (digits[:, 1:] == digits[:, :-1]).double().mean()
    return [off_a_line(places).square().mean().sqrt(), travel.mean(), kept]


def evaluate(model):
    """For both ways, means over seeds, and for real films: is motion kept, and does the digit stay itself?

    Beside them how often the judge is right about frames of real films.
    """
    from .. import data
    from . import load

    judge, _ = load("digit_classifier")
    real = data.moving_digits(N_TRAIN // 4, "test", *model.films.shape[3::2][:2])
    found = {"real": scores(judge, real.frames)}
    for way in model.ways:
        rows = [scores(judge, film) for film in model(way)]
        found[way] = torch.tensor(rows, dtype=torch.float64).mean(0).tolist()
    right = (read(judge, real.frames) == real.labels[:, None]).double().mean()
    return {**as_metrics(MEASURES, found), "real_frames_read": right}


RECIPES = [
    Recipe(
        name="moving_digits",
        summary="Films of moving digits, with attention in time and without, two seeds each",
        lessons=("17",),
        build=lambda: Films(SETTINGS),
        data=films,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
    )
]
