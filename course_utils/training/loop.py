"""The one training loop: a budget of updates on resident data, watched, recorded, kept and resumed."""

import contextlib
import time

from .. import preset
from .. import progress as progress_bar
from .._validate import check_callable, check_flag, check_int, check_kind, check_number
from .device import RandomStream, pick_device
from .history import History
from .interrupts import held_interrupt
from .loading import opened
from .processes import group
from .processes.draws import step_on
from .processes.sharding import Shards
from .resume import Keeper

LOOK_SECONDS = 0.25  # how often a GPU is asked for its losses, and the bar is redrawn


def budget(steps, epochs, seconds, per_epoch):
    """The number of steps and of seconds to stop at (one of them None), from the one budget that is given.

    Raises ValueError where none or several are given, or where the one given is not positive.
    """
    given = {"steps": steps, "epochs": epochs, "seconds": seconds}
    given = {name: value for name, value in given.items() if value is not None}
    if len(given) != 1:
        got = ", ".join(f"{name}={value!r}" for name, value in given.items()) or "none"
        raise ValueError(f"give exactly one of steps, epochs and seconds; got {got}.")
    if seconds is not None:
        return None, check_number("seconds", seconds, minimum=0, open_minimum=True)
    if steps is not None:
        return check_int("steps", steps, maximum=10**10), None  # as many as a clock outside will stop
    epochs = check_int("epochs", epochs)
    if per_epoch is None:
        raise ValueError("epochs needs data that says how long it is; give steps or seconds instead.")
    return epochs * per_epoch, None


def steps(
    update, data, *, steps=None, epochs=None, seconds=None, batch_size=128, seed=0, device=None,
    channels_last=False, parts=None, settings=None, history=None, checkpoint=None, save_every=10.0,
    progress=True, workers=0,
):  # fmt: skip
    """Call update(*batch) until the budget is used up, and yield the number of steps done after each call.

    update: does one step's work on a batch and returns a scalar, or (scalar, dict of extra scalars). It may
    train one model or several (a GAN's two), for this loop knows nothing of models.
    data: tensor [N, ...] or a tuple of them, see Batches for what a batch is; or a torch Dataset, a folder of
    images or a DataLoader, as `fit` says. Give exactly one of steps, epochs and seconds. workers: how many
    processes load a Dataset. parts: name -> whatever must be saved and restored with a checkpoint (modules,
    optimisers, torch.Generators); settings: plain data that must match on resuming. history: a History to
    fill. checkpoint: file written every save_every seconds and at the end; where it exists the run goes on
    from it, exactly, or stops before anything is loaded where it is damaged or of another run (another
    model, update, loss or choice of weights; identity.py says what of their code can be seen and what
    cannot). Ctrl-C ends the run after the step in hand, as if the budget were used up. Of several processes
    (`processes.joined`) each gets its part of the batch, and what is recorded is the mean over all of it; the
    update averages its gradients through `processes.parallel`. A step that fails in one process ends all of
    them, with ProcessLost in the others. With COURSE_PRESET=smoke it stops after a handful of steps.
    Raises TrainingDiverged where a scalar is NaN or infinite, CheckpointError where a checkpoint does not fit
    or another run is writing it, ValueError or TypeError for bad arguments, before anything is written.
    """
    check_flag("channels_last", channels_last)
    check_kind("history", history, History | None, "a History or None")
    check_kind("parts", parts, dict | None, "a dict or None")
    check_kind("settings", settings, dict | None, "a dict or None")
    group.check_joined()
    device, source = pick_device(device), opened(data)
    check_callable("update", update, *["data"] * len(source.example))
    batches = source.batches(batch_size, seed, device, channels_last, workers)
    limit = _shortened(budget(steps, epochs, seconds, batches.per_epoch))
    history = History() if history is None else history
    stream = RandomStream(batches.seed, device)
    settings = {
        "batch_size": batches.batch_size,
        "seed": batches.seed,
        "device": device.type,
        **(settings or {}),
    }
    if checkpoint is not None:
        settings["data"] = source.fingerprint()
    kept = {"history": history, "random": stream, **(parts or {})}
    shards = parts if isinstance(parts, Shards) else None
    keeper = Keeper(checkpoint, kept, settings, save_every, update, shards)
    with group.losses_in_a_sentence(history, keeper.path):
        keeper.resume()
        group.check_same(settings, limit, history.steps)
    return _closing(keeper, history, _run(update, batches, limit, history, stream, keeper, progress))


def _closing(keeper, history, loop):
    with contextlib.closing(keeper), group.losses_in_a_sentence(history, keeper.path):
        yield from loop


def _shortened(limit):
    """A handful of steps where only the plumbing is tried; otherwise the limit as it is."""
    if preset.chosen() != "smoke":
        return limit
    return min(limit[0] or preset.SMOKE_STEPS, preset.SMOKE_STEPS), None


def _run(update, batches, limit, history, stream, keeper, progress):
    step_limit, time_limit = limit
    amount, unit = (step_limit, "step") if step_limit else (time_limit, "s")
    started, watch = time.perf_counter() - history.seconds, _Watch(history, batches)

    def done():
        return history.steps if step_limit else history.seconds

    with (
        progress_bar.bar(amount, unit, progress if group.rank() == 0 else False, initial=done()) as report,
        held_interrupt() as pressed,
    ):
        while done() < amount and not group.anywhere(pressed):
            try:
                with stream:
                    _step(update, batches, history)
            except KeyboardInterrupt:
                # Pressed twice, or where others wait: the step was cut in half, so none of it may be saved.
                if pressed or group.world() > 1:
                    raise
                pressed.append(True)
                break
            now = time.perf_counter()
            # Of several processes the first one's clock tells all of them what to do.
            history.seconds, look, save = group.as_first(now - started, watch.due(now), keeper.due(now))
            watch.step()
            if look:
                watch.look(now)
                report(done(), loss=history.latest)
            if save:
                watch.check()
                keeper.save()
            yield history.steps
        watch.check()
        report(done(), loss=history.latest)
    keeper.save()
    history.interrupted = group.anywhere(pressed)
    if history.interrupted and group.rank() == 0:
        _say_stopped(history.steps, keeper.path)


def _say_stopped(step, path):
    kept = "" if path is None else f"; {path} is saved, and the same call goes on from there"
    print(f"Stopped by the keyboard after step {step}{kept}.")


class _Watch:
    """Looks at the losses for NaN: at every step on a CPU, where that is free, and now and then on a GPU."""

    def __init__(self, history, batches):
        self._history, self._checked, self._looked = history, history.steps, -LOOK_SECONDS
        self._every_step = batches.device.type == "cpu"

    def check(self):
        self._history.stop_if_diverged(since=self._checked)
        self._checked = self._history.steps

    def step(self):
        if self._every_step:
            self.check()

    def due(self, now):
        return now >= self._looked + LOOK_SECONDS

    def look(self, now):
        self._looked = now
        self.check()


def _step(update, batches, history):
    batch = batches[history.steps]
    with step_on(batches.rows):
        result = update(*batch)
        history.add(*(result if isinstance(result, tuple) else (result,)))
        history.average()
