"""Lesson 12's training against the diffusers example's loop and against denoising-diffusion-pytorch.

All learn the same 1,442 digits without labels, as both peers' examples do, with U-Nets of about the same size
(two resolutions, attention at the lower). Each peer runs by its own recommended settings, and with others of
which the best counts (diffusers then with a shorter warm-up too); their data lies in memory, as ours. All
take turns in short slices, and what counts is this process's CPU time. One function measures all: the Frechet
distance between the digit classifier's features of 500 samples (30 DDIM steps) and of the training digits.
"""

import contextlib
import copy
import importlib.util
import io
import itertools
import logging
import math
import tempfile
import time
import warnings
from pathlib import Path
from typing import NamedTuple

import torch
from torch.nn import functional as F

from course_utils import checkpoints, data, diffusion, metrics, training
from course_utils._threads import one_thread
from course_utils.autoencoders import count_parameters
from course_utils.diffusion.unet import UNet

SECONDS, ROUNDS, CHUNK = 15, 6, 10  # for each run; turns that they take; steps between two looks at the clock
SAMPLES, SAMPLING_STEPS = 500, 30
OURS = {"batch": 64, "rate": 2e-3, "ema_decay": 0.99}
PEERS = {"diffusers": "diffusers' loop", "denoising_diffusion_pytorch": "denoising-diffusion-pytorch"}
RECOMMENDED = (16, 1e-4)  # batch size and learning rate, the defaults of the example and of the Trainer alike
TRIED = ((16, 1e-3), (32, 2e-3))  # the best of these, by the distance itself, is what "tuned" means


class Run(NamedTuple):
    """walk: iterator, each item CHUNK steps of training; finish() -> the denoiser (x_t, t) to sample from."""

    walk: object
    finish: object
    schedule: diffusion.NoiseSchedule
    prediction_type: str
    batch: int
    parameters: int


def measure():
    """Rows for the table: for each peer, as recommended and tuned, speed, distance, time to that distance."""
    missing = [name for name in PEERS if importlib.util.find_spec(name) is None]
    rows = [
        (f"diffusion needs {name}, which is not installed; `make bench` installs it.", "", "", "")
        for name in missing
    ]
    names = [(p, *how) for p in PEERS if p not in missing for how in (RECOMMENDED, *TRIED)]
    if not names:
        return rows
    with one_thread(), _quiet():
        return rows + _rows(*race(names))


def race(names):
    """Train all in turns; names: list of (peer, batch, rate).

    Returns ours, a list of (seconds, distance, steps, Run), one for each turn, and theirs, name -> such a
    tuple at the end.
    """
    images, distance = 2 * data.load("digits").images - 1, judge()
    counts = {name: _steps_in(SECONDS, name, images) for name in names}
    runs = {name: _MAKERS[name[0]](images, *name[1:], counts[name]) for name in names}
    ours, curve = our_run(images), []
    spent, done = dict.fromkeys([None, *names], 0.0), dict.fromkeys([None, *names], 0)
    for turn in range(1, ROUNDS + 1):
        for name, run in runs.items():
            while done[name] < counts[name] * turn / ROUNDS:
                spent[name] += _timed(run)
                done[name] += CHUNK
        while spent[None] < SECONDS * turn / ROUNDS:
            spent[None] += _timed(ours)
            done[None] += CHUNK
        curve.append((spent[None], distance(ours), done[None], ours))
    ours.walk.close()
    return curve, {name: (spent[name], distance(run), done[name], run) for name, run in runs.items()}


def judge():
    """distance(run): the Frechet distance of its samples to the training digits, the same noise for all."""
    classifier, _ = checkpoints.load("digit_classifier")
    with torch.no_grad():
        real = classifier.features(data.load("digits").images)

    @torch.no_grad()
    def distance(run):
        x = diffusion.samplers.ddim(
            run.finish(), run.schedule, (SAMPLES, 1, 8, 8), num_inference_steps=SAMPLING_STEPS,
            prediction_type=run.prediction_type, clip=(-1, 1), generator=torch.Generator().manual_seed(0),
        )  # fmt: skip
        return float(metrics.frechet_distance(classifier.features((x + 1) / 2), real))

    return distance


