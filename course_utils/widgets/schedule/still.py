"""The explorer's first frame as a matplotlib figure, for where no script runs."""

import torch
from torch.nn.functional import pad

from ... import figures

COUNT = 9


def still(schedule, x0, noise, step):
    """log-SNR, the rates and beta against the step, over one image [C, H, W] noised at nine steps."""
    fig, axes = figures.subplots(2, 3, figsize=(9.2, 4.2), height_ratios=(2.2, 1))
    curve, rates, beta = axes[0]
    steps = torch.arange(1, len(schedule) + 1)
    levels = schedule.alphas_cumprod
    curve.plot(steps, schedule.log_snr.clamp(-12, 12), color=figures.GREEN)
    curve.set(title="log-SNR: a still", ylim=(-12.5, 12.5))
    rates.plot(steps, levels, color=figures.GREEN, label="\u1fb1")
    rates.plot(steps, levels.sqrt(), "--", color=figures.DATA, label="\u221a\u1fb1")
    rates.plot(steps, (1 - levels).sqrt(), ":", color=figures.NOISE, label="\u221a(1\u2212\u1fb1)")
    rates.set(title="\u1fb1, signal, noise", ylim=(-0.03, 1.4), yticks=[0, 0.5, 1])
    rates.legend(loc="upper center", ncols=3, columnspacing=0.8, handlelength=1.2, handletextpad=0.3)
    top = 1.1 * float(schedule.betas.quantile(0.95))
    beta.plot(steps, schedule.betas.clamp(max=top), color=figures.GREEN)
    beta.set(title="\u03b2", ylim=(0, top))
    for axis, height in zip(axes[0], (1, 0.7, 1), strict=True):
        axis.axvline(step, ymax=height, color="black", linestyle="--", linewidth=1.2)
        axis.set(xlim=(1, len(schedule)), xticks=[1, len(schedule)])
    for axis in axes[1]:
        axis.remove()
    _draw_strip(fig.add_subplot(axes[0, 0].get_gridspec()[1, :]), schedule, x0, noise)
    return fig


def _draw_strip(axis, schedule, x0, noise):
    """The image [C, H, W] with the same noise at COUNT steps, side by side, each over its step."""
    t = torch.linspace(0, len(schedule), COUNT).round().long().clamp(min=1) - 1
    images = (schedule.add_noise(x0.expand(COUNT, -1, -1, -1), noise.expand(COUNT, -1, -1, -1), t) + 1) / 2
    gap = 2
    sheet = torch.cat(list(pad(images.clamp(0, 1), (gap, gap), value=1.0)), dim=2)
    axis.imshow(sheet.permute(1, 2, 0).squeeze(-1).numpy(), vmin=0, vmax=1)
    each = sheet.shape[2] / COUNT
    names = [str(int(step) + 1) for step in t]
    axis.set(yticks=[], xticks=[each * (i + 0.5) for i in range(COUNT)], xticklabels=names)
    axis.set(xlabel="step, always with the same noise")
    axis.spines[:].set_visible(False)
    axis.tick_params(length=0)
