"""What lesson 10 draws: schedules side by side, what a step still tells, densities on their way to noise.

A look is what one schedule is drawn in, everywhere alike: name -> (colour, line style).
"""

from .style import BLACK, DATA, GREEN, MODEL, NOISE, ORANGE, PURPLE, subplots


def variances(curves):
    """The variance of x_t against t, one curve for each name of curves; returns the figure."""
    fig, ax = subplots(figsize=(7.4, 3.4))
    for (name, seen), colour, style in zip(
        curves.items(), (DATA, BLACK, GREEN), ("-", "--", "-."), strict=True
    ):
        ax.plot(seen, style, color=colour, label=f"starts with {name}")
    ax.axhline(1, color=NOISE, linewidth=1)
    ax.set(title="5,000 points, your step", xlabel="t", ylabel="variance of $x_t$", ylim=(0, 4.2))
    ax.legend()
    return fig


def schedules(time, by_name, looks):
    """Betas, alpha-bar, log-SNR and signal rate of NoiseSchedules; returns the figure.

    time: (t + 1) / T, the share of the way, [T].
    """
    fig, axes = subplots(2, 2, figsize=(7.6, 5.0))
    (betas, levels), (log_snrs, rates) = axes
    for name, schedule in by_name.items():
        colour, style = looks[name]
        betas.semilogy(time, schedule.betas, style, color=colour, label=name)
        levels.plot(time, schedule.alphas_cumprod, style, color=colour)
        log_snrs.plot(time, schedule.log_snr, style, color=colour)
        rates.plot(time, schedule.alphas_cumprod.sqrt(), style, color=colour)
    betas.set(title="$\\beta_t$", ylabel="log scale", ylim=(1e-5, 1.5))
    levels.set(title="$\\bar\\alpha_t$")
    log_snrs.set(title="log-SNR", ylim=(-12, 10), xlabel="share of the way")
    log_snrs.axhline(0, color=NOISE, linewidth=1)
    rates.set(title="signal rate $\\sqrt{\\bar\\alpha_t}$", xlabel="share of the way")
    fig.legend(*betas.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return fig


def information(log_snr, nats, most, time, shares, looks):
    """What x_t says of the image: nats over the log-SNR, and its share of most over time; returns the figure.

    shares: a schedule's name -> tensor [T].
    """
    fig, (left, right) = subplots(1, 2, figsize=(8.4, 3.5))
    left.plot(log_snr, nats, color=DATA)
    left.axhline(most, color=NOISE, linewidth=1, linestyle=":")
    left.text(-10.8, most - 0.15, "log N", va="top")
    left.set(title="What $x_t$ says of the image", xlabel="log-SNR", ylabel="information [nats]")
    for name, share in shares.items():
        colour, style = looks[name]
        right.plot(time, share, style, color=colour, label=name)
    right.set(title="its share, step by step", xlabel="share of the way", ylabel="share of log N")
    fig.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return fig


def price_of_dropping(dropped, price, limits, looks):
    """What a sampler pays where it starts early, on log scales; returns the figure.

    price: ("bumps" or "digits", a schedule's name) -> tensor like dropped; limits: a grey line for each kind.
    """
    fig, axes = subplots(1, 2, figsize=(8.4, 3.6), sharex=True)
    for ax, what in zip(axes, ("bumps", "digits"), strict=True):
        for name, (colour, style) in looks.items():
            ax.semilogy(dropped, price[what, name], style, color=colour, label=name)
        ax.axhline(limits[what], color=NOISE, linewidth=1, label="the limit below")
        ax.set(xlabel="share of the last steps dropped", ylim=(1e-6, 10))
    axes[0].set(title="two bumps: $W_1$ to the data")
    axes[1].set(title="digits: mismatch [nats]")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return fig


def marginals(density, by_name, x):
    """q(x_t) of data on the line as a heat map over time and as slices, a row a schedule; returns the figure.

    density: callable of alpha-bar -> q(x_t) at the points x [n]; by_name: name -> NoiseSchedule.
    """
    fig, axes = subplots(len(by_name), 2, figsize=(7.2, 4.8), sharex="col", width_ratios=[1.6, 1])
    for (left, right), (name, schedule) in zip(axes, by_name.items(), strict=True):
        levels = schedule.alphas_cumprod.tolist()
        columns = [density(level).tolist() for level in levels[::8]]
        place = {"extent": (0, len(levels), float(x[0]), float(x[-1])), "aspect": "auto"}
        left.imshow(list(zip(*columns, strict=True)), origin="lower", cmap="viridis", **place)
        left.set(title=f"$q(x_t)$, {name}", ylabel="x")
        for t, colour, style in ((0, DATA, "-"), (250, GREEN, "--"), (500, MODEL, "-.")):
            right.plot(x, density(levels[t]), style, color=colour, label=f"t = {t}")
            if t:
                left.axvline(t, color="white", linestyle=style, linewidth=1.5)
        right.plot(x, density(0.0), color=NOISE, linewidth=1.2, label="N(0, 1)")
        right.set(title="slices")
    fig.legend(*axes[0, 1].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    axes[-1, 0].set_xlabel("t")
    axes[-1, 1].set_xlabel("x")
    return fig


def recognised(times, plain, averaged, not_averaged):
    """The share of images recognised over time, by their side; returns the figure.

    plain: side -> shares under the linear schedule; averaged, not_averaged: the smaller sides -> shares of
    the large images under the shifted schedule.
    """
    fig, ax = subplots(figsize=(9, 3.6))
    looks = zip(plain, (BLACK, GREEN, PURPLE), ("o", "s", "^"), strict=True)
    for side, colour, marker in looks:
        ax.plot(times, plain[side], color=colour, label=f"{side} x {side}, linear")
        if side in averaged:
            label = f"28 x 28, SNR / {(28 // side) ** 2}, averaged down"
            ax.plot(times, averaged[side], marker, color=colour, label=label)
            ax.plot(times, not_averaged[side], ":", color=colour, label="the same, not averaged")
    ax.set(title="Which of 500 images is it?", xlabel="t", ylabel="share recognised")
    fig.legend(loc="outside right upper", fontsize=11)
    return fig


def told_apart(shares):
    """How often an observer tells two faces apart that differ in one factor; returns the figure.

    shares: the factor's name -> share of right answers, a tensor [T].
    """
    fig, ax = subplots(figsize=(5.8, 2.7))
    looks = ((BLACK, "-"), (ORANGE, ":"), (MODEL, "--"), (PURPLE, "-."), (GREEN, "--"), (DATA, "-"))
    for (name, share), (colour, style) in zip(shares.items(), looks, strict=True):
        ax.plot(share, style, color=colour, label=name)
    ax.axhline(0.75, color=NOISE, linewidth=1)
    ax.set(
        title="Two faces that differ in one thing", xlabel="t", ylabel="share told apart", ylim=(0.48, 1.02)
    )
    fig.legend(loc="outside right upper")
    return fig