def our_run(images):
    """Lesson 12's training without labels: `training.fit` in its pieces, so that it can wait."""
    torch.manual_seed(0)
    net, schedule = UNet(width=32, multipliers=(1, 2)), diffusion.NoiseSchedule.cosine()
    average = training.WeightAverage(net, OURS["ema_decay"])
    loss = diffusion.denoising_loss(schedule, "v_prediction")
    update = training.gradient_step(net, loss, training.adamw(net, OURS["rate"]), average)
    steps = training.steps(
        update, images, steps=10**9, batch_size=OURS["batch"], device="cpu", progress=False
    )
    walk = (done for done in steps if done % CHUNK == 0)
    return Run(walk, lambda: average.model, schedule, "v_prediction", OURS["batch"], count_parameters(net))


def diffusers_run(images, batch, rate, steps):
    """The loop of diffusers' examples/unconditional_image_generation, with its defaults and its EMA."""
    from diffusers import DDPMScheduler, UNet2DModel
    from diffusers.optimization import get_scheduler
    from diffusers.training_utils import EMAModel

    torch.manual_seed(0)
    net = UNet2DModel(
        sample_size=8, in_channels=1, out_channels=1, layers_per_block=1, block_out_channels=(24, 56),
        norm_num_groups=8, down_block_types=("DownBlock2D", "AttnDownBlock2D"),
        up_block_types=("AttnUpBlock2D", "UpBlock2D"),
    )  # fmt: skip
    noise_scheduler = DDPMScheduler(num_train_timesteps=1000, beta_schedule="linear")
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, betas=(0.95, 0.999), weight_decay=1e-6)
    warm_up = 500 if rate == RECOMMENDED[1] else steps // 10
    rates = get_scheduler("cosine", optimiser, num_warmup_steps=warm_up, num_training_steps=steps)
    ema = EMAModel(net.parameters(), decay=0.9999, use_ema_warmup=True, inv_gamma=1.0, power=0.75)

    def step(x):
        noise = torch.randn_like(x)
        t = torch.randint(0, 1000, (len(x),))
        output = net(noise_scheduler.add_noise(x, noise, t), t).sample
        F.mse_loss(output, noise).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        rates.step()
        optimiser.zero_grad()
        ema.step(net.parameters())

    def finish():
        kept = copy.deepcopy(net).eval()
        ema.copy_to(kept.parameters())
        return lambda x, t: kept(x, t).sample

    schedule = diffusion.NoiseSchedule(noise_scheduler.betas)
    return Run(
        _chunks(step, _loader(images, batch)), finish, schedule, "epsilon", batch, count_parameters(net)
    )


def minimal_run(images, batch, rate, steps):
    """denoising-diffusion-pytorch by its own Trainer, which goes on for CHUNK steps at a time."""
    from denoising_diffusion_pytorch import GaussianDiffusion, Trainer, Unet

    torch.manual_seed(0)
    net = Unet(dim=24, dim_mults=(1, 2), channels=1)
    with tempfile.TemporaryDirectory() as folder:
        _write_pictures(images, Path(folder))  # it asks for files; the batches then come from memory
        trainer = Trainer(
            GaussianDiffusion(net, image_size=8), folder, train_batch_size=batch, train_lr=rate,
            train_num_steps=0, save_and_sample_every=10**9, calculate_fid=False, results_folder=folder,
        )  # fmt: skip
    trainer.dl = ((x + 1) / 2 for x in _loader(images, batch))

    def walk():
        while True:
            trainer.train_num_steps += CHUNK
            trainer.train()
            yield trainer.step

    schedule = diffusion.NoiseSchedule(trainer.model.betas.double())
    return Run(
        walk(), lambda: trainer.ema.ema_model.model.eval(), schedule, "v_prediction", batch,
        count_parameters(net),
    )  # fmt: skip


