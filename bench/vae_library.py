"""A VAE of binarised digits against the VAE of a public library, pythae, by the ELBO of held-out digits.

Both see the same 1,442 digits, have 8 latents, and train with one batch size and one number of steps or
seconds. The library keeps its own network (one hidden layer of 512), optimiser, loop and choice of epoch. One
function measures both, in float64 and with as many samples; `_check` stops where it reads a network of pythae
otherwise than pythae's own loss does.
"""

import contextlib
import importlib.util
import io
import logging
import tempfile
import time
from statistics import mean

import torch

from course_utils import training, vae
from course_utils._threads import one_thread
from course_utils.autoencoders import count_parameters
from course_utils.checkpoints import digit_vaes
from course_utils.divergences import kl_normal

LATENTS, BATCH, SEEDS = 8, 128, (0, 1, 2)
EPOCHS, STEPS = 250, 3_000  # an epoch of 1,442 digits is 12 batches, the last a short one
RATE, OTHER_RATES = 2e-3, (5e-4, 1e-3)  # ours and theirs; for theirs also these, where it is tuned
MISSING = "vae_library needs pythae, which is not installed; `make bench` installs it."


class Theirs:
    """pythae's VAE with the two methods that the measure asks for."""

    def __init__(self, model):
        self.model = model.double().eval()

    def encode(self, x):
        """x: [B, 1, 8, 8] -> mean and logvar of q(z | x), each [B, D]."""
        q = self.model.encoder(x)
        return q.embedding, q.log_covariance

    def logits(self, z):
        """z: [B, D] -> logits [B, 1, 8, 8]; pythae's decoder gives probabilities."""
        return self.model.decoder(z)["reconstruction"].logit()


def measure():
    """Rows for the table: nats per held-out digit, means over the seeds, then what either model costs."""
    if importlib.util.find_spec("pythae") is None:
        return [(MISSING, "", "", "")]
    with one_thread(), _quiet():
        pairs = [(_train_ours(seed), _train_theirs(seed)) for seed in SEEDS]  # in turns, as in loop_overhead
        ours, same = zip(*pairs, strict=True)
        share = _mean_seconds(ours) / _mean_seconds(same)
        timed = [_train_theirs(seed, epochs=max(1, round(EPOCHS * share))) for seed in SEEDS]
        tuned = [
            [_train_theirs(seed, rate, choose_epoch_on="test") for seed in SEEDS]
            for rate in (RATE, *OTHER_RATES)
        ]
        return _rows(ours, same, timed, tuned)


def _rows(ours, same, timed, tuned):
    mine, steps, seconds = _nats(ours), _nats(same), _nats(timed)
    best = max([steps, seconds, *map(_nats, tuned)], key=mean)
    what = f"nats of a held-out digit (ELBO), {LATENTS} latents,"
    sizes = [count_parameters(model) for model in (ours[0][0], same[0][0].model)]
    return [
        _compare(f"{what} {STEPS:,} steps each", mine, steps),
        _compare(f"{what} equal seconds", mine, seconds),
        _compare(f"{what} theirs tuned on those digits", mine, best),
        _costs("parameters", *sizes, "{:,.0f}"),
        _costs(f"seconds for {STEPS:,} steps", _mean_seconds(ours), _mean_seconds(same), "{:.1f}"),
    ]


def _mean_seconds(runs):
    return mean(seconds for _, seconds in runs)


def _train_ours(seed):
    """Our VAE by the settings of the checkpoint digits_beta_vaes, and the seconds it took."""
    torch.manual_seed(seed)
    model = vae.VAE(digit_vaes.IN_SHAPE, LATENTS)
    history = training.fit(
        model, digit_vaes.negative_elbo, digit_vaes.digits().images, steps=STEPS, batch_size=BATCH, lr=RATE,
        ema_decay=digit_vaes.COMMON["ema_decay"], seed=seed, device="cpu", progress=False,
    )  # fmt: skip
    return history.ema.double(), history.seconds


def _train_theirs(seed, rate=RATE, epochs=EPOCHS, choose_epoch_on="train"):
    """pythae's VAE by its own trainer, which keeps the epoch of the lowest loss on one of the splits."""
    from pythae.data.datasets import BaseDataset
    from pythae.models import VAE, VAEConfig
    from pythae.trainers import BaseTrainer, BaseTrainerConfig

    train, test = (digit_vaes.digits(split).images for split in ("train", "test"))
    torch.manual_seed(seed)
    config = VAEConfig(input_dim=digit_vaes.IN_SHAPE, latent_dim=LATENTS, reconstruction_loss="bce")
    with tempfile.TemporaryDirectory() as folder:
        how = BaseTrainerConfig(
            output_dir=folder, num_epochs=epochs, learning_rate=rate, seed=seed, no_cuda=True,
            per_device_train_batch_size=BATCH, per_device_eval_batch_size=len(test),
        )  # fmt: skip
        sets = [BaseDataset(x, torch.zeros(len(x))) for x in (train, test)]
        trainer = BaseTrainer(VAE(config), sets[0], sets[1] if choose_epoch_on == "test" else None, how)
        started = time.perf_counter()
        trainer.train()
        seconds = time.perf_counter() - started
    kept = Theirs(trainer._best_model)  # what it writes to its folder as the final model
    _check(kept, test.double())
    return kept, seconds


@torch.no_grad()
def _check(theirs, x):
    """Stop unless minus pythae's own loss is the bound as we compute it, for the very z that pythae drew."""
    out = theirs.model({"data": x})
    bound = vae.log_bernoulli(x, theirs.logits(out.z)) - kl_normal(*theirs.encode(x))
    if not torch.isclose(bound.mean(), -out.loss, atol=1e-6, rtol=0):
        raise RuntimeError(f"pythae's loss is {float(out.loss)}, and we compute {-float(bound.mean())}.")


def _nats(runs):
    """The mean ELBO of the held-out digits for each (model, seconds)."""
    x = digit_vaes.digits("test").images.double()
    return [float(digit_vaes.held_out(model, x).value) for model, _ in runs]


def _compare(what, ours, theirs):
    gaps = [a - b for a, b in zip(ours, theirs, strict=True)]
    gap = f"{mean(gaps):+.2f} nats ({min(gaps):+.2f} to {max(gaps):+.2f} by seed)"
    return what, f"{mean(ours):.2f}", f"{mean(theirs):.2f}", gap


def _costs(what, ours, theirs, form):
    return f"{what} of that VAE", form.format(ours), form.format(theirs), f"{ours / theirs:.2f} of theirs"


@contextlib.contextmanager
def _quiet():
    """Keep pythae's bars and messages out of the table."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        logging.disable(before)
