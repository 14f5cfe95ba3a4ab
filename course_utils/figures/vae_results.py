"""What a VAE is measured to do: its likelihood, the rate of its code, what lies between two codes."""

import torch

from .style import BLACK, DATA, MODEL, NOISE, subplots


def held_out_scores(numbers, draws, bounds, exact):
    """Log-probabilities side by side, and the VAE's bound against the number of draws; returns the figure.

    numbers: {model: (nats per image, "exact" or "bound")}, a VAE's in its own colour; draws, bounds: the
    numbers of draws K and the mean bound with each; exact: (what it is compared with, its nats per image).
    """
    fig, axes = subplots(1, 2, figsize=(14, 4.2), width_ratios=[1.15, 1])
    for row, (name, (value, kind)) in enumerate(numbers.items()):
        marker, more = ("o", "") if kind == "exact" else (">", " or more")
        axes[0].plot(value, row, marker, markersize=11, color=MODEL if "VAE" in name else BLACK)
        axes[0].text(value + 0.7, row, f"{value:.1f}{more}", va="center", fontsize=13)
    axes[0].set_yticks(range(len(numbers)), list(numbers))
    axes[0].set(xlim=(-35, -8), ylim=(-0.6, len(numbers) - 0.4))
    axes[0].set(xlabel="held-out nats per image", title="Log-probability; further right is better")
    axes[1].semilogx(draws, bounds, ">-", color=MODEL, label="VAE, bound with K draws")
    axes[1].axhline(exact[1], color=BLACK, linestyle="--", label=f"{exact[0]}, exact")
    axes[1].set(xlabel="draws K", ylabel="nats per image", title="The same VAE, a tighter bound")
    axes[1].set_xticks(draws, [str(k) for k in draws])
    axes[1].minorticks_off()
    axes[1].legend(loc="center right")
    return fig


def rate_and_distortion(betas, rate, distortion, per_unit, active):
    """A sweep of beta: the plane of rate and distortion, each latent's KL, and the active ones.

    betas, rate, distortion, active: one number for each model; per_unit: [beta, latent], sorted, in nats.
    Returns the figure (16 x 4.6 inches). After Alemi et al. 2018.
    """
    fig, axes = subplots(1, 3, figsize=(16, 4.6))
    axes[0].plot(rate, distortion, "o-", color=MODEL)
    for r, d, beta in zip(rate, distortion, betas, strict=True):
        axes[0].annotate(f"{beta:g}", (r, d), textcoords="offset points", xytext=(8, 6), fontsize=12)
    line, best = torch.tensor([0.0, 40.0]), betas.index(1.0)
    same = rate[best] + distortion[best] - line
    axes[0].plot(line, same, ":", color=BLACK, label=r"same ELBO as $\beta = 1$")
    axes[0].set(xlim=(-1, max(rate) + 3), ylim=(0, max(distortion) + 3))
    title = r"Rate and distortion, by $\beta$"
    axes[0].set(xlabel="rate: KL [nats]", ylabel="distortion [nats]", title=title)
    axes[0].legend()
    picture = axes[1].imshow(per_unit, aspect="auto", cmap="viridis", vmin=0)
    axes[1].set_yticks(range(len(betas)), [f"{beta:g}" for beta in betas])
    axes[1].set(xlabel="latent, sorted", ylabel=r"$\beta$", title="KL of each latent")
    fig.colorbar(picture, ax=axes[1], label="nats")
    axes[2].semilogx(betas, active, "s-", color=DATA)
    latents = per_unit.shape[1]
    axes[2].set(title=f"Active latents of {latents}", ylim=(-0.5, latents + 0.5))
    axes[2].set(xlabel=r"$\beta$", ylabel="latents above 0.05 nats")
    return fig


def doubt_and_variety(shares):
    """Two bar charts beside each other; returns the figure (13 x 3.8 inches).

    shares: {set of images: (share of doubtful images, share of its three commonest digits)}; the names of an
    autoencoder's sets begin with AE, a VAE's with VAE.
    """
    fig, axes = subplots(1, 2, figsize=(13, 3.8), sharey=True)
    titles = ("Doubtful images", "Share of the three commonest digits")
    for ax, column, title in zip(axes, (0, 1), titles, strict=True):
        for row, (name, pair) in enumerate(shares.items()):
            colour = MODEL if name.startswith("VAE") else NOISE if name.startswith("AE") else DATA
            hatch = "//" if colour == NOISE else ""
            ax.barh(row, 100 * pair[column], color=colour, hatch=hatch, edgecolor="white")
        ax.set(title=title, xlabel="%", xlim=(0, 100))
    axes[0].set_yticks(range(len(shares)), list(shares))
    axes[0].invert_yaxis()
    return fig


def doubt_by_length(lengths, by_length, half_way):
    """The share of doubtful images against the length of the code; returns the figure (8 x 4 inches).

    lengths, by_length: mean length and share of codes from the prior, shrunk to 0 or stretched; half_way:
    {name: (mean length, share)} of three sets of codes.
    """
    fig, ax = subplots(figsize=(8, 4))
    percent = [100 * share for share in by_length]
    ax.plot(lengths, percent, color=NOISE, label="prior, shrunk or stretched")
    for (name, (length, share)), marker in zip(half_way.items(), "sv^", strict=True):
        colour = DATA if marker == "s" else MODEL
        ax.plot(length, 100 * share, marker, markersize=12, color=colour, label=name)
    ax.set(xlabel="mean length of the code", ylabel="doubtful images [%]", ylim=(0, 60))
    ax.set(title="Half way between two digits", xlim=(0, None))
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return fig