_MAKERS = {"diffusers": diffusers_run, "denoising_diffusion_pytorch": minimal_run}


def _write_pictures(images, folder):
    from PIL import Image

    for number, image in enumerate(images[:100]):
        levels = ((image[0] + 1) * 127.5).round().byte().numpy()
        Image.fromarray(levels).save(folder / f"{number}.png")


def _loader(images, batch):
    """Shuffled batches of images for ever, as the peers' DataLoader gives them."""
    while True:
        yield from torch.utils.data.DataLoader(images, batch_size=batch, shuffle=True)


def _chunks(step, batches):
    while True:
        for _ in range(CHUNK):
            step(next(batches))
        yield CHUNK


def _timed(run):
    started = time.process_time()
    next(run.walk)
    return time.process_time() - started


def _steps_in(seconds, name, images):
    """About how many steps a peer does in so many seconds, from a short trial of its own."""
    run = _MAKERS[name[0]](images, *name[1:], 1_000)
    _timed(run)  # the first is slow
    return max(CHUNK, round(seconds * 2 * CHUNK / sum(_timed(run) for _ in range(2))))


def _rows(curve, theirs):
    rows = []
    for peer, label in PEERS.items():
        results = {name[1:]: result for name, result in theirs.items() if name[0] == peer}
        if not results:
            continue
        best = min((how for how in results if how != RECOMMENDED), key=lambda how: results[how][1])
        for kind, how in (("recommended", RECOMMENDED), ("tuned", best)):
            rows += _compare(f"{label}, {kind} (batch {how[0]}, lr {how[1]:g})", curve, results[how])
        sizes = [run.parameters for *_, run in (curve[-1], results[RECOMMENDED])]
        rows.append(_ratio(f"{label}: parameters", *sizes, "{:,}"))
    return rows


def _compare(what, curve, result):
    seconds, distance, steps, run = result
    speed, peer_speed = curve[-1][2] / curve[-1][0], steps / seconds
    mine, reached = at(curve, seconds), time_to(curve, distance)
    return [
        _ratio(f"{what}: steps/s", speed, peer_speed, "{:.1f}"),
        _ratio(f"{what}: images/s", speed * OURS["batch"], peer_speed * run.batch, "{:,.0f}"),
        _ratio(f"{what}: Frechet distance after {seconds:.0f} CPU s", mine, distance, "{:.2f}"),
        (f"{what}: CPU s to the distance they end at", f"{reached:.1f}", f"{seconds:.1f}",
         f"{seconds / reached:.1f} times as fast"),
    ]  # fmt: skip


def _ratio(what, ours, theirs, form):
    return what, form.format(ours), form.format(theirs), f"{ours / theirs:.2f} of theirs"


def at(curve, seconds):
    """Our distance after so many seconds, interpolated in its logarithm; the last one beyond the end."""
    for (t0, d0, *_), (t1, d1, *_) in itertools.pairwise(curve):
        if t0 <= seconds <= t1:
            share = (seconds - t0) / (t1 - t0)
            return math.exp((1 - share) * math.log(d0) + share * math.log(d1))
    return curve[-1][1] if seconds > curve[-1][0] else curve[0][1]


def time_to(curve, distance):
    """The seconds until our distance is at most this, interpolated likewise; infinite where it never is."""
    previous = (0.0, None)
    for t, d, *_ in curve:
        if d <= distance:
            if previous[1] is None:
                return t
            t0, d0 = previous
            return t0 + (t - t0) * math.log(d0 / distance) / math.log(d0 / d)
        previous = (t, d)
    return math.inf


@contextlib.contextmanager
def _quiet():
    """Keep the peers' bars and messages out of the table."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with (
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
