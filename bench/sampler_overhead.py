"""What a sampler costs beside its network: time per step of ours and of diffusers' schedulers.

The network costs next to nothing (it returns its input's tanh), 64 images of 8x8 take 50 steps, and both make
the same samples. What a step takes is the fastest of several rounds in turns.
"""

import time

import torch

from course_utils.diffusion import NoiseSchedule, samplers

SHAPE, STEPS, ROUNDS = (64, 1, 8, 8), 50, 15
WALKS = {
    "ddpm": ("DDPMScheduler", {"variance_type": "fixed_small", "clip_sample": False}, False),
    "ddim": ("DDIMScheduler", {"clip_sample": False}, False),
    "euler": ("EulerDiscreteScheduler", {}, True),
    "euler_ancestral": ("EulerAncestralDiscreteScheduler", {}, True),
    "heun": ("HeunDiscreteScheduler", {}, True),
    "dpm_solver_pp_2m": ("DPMSolverMultistepScheduler", {"lower_order_final": False}, False),
}


def network(x, t):
    """A model of any kind, nearly free: [B, ...] -> [B, ...]."""
    return torch.tanh(x)


def measure():
    """Rows for the table: for each sampler, microseconds a step beyond the network's own."""
    try:
        import diffusers
    except ImportError:
        return [("samplers need diffusers, which is not installed; `make env` installs it.", "", "", "")]
    rows, schedule = [], NoiseSchedule.linear()
    for name, (Scheduler, how, scaled) in WALKS.items():
        scheduler = getattr(diffusers, Scheduler)(
            beta_start=1e-4, beta_end=0.02, beta_schedule="linear", timestep_spacing="trailing", **how
        )
        ours, theirs, free = [], [], []
        for _ in range(ROUNDS):  # in turns, so that a busy machine slows all
            ours.append(_seconds(lambda n=name: _ours(n, schedule)))
            theirs.append(_seconds(lambda s=scheduler, scaled=scaled: _theirs(s, scaled)))
            free.append(_seconds(_network_alone))
        calls = 2 if name == "heun" else 1
        a, b = (1e6 * (min(found) - calls * min(free)) / STEPS for found in (ours, theirs))
        rows.append(
            (
                f"us a step of {name} beside its network, against diffusers",
                f"{a:.0f}",
                f"{b:.0f}",
                f"{a / b:.2f} of its time",
            )
        )
    return rows


def _seconds(run):
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _ours(name, schedule):
    return samplers.by_name[name](network, schedule, SHAPE, num_inference_steps=STEPS)


@torch.no_grad()
def _theirs(scheduler, scaled):
    scheduler.set_timesteps(STEPS)
    x = torch.randn(SHAPE) * scheduler.init_noise_sigma
    for t in scheduler.timesteps:
        point = scheduler.scale_model_input(x, t) if scaled else x
        x = scheduler.step(network(point, t.expand(len(x))), t, x).prev_sample
    return x


@torch.no_grad()
def _network_alone():
    x = torch.randn(SHAPE)
    for _ in range(STEPS):
        x = network(x, None)
    return x
