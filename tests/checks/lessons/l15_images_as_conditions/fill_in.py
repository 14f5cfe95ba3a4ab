"""Right answers to conditions.fill_in in other words."""

import torch


def fill_in_the_papers_order(model, known, mask, schedule, path, generator):
    """The known part is joined after each step, at the level that it reaches: at -1 it is clean."""

    def fresh():
        return torch.randn(known.shape, generator=generator)

    x = fresh()
    for t, to in path:
        if to > t:
            kept = (schedule.alphas_cumprod[to] / schedule.alphas_cumprod[t]).float()
            x = kept.sqrt() * x + (1 - kept).sqrt() * fresh()
        else:
            v = model(x, torch.full((known.shape[0],), t, dtype=torch.long))
            x0 = torch.clamp(schedule.convert(v, x, t, "v_prediction", "sample"), -1, 1)
            mean, variance = schedule.posterior(x0, x, t, to)
            signal, sigma = schedule.rates(to, known)
            seen = signal * known + sigma * fresh()
            x = mask * seen + (1 - mask) * (mean + variance**0.5 * fresh())
    return x


def fill_in_by_index(model, known, mask, schedule, path, generator):
    """With v turned into x_0 by hand, and going up one level at a time."""
    here = mask.bool().expand_as(known)
    x = torch.empty_like(known).normal_(generator=generator)
    for t, to in path:
        noise = torch.empty_like(known).normal_(generator=generator)
        if t < to:
            kept = schedule.alphas[t + 1 : to + 1].prod().float()
            x = kept.sqrt() * x + (1 - kept).sqrt() * noise
            continue
        x = x.clone()
        x[here] = schedule.add_noise(known, noise, t)[here]
        signal, sigma = schedule.rates(t, x)
        x0 = (signal * x - sigma * model(x, torch.tensor([t] * len(x)))).clip(min=-1, max=1)
        x, variance = schedule.posterior(x0, x, t, prev=to)
        if to >= 0:
            x = x + variance.sqrt() * torch.empty_like(known).normal_(generator=generator)
    x = x.clone()
    x[here] = known[here]
    return x
