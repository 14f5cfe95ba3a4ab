"""The explorer's first frame as a matplotlib figure, for where no script runs."""

import numpy as np

from ... import figures
from .bound import log_joint, log_normal

DEPTH = 5.0  # nats below log p(x), as in bars.js


def still(x, q_mean, q_std, model, numbers):
    """Prior, posterior and q over z, beside the bar that log p(x) is made of; numbers: a Bound."""
    fig, (plane, bar) = figures.subplots(1, 2, figsize=(7.4, 3.4), width_ratios=(2, 1))
    z = np.linspace(-4, 4, 500)
    posterior = np.exp(log_joint(z, x, **model) - numbers.log_evidence)
    plane.fill_between(z, posterior, color=figures.DATA, alpha=0.15)
    plane.plot(z, posterior, color=figures.DATA, label="posterior")
    plane.plot(z, np.exp(log_normal(z, q_mean, q_std)), "--", color=figures.MODEL, label="q")
    plane.plot(z, np.exp(log_normal(z, 0.0, 1.0)), ":", color=figures.NOISE, label="prior")
    plane.set(title="Drag q: a still of the live picture", xlabel="z", ylabel="density")
    plane.set(ylim=(0, 1.25 * plane.get_ylim()[1]))  # room for the legend above the curves
    plane.legend(loc="upper center", ncols=3, columnspacing=1.0, handlelength=1.4)
    top, low = numbers.log_evidence, numbers.log_evidence - DEPTH
    elbo = max(numbers.elbo, low)
    bar.bar(0, elbo - low, bottom=low, color=figures.GREEN)
    bar.bar(0, top - elbo, bottom=elbo, color="white", edgecolor=figures.MODEL, hatch="//")
    bar.axhline(top, color="black")
    bar.text(0, top + 0.12, "log p(x)", ha="center", va="bottom")
    bar.set(title=f"gap {numbers.gap:.2f}", xlabel=f"ELBO {numbers.elbo:.2f}", ylabel="nats", xticks=[])
    bar.set(ylim=(low, top + 0.9))
    return fig
